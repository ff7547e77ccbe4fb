"""How the reading model is trained, from public data to the file that ships."""
