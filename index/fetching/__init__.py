"""What fetching from strangers takes: whom to ask, how to reach them, how much they may send."""
