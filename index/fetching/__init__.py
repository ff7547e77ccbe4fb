"""Fetching from strangers: whom to ask, how to reach them, how much they may send."""
