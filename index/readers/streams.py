"""What readers of files of any size share: a file's bytes are read as the stream that they are."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from index.records import Draft, Skipped


class Streamed(ABC):
    """Reads bytes and open files alike, and tells its format by how a file begins."""

    @abstractmethod
    def accepts(self, data: bytes, suffix: str) -> bool:
        """Tells whether bytes that begin so are this format."""

    @abstractmethod
    def read_stream(self, file: BinaryIO, source: str) -> Iterator[Draft | Skipped]:
        """The articles of an open file. May raise Unreadable."""

    def accepts_large(self, head: bytes, suffix: str) -> bool:
        """The same of a file of any size."""
        return self.accepts(head, suffix)

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        """The articles of bytes. May raise Unreadable."""
        return self.read_stream(BytesIO(data), source)
