"""Bytes into text: what they look like, and which encoding they are in."""

import codecs
import re
from pathlib import PurePath
from typing import Any

from index.errors import Unreadable
from index.extraction.language import language_of

_SIGNATURES = (
    (b"\x89PNG", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"II*\x00", "TIFF image"),
    (b"MM\x00*", "TIFF image"),
    (b"%PDF-", "PDF"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstandard"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"\x7fELF", "program"),
    (b"MZ\x90\x00", "Windows program"),
    (b"\xd0\xcf\x11\xe0", "old Microsoft Office document"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3", "SQLite database"),
    (b"ID3", "MP3 sound"),
    (b"OggS", "Ogg sound"),
    (b"wOF", "web font"),
    (b"PAR1", "Parquet"),
)
_ZIPPED = (
    (b"word/", "Word document"),
    (b"xl/", "Excel workbook"),
    (b"ppt/", "PowerPoint presentation"),
    (b"epub", "EPUB book"),
    (b"opendocument", "OpenDocument file"),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ON_THE_WEB = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
}  # fmt: skip
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))
# Bytes that are no UTF-8, as surrogateescape tells them: a letter that was cut off, or one alone.
_ESCAPED = re.compile("[\udcc2-\udcf4][\udc80-\udcbf]+|[\udc80-\udcff]")
_SAMPLE = 8192
# The name of the first element, behind what may stand above it. A comment ends at its first end: were it free
# to run on, a row of comments would take the power of two.
_ROOT = re.compile(
    r"(?:<\?[^>]*>\s*|<!--(?:(?!-->).)*-->\s*|<!doctype\s++(?P<type>\w++)[^>\[]*>\s*)*<(?:\w+:)?(?P<name>\w+)",
    re.IGNORECASE | re.DOTALL,
)
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{2,40})|<\?xml[^>]{0,80}encoding=["']([\w.-]{2,40})""",
    re.IGNORECASE,
)
# A French or Turkish text scores alike in all of these, which differ by a few letters: its language tells.
_LATIN = frozenset(
    ["cp1250", "cp1252", "cp1254", "cp1257", *(f"iso8859_{n}" for n in (1, 2, 3, 4, 9, 10, 13, 14, 15, 16))]
)
_NOT_WESTERN = frozenset({"cs", "sk", "pl", "hu", "ro", "hr", "bs", "sl", "sq", "lt", "lv", "et"})


def binary_name(data: bytes) -> str | None:
    """Names the kind of binary file that the bytes look like: "PNG image"; None if they may be text."""
    if any(data.startswith(mark) for mark, _ in _MARKS):
        return None
    if data.startswith(b"PK\x03\x04"):
        return next((name for sign, name in _ZIPPED if sign in data[:_SAMPLE]), "ZIP")
    if data[:4] == b"RIFF":
        return "WebP image" if data[8:12] == b"WEBP" else "sound or video"
    if data[4:8] == b"ftyp":
        return "MP4 video"
    named = next((name for sign, name in _SIGNATURES if data.startswith(sign)), None)
    return named or ("binary" if _looks_binary(data[:_SAMPLE]) else None)


def suffix_of(name: str) -> str:
    """The suffix of a file name, lower case with its dot; empty where a dot only ends an abbreviation."""
    suffix = PurePath(name).suffix.lower()
    named = suffix[1:2].isalpha() and suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= 11
    return suffix if named else ""


def head(data: bytes) -> str:
    """The first few thousand characters, for telling formats apart; never fails."""
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", "utf-8"))
    return data[len(mark) : len(mark) + _SAMPLE].decode(encoding, "replace").lstrip("\ufeff\x00 \t\r\n")


def root_of(start: str) -> str:
    """The name of the first element of a page or of XML, in small letters and without its prefix; else "".

    A document type stands for it, as "html" does above most pages.
    """
    match = _ROOT.match(start)
    return (match["type"] or match["name"]).casefold() if match else ""


def declared_charset(data: bytes) -> str | None:
    """The encoding that a page or XML says it is in."""
    match = _DECLARED.search(data[:4096])
    return (match[1] or match[2]).decode("ascii") if match else None


def xml_tree(data: bytes) -> Any:
    """The root of XML, which may be broken. Raises Unreadable where there is none."""
    from lxml import etree  # type: ignore[import-untyped]

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        tree = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable("it is no XML that can be read") from error
    if tree is None:
        raise Unreadable("it is no XML that can be read")
    return tree


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of `data`: by its byte order mark, as UTF-8, as `declared`, else as the bytes suggest.

    Raises Unreadable where no encoding fits.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    for encoding in filter(None, ("utf-8", _as_browsers_take(declared))):
        try:
            return data.decode(encoding)
        except (ValueError, LookupError):  # bytes that do not fit, names of no charset, "undefined"
            continue
    return _almost_utf8(data) or _detected(data)


def _as_browsers_take(declared: str | None) -> str | None:
    """The encoding that a declared one stands for on the web (WHATWG Encoding, section 4.2)."""
    try:
        return _ON_THE_WEB.get(codecs.lookup(declared).name, declared) if declared else None
    except LookupError:
        return None


def _looks_binary(sample: bytes) -> bool:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls > 0.05 * len(sample)


def _almost_utf8(data: bytes) -> str | None:
    """UTF-8 in which fewer letters are broken than sound; what was pasted in unchanged is Windows-1252.

    Another encoding breaks at once, at nearly every letter beyond ASCII.
    """
    text = data.decode("utf-8", "surrogateescape")
    broken = _ESCAPED.findall(text)
    sound = sum(letter > "\x7f" for letter in text) - sum(map(len, broken))
    return _ESCAPED.sub(_pasted, text) if sound >= sum(map(len, broken)) else None


def _pasted(match: re.Match[str]) -> str:
    raw = match[0].encode("utf-8", "surrogateescape")
    return raw.decode("cp1252", "replace") if len(raw) == 1 else "\ufffd"  # the rest of a letter cut off


def _detected(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000]).best()
    if best is None:
        raise Unreadable("its bytes are in no encoding Dateline knows; save it as UTF-8")
    western = data.decode("cp1252", "replace")
    if best.encoding in _LATIN:
        language = language_of(western)
        if language == "tr":  # told by all but the six letters in which cp1254 is another
            return data.decode("cp1254", "replace")
        if language not in _NOT_WESTERN:
            return western
    return data.decode(best.encoding, "replace")
