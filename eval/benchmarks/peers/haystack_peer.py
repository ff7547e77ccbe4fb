"""Haystack: the in-memory store with a BM25 and an embedding retriever and a joiner, as its tutorial has it.

Run by `driver.py` in Haystack's own environment. The tutorial ends in a reranking model, which none of
the other systems is given; instead the joiner puts the two rankings together.
"""

import json
from collections.abc import Callable
from pathlib import Path

from haystack import Document, Pipeline  # type: ignore[import-not-found]
from haystack.components.joiners import DocumentJoiner  # type: ignore[import-not-found]
from haystack.components.preprocessors import RecursiveDocumentSplitter  # type: ignore[import-not-found]
from haystack.components.retrievers.in_memory import (  # type: ignore[import-not-found]
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.components.writers import DocumentWriter  # type: ignore[import-not-found]
from haystack.document_stores.in_memory import InMemoryDocumentStore  # type: ignore[import-not-found]
from haystack_integrations.components.embedders.sentence_transformers import (  # type: ignore[import-not-found]
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

SIZE, LIMIT = 900, 10
STORE = "store.json"
SEPARATORS = ["\n\n", "\n", " "]  # the default without sentences, for which NLTK would fetch a model


def build(articles: str, folder: str, model: str) -> None:
    """Runs the articles through a pipeline that splits, embeds and writes them."""
    store = InMemoryDocumentStore()
    pipeline = Pipeline()
    splitter = RecursiveDocumentSplitter(
        split_length=SIZE, split_overlap=0, split_unit="char", separators=SEPARATORS
    )
    pipeline.add_component("splitter", splitter)
    pipeline.add_component("embedder", SentenceTransformersDocumentEmbedder(model=model))
    pipeline.add_component("writer", DocumentWriter(store))
    pipeline.connect("splitter", "embedder")
    pipeline.connect("embedder", "writer")
    read = [json.loads(line) for line in Path(articles).read_text().splitlines()]
    documents = [
        Document(
            content=f"{article.get('title', '')}\n\n{article['text']}", meta={"url": article.get("url", "")}
        )
        for article in read
    ]
    pipeline.run({"splitter": {"documents": documents}})
    store.save_to_disk(str(Path(folder, STORE)))


def load(folder: str, model: str) -> Callable[[str], list[str]]:
    """A search of both retrievers, joined by their ranks."""
    store = InMemoryDocumentStore.load_from_disk(str(Path(folder, STORE)))
    pipeline = Pipeline()
    pipeline.add_component("asked", SentenceTransformersTextEmbedder(model=model, progress_bar=False))
    pipeline.add_component("near", InMemoryEmbeddingRetriever(store, top_k=LIMIT))
    pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=LIMIT))
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=LIMIT)
    pipeline.add_component("joiner", joiner)
    pipeline.connect("asked", "near")
    pipeline.connect("near", "joiner")
    pipeline.connect("words", "joiner")

    def search(question: str) -> list[str]:
        found = pipeline.run({"asked": {"text": question}, "words": {"query": question}})
        return [document.content for document in found["joiner"]["documents"]]

    return search
