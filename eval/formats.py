"""The bytes of public sets: their files, in a folder or a .zip, and what a row of each must hold."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from index.errors import DatelineError

Row = TypeVar("Row")
Id = Annotated[str, Field(coerce_numbers_to_str=True)]


class SquadAnswer(BaseModel):
    """A gold answer: a stretch of the paragraph."""

    text: str


class SquadQuestion(BaseModel):
    """A question to a paragraph; one that is impossible has no answer in it."""

    id: Id
    question: str
    answers: list[SquadAnswer] = []
    is_impossible: bool = False


class SquadParagraph(BaseModel):
    """A paragraph with its questions."""

    context: str
    qas: list[SquadQuestion]


class SquadPage(BaseModel):
    """An encyclopaedia page, cut into paragraphs."""

    title: str = ""
    paragraphs: list[SquadParagraph]


class Squad(BaseModel):
    """A file of SQuAD."""

    data: list[SquadPage]


class BeirText(BaseModel):
    """A line of corpus.jsonl or queries.jsonl."""

    id: Id = Field(alias="_id")
    title: str = ""
    text: str


class HopArticle(BaseModel):
    """An article of MultiHop-RAG's corpus.json."""

    title: str
    body: str
    doc_id: Id | None = None
    url: str | None = None
    source: str | None = None
    author: str | None = None
    published_at: datetime | None = None


class HopEvidence(BaseModel):
    """A sentence of an article that the answer rests on."""

    title: str
    fact: str
    url: str | None = None


class HopQuery(BaseModel):
    """A question of MultiHop-RAG."""

    query: str
    answer: str
    question_type: str
    evidence_list: list[HopEvidence]
    id: Id | None = None


class RgbRow(BaseModel):
    """A line of RGB. Answers within a list must all be given; of a nested list any one will do."""

    id: Id
    query: str
    answer: str | list[str | list[str]]
    positive: list[str] | list[list[str]]
    negative: list[str]
    positive_wrong: list[str] | None = None
    fakeanswer: str | list[str] | None = None


class Files:
    """The files of a set, by their path in its folder or .zip, less a single folder around them all."""

    def __init__(self, path: Path) -> None:
        """Raises DatelineError for a .zip that is damaged."""
        self.path = path
        self._zip = zipfile.ZipFile(path) if path.is_file() else None
        names = self._zip.namelist() if self._zip else _names_in(path)
        found = [name for name in names if not name.endswith("/")]
        tops = {PurePosixPath(name).parts[0] for name in found}
        wrapped = len(tops) == 1 and all("/" in name for name in found)
        self._inner = f"{tops.pop()}/" if wrapped else ""
        self._names = {name.removeprefix(self._inner) for name in found}

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def ending(self, suffix: str) -> list[str]:
        """The names with that ending, sorted."""
        return sorted(name for name in self._names if name.endswith(suffix))

    def place(self, name: str) -> str:
        """Where that file is, for messages."""
        return f"{self.path}/{self._inner}{name}"

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises DatelineError where it is missing or cannot be read."""
        if name not in self:
            raise DatelineError(
                f"{self.path} has no {name}; there are: {', '.join(sorted(self._names)[:10])}"
            )
        try:
            inner = self._inner + name
            return self._zip.read(inner) if self._zip else (self.path / inner).read_bytes()
        except (OSError, zipfile.BadZipFile) as error:
            raise DatelineError(f"{self.place(name)} cannot be read: {error}") from error


def parsed(kind: type[Row], data: bytes, place: str) -> Row:
    """JSON as that kind of record. Raises DatelineError that names the place and what is wrong there."""
    try:
        return TypeAdapter(kind).validate_json(data)
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(map(str, wrong["loc"]))
        told = f"{where} is missing" if wrong["type"] == "missing" else f"{where}: {wrong['msg'].lower()}"
        raise DatelineError(f"{place}: {told.removeprefix(': ')}") from error


def parsed_lines(kind: type[Row], data: bytes, place: str) -> Iterator[Row]:
    """A record from each line; empty lines are passed over. Raises as `parsed`, with the line."""
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            yield parsed(kind, line, f"{place}:{number}")


def judgements(data: bytes, place: str) -> dict[str, dict[str, int]]:
    """The relevant documents of each query with their grades, from a BEIR qrels file.

    Documents judged irrelevant are left out. Raises DatelineError for a row that is no judgement.
    """
    found: dict[str, dict[str, int]] = {}
    rows = csv.reader(io.StringIO(data.decode("utf-8")), delimiter="\t")
    for number, row in enumerate(rows, 1):
        if row == ["query-id", "corpus-id", "score"] or not row:
            continue
        try:
            query, document, grade = row[0], row[1], int(row[2])
        except (IndexError, ValueError) as error:
            raise DatelineError(f"{place}:{number}: a row is query-id, corpus-id and score") from error
        if grade > 0:
            found.setdefault(query, {})[document] = grade
    return found


def _names_in(folder: Path) -> list[str]:
    return [file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()]
