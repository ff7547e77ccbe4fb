"""The pages of a scanned PDF as grey pictures, for a program that reads letters off them."""

import base64
import zlib
from typing import Any

import pypdfium2

MOST_PAGES = 60
_SCALE = 200 / 72  # dots a point, as for printed letters
_MOST_DOTS = 20_000_000  # of a page


def parse(data: bytes) -> dict[str, Any]:
    """Each page as a packed picture in the format PGM, which needs no library to write."""
    try:
        document = pypdfium2.PdfDocument(data)
        if len(document) > MOST_PAGES:
            return {"error": f"it is a scan of {len(document):,} pages; the limit for these is {MOST_PAGES}"}
        return {"pages": [_picture(document[number]) for number in range(len(document))]}
    except pypdfium2.PdfiumError:
        return {"error": "it is not a PDF that can be read; it may be broken or cut off"}


def _picture(page: Any) -> str:
    width, height = page.get_size()
    scale = min(_SCALE, (_MOST_DOTS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    lines = bytes(bitmap.buffer)
    rows = (lines[row * bitmap.stride : row * bitmap.stride + bitmap.width] for row in range(bitmap.height))
    picture = b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(rows)
    return base64.b64encode(zlib.compress(picture)).decode()
