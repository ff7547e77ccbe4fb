"""The evidence sheet of an answer: numbered quotes with full references, ready to paste or to print.

What articles and models say is text in both forms: nothing of it can become a link, a picture or markup.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from html import escape

from index.records import Origin
from service.answers import Answer, Citation, DatedPosition, Position
from service.references import web_address
from service.storage.conversations import Kept

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 Georgia, "Noto Naskh Arabic", serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.1rem; margin-top: 2rem; border-bottom: 1px solid; }
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

_ORIGINS = {Origin.TEXT: "read in the text", Origin.INFERRED: "inferred"}
_MARK = re.compile(r"\[\d+\]")
# A backslash before any of these is CommonMark's escape, so that what is pasted reads as it was written.
_SPECIAL = re.compile(r"([\\`*_\[\]<>&~|#$!])")
_OPENS_BLOCK = re.compile(r"^([-+=:]|\d{1,9}(?=[.)]))")


def markdown(kept: Kept) -> str:
    """The sheet in CommonMark. The numbers of the quotes are those of the answer's text."""
    answer = kept.answer
    parts = [f"# {_plain(answer.question)}", *(f"*{_plain(line)}*" for line in _about(kept))]
    parts += ["## Answer", *_marked_lines(answer)]
    for heading, lines in _contrasts(answer):
        parts += [f"## {_plain(heading)}", "\n".join(f"- {_with_marks(line)}" for line in lines)]
    parts += [f"*Note: {_plain(note)}*" for note in answer.notes]
    for heading, citations in _sources(answer):
        parts.append(f"## {heading}")
        parts += [_quoted(citation) for citation in citations]
    return "\n\n".join(parts) + "\n"


def html(kept: Kept) -> str:
    """The sheet as one HTML document that needs nothing else, for a browser or a printer."""
    answer = kept.answer
    title = escape(answer.question)
    body = [f'<h1 dir="auto">{title}</h1>']
    body += [f'<p class="about" dir="auto">{escape(line)}</p>' for line in _about(kept)]
    body += ["<h2>Answer</h2>", *_sentences(answer)]
    for heading, lines in _contrasts(answer):
        items = "".join(f'<li dir="auto">{escape(line)}</li>' for line in lines)
        body += [f'<h2 dir="auto">{escape(heading)}</h2>', f"<ul>{items}</ul>"]
    body += [f'<p class="note" dir="auto">Note: {escape(note)}</p>' for note in answer.notes]
    for heading, citations in _sources(answer):
        items = "".join(map(_item, citations))
        body += [f"<h2>{heading}</h2>", f'<ol class="sources">{items}</ol>']
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    whole = "\n".join(body)
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n{whole}\n</body></html>\n'


def _about(kept: Kept) -> Iterator[str]:
    answer, searched = kept.answer, kept.answer.searched
    if answer.standalone_question != " ".join(answer.question.split()):
        yield f"Understood as: {answer.standalone_question}"
    span = f", published {searched.oldest} to {searched.newest}" if searched.oldest else ""
    among = f"{searched.articles} article{'' if searched.articles == 1 else 's'}"
    yield f"Asked {kept.asked:%Y-%m-%d %H:%M} UTC of {among}{span}. Answered by {answer.answerer}."


def _contrasts(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    for disagreement in answer.disagreements:
        yield f"Sources disagree: {disagreement.about}", list(map(_position, disagreement.positions))
    for change in answer.changes:
        yield f"Changed over time: {change.about}", list(map(_position, change.positions))


def _position(position: Position | DatedPosition) -> str:
    day = f"{position.day}: " if isinstance(position, DatedPosition) and position.day else ""
    return " ".join(
        [f"{day}{position.value or position.text}", *(f"[{number}]" for number in position.citations)]
    )


def _sources(answer: Answer) -> Iterator[tuple[str, Sequence[Citation]]]:
    if answer.citations:
        yield "Evidence", answer.citations
    if answer.related:
        yield "Nearest in the archive, not an answer", answer.related


def _reference(citation: Citation) -> tuple[str, str]:
    """Everything by which a quote can be found again, and where it stands in the archive."""
    origin = _ORIGINS.get(Origin(citation.published_origin))
    day = f"{citation.published or 'undated'}{f' ({origin})' if origin else ''}"
    title = f"“{citation.title}”" if citation.title else None
    about = (citation.author, citation.outlet, title, day)
    others = f"; also printed by {', '.join(citation.also_printed_by)}" if citation.also_printed_by else ""
    speaker = f"; said by {citation.speaker}" if citation.speaker else ""
    place = f"article {citation.article_id}, version {citation.version}, characters"
    return (
        ", ".join(filter(None, about)) + speaker + others,
        f"{place} {citation.start}–{citation.end}",
    )


# Markdown


def _marked_lines(answer: Answer) -> Iterable[str]:
    lines = [_with_marks(line) for line in answer.text.split("\n") if line.strip()]
    return [f"**{_with_marks(_short(answer))}**", *lines] if answer.short_answer else lines


def _short(answer: Answer) -> str:
    short = answer.short_answer
    return " ".join([short.text, *(f"[{number}]" for number in short.citations)]) if short else ""


def _quoted(citation: Citation) -> str:
    about, place = _reference(citation)
    address = web_address(citation)
    link = f"<{address}> · " if address else ""
    return f"**[{citation.number}]**\n\n> “{_plain(citation.quote)}”\n\n{_plain(about)}  \n{link}{place}"


def _with_marks(line: str) -> str:
    """A line as text whose citation marks stay as they are."""
    pieces = [_plain(piece, inside=True) for piece in _MARK.split(line)]
    # What follows a mark must not make it a link, nor the definition of one.
    pieces[1:] = [re.sub(r"^[(:]", r"\\\g<0>", piece) for piece in pieces[1:]]
    marks = [*_MARK.findall(line), ""]
    whole = "".join(piece + mark for piece, mark in zip(pieces, marks, strict=True)).strip()
    return _OPENS_BLOCK.sub(_escaped_opening, whole)


def _plain(text: str, inside: bool = False) -> str:
    """A text as CommonMark shows it letter by letter; line breaks become spaces."""
    flat = _SPECIAL.sub(r"\\\1", re.sub(r"(?:(?<!\s)[^\S\r\n]+)?[\r\n]\s*", " ", text))
    return flat if inside else _OPENS_BLOCK.sub(_escaped_opening, flat.strip())


def _escaped_opening(match: re.Match[str]) -> str:
    """Escapes what would open a list or an underline: of "1." it is the stop that is escaped."""
    return f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}"


# HTML


def _sentences(answer: Answer) -> Iterator[str]:
    if answer.short_answer:
        yield f'<p dir="auto"><b>{escape(_short(answer))}</b></p>'
    unproved = {claim.text for claim in answer.claims if claim.support == "unsupported"}
    for line in answer.text.split("\n"):
        mark = ' class="unproved"' if line in unproved else ""
        yield f'<p dir="auto"{mark}>{escape(line)}</p>'


def _item(citation: Citation) -> str:
    about, place = _reference(citation)
    address = web_address(citation)
    link = f'<a href="{escape(address)}" rel="noreferrer">{escape(address)}</a><br>' if address else ""
    return (
        f'<li><blockquote dir="auto">[{citation.number}] “{escape(citation.quote)}”</blockquote>'
        f'<div class="reference" dir="auto">{escape(about)}<br>{link}{place}</div></li>'
    )
