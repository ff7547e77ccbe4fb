"""Those who write answers, and the builder that puts an answer together."""
