"""Metadata under the names people give it, in JSON, tables, exports and front matter."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from html import unescape
from itertools import islice

from index.errors import BadValue, Unreadable
from index.extraction.bylines import author_in
from index.extraction.dates import dates_in, from_timestamp, parse_date
from index.extraction.normalisation import normalise
from index.extraction.sentences import sentences
from index.readers.drafting import Found, Known, found
from index.records import Origin

# What stands around a name and says nothing: "article_title", "webUrl", "plainText", "dc:date".
_AROUND = (
    "(?:article|post|story|news|item|page|web|main|full|raw|plain|clean(?:ed)?|doc(?:ument)?|entry|wp|dc|og)*"
)
_TIME = "(?:date|time|stamp|day|at|on|of|utc|gmt|iso|epoch|ms|original|first)*"
_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": (f"{_AROUND}(?:id|guid|uuid|uri)", "accession(?:no|number)"),
    "url": (f"{_AROUND}(?:canonical)?(?:url|link|permalink|href)",),
    "title": (f"{_AROUND}(?:title|headline|heading|hed)",),
    "text": (
        f"{_AROUND}(?:text|body|contents?|paragraphs)(?:text|html|plain)?",
        f"{_AROUND}(?:html|markdown)|article|story",
    ),
    "outlet": (
        "(?:outlet|publisher|publication|newspaper|media|medium|site|source|channel)(?:name|title)?",
        "containertitle|journal(?:title)?|sourcedomain|domain|website",
    ),
    "author": (f"{_AROUND}(?:author|byline|creator|writer|journalist|reporter|by)(?:names?)?s?",),
    "published": (
        "published|publishedat|datepublished",
        f"{_AROUND}(?:{_TIME}(?:publi(?:sh(?:ed|ing)?|c)|pub){_TIME}|{_TIME}publication{_TIME})",
        f"{_AROUND}(?:released?|posted|issued){_TIME}",
        f"{_AROUND}date(?:time|of|iso|utc|gmt)?",
        f"{_AROUND}created?{_TIME}",
        f"{_AROUND}(?:timestamp|time|seendate)",
    ),
    "updated": (f"{_AROUND}(?:date|last)?(?:updated?|modified|edited|revised){_TIME}",),
    "language": ("(?:in)?lang(?:uage)?(?:code)?",),
    "summary": (f"{_AROUND}(?:description|abstract|summary|excerpt|snippet|lead(?:paragraph)?|standfirst)",),
    "status": (f"{_AROUND}status|(?:is)?draft",),
}
PIECES = ("id", "url", "title", "text", "outlet", "author", "published", "updated", "language")
"""What a field may be mapped to by hand."""

_PATTERNS = [(piece, rank, re.compile(name)) for piece in _NAMES for rank, name in enumerate(_NAMES[piece])]
_HOLDERS = frozenset(
    """_source _embedded fields attributes properties meta metadata data article post story item entry
    document doc node record""".split()
)
_MOST_FIELDS = 500
_DEEPEST_FIELD = 8
_UNPUBLISHED = frozenset({"draft", "private", "pending", "future", "trash", "auto-draft", "unpublished"})
_LONG = 200  # letters from which a field of an unknown name may be the text
_CUT_OFF = re.compile(r"(?:…|\.\.\.)?(?:(?<!\s)\s+)?\[\+\d+ chars\]\s*$")
_SPOKEN = ("name", "title", "rendered", "main", "original", "displayname", "default", "text", "value")
_NAME_PARTS = (("given", "family"), ("first", "last"), ("firstname", "lastname"))
_WORDS = ("rendered", "html", "text", "plain", "plaintext", "value", "content", "body", "paragraphs", "main")

Mapped = tuple[tuple[str, str], ...]
"""Pairs of a piece of metadata and the field that holds it in someone's files, such as ("title", "hed")."""

_LANGUAGES = {
    name: names[0]
    for names in (
        ("en", "eng", "english"),
        ("ar", "ara", "arabic"),
        ("ku", "kur", "kurdish"),
        ("fa", "fas", "persian"),
        ("tr", "tur", "turkish"),
        ("es", "spa", "spanish"),
        ("fr", "fra", "french"),
        ("de", "deu", "german"),
        ("ru", "rus", "russian"),
        ("zh", "zho", "chinese"),
        ("hi", "hin", "hindi"),
    )
    for name in names
}


def parse_mapped(pairs: Sequence[str]) -> Mapped:
    """The mapping that "title=headline" and the like spell. Raises BadValue naming what is wrong."""
    mapped: dict[str, str] = {}
    for pair in pairs:
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not (ours and equals and theirs):
            raise BadValue(f"{pair!r} is not a mapping; write title=headline")
        if ours not in PIECES:
            raise BadValue(f"no field {ours!r} to map; there are: {', '.join(PIECES)}")
        if ours in mapped:
            raise BadValue(f"{ours!r} is mapped twice, to {mapped[ours]!r} and to {theirs!r}")
        mapped[ours] = theirs
    return tuple(mapped.items())


