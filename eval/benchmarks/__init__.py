"""Speed and memory, always as ratios to a baseline measured in the same run."""
