"""Scanned pages read by the program tesseract, where it is installed."""

import base64
import resource
import shutil
import subprocess
import zlib

from index.errors import Unreadable
from index.extraction import layout
from index.readers.confined import MEMORY, PARSERS, SECONDS, WAITING, Confined

NOTE = "its words were read off pictures of its pages (OCR); some letters may be wrong"


def is_installed() -> bool:
    """Tells whether tesseract can be run."""
    return shutil.which("tesseract") is not None


def scanned_text(data: bytes) -> str:
    """The words on the pages of a scanned PDF. Raises Unreadable."""
    pages = Confined(PARSERS / "scan.py", "PDF", "pypdfium2").parse(data)["pages"]
    return "\n\n".join(_read(zlib.decompress(base64.b64decode(page))) for page in pages)


def _read(picture: bytes) -> str:
    program = shutil.which("tesseract") or "tesseract"
    try:
        done = subprocess.run(  # noqa: S603
            [program, "stdin", "stdout"],
            input=picture,
            capture_output=True,
            timeout=WAITING * SECONDS,
            env={"OMP_THREAD_LIMIT": "1"},
            preexec_fn=_confine,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise Unreadable("tesseract did not read its pages in time") from error
    if done.returncode:
        raise Unreadable("tesseract could not read its pages")
    printed = done.stdout.decode("utf-8", "replace").replace("\f", "")
    # An empty line parts paragraphs.
    paragraphs = layout.without_hyphens(printed).split("\n\n")
    return "\n\n".join(part.replace("\n", " ") for part in paragraphs)


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
