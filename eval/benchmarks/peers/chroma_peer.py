"""Chroma: one collection on disk, searched by meaning alone, as its documentation has it.

Run by `driver.py` in Chroma's own environment.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import chromadb  # type: ignore[import-not-found]
from chromadb.utils.embedding_functions import (  # type: ignore[import-not-found]
    SentenceTransformerEmbeddingFunction,
)
from langchain_text_splitters import RecursiveCharacterTextSplitter

SIZE, LIMIT = 900, 10
NAME = "news"


def build(articles: str, folder: str, model: str) -> None:
    """Splits the articles and adds the passages, as many at a time as the client takes."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=SIZE, chunk_overlap=0)
    read = [json.loads(line) for line in Path(articles).read_text().splitlines()]
    rows = [
        (passage, {"title": article.get("title", ""), "url": article.get("url", "")})
        for article in read
        for passage in splitter.split_text(f"{article.get('title', '')}\n\n{article['text']}")
    ]
    client = chromadb.PersistentClient(path=folder)
    collection = client.create_collection(NAME, embedding_function=_embedding(model))
    most = client.get_max_batch_size()
    for first in range(0, len(rows), most):
        documents, metadatas = zip(*rows[first : first + most], strict=True)
        ids = [str(first + number) for number in range(len(documents))]
        collection.add(ids=ids, documents=list(documents), metadatas=list(metadatas))


def load(folder: str, model: str) -> Callable[[str], list[str]]:
    """A search of the collection."""
    client = chromadb.PersistentClient(path=folder)
    collection = client.get_collection(NAME, embedding_function=_embedding(model))

    def search(question: str) -> list[str]:
        texts: list[str] = collection.query(query_texts=[question], n_results=LIMIT)["documents"][0]
        return texts

    return search


def _embedding(model: str) -> Any:
    return SentenceTransformerEmbeddingFunction(model_name=model)
