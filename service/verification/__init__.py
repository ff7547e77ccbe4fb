"""The proof of what is said: numbers, days, names and entailment."""
