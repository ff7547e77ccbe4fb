"""What SET names on the command line, made ready to be asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval import provenance
from eval.archives import CASES, GivenArchives, cached_archive, sample_documents
from eval.asking import Ask, InProcess, OverHttp
from eval.cases import load_cases
from eval.citation_metrics import WordsAt, words_in_archive
from eval.datasets import NOISE, PublicSet, load_public_set
from eval.drafting import spread
from eval.records import Case
from index.archive import Archive
from index.errors import DatelineError
from index.models.reader import ReadingModel
from service.answering import Desk
from service.pipeline import open_desk
from service.settings import Settings, load_settings
from service.storage.conversations import Conversations


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How a set is to be asked, as the command line has it."""

    set: Path | None = None  # None is the packaged set over the sample archive
    answerer: str | None = None
    url: str | None = None
    data: Path | None = None
    cache: Path
    limit: int | None = None
    given: bool = False
    noise: float = NOISE


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A set with a way to ask it. `words_at` looks quotes up where the articles are at hand."""

    name: str
    cases: tuple[Case, ...]
    ask: Ask
    produced_by: dict[str, Any]
    words_at: WordsAt | None = None


def prepare(choice: Choice) -> Prepared:
    """Loads the set, and opens or builds what it is asked over.

    Over HTTP that is a server; with `data` the archive there; otherwise the sample archive for the
    packaged cases, the set's own documents for a public set, and the archive of the settings for
    anyone's own cases. Raises DatelineError for what cannot be read, built or reached.
    """
    if choice.set is None or _has_cases(choice.set):
        path = choice.set or CASES
        packaged = path.resolve() == CASES.resolve()
        chosen = PublicSet(name="sample" if packaged else path.stem, cases=tuple(load_cases(path)))
        return _prepared(choice, chosen, builds=packaged)
    chosen = load_public_set(choice.set, given=choice.given, noise=choice.noise)
    return _prepared(choice, chosen, builds=True)


def limited(cases: Sequence[Case], limit: int | None) -> tuple[Case, ...]:
    """At most `limit` of the cases, evenly spread over the set; the same ones each time."""
    return tuple(cases) if limit is None else tuple(spread(cases, limit))


def _has_cases(path: Path) -> bool:
    endings = (".yaml", ".yml")
    if path.is_dir():
        return any(file.suffix in endings for file in path.rglob("*"))
    return path.suffix in endings


def _prepared(choice: Choice, chosen: PublicSet, *, builds: bool) -> Prepared:
    cases = limited(chosen.cases, choice.limit)
    if choice.url:
        if chosen.given:
            raise DatelineError(
                f"{chosen.name} gives each question its own passages; it is not asked over --url"
            )
        server = OverHttp(choice.url, choice.answerer)
        produced_by = provenance.of_server(server, choice.answerer)
        return Prepared(name=chosen.name, cases=cases, ask=server, produced_by=produced_by)
    if choice.data or not builds:
        settings = load_settings(data=choice.data, answerer=choice.answerer)
        return _over(settings, settings.open_archive(), chosen.name, cases)
    # The cache is no archive; it lends its folder to the settings for the exported model.
    settings = load_settings(data=choice.cache, answerer=choice.answerer)
    embedder = settings.load_embedder()
    if chosen.given:
        archives = GivenArchives(chosen.given, choice.cache, embedder)
        return Prepared(
            name=chosen.name,
            cases=cases,
            ask=InProcess(_desks(settings, archives)),
            produced_by=provenance.of_archive(settings, settings.answerer),
        )
    folder = cached_archive(chosen.documents or sample_documents(), choice.cache, embedder)
    settings = settings.model_copy(
        update={"data": folder, "models": settings.models or choice.cache / "models"}
    )
    return _over(settings, Archive.open(folder, lambda: embedder), chosen.name, cases)


def _over(settings: Settings, archive: Archive, name: str, cases: tuple[Case, ...]) -> Prepared:
    return Prepared(
        name=name,
        cases=cases,
        ask=InProcess(_desks(settings, lambda _: archive)),
        produced_by=provenance.of_archive(settings, settings.answerer),
        words_at=words_in_archive(archive),
    )


def _desks(settings: Settings, archive_of: Callable[[Case], Archive]) -> Callable[[Case], Desk]:
    """A desk for each case, all with one reading model; what they answer is not kept beside an archive."""
    conversations, reader = Conversations(), ReadingModel(threads=settings.threads)
    return lambda case: open_desk(settings, archive_of(case), conversations, reader)
