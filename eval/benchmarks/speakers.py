"""How often the right speaker is named, on PolNeAR (Newell et al. 2018).

    python -m eval.benchmarks.speakers --data FOLDER [--part dev] [--failures]

The folder holds `polnear/train` and `polnear/dev`. Every annotated attribution with a source and a
content is asked for once: by its longest stretch of quoted words where the whole content is quoted
("direct"), else by the sentence that holds the middle of its content ("partial" where some of it is
quoted, "indirect" where none is). An answer is right where

- the annotated source has a name and one of its words is the last word of our speaker's name;
- the annotated source is a description and shares its last noun with our speaker's words, or with the
  words that our speaker was concluded from where they are the annotated words;
- the annotated source is a pronoun and that pronoun is what our speaker was concluded from. Whether the
  conclusion names the right person is not annotated; it was read by hand (docs/extractive.md).

Precision is right answers by answers, coverage is answers by attributions. "Nobody" counts the sentences
that hold no annotated attribution at all and were still given a speaker.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import typer

from index.records import Span
from service.attribution.people import tokens
from service.attribution.speakers import Directness, Speaker, attribution_of, resolved
from service.attribution.speech import Attribution, sentence_at
from service.attribution.vocabulary import PRONOUNS

Part = Literal["train", "dev"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An annotated attribution: the words to ask for, and the words that name its source."""

    article: str
    text: str
    span: Span
    directness: Directness
    sources: tuple[Span, ...]  # empty where the words are nobody's

    @property
    def source(self) -> str:
        """The words of the source."""
        return " ".join(span.of(self.text) for span in self.sources)


@dataclass(slots=True)
class Tally:
    """How often a speaker was right, wrong and not given."""

    name: str
    right: int = 0
    wrong: int = 0
    silent: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Right by given."""
        return self.right / ((self.right + self.wrong) or 1)

    @property
    def coverage(self) -> float:
        """Given by asked."""
        return (self.right + self.wrong) / ((self.right + self.wrong + self.silent) or 1)


def load(folder: Path, part: Part) -> Iterator[Said]:
    """The annotated attributions of a part, and its sentences without any."""
    for file in sorted((folder / "polnear" / part / "attributions").glob("*.ann")):
        name = file.stem.rsplit("_", 1)[0]
        text_file = folder / "polnear" / part / "text" / f"{name}.txt"
        if text_file.is_file():
            text = text_file.read_bytes().decode()
            annotated = list(_attributions(file.read_text(encoding="utf-8")))
            yield from _said(name, text, annotated)
            yield from _nobodys(name, text, annotated)


Annotated_ = dict[str, list[Span]]


def _attributions(lines: str) -> Iterator[Annotated_]:
    """The spans of source, cue and content of each attribution, from the standoff format of brat."""
    spans: dict[str, list[Span]] = {}
    for line in lines.split("\n"):
        fields = line.split("\t")
        if re.match(r"T\d+$", fields[0]) and len(fields) > 1:
            places = fields[1].split(" ", 1)[1].split(";")
            spans[fields[0]] = [Span(*map(int, place.split())) for place in places]
        elif re.match(r"E\d+$", fields[0]) and len(fields) > 1:
            found: Annotated_ = defaultdict(list)
            for role, key in (pair.split(":") for pair in fields[1].split()):
                found[role.rstrip("0123456789")] += spans.get(key, [])
            yield found


def _said(name: str, text: str, annotated: Sequence[Annotated_]) -> Iterator[Said]:
    for found in annotated:
        content, source = found["Content"], found["Source"]
        if content and source:
            kind = _directness(text, content)
            longest = max(content, key=lambda span: span.end - span.start)
            span = longest if kind == "direct" else sentence_at(text, (longest.start + longest.end) // 2)
            yield Said(article=name, text=text, span=span, directness=kind, sources=tuple(source))


def _directness(text: str, content: Sequence[Span]) -> Directness:
    words = text[min(span.start for span in content) : max(span.end for span in content)]
    if re.match(r"[\"“]", words) and re.search(r"[\"”]\W*$", words[1:]):
        return "direct"
    return "partial" if re.search(r"[\"“]", words) else "indirect"


def _nobodys(name: str, text: str, annotated: Sequence[Annotated_]) -> Iterator[Said]:
    """The sentences of an article that no annotated attribution touches."""
    taken = [span for found in annotated for spans in found.values() for span in spans]
    offset = 0
    for line in text.split("\n"):
        place = offset
        while place < offset + len(line):
            sentence = sentence_at(text, place)
            if len(sentence.of(text).split()) > 4 and not any(
                span.start < sentence.end and span.end > sentence.start for span in taken
            ):
                yield Said(article=name, text=text, span=sentence, directness="indirect", sources=())
            place = max(sentence.end, place + 1)
        offset += len(line) + 1


def measure(items: Iterable[Said]) -> dict[str, Tally]:
    """Asks for every item's speaker and counts, by directness and, for direct quotes, by kind of source."""
    tallies: dict[str, Tally] = defaultdict(lambda: Tally(""))
    for item in items:
        found = attribution_of(item.text, item.span)
        speaker = resolved(item.text, found.source) if found else None
        for name in _groups(item):
            tallies[name].name = name
            _count(tallies[name], item, found, speaker)
    return dict(tallies)


