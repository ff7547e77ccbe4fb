"""New cases, proposed: from what readers complained of, and from the articles of an archive.

What only a person can say is left as `<fill in>`, and no case file that holds it is ever run.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, StringConstraints, ValidationError

from eval.cases import BLANK
from index.archive import Archive
from index.errors import DatelineError
from index.extraction.chunking import Chunker
from index.records import Article

SHORTEST, LONGEST = 40, 300  # characters of a sentence that a case is drafted from

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
# In the order they are looked for: a day or a number is one thing, a name may be several.
_DAY = rf"\d{{1,2}} (?:{_MONTHS})(?: \d{{4}})?|(?:{_MONTHS}) (?:\d{{4}}|\d{{1,2}}(?:, \d{{4}})?)"
_FACTS = (
    ("when", re.compile(rf"\b(?:{_DAY})\b")),
    ("number", re.compile(r"\b\d[\d.,]*(?<=\d)\b(?: (?:million|billion|thousand|per cent|percent)\b)?")),
    ("fact", re.compile(r"(?<=[a-z,] )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)+")),
)


class _Plan(BaseModel):
    since: str | None = None
    until: str | None = None
    as_of: str | None = None
    outlets: list[str] = []
    languages: list[str] = []


class _Cited(BaseModel):
    title: str | None = None
    outlet: str | None = None
    url: str | None = None
    quote: str


class _Answered(BaseModel):
    id: Annotated[str, StringConstraints(min_length=1)]
    question: str
    standalone_question: str | None = None
    status: str
    text: str
    citations: list[_Cited] = []
    plan: _Plan = _Plan()


class _Feedback(BaseModel):
    answer: _Answered
    rating: Literal["up", "down"]
    comment: str | None = None


def from_feedback(file: Path) -> str:
    """Case YAML for every thumbs-down of a file of feedback, one JSON object a line.

    Each line is {"answer": the whole Answer, "rating": "down" or "up", "comment"?}. What was answered
    stands above the case as a comment; an answer that was complained of twice gives one case. Raises
    DatelineError naming the file and every line that is no feedback.
    """
    rated = _read_feedback(file)
    unhappy = {entry.answer.id: entry for entry in rated if entry.rating == "down"}
    return _file(
        f"Drafted from {file.name}: {len(unhappy)} of {len(rated)} answers were rated down.",
        [_complaint(entry) for entry in unhappy.values()],
    )


def from_archive(archive: Archive, count: int) -> str:
    """Case YAML for `count` articles spread over an archive, each drafted from one of its sentences.

    The sentence holds a day, a number or a name, which is the fact to ask for; it stands above the
    case as a comment. Articles without such a sentence are passed over.
    """
    drafted = [entry for article in archive.articles() if (entry := _proposal(article))]
    chosen = spread(drafted, count)
    return _file(f"Drafted from {len(chosen)} articles.", chosen)


def spread(items: Sequence[Any], count: int) -> list[Any]:
    """At most `count` of the items, evenly spread, in their order; the same ones each time."""
    if count >= len(items):
        return list(items)
    return [items[place * len(items) // count] for place in range(count)]


def _read_feedback(file: Path) -> list[_Feedback]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatelineError(f"{file} cannot be read: {error}") from error
    rated, faults = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            rated.append(_Feedback.model_validate_json(line))
        except ValidationError as error:
            wrong = error.errors()[0]
            where = ".".join(map(str, wrong["loc"])) or "the line"
            faults.append(f"{file}:{number}: {where}: {wrong['msg'].lower()}")
    if faults:
        raise DatelineError("\n".join([f"{file} is no file of feedback:", *faults]))
    return rated


def _complaint(entry: _Feedback) -> str:
    answer = entry.answer
    notes = [f"Rated down: {entry.comment}" if entry.comment else "Rated down."]
    if answer.standalone_question not in (None, answer.question):
        notes.append(f"In its conversation it was understood as: {answer.standalone_question}")
    notes.append(f"Answered ({answer.status}): {answer.text}")
    notes += [f"Quoted {_source(cited)}: {cited.quote}" for cited in answer.citations]
    filters = {name: value for name, value in answer.plan.model_dump().items() if value}
    lines = [
        f"- id: {_quoted('feedback-' + _plain(answer.id))}",
        f"  kind: {_quoted(BLANK)}",
        f"  question: {_quoted(answer.question)}",
        *([f"  filters: {_quoted(filters)}"] if filters else []),
        "  expect:",
        f"    facts: [{_quoted(BLANK)}]  # or `refusal: true`, if the archive does not say",
        f"    sources: [{_quoted(BLANK)}]",
    ]
    return "\n".join([*_comments(notes), *lines])


def _proposal(article: Article) -> str | None:
    """A case from the first sentence that says something which can be asked for."""
    for sentence in _sentences(article):
        for kind, pattern in _FACTS:
            if match := pattern.search(sentence):
                return _case(article, sentence, kind, match[0])
    return None


def _case(article: Article, sentence: str, kind: str, fact: str) -> str:
    told = ", ".join(filter(None, [article.outlet, str(article.published or "date unknown")]))
    lines = [
        f"- id: {_quoted(f'article-{article.id}')}",
        f"  kind: {kind}",
        f"  question: {_quoted(BLANK)}",
        "  expect:",
        f"    facts: [{_quoted(fact)}]",
        f"    sources: [{_quoted(article.url or article.title or BLANK)}]",
    ]
    return "\n".join([*_comments([f"{told}: {sentence}"]), *lines])


def _sentences(article: Article) -> Iterator[str]:
    for chunk in Chunker().chunk(article):
        for span in chunk.sentences:
            sentence = span.of(article.text)
            if SHORTEST <= len(sentence) <= LONGEST and sentence != article.title:
                yield sentence


def _file(heading: str, entries: Iterable[str]) -> str:
    note = f"Write what is right in place of every {BLANK}; until then the file is refused."
    return "\n\n".join(["\n".join(_comments([heading, note])), *entries]) + "\n"


def _comments(notes: Iterable[str]) -> Iterator[str]:
    """Comment lines; a text of several lines becomes one, or its second line would be read as YAML."""
    for note in notes:
        words = " ".join(note.split())
        yield "# " + "".join(letter for letter in words if letter.isprintable())


def _source(cited: _Cited) -> str:
    return ", ".join(filter(None, [cited.title, cited.outlet, cited.url])) or "an unnamed article"


def _plain(id: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", id)


def _quoted(value: str | Mapping[str, Any]) -> str:
    """A value as JSON, which YAML reads as it is."""
    return json.dumps(value, ensure_ascii=False)
