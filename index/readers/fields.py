"""Metadata under the names people give it, in JSON and in front matter."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from index.errors import BadValue, Unreadable
from index.extraction.content_blocks import normalise
from index.extraction.dates import from_timestamp, parse_date
from index.readers.drafting import Found, Known, found
from index.records import Origin

NAMES = {
    "id": ("id", "_id", "guid", "uuid", "article_id"),
    "url": ("url", "link", "canonical_url", "permalink"),
    "title": ("title", "headline"),
    "text": ("text", "body", "content", "articleBody", "article_body", "full_text"),
    "outlet": ("outlet", "source", "publisher", "site_name", "sitename", "publication"),
    "author": ("author", "authors", "byline", "creator"),
    "published": (
        "published",
        "date",
        "publication_date",
        "published_at",
        "datePublished",
        "published_date",
        "pubDate",
    ),
    "updated": ("updated", "dateModified", "updated_at", "modified", "last_modified"),
    "language": ("language", "lang", "inLanguage"),
}
"""For each piece of metadata the field names that may hold it; the first that is there counts."""

Mapped = tuple[tuple[str, str], ...]
"""Pairs of a piece of metadata and the field that holds it in someone's files, such as ("title", "hed")."""

_LANGUAGES = dict(
    zip(
        [
            "english",
            "arabic",
            "kurdish",
            "persian",
            "turkish",
            "spanish",
            "french",
            "german",
            "russian",
            "chinese",
            "hindi",
        ],
        ["en", "ar", "ku", "fa", "tr", "es", "fr", "de", "ru", "zh", "hi"],
        strict=True,
    )
)


def value_of(record: Mapping[str, object], name: str) -> tuple[str, object]:
    """The field name used and its value; the value is None if no name for it is there or all are empty."""
    for alias in NAMES[name]:
        if record.get(alias) not in (None, "", [], {}):
            return alias, record[alias]
    return NAMES[name][0], None


def parse_mapped(pairs: Sequence[str]) -> Mapped:
    """The mapping that "title=headline" and the like spell. Raises BadValue naming what is wrong."""
    mapped: dict[str, str] = {}
    for pair in pairs:
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not (ours and equals and theirs):
            raise BadValue(f"{pair!r} is not a mapping; write title=headline")
        if ours not in NAMES:
            raise BadValue(f"no field {ours!r} to map; there are: {', '.join(NAMES)}")
        if ours in mapped:
            raise BadValue(f"{ours!r} is mapped twice, to {mapped[ours]!r} and to {theirs!r}")
        mapped[ours] = theirs
    return tuple(mapped.items())


def renamed(record: Mapping[str, object], mapped: Mapped) -> Mapping[str, object]:
    """A record whose mapped fields stand under the first of our names, before all others.

    "meta.headline" means the headline of the object meta, unless a field has that very name.
    """
    if not mapped:
        return record
    found = {NAMES[ours][0]: _value_at(record, theirs) for ours, theirs in mapped}
    return {**record, **found}


def _value_at(record: Mapping[str, object], path: str) -> object:
    if path in record:
        return record[path]
    value: object = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def known_fields(record: Mapping[str, object]) -> Found:
    """The metadata of a record. Raises Unreadable naming the first value that is of no use."""
    author = value_of(record, "author")
    known = Known(
        title=_line(*value_of(record, "title")),
        outlet=_line(*_named(*value_of(record, "outlet"))),
        author=_authors(*author),
        published=_day(*value_of(record, "published")),
        updated=_day(*value_of(record, "updated")),
        language=language_code(_line(*value_of(record, "language"))),
        url=_line(*value_of(record, "url")),
    )
    return found(known, Origin.GIVEN)


def id_of(record: Mapping[str, object]) -> str | None:
    """The id of a record, a string or a whole number. Raises Unreadable for anything else."""
    name, value = value_of(record, "id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _line(name, value)


def language_code(name: str | None) -> str | None:
    """ISO 639-1 of "en", "en-GB", "en_US" or "English"; None if it is none of these."""
    plain = (name or "").strip().casefold()
    if plain in _LANGUAGES:
        return _LANGUAGES[plain]
    match = re.match(r"([a-z]{2})(?:[-_]|$)", plain)
    return match[1] if match else None


def kind_of(value: object) -> str:
    """What a JSON value is, in words for an error."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names: dict[type, str] = {str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")


def shown(value: object) -> str:
    """A value as an error quotes it: short, and on one line."""
    text = normalise(str(value)[:200]).replace("\n", " ")
    return repr(text if len(text) <= 60 else text[:57] + "…")


def _line(name: str, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unreadable(f"{name} is {kind_of(value)}; it must be a string")
    return normalise(value).replace("\n", " ") or None


def _named(name: str, value: object) -> tuple[str, object]:
    """schema.org writes people and houses as objects with a name."""
    return (name, value.get("name")) if isinstance(value, Mapping) else (name, value)


def _authors(name: str, value: object) -> str | None:
    several = value if isinstance(value, list) else [value]
    names = [_line(*_named(name, one)) for one in several]
    return ", ".join(filter(None, names)) or None


def _day(name: str, value: object) -> date | None:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        value = value.isoformat()
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        day = from_timestamp(value)
    elif isinstance(value, str):
        day = parse_date(normalise(value))
    else:
        raise Unreadable(f"{name} is {kind_of(value)}; write YYYY-MM-DD")
    if day is None:
        raise Unreadable(f"{name} {shown(value)} is not a date; write YYYY-MM-DD")
    return day
