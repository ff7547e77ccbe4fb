"""The lexical index: BM25 over stemmed words, by tantivy.

tantivy's files never change once written: an update writes new ones and then its list of files. So
the next generation of an index starts from links to the files of the last.
"""

import os
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Self

import tantivy

from index.catalogue import Entry
from index.vectors import Ids

WRITER_BYTES = 64 << 20
LOCKS = frozenset({".tantivy-writer.lock", ".tantivy-meta.lock"})


class LexicalIndex:
    """The words of passages by passage id. Open one, or build one; it never changes after that."""

    def __init__(self, index: tantivy.Index) -> None:
        """Wraps an open tantivy index; `open` and `build` make one."""
        index.config_reader("manual")
        index.reload()
        self._index = index
        self._searcher = index.searcher()

    @classmethod
    def open(cls, directory: Path) -> Self:
        """The index written in that directory. Raises ValueError where it cannot be read."""
        index = tantivy.Index.open(str(directory))
        index.register_tokenizer("stemmed", analyzer())
        return cls(index)

    @classmethod
    def build(
        cls,
        entries: Iterable[Entry],
        directory: Path | None = None,
        *,
        base: Path | None = None,
        removed: Sequence[int] = (),
    ) -> Self:
        """Writes an index of the entries, in memory where no directory is given.

        With `base`, it is the index of that directory without `removed` and with the entries; the
        base is not touched, and what does not change is not written again.
        """
        if directory is not None:
            directory.mkdir()
            for file in base.iterdir() if base else ():
                if file.name not in LOCKS:
                    os.link(file, directory / file.name)
        index = tantivy.Index(_schema(), path=str(directory) if directory else None)
        index.register_tokenizer("stemmed", analyzer())
        writer = index.writer(WRITER_BYTES, num_threads=1)
        for passage_id in removed:
            writer.delete_documents_by_term("passage", passage_id)
        for entry in entries:
            words = f"{entry.title}\n{entry.text}"
            writer.add_document(tantivy.Document(passage=entry.passage_id, words=words))
        writer.commit()
        writer.wait_merging_threads()
        return cls(index)

    def __len__(self) -> int:
        count: int = self._searcher.num_docs
        return count

    def ids(self) -> list[int]:
        """The ids in it, in no order."""
        found = self._searcher.search(tantivy.Query.all_query(), max(len(self), 1), count=False)
        return self._ids([address for _, address in found.hits])

    def search(self, text: str, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """At most k (passage id, BM25 score), best first, among `allowed` where it is given."""
        schema = self._index.schema
        words = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "words", word))
            for word in dict.fromkeys(stems(text))
        ]
        if not words or not len(self):
            return []
        query = tantivy.Query.boolean_query(words)
        if allowed is not None:
            among = tantivy.Query.term_set_query(schema, "passage", allowed.tolist())
            query = query.and_must_match(tantivy.Query.const_score_query(among, 0.0))
        found = self._searcher.search(query, k, count=False)
        ids = self._ids([address for _, address in found.hits])
        return [(passage_id, score) for passage_id, (score, _) in zip(ids, found.hits, strict=True)]

    def passages_with(self, stem: str) -> int:
        """How many passages hold a word of that stem."""
        count: int = self._searcher.doc_freq("words", stem)
        return count

    def _ids(self, addresses: list[Any]) -> list[int]:
        ids: list[Any] = self._searcher.fast_field_values("passage", addresses)
        return ids


@cache
def analyzer() -> tantivy.TextAnalyzer:
    """Text to words as the index keeps them: lower case, without accents, stemmed.

    Each stemmer knows the letters of its own script alone, so together they stem by script: Latin as
    English, Arabic as Arabic, Cyrillic as Russian, Greek as Greek. Words of other scripts stay whole.
    """
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(80),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
        tantivy.Filter.stemmer("arabic"),
        tantivy.Filter.stemmer("russian"),
        tantivy.Filter.stemmer("greek"),
    ):
        builder = builder.filter(step)
    return builder.build()


def stems(text: str) -> list[str]:
    """The words of a text as the index keeps them, in order."""
    return analyzer().analyze(text)


@cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("passage", stored=False, indexed=True, fast=True)
    builder.add_text_field("words", stored=False, tokenizer_name="stemmed", index_option="freq")
    return builder.build()
