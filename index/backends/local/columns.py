"""Columns of what filters ask of every passage: a million are looked through in milliseconds.

A passage's article version never changes, so neither does its row; what may change, such as the
cluster of an article, is not here.
"""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.records import Filters

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.int32]

UNKNOWN = 0  # stands for no day and for no name
NAMES = "names"


@dataclass(frozen=True, slots=True)
class Column:
    """A text column: the different texts, and of each passage the number of its own, from 1."""

    codes: Codes
    texts: tuple[str, ...]

    @classmethod
    def of(cls, values: Iterable[str | None]) -> Self:
        """The column of those values; None is coded UNKNOWN."""
        numbers: dict[str, int] = {}
        codes = [
            UNKNOWN if value is None else numbers.setdefault(value, len(numbers) + 1) for value in values
        ]
        return cls(np.array(codes, dtype=np.int32), tuple(numbers))

    @classmethod
    def joined(cls, columns: Sequence[Self]) -> Self:
        """One column after the other, as one."""
        numbers: dict[str, int] = {}
        codes = []
        for column in columns:
            known = [UNKNOWN, *(numbers.setdefault(text, len(numbers) + 1) for text in column.texts)]
            codes.append(np.array(known, dtype=np.int32)[column.codes])
        return cls(np.concatenate(codes), tuple(numbers))

    def at(self, rows: Ids) -> "Column":
        """The column of those rows alone."""
        return Column(self.codes[rows], self.texts)

    def text(self, row: int) -> str | None:
        """The text of that row."""
        code = int(self.codes[row])
        return None if code == UNKNOWN else self.texts[code - 1]

    def among(self, wanted: Iterable[bool]) -> Mask:
        """The rows whose text is wanted; `wanted` tells of each text in turn."""
        mask: Mask = np.array([False, *wanted])[self.codes]
        return mask

    def present(self, rows: Mask) -> set[str]:
        """The texts that stand in those rows."""
        return {self.texts[code - 1] for code in np.unique(self.codes[rows]) if code != UNKNOWN}


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of a passage that are known without reading it."""

    passage_id: int
    article_id: int
    published: date | None
    outlet: str | None
    author: str | None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """A row for each passage, in the order of their ids."""

    ids: Ids  # of passages, ascending
    articles: Ids
    published: Codes  # days, as `date.toordinal` counts them
    outlets: Column
    authors: Column
    languages: Column

    @classmethod
    def of(cls, rows: Sequence[Any]) -> Self:
        """The columns of the catalogue's rows, which are in the order of their ids."""
        days = [row.published.toordinal() if row.published else UNKNOWN for row in rows]
        return cls(
            np.array([row.id for row in rows], dtype=np.int64),
            np.array([row.article_id for row in rows], dtype=np.int64),
            np.array(days, dtype=np.int32),
            Column.of(row.outlet for row in rows),
            Column.of(row.author for row in rows),
            Column.of(row.language for row in rows),
        )

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The rows of all the parts, one part after the other; `at` puts them in order."""
        return cls(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.articles for part in parts]),
            np.concatenate([part.published for part in parts]),
            Column.joined([part.outlets for part in parts]),
            Column.joined([part.authors for part in parts]),
            Column.joined([part.languages for part in parts]),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def at(self, rows: Ids) -> "Columns":
        """Selects those rows alone, in that order."""
        return Columns(
            self.ids[rows],
            self.articles[rows],
            self.published[rows],
            self.outlets.at(rows),
            self.authors.at(rows),
            self.languages.at(rows),
        )

    def facts(self, row: int) -> Facts:
        """Facts of one row's passage."""
        day = int(self.published[row])
        return Facts(
            passage_id=int(self.ids[row]),
            article_id=int(self.articles[row]),
            published=None if day == UNKNOWN else date.fromordinal(day),
            outlet=self.outlets.text(row),
            author=self.authors.text(row),
            language=self.languages.text(row),
        )

    def passing(self, filters: Filters) -> Mask:
        """The rows that pass the filters: those that `Catalogue.passage_ids` gives."""
        passing = np.ones(len(self), dtype=np.bool_)
        for condition in self._conditions(filters):
            passing &= condition
        return passing

    def _conditions(self, filters: Filters) -> Iterator[Mask]:
        if filters.since:
            yield self.published >= filters.since.toordinal()
        until = min((day for day in (filters.until, filters.as_of) if day), default=None)
        if until:
            yield (self.published <= until.toordinal()) & (self.published != UNKNOWN)
        if filters.outlets:
            yield self.outlets.among(text in filters.outlets for text in self.outlets.texts)
        if filters.authors:
            names = [name.casefold() for name in filters.authors]
            yield self.authors.among(any(n in text.casefold() for n in names) for text in self.authors.texts)
        if filters.languages:
            yield self.languages.among(text in filters.languages for text in self.languages.texts)

    def to_bytes(self) -> bytes:
        """The columns as bytes that `from_bytes` reads again."""
        arrays: dict[str, NDArray[Any]] = {}
        names = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Column):
                names[field.name] = value.texts
            arrays[field.name] = value.codes if isinstance(value, Column) else value
        arrays[NAMES] = np.frombuffer(json.dumps(names).encode(), dtype=np.uint8)
        data = io.BytesIO()
        np.savez(data, allow_pickle=False, **arrays)
        return data.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The columns that `to_bytes` wrote. Raises ValueError where the bytes are no columns."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            names = json.loads(arrays[NAMES].tobytes())
            found: dict[str, Any] = {
                field.name: Column(arrays[field.name], tuple(names[field.name]))
                if field.name in names
                else arrays[field.name]
                for field in fields(cls)
            }
        return cls(**found)
