"""What the passages say: candidates, their ranking, conflicts, and timelines."""