def _groups(item: Said) -> list[str]:
    if not item.sources:
        return ["nobody"]
    kind = kind_of(item.source)
    return [item.directness, f"direct, by {kind}"] if item.directness == "direct" else [item.directness]


def kind_of(source: str) -> str:
    """Tells whether annotated words are a pronoun, hold a name, or describe."""
    if source.casefold() in PRONOUNS:
        return "pronoun"
    return (
        "name"
        if re.search(r"[A-Z]", source[1:] if source[:4] in ("The ", "A ") else source)
        else "description"
    )


def _count(tally: Tally, item: Said, found: Attribution | None, speaker: Speaker | None) -> None:
    if speaker is None or found is None:
        tally.silent += 1
    elif is_right(item, found, speaker):
        tally.right += 1
    else:
        tally.wrong += 1
        tally.failures.append(
            f"{item.article}: {speaker} ({found.source.of(item.text)!r}) instead of {item.source!r}: "
            f"{item.span.of(item.text)[:90]!r}"
        )


def is_right(item: Said, found: Attribution, speaker: Speaker) -> bool:
    """Tells whether a speaker is the annotated one, as the module says."""
    overlaps = any(found.source.start < span.end and found.source.end > span.start for span in item.sources)
    if kind_of(item.source) == "pronoun":
        return overlaps
    words = {word.key for word in tokens(item.source)}
    last = tokens(speaker.name)[-1].key.removeprefix("al-")
    return last in words or f"al-{last}" in words or (kind_of(item.source) == "description" and overlaps)


def show(tallies: dict[str, Tally]) -> None:
    """Prints the table."""
    print(f"{'':<24} asked  precision  coverage  right  wrong")
    for name in sorted(tallies):
        tally = tallies[name]
        asked = tally.right + tally.wrong + tally.silent
        print(
            f"{name:<24} {asked:5} {tally.precision:10.3f} {tally.coverage:9.3f} {tally.right:6} "
            f"{tally.wrong:6}"
        )


def main(
    data: Annotated[Path, typer.Option(help="A folder with PolNeAR in it.")],
    part: Annotated[str, typer.Option(help="The part to measure on: dev or train.")] = "dev",
    failures: Annotated[bool, typer.Option(help="Print every wrong speaker of a direct quote.")] = False,
) -> None:
    """Print how often the right speaker is named."""
    if not (data / "polnear" / part).is_dir():
        print(f"skipped: there is no polnear/{part} in {data}", file=sys.stderr)
        return
    tallies = measure(load(data, "train" if part == "train" else "dev"))
    show(tallies)
    if failures:
        print("\n".join(tallies["direct"].failures))


if __name__ == "__main__":
    typer.run(main)
