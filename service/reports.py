"""The evidence sheet of an answer: numbered quotes with full references, ready to paste or to print.

Each quote stands once, under its reference; those of a timeline under the days of the events they tell of.
What articles and models say is text in both forms: nothing of it can become a link, a picture or markup.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Literal

from service.answers import Answer, Citation, DatedPosition, Position
from service.formatting import ENGLISH, in_words, messages_of, quotation
from service.outline import NEAREST, beside, changed, day_of, disagreed, unanswered, when, who, written
from service.references import web_address
from service.storage.conversations import Kept

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 Georgia, "Noto Naskh Arabic", serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.1rem; margin-top: 2rem; border-bottom: 1px solid; }
h3 { font: 600 0.9rem/1.4 system-ui, sans-serif; margin: 1.5rem 0 0.5rem; break-after: avoid; }
.about, .reference, .note { font: 0.85rem/1.4 system-ui, sans-serif; }
.unproved { text-decoration: underline wavy; }
blockquote { margin: 0 0 0.25rem; padding-inline-start: 1rem; border-inline-start: 3px solid; }
ol.sources { list-style: none; padding: 0; }
ol.sources li { break-inside: avoid; margin-bottom: 1.25rem; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; } a { color: inherit; text-decoration: none; } }
"""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
)
"""The policy that an HTML sheet is served with: it runs, loads and sends nothing."""

_MARK = re.compile(r"\[\d+\]")
# A backslash before any of these is CommonMark's escape, so that what is pasted reads as it was written.
_SPECIAL = {ord(sign): f"\\{sign}" for sign in "\\`*_[]<>&~|#$!"}
_OPENS_BLOCK = re.compile(r"^([-+=:]|\d{1,9}(?=[.)]))")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the answer's own words, with the numbers of the quotes that prove it."""

    text: str
    kind: Literal["short", "said", "unproved"] = "said"


def markdown(kept: Kept) -> str:
    """The sheet in CommonMark. The numbers of the quotes are those of the answer's text."""
    answer = kept.answer
    parts = [f"# {_plain(answer.question)}", *(f"*{_plain(line)}*" for line in _about(kept))]
    told = messages_of(answer.plan.locale).gettext
    if lines := list(_lines(answer)):
        parts += [
            f"## {told('Answer')}",
            *(_bold(_with_marks(line.text), line.kind == "short") for line in lines),
        ]
    for heading, sides in _contrasts(answer):
        parts += [f"## {_plain(heading)}", "\n".join(f"- {_with_marks(line)}" for line in sides)]
    parts += [f"*{_plain(told('Note: {note}').format(note=note))}*" for note in answer.notes]
    for heading, days in _sources(answer):
        parts.append(f"## {heading}")
        for day, citations in days:
            parts += [_bold(_plain(day), True)] if day else []
            parts += [_quoted(citation, answer.plan.locale) for citation in citations]
    return "\n\n".join(parts) + "\n"


def quote_in_markdown(citation: Citation, locale: str = ENGLISH) -> str:
    """One quote with its reference in CommonMark."""
    return f"{_quoted(citation, locale)}\n"


def html(kept: Kept) -> str:
    """The sheet as one HTML document that needs nothing else, for a browser or a printer."""
    answer = kept.answer
    title = escape(answer.question)
    locale, told = answer.plan.locale, messages_of(answer.plan.locale).gettext
    body = [f'<h1 dir="auto">{title}</h1>']
    body += [f'<p class="about" dir="auto">{escape(line)}</p>' for line in _about(kept)]
    if lines := list(_lines(answer)):
        body += [f'<h2 dir="auto">{told("Answer")}</h2>', *map(_paragraph, lines)]
    for heading, sides in _contrasts(answer):
        items = "".join(f'<li dir="auto">{escape(line)}</li>' for line in sides)
        body += [f'<h2 dir="auto">{escape(heading)}</h2>', f"<ul>{items}</ul>"]
    notes = [escape(told("Note: {note}").format(note=note)) for note in answer.notes]
    body += [f'<p class="note" dir="auto">{note}</p>' for note in notes]
    for heading, days in _sources(answer):
        body.append(f'<h2 dir="auto">{heading}</h2>')
        for day, citations in days:
            body += [f'<h3 dir="auto">{escape(day)}</h3>'] if day else []
            items = "".join(_item(citation, locale) for citation in citations)
            body.append(f'<ol class="sources">{items}</ol>')
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    whole = "\n".join(body)
    return f'<!DOCTYPE html>\n<html lang="{locale}"><head>{head}</head>\n<body>\n{whole}\n</body></html>\n'


def _about(kept: Kept) -> Iterator[str]:
    answer, searched = kept.answer, kept.answer.searched
    told = messages_of(answer.plan.locale)
    if answer.standalone_question != " ".join(answer.question.split()):
        yield told.gettext("Understood as: {question}").format(question=answer.standalone_question)
    span = f", published {searched.oldest} to {searched.newest}" if searched.oldest else ""
    among = f"{searched.articles} article{'' if searched.articles == 1 else 's'}"
    yield f"Asked {kept.asked:%Y-%m-%d %H:%M} UTC of {among}{span}. Answered by {answer.answerer}."


