"""Mail: single messages (.eml, Outlook's .msg), mailboxes of many (mbox), and pages saved as MHTML."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from functools import partial
from io import BytesIO
from itertools import islice
from typing import BinaryIO

from index.errors import Unreadable
from index.extraction.dates import parse_date
from index.extraction.normalisation import normalise
from index.extraction.sentences import lines
from index.readers import stories
from index.readers.confined import PARSERS, Confined
from index.readers.decoding import binary_name, decode, head
from index.readers.drafting import Found, Known, found, is_url, key_of
from index.readers.pages import Page, Validators, read_page
from index.records import Draft, Origin, Skipped, Zone, ZoneKind

LARGEST_MESSAGE = 20_000_000
"""Bytes, with its attachments."""
MOST_PARTS = 200
DEEPEST = 2
"""Messages that are attached to messages."""

_OUTLOOK = Confined(PARSERS / "outlook.py", "MSG", "python-oxmsg")
_OLE = b"\xd0\xcf\x11\xe0"
_POST_MARK = re.compile(rb"From \S+.{0,200}\d{4}")
_HEADER = re.compile(r"[A-Za-z][\w-]{0,60}:[^\n]*\n(?:[ \t][^\n]*\n)*")
_MAIL = frozenset({"from", "date", "subject", "message-id", "mime-version", "received", "return-path", "to"})
_NO_ATTACHMENT = ("image/", "audio/", "video/", "font/", "text/css", "text/calendar", "text/x-vcard",
                  "application/pgp")  # fmt: skip
_BULK = ("list-id", "list-unsubscribe", "list-post")
_LONGEST_SIGNATURE = 12  # lines
_FORWARDED = re.compile(r"[^\W\d_][\w -]{0,20}:[ \t]*(?P<value>\S.*)")

ReadPart = Callable[[bytes, str], Iterator[Draft | Skipped]]


class MailReader:
    """Reads a message as one article, a newsletter as its stories, and what is attached as files."""

    name = "mail"
    suffixes: tuple[str, ...] = (".eml", ".mbox", ".msg", ".mht", ".mhtml")

    def __init__(self, read_part: ReadPart) -> None:
        """`read_part` reads an attachment as any file."""
        self._read_part = read_part

    def accepts(self, data: bytes, suffix: str) -> bool:
        """Mail by its header lines, a mailbox by the line above them, Outlook's by suffix and mark."""
        if data.startswith(_OLE):
            return suffix == ".msg"
        return binary_name(data) is None and (_is_mailbox(data) or _is_message(head(data)))

    def accepts_large(self, head: bytes, suffix: str) -> bool:
        """A mailbox of any size."""
        return _is_mailbox(head)

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        """The articles of the messages, and of their attachments. Raises Unreadable for a broken one."""
        if data.startswith(_OLE):
            yield from self._outlook(data, source)
        elif _is_mailbox(data):
            yield from self.read_stream(BytesIO(data), source)
        else:
            yield from self._message(data, source, 0)

    def read_stream(self, file: BinaryIO, source: str) -> Iterator[Draft | Skipped]:
        """The messages of a mailbox of any size, one by one."""
        for number, message in enumerate(_messages(file), 1):
            place = f"{source}:{number}"
            if message is None:
                yield Skipped(place, f"the message is larger than {LARGEST_MESSAGE // 1_000_000} MB")
                continue
            try:
                yield from self._message(message, place, 0)
            except (Unreadable, RecursionError) as error:
                yield Skipped(
                    place, str(error) if isinstance(error, Unreadable) else "it is nested too deeply"
                )

    def _message(self, data: bytes, source: str, depth: int) -> Iterator[Draft | Skipped]:
        if data.lower().count(b"boundary=") > MOST_PARTS:
            raise Unreadable(f"it has more than {MOST_PARTS} parts")
        message = message_from_bytes(data, policy=policy.compat32)
        parts = [part for part in islice(message.walk(), MOST_PARTS * 5) if not part.is_multipart()]
        pages = [part for part in parts if part.get_content_type() == "text/html" and not _is_attached(part)]
        if location := _location(message, pages):
            yield from read_page(_saved(pages[0], location))
            return
        plain = [part for part in parts if part.get_content_type() == "text/plain" and not _is_attached(part)]
        says = _says(message)
        body = _Body(_words(pages[0]) if pages else "", _words(plain[0]) if plain else "")
        yield from _articles(body, says, source, _line(message, "message-id"))
        for part in parts:
            name = _name_of(part)
            if name and _is_attached(part) and not part.get_content_type().startswith(_NO_ATTACHMENT):
                yield from self._attached(_payload(part), f"{source}!{name}", depth)

    def _attached(self, data: bytes, place: str, depth: int) -> Iterator[Draft | Skipped]:
        if not _is_message(head(data)):
            yield from self._read_part(data, place)
        elif depth < DEEPEST:
            yield from self._message(data, place, depth + 1)
        else:
            yield Skipped(place, f"it is attached more than {DEEPEST} messages deep")

    def _outlook(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        answer = _OUTLOOK.parse(data)
        message = Message()
        for name, value in {
            "Date": answer["sent"],
            "Subject": answer["subject"],
            "From": answer["sender"],
        }.items():
            message[name] = normalise(value).replace("\n", " ")
        for name in _BULK:
            if name in {header.casefold() for header in answer["headers"]}:
                message[name] = "x"
        yield from _articles(_Body(answer["html"], answer["text"]), _says(message), source, None)


@dataclass(frozen=True, slots=True)
class _Body:
    """A message's words, as HTML and as plain text, of which either may be missing."""

    html: str
    text: str


def _articles(body: _Body, says: Found, source: str, id: str | None) -> Iterator[Draft | Skipped]:
    key = key_of(source, id=id, outlet="mail")  # a message has its id in whatever file it lies
    if body.html.strip():
        yield from stories.of_letter(body.html, says, source, key)
        return
    text, says = _forwarded(body.text, says)
    marks = partial(_not_own, signed="\n-- \n" in text.replace("\r", ""))
    yield from stories.of_text(text, says, source, key, marks)


def _not_own(text: str, *, signed: bool) -> list[Zone]:
    """The lines of a message that its sender did not write for it: what is answered, and the signature.

    Both are marked as RFC 3676 has it, by ">" and by "-- "; a line that ends in a colon above what is
    answered names its writer. A long end is no signature.
    """
    spans = list(lines(text))
    quoted = [text.startswith(">", line.start) for line in spans]
    ends = [place for place, line in enumerate(spans) if signed and line.of(text) == "--"]
    below = ends[-1] if ends and len(spans) - ends[-1] <= _LONGEST_SIGNATURE else len(spans)
    if all(quoted[:below]):
        return []  # it only passes something on
    found = []
    for place, line in enumerate(spans):
        names = text[line.end - 1] == ":" and quoted[place + 1 : place + 2] == [True]
        if place > below and not quoted[place]:
            found.append(Zone(line.start, line.end, ZoneKind.NAVIGATION))
        elif quoted[place] or names:
            found.append(Zone(line.start, line.end, ZoneKind.COMMENT))
    return found


def _forwarded(text: str, says: Found) -> tuple[str, Found]:
    """A message that only forwards another is that other: its head stands above its words.

    The head is told by its lines, whose labels are in the sender's language: one holds a day, one an address.
    """
    lines = text.split("\n")
    for start, line in enumerate(lines[:40]):
        block = []
        for below in lines[start:]:
            match = _FORWARDED.fullmatch(below.strip("> \t\r*"))
            if match is None:
                break
            block.append(match["value"].strip("* "))
        if len(block) >= 3:
            day = next(filter(None, map(_day, block)), None)
            sender = next((value for value in block if "@" in value), None)
            if day and sender:
                own = Known(title=says.known.title, author=_person(sender), published=day)
                return "\n".join(lines[start + len(block) :]), found(own, Origin.PAGE)
        if line.strip() and len(line.split()) > 12:
            break
    return text, says


def _says(message: Message) -> Found:
    """Subject and day; a mailing list's name is the outlet's, any other sender's the author's."""
    sender = _person(_line(message, "from") or "")
    bulk = any(name in message for name in _BULK) or (_line(message, "precedence") or "") == "bulk"
    subject = re.sub(
        r"^(?:(?:re|fwd?|aw|wg|tr|rv|رد)\s*:\s*)+", "", _line(message, "subject") or "", flags=re.I
    )
    return found(
        Known(
            title=subject or None,
            outlet=sender if bulk else None,
            author=None if bulk else sender,
            published=_day(_line(message, "date") or ""),
        ),
        Origin.PAGE,
    )


def _day(value: str) -> date | None:
    return parse_date(value.partition("(")[0][:100])


def _person(value: str) -> str | None:
    name, address = parseaddr(value)
    return name.strip("'\" ") or address.partition("@")[0] or None


def _line(message: Message, name: str) -> str | None:
    value = message.get(name)
    if value is None:
        return None
    try:
        plain = str(make_header(decode_header(str(value)[:5000])))
    except (ValueError, LookupError, MessageError):  # charsets that are none, and broken words
        plain = str(value)
    return normalise(plain).replace("\n", " ") or None


def _payload(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError):
        return b""
    return data if isinstance(data, bytes) else b""


def _words(part: Message) -> str:
    charset = part.get_content_charset()
    data = _payload(part)
    return decode(data, charset) if data.strip() else ""


def _name_of(part: Message) -> str | None:
    try:
        return (part.get_filename() or "").replace("/", "_").replace("\\", "_")[-200:] or None
    except (ValueError, LookupError, TypeError):
        return None


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or _name_of(part) is not None


def _location(message: Message, pages: list[Message]) -> str | None:
    """The address of a saved page; None for mail."""
    if not pages or "to" in message:
        return None
    address = message.get("Snapshot-Content-Location") or pages[0].get("Content-Location") or ""
    return str(address) if is_url(str(address)) else None


def _saved(part: Message, address: str) -> Page:
    return Page(
        url=address,
        data=_payload(part),
        media="text/html",
        charset=part.get_content_charset(),
        validators=Validators(),
    )


def _is_mailbox(data: bytes) -> bool:
    first, _, rest = data[:4096].lstrip(b"\xef\xbb\xbf\r\n").partition(b"\n")
    return _POST_MARK.match(first) is not None and _HEADER.match(rest[:2000].decode("latin-1")) is not None


def _is_message(start: str) -> bool:
    """Tells whether a text opens with the header lines of mail."""
    names = set()
    position = 0
    text = start.replace("\r\n", "\n")
    while match := _HEADER.match(text, position):
        names.add(match[0].partition(":")[0].casefold())
        position = match.end()
    return len(names & _MAIL) >= 3 and bool({"message-id", "mime-version", "received", "from"} & names)


def _messages(file: BinaryIO) -> Iterator[bytes | None]:
    """The messages of a mailbox; None for one that is too large."""
    lines: list[bytes] | None = []
    size, blank = 0, True
    for line in iter(lambda: file.readline(LARGEST_MESSAGE), b""):
        if blank and _POST_MARK.match(line):
            if lines or lines is None:
                yield b"".join(lines) if lines is not None else None
            lines, size = [], 0
        elif lines is not None:
            size += len(line)
            if size > LARGEST_MESSAGE:
                lines = None
            else:
                lines.append(line[1:] if line.startswith((b">From ", b">>From ")) else line)
        blank = not line.strip()
    if lines or lines is None:
        yield b"".join(lines) if lines is not None else None
