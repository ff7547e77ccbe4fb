"""The desk that the settings describe: who answers, who stands in, what proves."""

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from index.archive import Archive
from index.errors import BadValue
from index.models.entailment import EntailmentModel
from index.models.reader import ReadingModel
from index.plugins import plugin
from service.answerers.extractive import QuotingAnswerer
from service.answering import Answerer, Desk
from service.settings import Settings
from service.storage.conversations import FILE, Conversations
from service.verification.judge import CrossEncoderJudge, Judge

# What asks a language model takes a tenth of a second to import, and is imported where one is asked.
if TYPE_CHECKING:
    from service.answerers.generative import GeneratingAnswerer
    from service.llm.providers import Provider

QUOTES = "quotes"


def open_desk(
    settings: Settings,
    archive: Archive | None = None,
    conversations: Conversations | None = None,
    reader: ReadingModel | None = None,
    judge: EntailmentModel | None = None,
) -> Desk:
    """A desk over the archive of the settings, or over another one.

    Without conversations given, they are kept where the settings say. Raises NotFound where there is no
    archive, and DatelineError where the answerer cannot be set up.
    """
    over = archive or settings.open_archive()
    packaged = _packaged_models(settings.threads)
    reader = reader or packaged[0]
    proving = load_judge(settings, judge or packaged[1])
    quotes = QuotingAnswerer(reader, proving)
    answerer = quotes if settings.answerer == QUOTES else load_answerer(settings)
    return Desk(
        archive=over,
        answerer=answerer,
        fallback=quotes if answerer is not quotes and settings.fallback == QUOTES else None,
        reader=reader,
        verify=settings.verify,
        judge=proving,
        conversations=conversations or Conversations(settings.store(FILE)),
    )


@cache
def _packaged_models(threads: int) -> tuple[ReadingModel, EntailmentModel]:
    """Returns the packaged reader and judge, which all desks of a process share."""
    return ReadingModel(threads=threads), EntailmentModel(threads=threads)


def with_answerer(desk: Desk, name: str | None) -> Desk:
    """The desk for a question that names who is to answer it. Raises BadValue for one it has not."""
    known: dict[str, Answerer] = {
        desk.answerer.name: desk.answerer,
        QUOTES: QuotingAnswerer(desk.reader, desk.judge),
    }
    if name is None or name == desk.answerer.name:
        return desk
    if name not in known:
        raise BadValue(f"no answerer {name!r} here; there are: {', '.join(sorted(known))}")
    return replace(desk, answerer=known[name], fallback=None)


def load_answerer(settings: Settings) -> Answerer:
    """The answerer that an entry point of `dateline.answerers` gives by that name, else language models.

    Raises DatelineError as `load_generating` does.
    """
    load = plugin("answerers", settings.answerer)
    own: Answerer | None = load(settings) if load is not None else None
    return own or load_generating(settings)


def load_generating(settings: Settings) -> "GeneratingAnswerer":
    """The answerer that writes with the language models the settings name.

    Raises DatelineError where they name none, or a prompt cannot be used.
    """
    from service.answerers.generative import GeneratingAnswerer

    return GeneratingAnswerer(load_provider(settings), settings.prompts, settings.context_tokens)


def load_judge(settings: Settings, packaged: Judge) -> Judge:
    """Returns the judge that the settings name: a language model, a cross-encoder, or the one given."""
    if settings.support_judge:
        from service.llm.judge import LanguageModelJudge

        return LanguageModelJudge(_provider(settings, settings.support_judge), settings.prompts)
    return CrossEncoderJudge(settings.support_model) if settings.support_model else packaged


def load_provider(settings: Settings) -> "Provider":
    """The language models the settings name. Raises BadValue where they name none."""
    if settings.answerer == QUOTES:
        raise BadValue("the answerer 'quotes' is no language model; set DATELINE_ANSWERER")
    return _provider(settings, settings.answerer, *settings.fallback_models)


def _provider(settings: Settings, *models: str) -> "Provider":
    from service.llm.budget import FILE as SPENDING
    from service.llm.budget import Ledger
    from service.llm.providers import Patience, Provider

    return Provider(
        models=models,
        ledger=Ledger(settings.store(SPENDING), settings.daily_budget, settings.daily_tokens),
        api_base=settings.api_base,
        most_tokens=settings.answer_tokens,
        patience=Patience(
            total=settings.answer_timeout,
            first=settings.first_token_timeout,
            between=settings.stall_timeout,
            retries=settings.retries,
        ),
    )
