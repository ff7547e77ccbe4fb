"""What sentences commit to: numbers, days, names, denials, made comparable."""
