"""Articles and passages as every front sends them: the wire contract beside that of answers."""

import csv
import difflib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any

from index.archive import Archive
from index.records import Article, Hit
from service.answers import Imprint, imprint_of

_FORMULA = frozenset("=+-@\t\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An article without its text.

    Where the text fixes only some days, `published` is the first and `published_last` the last of them.
    `standing` is "corrected" or "retracted"; `notice_in` is the other article that prints the notice.
    """

    id: str
    version: int
    title: str | None
    outlet: str | None
    author: str | None
    published: date | None
    published_last: date | None
    updated: date | None
    language: str | None
    url: str | None
    origins: dict[str, str]
    standing: str | None
    notice_in: str | None
    added: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneShown:
    """A stretch of an article's text and what it is; only reporting and captions are evidence."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DateShown:
    """A stretch of the text that names days, the first and last of them, and whether they were to come."""

    start: int
    end: int
    first: date
    last: date
    origin: str
    planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(Listed):
    """One version of an article, whole.

    `latest_version` is the number of the current one; `copies` are the other articles that print the
    same text.
    """

    latest_version: int
    dateline: str | None
    text: str
    zones: tuple[ZoneShown, ...]
    dates: tuple[DateShown, ...]
    copies: tuple[Listed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """A piece of metadata before and after."""

    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleVersion:
    """Changes of one version of an article: metadata by name, and paragraphs."""

    version: int
    added: datetime
    metadata: dict[str, Replaced]
    removed: list[str]
    inserted: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Imprint):
    """A passage that a search found. Scores are higher for better: fused and cosine up to 1, BM25."""

    text: str
    start: int
    end: int
    score: float
    dense: float
    lexical: float


def listed(article: Article) -> Listed:
    """An article as lists show it."""
    return Listed(**_listing(article))


def csv_of(articles: Iterable[Article]) -> Iterator[str]:
    """A table of articles in CSV, a line at a time. No cell can become a formula of a spreadsheet."""
    line = io.StringIO()
    writer = csv.writer(line)
    names = ("id", "version", "title", "outlet", "author", "published", "language", "url", "standing")
    for row in chain([names], (map(_cell, (getattr(one, name) for name in names)) for one in articles)):
        writer.writerow(row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in _FORMULA else text


def shown(archive: Archive, article_id: int, version: int | None = None) -> Shown:
    """A version of an article, the current one by default. Raises NotFound."""
    article = archive.article(article_id, version)
    latest = article.version if version is None else archive.article(article_id).version
    zones = tuple(ZoneShown(start=zone.start, end=zone.end, kind=zone.kind) for zone in article.zones)
    dates = tuple(
        DateShown(
            start=day.start,
            end=day.end,
            first=day.first,
            last=day.last,
            origin=day.origin,
            planned=day.planned,
        )
        for day in article.dates
    )
    return Shown(
        **_listing(article),
        latest_version=latest,
        dateline=article.dateline,
        text=article.text,
        zones=zones,
        dates=dates,
        copies=tuple(map(listed, archive.copies(article))),
    )


def found(hit: Hit) -> Found:
    """A hit as searches show it."""
    passage = hit.passage
    return Found(
        **imprint_of(hit.article),
        text=passage.text,
        start=passage.start,
        end=passage.end,
        score=round(hit.score, 4),
        dense=round(hit.dense, 4),
        lexical=round(hit.lexical, 4),
    )


def changes(archive: Archive, article_id: int) -> list[ArticleVersion]:
    """The versions of an article, oldest first, each with what it changed. Raises NotFound."""
    versions = archive.versions(article_id)
    before = [None, *versions[:-1]]
    return [_change(old, new) for old, new in zip(before, versions, strict=True)]


def _listing(article: Article) -> dict[str, Any]:
    return {
        "id": str(article.id),
        "version": article.version,
        "title": article.title,
        "outlet": article.outlet,
        "author": article.author,
        "published": article.published,
        "published_last": article.published_last,
        "updated": article.updated,
        "language": article.language,
        "url": article.url,
        "origins": {name: str(origin) for name, origin in article.origins.items()},
        "standing": article.standing,
        "notice_in": str(article.notice_in) if article.notice_in else None,
        "added": article.added,
    }


def _change(old: Article | None, new: Article) -> ArticleVersion:
    names = ("title", "outlet", "author", "published", "updated", "language", "url")
    pairs = {name: Replaced(old=_told(old, name), new=_told(new, name)) for name in names}
    lines = list(difflib.ndiff(_paragraphs(old), _paragraphs(new))) if old else []
    return ArticleVersion(
        version=new.version,
        added=new.added,
        metadata={name: pair for name, pair in pairs.items() if old and pair.old != pair.new},
        removed=[line[2:] for line in lines if line.startswith("- ")],
        inserted=[line[2:] for line in lines if line.startswith("+ ")],
    )


def _paragraphs(article: Article | None) -> list[str]:
    return [] if article is None else article.evidence().split("\n\n")


def _told(article: Article | None, name: str) -> str | None:
    value = getattr(article, name, None)
    return None if value is None else str(value)
