"""The commands of `dateline`. Nothing heavy is imported here until one runs."""
