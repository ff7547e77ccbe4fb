"""The HTTP chat API and the page."""
