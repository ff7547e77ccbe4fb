"""The desk that the settings describe: who answers, who stands in, what proves."""

from dataclasses import replace

from index.archive import Archive
from index.errors import BadValue
from index.reading import ReadingModel
from service.answering import Answerer, Desk
from service.conversations import FILE, Conversations
from service.quoting import QuotingAnswerer
from service.settings import Settings
from service.support import PackagedSupport

QUOTES = "quotes"


def open_desk(
    settings: Settings,
    archive: Archive | None = None,
    conversations: Conversations | None = None,
    reader: ReadingModel | None = None,
) -> Desk:
    """A desk over the archive of the settings, or over another one.

    Without conversations given, they are kept beside the archive. Raises NotFound where there is no
    archive, and DatelineError where the answerer cannot be set up.
    """
    over = archive or settings.open_archive()
    reader = reader or ReadingModel(threads=settings.threads)
    quotes = QuotingAnswerer(reader)
    generates = settings.answerer != QUOTES
    return Desk(
        archive=over,
        answerer=settings.load_generating() if generates else quotes,
        fallback=quotes if generates and settings.fallback == QUOTES else None,
        reader=reader,
        verify=settings.verify,
        support=settings.load_support(PackagedSupport(reader)),
        conversations=conversations or Conversations(over.directory / FILE),
    )


def with_answerer(desk: Desk, name: str | None) -> Desk:
    """The desk for a question that names who is to answer it. Raises BadValue for one it has not."""
    known: dict[str, Answerer] = {desk.answerer.name: desk.answerer, QUOTES: QuotingAnswerer(desk.reader)}
    if name is None or name == desk.answerer.name:
        return desk
    if name not in known:
        raise BadValue(f"no answerer {name!r} here; there are: {', '.join(sorted(known))}")
    return replace(desk, answerer=known[name], fallback=None)
