"""Reading of the passages: candidates, their ranking, conflicts, and timelines."""
