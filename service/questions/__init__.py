"""A question, understood once: the Plan."""
