"""The lexical index: BM25 over stemmed words, by tantivy.

tantivy's files never change once written: an update writes new ones and then its list of files. So
the next generation of an index starts from links to the files of the last.
"""

import os
import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import tantivy
from numpy.typing import NDArray

from index.backends.local.columns import Ids, Mask
from index.catalogue.catalogue import Entry

Scores = NDArray[np.float64]

WRITER_BYTES = 64 << 20
LARGE = 100_000  # passages from which on a question's commoner words take most of the time
COMMON = 0.5  # the share of passages that hold such a word; it tells them apart no better than by 0.7
MOST_WORDS, MOST_SCORED = 12, 40  # by which passages are found there; by which those found are scored
MARGIN = 2  # how many more are taken before a filter than it should need
MOST = 20_000  # taken before a filter; then it is dearer than naming all that are allowed
STEMS_KEPT = 1 << 15  # words; news repeats most of its words, and stemming one anew takes microseconds
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff]+"
)
# The Sorani vowels and liquids lose their marks, which are often left out; a joiner and a lengthened line
# are no letters, and neither are the vowel signs of Arabic.
_LETTERS = str.maketrans(
    {
        **dict(zip("کیىھەۀہڕڵۆێ", "كييههههرلوي", strict=True)),
        **{chr(digit + zero): str(digit) for digit in range(10) for zero in (0x660, 0x6F0)},
        **dict.fromkeys([*map(chr, range(0x64B, 0x653)), "\u0640", "\u0670", "\u200c", "\u200d"]),
    }
)
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
            words = spelt_alike(f"{entry.title}\n{entry.text}")
            writer.add_document(tantivy.Document(passage=entry.passage_id, words=words))
        writer.commit()
        writer.wait_merging_threads()
        return cls(index)

    def __len__(self) -> int:
        count: int = self._searcher.num_docs
        return count

    def ids(self) -> Ids:
        """The ids in it, in no order."""
        return self._best(tantivy.Query.all_query(), max(len(self), 1))[0]

    def search(
        self, text: str, k: int, allowed: Mask | None = None, sparing: bool | None = None
    ) -> list[tuple[int, float]]:
        """At most k (passage id, BM25 score), best first, among `allowed` where it is given, by id.

        `sparing`, as a large index is by itself, passages are found by the words that tell them apart
        best, and only those found are scored by all.
        """
        words = list(dict.fromkeys(stems(text)))
        if not words or not len(self):
            return []
        sparing = len(self) > LARGE if sparing is None else sparing
        telling, rest = self._parted(words) if sparing else (words, [])
        query = self._any_of(telling)
        ids, scores = self._best(query, k) if allowed is None else self._best_of(allowed, query, k)
        if rest and len(ids):
            scores = scores + self._scored(ids, rest)
            order = np.argsort(-scores, kind="stable")
            ids, scores = ids[order], scores[order]
        return list(zip(ids.tolist(), scores.tolist(), strict=True))

    def _parted(self, words: Sequence[str]) -> tuple[list[str], list[str]]:
        """The words that tell passages apart best, by which they are found, and those that score them."""
        held = {word: self.passages_with(word) for word in words}
        ranked = sorted(words, key=held.__getitem__)[:MOST_SCORED]
        telling = [word for word in ranked[:MOST_WORDS] if held[word] <= COMMON * len(self)] or ranked[:1]
        return telling, ranked[len(telling) :]

    def _scored(self, ids: Ids, words: Iterable[str]) -> Scores:
        """The BM25 scores of those passages.

        One word is put around the other: tantivy goes from passage to passage only where a single word
        is optional, and reads the lists of several through.
        """
        query = self._among(ids)
        for word in words:
            term = tantivy.Query.term_query(self._index.schema, "words", word)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Should, term)])
        found, scores = self._best(query, len(ids))
        by_id = dict(zip(found.tolist(), scores.tolist(), strict=True))
        return np.array([by_id[number] for number in ids.tolist()], dtype=np.float64)

    def _any_of(self, words: Iterable[str]) -> tantivy.Query:
        terms = (tantivy.Query.term_query(self._index.schema, "words", word) for word in words)
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])

    def _best_of(self, allowed: Mask, query: tantivy.Query, k: int) -> tuple[Ids, Scores]:
        """The best of the allowed passages.

        A filter inside the query would keep tantivy from skipping what cannot be among the best, so
        more are taken and filtered after; unless so few are allowed that the query may as well name them.
        """
        count = int(np.count_nonzero(allowed))
        # `allowed` tells of all passages, and this index may hold a few of them alone.
        fetch = max(k, MARGIN * k * len(self) // max(count, 1))
        while fetch < MOST:
            ids, scores = self._best(query, fetch)
            kept = np.flatnonzero(allowed[ids])[:k]
            if len(kept) == k or len(ids) < fetch:
                return ids[kept], scores[kept]
            fetch *= 4
        return self._best(query.and_must_match(self._among(np.flatnonzero(allowed))), k)

    def _among(self, ids: Ids) -> tantivy.Query:
        """Matches those passages and adds nothing to their scores."""
        among = tantivy.Query.term_set_query(self._index.schema, "passage", ids.tolist())
        return tantivy.Query.const_score_query(among, 0.0)

    def _best(self, query: tantivy.Query, k: int) -> tuple[Ids, Scores]:
        hits = self._searcher.search(query, k, count=False).hits
        ids: list[Any] = self._searcher.fast_field_values("passage", [address for _, address in hits])
        return np.array(ids, dtype=np.int64), np.array([score for score, _ in hits], dtype=np.float64)

    def passages_with(self, stem: str) -> int:
        """Counts the passages that hold a word of that stem."""
        count: int = self._searcher.doc_freq("words", stem)
        return count


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
    return analyzer().analyze(spelt_alike(text))


def spelt_alike(text: str) -> str:
    """The text with what is one letter written as one, and with scripts that put no space between words cut.

    Chinese, Japanese, Thai, Lao, Khmer and Burmese are cut into pairs of neighbouring letters, as Lucene
    does; Persian and Kurdish letters are written as the Arabic ones that keyboards exchange them with.
    """
    if text.isascii():
        return text
    return _UNSPACED.sub(_in_pairs, text.translate(_LETTERS))


def _in_pairs(match: re.Match[str]) -> str:
    run = match[0]
    return f" {' '.join(run[place : place + 2] for place in range(max(len(run) - 1, 1)))} "


@cache
def _splitter() -> tantivy.TextAnalyzer:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).build()


def written(text: str) -> list[str]:
    """The words of a text as they are written: what `stem` brings to what the index keeps."""
    return _splitter().analyze(spelt_alike(text))


@lru_cache(STEMS_KEPT)
def stem(word: str) -> str:
    """Stems one word as the index keeps it; empty for one too long to be kept."""
    return "".join(analyzer().analyze(word))


@cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("passage", stored=False, indexed=True, fast=True)
    builder.add_text_field("words", stored=False, tokenizer_name="stemmed", index_option="freq")
    return builder.build()
