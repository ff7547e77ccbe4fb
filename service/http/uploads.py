"""Articles that come in over HTTP: written out, as a file, or as an address to fetch."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from pathlib import PurePosixPath

from index.archive import Archive
from index.catalogue.catalogue import Outcome
from index.catalogue.keys import ids_of
from index.errors import BadValue
from index.readers import html, read_bytes, readers
from index.readers.decoding import suffix_of
from index.readers.drafting import key_of
from index.readers.fields import Fields
from index.readers.following import Following, Item
from index.readers.text import text_draft
from index.readers.web import Fetcher, Unchanged
from index.records import Draft, Skipped
from service.http.schemas import AddedArticle, AddedArticles, ArticleRequest, SkippedArticle

API = "api"  # the outlet, for the key alone, of an article that has an id and names no outlet
FOLDER = "/upload"  # files that were sent are read as if they stood here, each in a folder of its own
MOST_SKIPPED_TOLD = 20  # in the detail of a request of which nothing could be added


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent. `url` is the address that it was saved from, if that is known."""

    name: str
    data: bytes
    url: str | None = None

    @property
    def fingerprint(self) -> str:
        """The same for the same file, whatever the form around it."""
        about = f"{self.name}\0{self.url or ''}\0".encode("utf-8", "replace")
        return sha256(about + self.data).hexdigest()

    def items(self) -> Iterator[Draft | Skipped]:
        """The articles in it. Raises nothing for what it holds."""
        suffix = suffix_of(self.name)
        if self.url:
            yield from read_bytes(self.data, self.url, suffix=suffix)
            return
        # Two people's "article.html" are not one article; the same bytes are.
        folder = f"{FOLDER}/{sha256(self.data).hexdigest()[:16]}/"
        for item in read_bytes(self.data, folder + self.name, suffix=suffix):
            yield (
                Skipped(item.source.removeprefix(folder), item.reason) if isinstance(item, Skipped) else item
            )


def upload(name: str, data: bytes, url: str | None) -> Upload:
    """A file under the last part of its name alone, which is all that its suffix and its date need."""
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(character for character in last if character.isprintable())[-200:]
    return Upload(plain or "file", data, url)


def fingerprint(request: ArticleRequest) -> str:
    """The same for the same article, whatever the spacing and order of its JSON."""
    return sha256(request.model_dump_json(exclude_unset=True).encode()).hexdigest()


def written(request: ArticleRequest) -> Draft | Skipped:
    """The article that a request writes out."""
    fields = request.model_dump(
        include={"title", "outlet", "author", "published", "updated", "language", "url"}
    )
    says = Fields(fields).known()
    named = f"id:{says.known.outlet or API}:{request.id}"
    key = key_of("", url=request.url) if request.url else named
    source = request.url or request.id or ""
    if request.html is not None:
        return html.fragment_draft(request.html, says, source, key)
    return text_draft(request.text or "", says, source, key)


@dataclass(frozen=True, slots=True)
class Reading:
    """Items to be added; `following` is told what of a fetched page is kept."""

    items: Iterable[Item]
    following: Following | None = None


def fetched(archive: Archive, fetcher: Fetcher, url: str) -> Reading:
    """Fetches what the page at an address holds; a feed's entries as they stand in it."""
    following = Following(fetcher, archive.visits, entries_only=True, asked=readers())
    read = following.read(url)
    # The page is fetched with its first article: whoever adds this waits for no server.
    first = [item] if (item := next(read, None)) else []
    return Reading(chain(first, read), following)


def add(archive: Archive, reading: Reading) -> AddedArticles:
    """Adds what was read. Raises BadValue where nothing of it is an article, and Busy."""
    outcomes: dict[str, tuple[str, int]] = {}
    skipped: list[Skipped] = []

    def drafts() -> Iterator[Draft | Skipped]:
        """Yields the articles to be added; notes those that are unchanged."""
        for item in reading.items:
            if isinstance(item, Unchanged):
                outcomes[key_of(item.source)] = ("unchanged", 0)
            else:
                yield item

    with closing(archive.add(drafts())) as results:
        for result in results:
            if isinstance(result, Skipped):
                skipped.append(result)
            else:
                outcomes[result.key] = (result.outcome, result.passages)
            if reading.following:
                reading.following.kept(result.source if isinstance(result, Skipped) else result.key)
    if skipped and not outcomes:
        raise BadValue("nothing was added: " + "; ".join(map(_told, skipped[:MOST_SKIPPED_TOLD])))
    return _receipt(archive, outcomes, skipped)


def _told(skipped: Skipped) -> str:
    return f"{skipped.source}: {skipped.reason}"


def _receipt(
    archive: Archive, outcomes: dict[str, tuple[str, int]], skipped: Iterable[Skipped]
) -> AddedArticles:
    counts = Counter(outcome for outcome, _ in outcomes.values())
    ids = ids_of(archive.visits.catalogue, list(outcomes))
    told = [SkippedArticle(item.source, item.reason) for item in skipped]
    return AddedArticles(
        added=counts["added"],
        updated=counts["updated"],
        unchanged=counts["unchanged"],
        skipped=len(told),
        # An unchanged page whose article goes by another address than its own is only counted.
        articles=[
            AddedArticle(str(ids[key]), Outcome(outcome), passages)
            for key, (outcome, passages) in outcomes.items()
            if key in ids
        ],
        skipped_articles=told,
    )
