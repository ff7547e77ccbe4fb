"""The engines that hold passages for a search."""
