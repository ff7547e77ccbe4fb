"""From the text of a page to evidence: content blocks, bylines, dates, chunks, duplicates."""
