"""Is it right, and is it fast: question sets, benchmarks and the sample archive."""
