"""Processes that write to and read from an archive while the fault tests kill, fill and damage it.

They are forked from a server that has imported everything already, so that a kill costs
milliseconds. What a process tells over its pipe before it dies is the oracle of the tests.
"""

import random
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

import datasketch  # noqa: F401  # `index` imports these when it needs them; here once for all that is forked
import faiss  # noqa: F401
import langchain_text_splitters  # noqa: F401

from index.archive import Archive
from index.database.connections import Address
from index.engines import index_at
from index.errors import is_fault
from index.extraction.chunking import Chunker
from index.records import Draft, Hit, Origin, Query, Zone, ZoneKind
from tests.fakes import HashedWords

CHUNKER = Chunker(size=300)
WORDS = [
    "harbour",
    "bridge",
    "council",
    "mayor",
    "flood",
    "ferry",
    "hospital",
    "ward",
    "ballot",
    "festival",
    "lantern",
    "pump",
    "cannery",
    "fire",
    "budget",
    "crown",
    "lorry",
    "toll",
    "school",
    "strike",
    "rescue",
    "report",
    "witness",
    "court",
    "station",
    "engineer",
    "river",
    "valley",
]

Told = tuple[str, int, int] | tuple[str, str, str]
"""What a writer tells: a step with an article's number and version, or an error with its sentence."""

REMOVED = 0  # stands for the version of an article that is gone


@dataclass(frozen=True, slots=True)
class Writing:
    """What a writer is to do: some calls of `add` or `remove`, chosen by the seed.

    New articles are numbered from `first`; those numbered below `keep` stay as they are.
    `largest_file`, in bytes, makes the disk seem full.
    """

    directory: Path
    seed: int
    first: int
    calls: int = 1000
    keep: int = 0
    largest_file: int | None = None
    index: str | None = None  # the address of a Milvus
    catalogue: Address | None = None  # where it is not in the directory


def make_archive(
    directory: Path,
    embedder: HashedWords | None = None,
    index: str | None = None,
    catalogue: Address | None = None,
) -> Archive:
    """The archive in that directory, made if there is none."""
    fake = embedder or HashedWords()
    return Archive.create(directory, lambda: fake, CHUNKER, catalogue, load_index=index_at(index))


def open_archive(
    directory: Path,
    embedder: HashedWords | None = None,
    index: str | None = None,
    catalogue: Address | None = None,
) -> Archive:
    """The archive in that directory."""
    fake = embedder or HashedWords()
    return Archive.open(directory, lambda: fake, CHUNKER, catalogue, load_index=index_at(index))


def mark(number: int, version: int) -> str:
    """A word that stands in one version of one article alone."""
    return f"mark{number}v{version}"


@cache
def draft(number: int, version: int) -> Draft:
    """That version of that generated article, the same in every process: three to six passages."""
    chance = random.Random(f"{number} {version}")
    text = f"{_sentence(chance)} The file is {mark(number, version)}.\n\n"
    text += "\n\n".join(
        " ".join(_sentence(chance) for _ in range(chance.randint(3, 6))) for _ in range(chance.randint(2, 4))
    )
    return Draft(
        key=f"article {number}",
        text=text,
        zones=(Zone(0, len(text), ZoneKind.REPORTING),),
        title=f"Report {number}",
        outlet="The Generated Times",
        published=date(2021, 1, 1) + timedelta(days=number % 365),
        origins={"title": Origin.GIVEN},
    )


def _sentence(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(6, 12))).capitalize() + "."


def number_of(key: str) -> int:
    """The number in an article's key."""
    return int(key.removeprefix("article "))


def write(writing: Writing, pipe: Connection) -> None:
    """Adds, updates and removes articles, and tells each step before and after it is taken.

    `plan` comes before anything is written, `done` after the archive has acknowledged it,
    `publishing` when nothing is left of a call but to publish, and `published` after that.
    """
    if writing.largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (writing.largest_file, writing.largest_file))
    try:
        archive = make_archive(writing.directory, index=writing.index, catalogue=writing.catalogue)
        held = {
            number: (article.version, article.id)
            for article in archive.articles()
            if (number := number_of(article.key)) >= writing.keep
        }
        pipe.send(("started", 0, 0))
        _write_all(archive, writing, held, pipe)
    except BaseException as error:  # told to the test, which knows which errors are right
        if not is_fault(error):
            raise
        pipe.send(("error", type(error).__name__, str(error)))


def _write_all(
    archive: Archive, writing: Writing, held: dict[int, tuple[int, int]], pipe: Connection
) -> None:
    chance = random.Random(writing.seed)
    fresh = writing.first
    for _ in range(writing.calls):
        if held and chance.random() < 0.2:
            number = chance.choice(sorted(held))
            _remove(archive, number, held.pop(number)[1], pipe)
            continue
        changing = chance.sample(sorted(held), min(len(held), chance.randint(0, 1)))
        planned = {number: held.pop(number)[0] + 1 for number in changing}
        planned.update((fresh + i, 1) for i in range(chance.randint(1, 2)))
        fresh += 2
        _add(archive, planned, pipe)


def _add(archive: Archive, planned: dict[int, int], pipe: Connection) -> None:
    for number, version in planned.items():
        pipe.send(("plan", number, version))
    results = archive.add(draft(number, version) for number, version in planned.items())
    for (number, version), _ in zip(planned.items(), results, strict=False):
        pipe.send(("done", number, version))
    pipe.send(("publishing", 0, 0))
    next(results, None)
    pipe.send(("published", 0, 0))


def _remove(archive: Archive, number: int, article_id: int, pipe: Connection) -> None:
    pipe.send(("plan", number, REMOVED))
    archive.remove(article_id)
    pipe.send(("done", number, REMOVED))


def read(directory: Path, seed: int, numbers: range, stop: Event, pipe: Connection) -> None:
    """Searches for the articles of those numbers until told to stop, then tells how it went.

    Every second search opens the archive anew.
    """
    chance = random.Random(seed)
    searches = 0
    faults: list[str] = []
    archive = open_archive(directory)
    while not stop.is_set():
        number = chance.choice(numbers)
        reader = archive if searches % 2 else open_archive(directory)
        try:
            faults += unsound(reader.search(Query(text=mark(number, 1))), number)
        except BaseException as error:  # a reader must never see one
            if not is_fault(error):
                raise
            faults.append(f"{type(error).__name__}: {error}")
        if reader is not archive:
            reader.close()
        searches += 1
    pipe.send((searches, faults[:5]))


def unsound(hits: list[Hit], number: int) -> Iterator[str]:
    """What is wrong with the hits of a search for the first version of an article."""
    if number not in {number_of(hit.article.key) for hit in hits}:
        yield f"article {number} was not found"
    if len({hit.passage.id for hit in hits}) != len(hits):
        yield f"a passage was found twice by the search for article {number}"
    for hit in hits:
        version = draft(number_of(hit.article.key), hit.article.version)
        if hit.article.text != version.text or hit.passage.of(version.text) != hit.passage.text:
            yield f"{hit.article.key} is not the article that was added"
        if hit.passage.version != hit.article.version:
            yield f"a passage of {hit.article.key} is of another version than the article"
