"""Answerers, and the builder that puts an answer together."""
