"""The archives that sets are asked over: built once, kept, and never embedded again while nothing changes."""

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock

from eval.records import Case
from eval.watching import progress_bar
from index import durable
from index.archive import Archive
from index.extraction.chunking import Chunker
from index.models.embedding import Embedder
from index.readers import read_paths
from index.records import Draft, Skipped
from service.answers import to_json

log = logging.getLogger(__name__)

SAMPLE = Path(__file__).parent / "sample" / "articles"
CASES = Path(__file__).parent / "cases" / "sample"
COMPLETE = "complete.json"  # written last: what of the documents could not be added
OPEN_AT_ONCE = 32  # archives of a set that gives each question its own


def sample_documents() -> Iterator[Draft | Skipped]:
    """The articles of the sample archive, which the packaged cases ask about."""
    return read_paths([SAMPLE])


def cached_archive(
    documents: Iterable[Draft | Skipped], cache: Path, embedder: Embedder, *, quiet: bool = False
) -> Path:
    """The folder of an archive of those documents, made in `cache` if it is not there yet.

    Its name is a digest of the documents, the embedder and the chunker, so that a change of any makes
    another archive. One that was being built when the process was killed is completed. Raises Busy
    where another process is building it.
    """
    whole = list(documents)
    folder = cache / "archives" / _digest(whole, embedder)
    if (folder / COMPLETE).exists():
        return folder
    archive = Archive.create(folder, lambda: embedder)
    skipped = []
    with progress_bar("preparing the archive", len(whole), quiet=quiet) as advance:
        for result in archive.add(whole):
            advance()
            if isinstance(result, Skipped):
                skipped.append(result)
                log.warning("left out of the archive: %s: %s", result.source, result.reason)
    archive.close()
    durable.write(folder / COMPLETE, to_json({"skipped": skipped}).encode())
    durable.sync(folder)
    return folder


class GivenArchives:
    """An archive for each case, of the documents that its set gives with it and nothing else.

    The statistics of words are then those of the few passages given. Cases with the same documents
    share an archive. May be called from several threads.
    """

    def __init__(self, given: Mapping[str, Sequence[Draft]], cache: Path, embedder: Embedder) -> None:
        """`given` are the documents of each case, by case id."""
        self._given = given
        self._cache = cache
        self._embedder = embedder
        self._lock = Lock()
        self._open: OrderedDict[Path, Archive] = OrderedDict()

    def __call__(self, case: Case) -> Archive:
        """The archive of that case, built when it is first asked for."""
        with self._lock:
            folder = cached_archive(self._given[case.id], self._cache, self._embedder, quiet=True)
            archive = self._open.pop(folder, None) or Archive.open(folder, lambda: self._embedder)
            self._open[folder] = archive
            if len(self._open) > OPEN_AT_ONCE:
                # A question that still runs on it keeps what it holds.
                self._open.popitem(last=False)[1].close()
            return archive

    def close(self) -> None:
        """Closes every archive that is open."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()


def _digest(documents: Sequence[Draft | Skipped], embedder: Embedder) -> str:
    digest = hashlib.sha256(f"{embedder.id}\n{Chunker().id}\n".encode())
    for document in documents:
        if isinstance(document, Draft):
            digest.update(to_json(document).encode() + b"\n")
    return digest.hexdigest()[:24]