class Fields:
    """The fields of one record, found by their names, those in objects like `fields` or `_source` too.

    A value that cannot be used is left out; `notes` tells of it, and which fields were read as what.
    """

    def __init__(self, record: Mapping[str, object], mapped: Mapped = ()) -> None:
        """Takes a record; `mapped` counts before its own names, and "meta.hed" is the field hed of meta."""
        self._fields = dict(_flat(record))
        self._mapped = {ours: (theirs, _at(record, theirs)) for ours, theirs in mapped}
        self._read: dict[str, str] = {}
        self._faults: list[str] = []

    def known(self) -> Found:
        """The metadata."""
        return found(
            Known(
                title=self._line("title"),
                outlet=self._line("outlet"),
                author=_writer(self._line("author")),
                published=self._day("published"),
                updated=self._day("updated"),
                language=language_code(self._line("language")),
                url=self._line("url"),
            ),
            Origin.GIVEN,
        )

    def holds_text(self) -> bool:
        """Tells whether a field is named as the text and holds words."""
        return any(_prose(value) for _, value in self._named("text"))

    def id(self) -> str | None:
        """The id, a string or a number."""
        for path, value in self._named("id"):
            if isinstance(value, Mapping):
                value = next(iter(value.values()), None)  # MongoDB's {"$oid": …}
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                return self._take("id", path, one_line(str(value)))
        return None

    def text(self) -> str:
        """The article's words, as text or HTML. Raises Unreadable where no field holds any."""
        for piece in ("text", "summary"):
            for path, value in self._named(piece):
                if words := _prose(value):
                    if piece == "summary":
                        self._faults.append(f"only its {path} is there, not its text")
                    return self._whole(self._take("text", path, words))
        unknown = {path: value for path, value in self._unread() if isinstance(value, str)}
        longest = max(unknown, key=lambda path: len(unknown[path]), default="")
        if len(unknown.get(longest, "")) >= _LONG and len(list(islice(sentences(unknown[longest]), 2))) > 1:
            return self._whole(self._take("text", longest, unknown[longest]))
        self._refuse_textless()
        raise Unreadable("it has no text; put the article in a field named text")

    def status(self) -> str | None:
        """Reason why an article is kept from readers, such as "draft"; None where nothing keeps it."""
        values = ("draft" if value is True else str(value).casefold() for _, value in self._named("status"))
        return next((value for value in values if value in _UNPUBLISHED), None)

    def notes(self) -> tuple[str, ...]:
        """Notes on what was left out and why; which fields were read under other names than ours, or not
        read.
        """
        renamed = [f"{piece} from {path}" for piece, path in self._read.items() if path != piece]
        unread = [path for path, _ in self._unread()]
        told = [f"{', '.join(renamed)}"] if renamed else []
        more = f" and {len(unread) - 20} more" if len(unread) > 20 else ""
        told += [f"not read: {', '.join(unread[:20])}{more}"] if unread else []
        return (*self._faults, *(["fields: " + "; ".join(told)] if told else []))

    def _named(self, piece: str) -> Iterator[tuple[str, object]]:
        """The fields that may hold a piece, the likeliest first; each is read as one piece only."""
        path, value = self._mapped.get(piece, ("", None))
        if not _is_empty(value):
            yield path, value
        ranked = [
            (_meanings(path.rpartition(".")[2])[piece], path)
            for path in self._fields
            if piece in _meanings(path.rpartition(".")[2]) and path not in self._read.values()
        ]
        yield from ((path, self._fields[path]) for _, path in sorted(ranked, key=lambda pair: pair[0]))

    def _take(self, piece: str, path: str, value: str) -> str:
        self._read[piece] = path
        return value

    def _unread(self) -> Iterator[tuple[str, object]]:
        taken = set(self._read.values())
        known = {"status", "summary"}
        for path, value in self._fields.items():
            if path not in taken and not known & _meanings(path.rpartition(".")[2]).keys():
                yield path, value

    def _line(self, piece: str) -> str | None:
        refused = []
        for path, value in self._named(piece):
            words = _spoken(value)
            if words:
                return self._take(piece, path, words)
            refused.append(f"{path} is {kind_of(value)}, not a name; it was left out")
        self._faults += refused
        return None

    def _day(self, piece: str) -> date | None:
        refused = []
        for path, value in self._named(piece):
            day = day_of(value)
            if day is not None:
                self._take(piece, path, "")
                return day
            refused.append(f"{path} {shown(value)} is not a date; write YYYY-MM-DD")
        self._faults += refused[:1]
        return None

    def _whole(self, text: str) -> str:
        """The text without the mark by which some services say that they cut it."""
        whole = _CUT_OFF.sub("…", text)
        if whole != text:
            self._faults.append("its text was cut off by whoever gave it")
        return whole

    def _refuse_textless(self) -> None:
        path, value = self._mapped.get("text", ("", None))
        if path and _is_empty(value):
            raise Unreadable(f"it has no text in the field {path}, to which text is mapped")
        for path, value in self._named("text"):
            held = "it holds no words" if isinstance(value, Mapping | list) else "it must be a string"
            raise Unreadable(f"{path} is {kind_of(value)}; {held}")


