"""Errors that are safe to show: each is one clear sentence for the person who asked.

DatelineError
├── NotFound        an article, version or archive that is not there
├── BadValue        a request that names what cannot be
├── Unreadable      bytes that cannot become an article
├── Busy            another process is writing
├── Mismatch        the archive was made with another embedder or chunker
├── NoSpace         the disk is full
├── IndexUnavailable the server that has the index does not answer
└── Damaged         the archive is not sound
"""


class DatelineError(Exception):
    """A mistake or a fault, told in one sentence that names the value and the way out."""


class NotFound(DatelineError):
    """An article, version or archive that is not there."""


class BadValue(DatelineError):
    """A request that names what cannot be: an outlet that is not there, a day that is none."""


class Unreadable(DatelineError):
    """Bytes that cannot become an article; the message says why."""


class Busy(DatelineError):
    """Another process is writing to the archive."""


class Mismatch(DatelineError):
    """The archive was made with another embedder or chunker than the settings name."""


class NoSpace(DatelineError):
    """The disk is full; what was acknowledged before is safe."""


class IndexUnavailable(DatelineError):
    """The server that has the index does not answer; what was acknowledged is safe."""


class Damaged(DatelineError):
    """The archive is not sound; the message names the command that mends it."""


def is_fault(error: BaseException) -> bool:
    """Whether an error is one of the work, and not the end of the process or of a task.

    A panic of a library in Rust is one, though it is no Exception; each library has a class of its own.
    """
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"
