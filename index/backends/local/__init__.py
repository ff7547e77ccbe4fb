"""Indexes in the folder of an archive: FAISS for vectors, tantivy for words."""
