"""Hybrid retrieval: candidates, their features, and which of them are shown."""
