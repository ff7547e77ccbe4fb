"""The catalogue: articles, versions, passages, and the log of changes."""
