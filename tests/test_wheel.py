"""The wheel: what is in it, how large it is, and that it answers outside the tree."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

MOST_BYTES = 100_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("dateline-*.whl")
    return built


def test_it_carries_the_models_the_page_the_prompts_and_the_sample(wheel: Path) -> None:
    assert wheel.stat().st_size < MOST_BYTES
    held = set(zipfile.ZipFile(wheel).namelist())
    for needed in (
        "index/models/all-MiniLM-L6-v2/model.onnx",
        "index/models/all-MiniLM-L6-v2/tokenizer.json",
        "index/models/reader/model.onnx",
        "service/web/index.html",
        "service/storage/migrations/keys/revision_1.py",
        "prompts/answer.md",
        "prompts/answer-small.md",
        "eval/sample/dateline.toml",
    ):
        assert needed in held
    assert not [name for name in held if "__pycache__" in name or name.startswith("tests/")]


def test_it_answers_from_a_folder_that_is_not_the_tree(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(place)
    (tmp_path / "bridge.txt").write_text(
        "The Courier\n\nBridge to cost more\n\n2021-07-09\n\nThe bridge will cost 67 million crowns."
    )
    for words in (["add", "bridge.txt"], ["ask", "What will the bridge cost?"]):
        command = [sys.executable, "-m", "service.cli", *words]
        environment = os.environ | {"PYTHONPATH": str(place)}
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        assert "preparing the embedding model" not in done.stderr
    assert "67 million crowns" in done.stdout