def _writer(line: str | None) -> str | None:
    """The name in a line that may be a whole byline, "By Mara Holt"."""
    return line and (author_in(line) or line)


def language_code(name: str | None) -> str | None:
    """ISO 639-1 of "en", "en-GB", "en_US", "eng" or "English"; None if it is none of these."""
    plain = (name or "").strip().casefold()
    if plain in _LANGUAGES:
        return _LANGUAGES[plain]
    code = plain.replace("_", "-").partition("-")[0]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None


def kind_of(value: object) -> str:
    """Kind of a JSON value, in words for an error."""
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


def one_line(value: str) -> str:
    """A name or title on one line, its entities read, those escaped twice too."""
    return normalise(unescape(unescape(value[:5000]))).replace("\n", " ")


def line_of(value: object) -> str | None:
    """The same of any value; None of what is no text, or holds none."""
    return one_line(value) or None if isinstance(value, str) else None


@lru_cache(maxsize=4096)
def _meanings(name: str) -> Mapping[str, int]:
    """The pieces that a field of this name may hold, with how far down its pattern stands."""
    plain = "".join(filter(str.isalnum, name[:60])).casefold()
    ranks: dict[str, int] = {}
    for piece, rank, pattern in _PATTERNS:
        if pattern.fullmatch(plain):
            ranks.setdefault(piece, rank)
    return ranks


def _flat(record: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """The fields that hold something, by name; those of objects that only hold fields by their path."""
    waiting: list[tuple[str, Mapping[str, object]]] = [("", record)]
    told = 0
    for above, holder in waiting:
        for name, value in holder.items():
            path, told = f"{above}{name}", told + 1
            if told > _MOST_FIELDS:
                return
            if isinstance(value, Mapping) and name in _HOLDERS and path.count(".") < _DEEPEST_FIELD:
                waiting.append((f"{path}.", value))
            elif not _is_empty(value):
                yield path, value


def _at(record: Mapping[str, object], path: str) -> object:
    if path in record:
        return record[path]
    value: object = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _is_empty(value: object) -> bool:
    return value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip())


def _spoken(value: object, depth: int = 0) -> str | None:
    """A name or title: a string, an object that holds one, or a list of such."""
    if isinstance(value, str):
        return one_line(value) or None
    if isinstance(value, list):
        return ", ".join(filter(None, (_spoken(one, depth + 1) for one in value[:50]))) or None
    if not isinstance(value, Mapping) or depth > _DEEPEST_FIELD:
        return None
    plain = {str(name).replace("_", "").casefold(): inner for name, inner in value.items() if inner}
    for first, last in _NAME_PARTS:
        if last in plain:
            return _spoken(" ".join(str(plain[part]) for part in (first, last) if part in plain))
    return _spoken(next((plain[name] for name in _SPOKEN if name in plain), None), depth + 1)


def _prose(value: object, depth: int = 0) -> str:
    """The words of a text field: a string, paragraphs in a list, or an object that holds either."""
    if isinstance(value, str):
        return value
    if depth > _DEEPEST_FIELD:
        return ""
    if isinstance(value, list):
        return "\n\n".join(filter(None, (_prose(part, depth + 1) for part in value)))
    if not isinstance(value, Mapping):
        return ""
    named = [value[name] for name in _WORDS if isinstance(value.get(name), str | list)]
    parts = named[:1] or [part for part in value.values() if isinstance(part, list | Mapping)]
    return _prose(parts, depth + 1)


def day_of(value: object) -> date | None:
    """The day of a date under any of the forms that files have it in."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return day_of(value.isoformat())
    if isinstance(value, Mapping):
        return next(filter(None, map(day_of, list(value.values())[:5])), None)
    if isinstance(value, list):  # [2021, 3, 12], also as [[2021, 3, 12]]
        plain = [str(part) for part in value[:3]]
        whole = len(plain) == 3 and all(part.isdecimal() and len(part) <= 4 for part in plain)
        return parse_date("-".join(plain)) if whole else day_of(value[0]) if len(value) == 1 else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return _written_day(normalise(str(value)))


def _written_day(text: str) -> date | None:
    seconds, _, rest = text.partition(".")
    if 9 <= len(seconds) <= 13 and f"{seconds}{rest}".isdecimal() and text.isascii():
        return from_timestamp(float(text))
    if (day := parse_date(text)) is not None or len(text) > 100:
        return day
    days = {day for _, day in dates_in(text)}
    return days.pop() if len(days) == 1 else None