def _lines(answer: Answer) -> Iterator[_Line]:
    """What the answer says that is no quote: a quote stands once, as evidence."""
    if answer.short_answer:
        yield _Line(_marked(answer.short_answer.text, answer.short_answer.citations), "short")
    for section in answer.sections:
        short, numbers = section.short_answer, [item.citation for item in section.evidence]
        told = short.text if short else "" if numbers else unanswered(answer.plan.locale)
        proof = short.citations if short else numbers
        yield _Line(_marked(" ".join(filter(None, (section.heading, told))), proof))
    for sentence in written(answer):
        proved = sentence.support != "unsupported"
        yield _Line(_marked(sentence.text, sentence.citations), "said" if proved else "unproved")
    if not answer.claims and not answer.sections:
        yield from (_Line(line) for line in answer.text.split("\n") if line.strip())
    if answer.table:
        yield from (_Line(" – ".join(cells)) for cells in answer.table.rows)


def _contrasts(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    cited, locale = {citation.number: citation for citation in answer.citations}, answer.plan.locale
    for disagreement in answer.disagreements:
        sides = [_position(position, cited, locale) for position in disagreement.positions]
        yield disagreed(disagreement.about, locale), sides
    for change in answer.changes:
        yield changed(change.about, locale), [_position(one, cited, locale) for one in change.positions]


def _position(position: Position | DatedPosition, cited: Mapping[int, Citation], locale: str) -> str:
    """A side by its value; one without a value by who says it, for its quote stands below."""
    dated = in_words(position.day, locale) if isinstance(position, DatedPosition) else ""
    day = f"{dated}: " if dated else ""
    outlets = dict.fromkeys(who(cited[number], locale) for number in position.citations if number in cited)
    return _marked(f"{day}{position.value or ', '.join(outlets)}", position.citations)


def _marked(text: str, numbers: Iterable[int]) -> str:
    return " ".join([text, *(f"[{number}]" for number in numbers)])


def _sources(answer: Answer) -> Iterator[tuple[str, list[tuple[str, Sequence[Citation]]]]]:
    """The quotes under their headings, those of a timeline by the days of its events."""
    left = {citation.number: citation for citation in answer.citations}
    locale, told = answer.plan.locale, messages_of(answer.plan.locale).gettext
    days: list[tuple[str, Sequence[Citation]]] = [
        (day_of(event, locale), [left.pop(number) for number in event.citations if number in left])
        for event in answer.timeline
    ]
    if days:
        yield told("Timeline"), days
    if left:
        yield told("Evidence"), [("", list(left.values()))]
    if answer.related:
        yield told(NEAREST), [("", answer.related)]


def _reference(citation: Citation, locale: str) -> tuple[str, str]:
    """Everything by which a quote can be found again, and where it stands in the archive."""
    title = f"“{citation.title}”" if citation.title else None
    about = (citation.author, who(citation, locale), title, when(citation, locale))
    place = f"article {citation.article_id}, version {citation.version}, characters"
    return (
        "; ".join((", ".join(filter(None, about)), *beside(citation, locale))),
        f"{place} {citation.start}–{citation.end}",
    )


# Markdown


def _bold(text: str, is_bold: bool) -> str:
    return f"**{text}**" if is_bold else text


def _quoted(citation: Citation, locale: str) -> str:
    about, place = _reference(citation, locale)
    address = web_address(citation)
    link = f"<{address}> · " if address else ""
    quote = _plain(quotation(citation.quote))
    return f"**[{citation.number}]**\n\n> {quote}\n\n{_plain(about)}  \n{link}{place}"


def _with_marks(line: str) -> str:
    """A line as text whose citation marks stay as they are."""
    pieces = [_plain(piece, inside=True) for piece in _MARK.split(line)]
    # What follows a mark must not make it a link, nor the definition of one.
    pieces[1:] = [f"\\{piece}" if piece[:1] in ("(", ":") else piece for piece in pieces[1:]]
    marks = [*_MARK.findall(line), ""]
    whole = "".join(piece + mark for piece, mark in zip(pieces, marks, strict=True)).strip()
    return _OPENS_BLOCK.sub(_escaped_opening, whole)


def _plain(text: str, inside: bool = False) -> str:
    """A text as CommonMark shows it letter by letter; line breaks become spaces."""
    flat = re.sub(r"(?:(?<!\s)[^\S\r\n]+)?[\r\n]\s*", " ", text).translate(_SPECIAL)
    return flat if inside else _OPENS_BLOCK.sub(_escaped_opening, flat.strip())


def _escaped_opening(match: re.Match[str]) -> str:
    """Escapes what would open a list or an underline: of "1." it is the stop that is escaped."""
    return f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}"


# HTML


def _paragraph(line: _Line) -> str:
    mark = ' class="unproved"' if line.kind == "unproved" else ""
    words = f"<b>{escape(line.text)}</b>" if line.kind == "short" else escape(line.text)
    return f'<p dir="auto"{mark}>{words}</p>'


def _item(citation: Citation, locale: str) -> str:
    about, place = _reference(citation, locale)
    address = web_address(citation)
    link = f'<a href="{escape(address)}" rel="noreferrer">{escape(address)}</a><br>' if address else ""
    return (
        f'<li><blockquote dir="auto">[{citation.number}] {escape(quotation(citation.quote))}</blockquote>'
        f'<div class="reference" dir="auto">{escape(about)}<br>{link}{place}</div></li>'
    )
