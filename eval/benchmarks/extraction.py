"""How much of a page's article the HTML reader finds, and how much else, beside trafilatura alone.

    python -m eval.benchmarks.extraction --data FOLDER [--limit N] [--failures]

The folder is trafilatura's own evaluation: `evaldata_sample.json` names for each page the segments that
its article must hold (`with`) and must not (`without`, and the readers' comments), with the pages beside
it. A segment counts as found where it stands in the extracted text, white space apart.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from index.extraction.boilerplate import known
from index.readers import read_bytes
from index.readers.decoding import decode
from index.records import Draft, ZoneKind

LIST = "evaldata_sample.json"
Extractor = Callable[[bytes], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page's bytes, and the segments that its article must and must not hold."""

    name: str
    data: bytes
    must: tuple[str, ...]
    must_not: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """What an extractor found over all pages."""

    name: str
    found: int = 0
    missed: int = 0
    wrong: int = 0
    right: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Of the segments found, the part that belongs to the article."""
        return self.found / ((self.found + self.wrong) or 1)

    @property
    def recall(self) -> float:
        """Of the segments of the article, the part found."""
        return self.found / ((self.found + self.missed) or 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / ((self.precision + self.recall) or 1)

    def count(self, page: Page, text: str) -> None:
        """Adds one page."""
        plain = _squeezed(text)
        missed = [segment for segment in page.must if _squeezed(segment) not in plain]
        wrong = [segment for segment in page.must_not if _squeezed(segment) in plain]
        self.found += len(page.must) - len(missed)
        self.missed += len(missed)
        self.wrong += len(wrong)
        self.right += len(page.must_not) - len(wrong)
        self.failures += [f"{page.name}: missed {segment!r}" for segment in missed]
        self.failures += [f"{page.name}: took {segment!r}" for segment in wrong]


def load(folder: Path, limit: int | None = None) -> list[Page]:
    """The pages of an evaluation folder, of which those without a file are left out."""
    entries = json.loads((folder / LIST).read_text(encoding="utf-8")).values()
    pages = [_page(folder, entry) for entry in entries if (folder / entry["file"]).is_file()]
    return pages[:limit]


def measure(pages: Sequence[Page]) -> list[Tally]:
    """Runs every extractor over the pages, page by page in turn, so that all see the same machine."""
    extractors = _extractors()
    tallies = {name: Tally(name) for name in extractors}
    for page in pages:
        for name, extract in extractors.items():
            start = time.perf_counter()
            text = extract(page.data)
            tallies[name].seconds += time.perf_counter() - start
            tallies[name].count(page, text)
    return list(tallies.values())


def show(tallies: Iterable[Tally], pages: int) -> None:
    """Prints the table."""
    print(f"{'':<28} precision  recall      F1  accuracy  pages/s")
    for tally in tallies:
        total = tally.found + tally.missed + tally.wrong + tally.right
        accuracy = (tally.found + tally.right) / (total or 1)
        print(
            f"{tally.name:<28} {tally.precision:9.3f} {tally.recall:7.3f} {tally.f1:7.3f} {accuracy:9.3f} "
            f"{pages / (tally.seconds or 1):8.1f}"
        )


def evidence(data: bytes) -> str:
    """What Dateline may quote: reporting and captions."""
    return "\n".join(draft.evidence() for draft in _drafts(data))


def article(data: bytes) -> str:
    """The reporting, what interviewers ask and the headings, without captions, as trafilatura has it."""
    return "\n".join(_with_headings(draft) for draft in _drafts(data))


def _with_headings(draft: Draft) -> str:
    zones = [zone for zone in draft.zones if zone.kind is not ZoneKind.CAPTION]
    last = max((zone.end for zone in zones if zone.kind is ZoneKind.REPORTING), default=0)
    return "\n".join(
        zone.of(draft.text)
        for zone in zones
        if zone.kind in (ZoneKind.REPORTING, ZoneKind.QUESTION)
        or (zone.kind is ZoneKind.NAVIGATION and zone.end <= last and known(zone.of(draft.text)) is None)
    )


def _drafts(data: bytes) -> list[Draft]:
    return [draft for draft in read_bytes(data, "page.html") if isinstance(draft, Draft)]


def _extractors() -> dict[str, Extractor]:
    return {
        "Dateline, article": article,
        "Dateline, evidence": evidence,
        "trafilatura": _trafilatura(),
        "trafilatura, precision": _trafilatura(favor_precision=True),
        "trafilatura, recall": _trafilatura(favor_recall=True),
    }


def _trafilatura(**options: bool) -> Extractor:
    from trafilatura import extract

    def run(data: bytes) -> str:
        return extract(decode(data), include_comments=False, **options) or ""

    return run


def _page(folder: Path, entry: dict[str, list[str] | str]) -> Page:
    return Page(
        name=str(entry["file"]),
        data=(folder / str(entry["file"])).read_bytes(),
        must=tuple(filter(None, entry["with"])),
        must_not=tuple(filter(None, [*entry["without"], *entry.get("comments", [])])),
    )


def _squeezed(text: str) -> str:
    return "".join(text.replace("\xad", "").split())


def main(
    data: Annotated[Path, typer.Option(help="The folder of trafilatura's evaluation.")],
    limit: Annotated[int | None, typer.Option(help="Read only the first so many pages.")] = None,
    failures: Annotated[bool, typer.Option(help="Print every segment that Dateline gets wrong.")] = False,
) -> None:
    """Print precision, recall, F1 and speed of Dateline's HTML reader and of trafilatura."""
    if not (data / LIST).is_file():
        print(f"skipped: there is no {LIST} in {data}", file=sys.stderr)
        return
    pages = load(data, limit)
    tallies = measure(pages)
    show(tallies, len(pages))
    if failures:
        print("\n".join(tallies[0].failures))


if __name__ == "__main__":
    typer.run(main)
