"""The index in Milvus: vectors and words in one collection, followed from the catalogue's log.

docs/milvus.md says how to run it and what was measured.
"""
