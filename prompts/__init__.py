"""The texts that language models are given, as Markdown files, and their loader."""
