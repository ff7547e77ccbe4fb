"""LangChain: FAISS and BM25 in an ensemble, as its pages on hybrid retrieval have it.

Run by `driver.py` in LangChain's own environment. The BM25 retriever is kept as a pickle, since it has
no way of its own to be saved.
"""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from langchain_classic.retrievers import EnsembleRetriever  # type: ignore[import-not-found]
from langchain_community.retrievers import BM25Retriever  # type: ignore[import-not-found]
from langchain_community.vectorstores import FAISS  # type: ignore[import-not-found]
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings  # type: ignore[import-not-found]
from langchain_text_splitters import RecursiveCharacterTextSplitter

SIZE, LIMIT = 900, 10
WORDS = "bm25.pickle"


def build(articles: str, folder: str, model: str) -> None:
    """Splits the articles and indexes the passages twice."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=SIZE, chunk_overlap=0)
    passages = splitter.split_documents(
        [_document(json.loads(line)) for line in Path(articles).read_text().splitlines()]
    )
    FAISS.from_documents(passages, _embeddings(model)).save_local(folder)
    with Path(folder, WORDS).open("wb") as file:
        pickle.dump(BM25Retriever.from_documents(passages, k=LIMIT), file)


def load(folder: str, model: str) -> Callable[[str], list[str]]:
    """A search of both, joined by their ranks."""
    store = FAISS.load_local(folder, _embeddings(model), allow_dangerous_deserialization=True)
    with Path(folder, WORDS).open("rb") as file:
        words = pickle.load(file)  # noqa: S301
    near = store.as_retriever(search_kwargs={"k": LIMIT})
    both = EnsembleRetriever(retrievers=[words, near], weights=[0.5, 0.5])
    return lambda question: [found.page_content for found in both.invoke(question)][:LIMIT]


def _document(article: dict[str, Any]) -> Document:
    title, text = article.get("title", ""), article["text"]
    return Document(page_content=f"{title}\n\n{text}", metadata={"source": article.get("url", "")})


def _embeddings(model: str) -> HuggingFaceEmbeddings:
    return HuggingFaceEmbeddings(model_name=model, encode_kwargs={"normalize_embeddings": True})
