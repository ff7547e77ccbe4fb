"""The way of a question through the code: the modules that it enters, and the picture of them."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from starlette.testclient import TestClient

from service.http.app import create_app
from service.settings import load_settings
from tests.answering_picture import PICTURE, drawn
from tests.conftest import ROOT, copy_of

MOST_MODULES = 66  # 60, and those of what comes next, as far as other threads are by then
PAGE = ROOT / "docs" / "answering.md"


@contextmanager
def entering() -> Iterator[set[str]]:
    """The files of ours whose functions any thread calls that starts in here; a set that grows."""
    files: set[str] = set()

    def called(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            files.add(frame.f_code.co_filename)

    threading.setprofile(called)
    sys.setprofile(called)
    try:
        yield files
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def entered(files: set[str]) -> list[str]:
    """The modules of service/, index/ and prompts/ that these files are, as paths in the tree."""
    paths = (Path(file) for file in files)
    own = {path.relative_to(ROOT).as_posix() for path in paths if path.is_relative_to(ROOT)}
    return sorted(path for path in own if path.startswith(("service/", "index/", "prompts/")))


def test_a_question_passes_few_modules_between_http_and_its_first_citation(
    sample: Path, models: Path, tmp_path: Path
) -> None:
    app = create_app(load_settings(data=copy_of(sample, tmp_path / "archive"), models=models))
    asked = {"question": "How many families were evacuated in the flood?", "stream": True}
    with entering() as files, TestClient(app, base_url="http://localhost") as client:
        client.get("/healthz")  # the first request builds the application
        files.clear()
        with client.stream("POST", "/v1/ask", json=asked) as response:
            told = next(line for line in response.iter_lines() if line in ("event: claim", "event: error"))
            modules = entered(set(files))
    assert told == "event: claim"
    lines = sum((ROOT / module).read_text().count("\n") for module in modules)
    sys.stdout.write("\n".join([*modules, f"{len(modules)} modules, {lines:,} lines\n"]))
    through = "service/http/routes/answers service/answering service/questions/understand index/search/hybrid"
    assert {f"{name}.py" for name in through.split()} <= set(modules)
    assert len(modules) <= MOST_MODULES


def test_the_page_names_files_that_exist() -> None:
    named = [words.split()[-1] for words in PAGE.read_text().split("`") if words.endswith(".py")]
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_picture_shows_the_imports_as_they_are() -> None:
    assert PICTURE.read_text() == drawn(), "draw it again: python -m tests.answering_picture"
