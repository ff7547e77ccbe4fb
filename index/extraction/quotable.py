"""The words of a sentence that its article says, without what the outlet prints around them.

A dateline ("PORT OSTREL - "), a speaker's label, a bullet and a credit at the end ("[Photo courtesy of …]")
belong to the page. What is left is a slice of the text.
"""

import re

from index.extraction.bylines import DATELINE, is_dateline
from index.extraction.dialogue import label_end
from index.records import Span

_BULLET = re.compile(r"[•●▪■◦*–—-]\s+(?=\S)")
# "(AP) — ", "NEW YORK (AP) — ", "London (CNN Business) ". Of the 220 heads of lines in 2,083 articles that
# have words before the brackets 138 open a report, and nearly all others a row of a table.
_AGENCY = re.compile(r"(?:[A-Z][\w.,’' ]{1,30} )?\([A-Z][\w .&'’-]{1,30}\)\s*(?:[—–-]{1,2}\s*)?(?=[A-Z\"“‘])")
# A credit stands in brackets, behind the full stop or in front of it.
_CREDIT = re.compile(
    r"\s{0,20}[(\[](?:(?:file |handout |undated )?(?:photo|image|picture|video|foto|bild|credit|source"
    r"|reporting|editing|writing|additional reporting)\b[^()\[\]]{0,200}"
    r"|[^()\[\]]{2,60}/[^()\[\]]{2,60})[)\]]\.?$",
    re.IGNORECASE,
)
_LONGEST_CREDIT = 240  # letters


def quotable(text: str, span: Span) -> Span:
    """Returns the part of a sentence that may be quoted; the whole where nothing else stands in it."""
    start, end = span.start, span.end
    if start == 0 or text[start - 1] == "\n":
        start = _behind_head(text, start, end)
    while credit := _CREDIT.search(text, max(start, end - _LONGEST_CREDIT), end):
        end = credit.start()
    return Span(start, end) if start < end else span


def _behind_head(text: str, start: int, end: int) -> int:
    """Finds where the sentence begins behind a label, a bullet, a dateline or an agency."""
    line = text[start:end]
    if label := label_end(text, start):
        return label
    for head in (_BULLET, _AGENCY):
        if match := head.match(line):
            return start + match.end()
    dateline = DATELINE.match(line)
    if dateline and (is_dateline(line) or _opens(text, start, line[dateline.end() :])):
        return start + dateline.end()
    return start


def _opens(text: str, start: int, rest: str) -> bool:
    """Tells whether the sentence is its article's first and begins anew, as behind "New York CNN — "."""
    above = text[max(0, start - 1000) : start].rstrip()
    anew = rest[:1].isupper() or rest[:1] in ("“", "‘", '"')
    return anew and not above.endswith((".", "!", "”")) and not re.search(r"\s[—–-]\s", rest)
