"""A Draft from a text, its zones and what its file says of it; what the file does not say, the text may."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import urldefrag, urlsplit, urlunsplit

from index.extraction import bylines
from index.extraction import content_blocks as cleaning
from index.extraction.dates.mentions import agreeing, mentions, publication_days
from index.extraction.names import names_in
from index.extraction.notices import notices, without_notices
from index.records import EVIDENCE, DateMention, Draft, Origin, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Metadata of an article, besides its text. None is unknown."""

    title: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: date | None = None
    updated: date | None = None
    language: str | None = None
    url: str | None = None


NOTHING = Known()
_FIELDS = tuple(entry.name for entry in fields(Known))


@dataclass(frozen=True, slots=True)
class Found:
    """Metadata and where each piece of it was found; every field has an origin."""

    known: Known = NOTHING
    origins: Mapping[str, Origin] = field(default_factory=dict)


NOTHING_FOUND = Found()


def found(known: Known, origin: Origin) -> Found:
    """All that is not None in `known`, found at `origin`."""
    return Found(known, {name: origin for name in _FIELDS if getattr(known, name) is not None})


def first(*sources: Found) -> Found:
    """For every field, the first source that has it."""
    values = dict.fromkeys(_FIELDS)
    origins = dict.fromkeys(_FIELDS, Origin.UNKNOWN)
    for source in reversed(sources):
        for name, origin in source.origins.items():
            if name in values and getattr(source.known, name) is not None:
                values[name] = getattr(source.known, name)
                origins[name] = origin
    return Found(Known(**values), origins)


def draft(
    text: str,
    zones: Sequence[Zone],
    says: Found,
    source: str,
    key: str | None = None,
    otherwise: Found = NOTHING_FOUND,
) -> Draft:
    """The article of a normalised text.

    `says` is what the file tells, `otherwise` what counts where neither file nor text tell; `source` is its
    path or address. Without a `key`, the URL is the key, else the path.
    """
    told = notices(text, zones, says.known.title or cleaning.headline(text))
    zones = without_notices(zones, told)
    byline = bylines.find(text, zones, Path(source).stem, says.known.language)
    own = Known(
        title=None if says.known.title else cleaning.headline(text, byline.outlet),
        outlet=byline.outlet,
        author=byline.author,
        published=byline.published,
        updated=byline.updated,
        language=byline.language,
    )
    origins = {name: byline.origins.get(name, Origin.TEXT) for name in _FIELDS}
    best = first(says, Found(own, origins), otherwise)
    best, last = _dated(text, zones, best)
    values = {name: getattr(best.known, name) for name in _FIELDS}
    evidence = "\n\n".join(zone.of(text) for zone in zones if zone.kind in EVIDENCE)
    return Draft(
        key=key or key_of(source, url=best.known.url),
        text=text,
        zones=tuple(zones),
        published_last=last,
        dateline=byline.dateline,
        dates=_dates(text, zones, best, last),
        notices=told,
        names=names_in(evidence),
        origins={**best.origins, "dateline": byline.origins["dateline"]},
        **values,
    )


def _dated(text: str, zones: Sequence[Zone], best: Found) -> tuple[Found, date | None]:
    """Fills in the days on which an undated article can have been published, where its text fixes them."""
    if best.known.published:
        return best, None
    days = publication_days(text, zones)
    if days is None:
        return best, None
    origins = {**best.origins, "published": Origin.INFERRED}
    return Found(replace(best.known, published=days[0]), origins), days[1] if days[1] > days[0] else None


def _dates(text: str, zones: Sequence[Zone], best: Found, last: date | None) -> tuple[DateMention, ...]:
    doubtful = best.origins["published"] is Origin.INFERRED
    read = partial(mentions, text, zones, language=best.known.language, doubtful=doubtful)
    found = read(best.known.published)
    return found if last is None else agreeing(found, read(last))


def key_of(source: str, *, url: str | None = None, id: str | None = None, outlet: str | None = None) -> str:
    """Identifies an article: by its URL, else by its id within its outlet or file, else by its file."""
    if url:
        return f"url:{_plain_url(url)}"
    if id:
        return f"id:{outlet or _resolved(source)}:{id}"
    return f"url:{_plain_url(source)}" if is_url(source) else f"file:{_resolved(source)}"


def content_mark(text: str) -> str:
    """Twelve hexadecimal digits that tell the articles of one file apart where they have no id."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def is_url(source: str) -> bool:
    """Tells whether an article came from the web rather than from a file."""
    return source.startswith(("http://", "https://"))


def host_of(url: str) -> str:
    """The host of an address, in small letters; "" where it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # such as an unclosed bracket
        return ""


def _plain_url(url: str) -> str:
    try:
        parts = urlsplit(urldefrag(url).url)
    except ValueError:  # such as an unclosed bracket in the host
        return url
    return urlunsplit(parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()))


def _resolved(source: str) -> str:
    return source if is_url(source) else str(Path(source).resolve())
