"""txtai: an embeddings database with `hybrid` and `content`, as its documentation has it.

Run by `driver.py` in txtai's own environment.
"""

import json
from collections.abc import Callable
from pathlib import Path

from langchain_text_splitters import RecursiveCharacterTextSplitter
from txtai import Embeddings  # type: ignore[import-not-found]

SIZE, LIMIT = 900, 10


def build(articles: str, folder: str, model: str) -> None:
    """Splits the articles and indexes the passages by meaning and by words."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=SIZE, chunk_overlap=0)
    read = [json.loads(line) for line in Path(articles).read_text().splitlines()]
    embeddings = Embeddings(path=model, hybrid=True, content=True)
    embeddings.index(
        {"text": passage, "title": article.get("title", ""), "url": article.get("url", "")}
        for article in read
        for passage in splitter.split_text(f"{article.get('title', '')}\n\n{article['text']}")
    )
    embeddings.save(folder)


def load(folder: str, model: str) -> Callable[[str], list[str]]:
    """A search of both. The saved index names its model by itself."""
    embeddings = Embeddings()
    embeddings.load(folder)
    return lambda question: [found["text"] for found in embeddings.search(question, LIMIT)]
