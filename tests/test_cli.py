"""The command line as a person uses it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Protocol
from zipfile import ZipFile

import pytest

from tests.conftest import ROOT


class Dateline(Protocol):
    """Runs the command and gives what it printed; `code` is the exit status it must have."""

    def __call__(self, *arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]: ...


ARTICLE = (
    "The Courier\n\nBridge to cost more\n\n2021-07-09\n\n"
    "The bridge will cost {} million crowns, the mayor said."
)


@pytest.fixture
def dateline(models: Path, tmp_path: Path) -> Dateline:
    """Runs `dateline` in an empty folder, as a user would."""

    def run(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"DATELINE_MODELS": str(models), "COLUMNS": "100"}
        command = [sys.executable, "-m", "service.cli", *map(str, arguments)]
        environment["PYTHONPATH"] = str(ROOT)
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=120
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


def test_from_files_to_an_answer(dateline: Dateline, tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "bridge.txt").write_text(ARTICLE.format(61))
    assert dateline("add", "news").stdout == "1 added, 0 updated, 0 unchanged, 0 skipped\n"
    assert dateline("add", "news").stdout == "0 added, 0 updated, 1 unchanged, 0 skipped\n"
    (tmp_path / "news" / "bridge.txt").write_text(ARTICLE.format(67))
    assert dateline("add", "news").stdout == "0 added, 1 updated, 0 unchanged, 0 skipped\n"
    asked = dateline("ask", "What will the bridge cost?").stdout
    assert "“The bridge will cost 67 million crowns, the mayor said.”" in " ".join(asked.split())
    assert "[1] The Courier, 9 July 2021 (read in the text)" in asked
    assert "Bridge to cost more; " in asked
    old = dateline("articles", "show", "1", "--version", "1").stdout
    assert "61 million" in old
    assert "[navigation, not evidence] Bridge to cost more" in old
    assert dateline("check").stdout.startswith("sound: 1 articles, 1 passages")
    assert json.loads(dateline("rebuild", "--json").stdout) == {"articles": 1, "passages": 1}
    assert dateline("rebuild", "--embed").stdout == "rebuilt: 1 articles, 1 passages\n"
    assert dateline("articles", "remove", "1").stdout == "removed article 1\n"
    refused = dateline("ask", "What will the bridge cost?", code=1).stdout
    assert refused.startswith("The archive holds no article within these limits")


def test_problem_files_are_told_one_by_one_and_the_rest_goes_in(dateline: Dateline, tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "good.txt").write_text(ARTICLE.format(61))
    (news / "empty.txt").write_bytes(b"")
    (news / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (news / "lines.jsonl").write_text(
        '{"id": "a", "text": "The ferry sailed on Monday."}\n{"id": "b"}\n'
        'not json\n{"id": "a", "text": "Other."}\n'
    )
    with (news / "huge.txt").open("wb") as huge:
        huge.truncate(21 << 20)
    done = dateline("add", "news", "missing.txt")
    assert done.stdout == "2 added, 0 updated, 0 unchanged, 7 skipped\n"
    told = done.stderr.splitlines()
    assert len([line for line in told if line.startswith("skipped ")]) == 7
    for words in ("empty.txt: ", "picture.png: ", "lines.jsonl:2: ", "lines.jsonl:3: ", "lines.jsonl:4: ",
                  "huge.txt: ", "missing.txt: "):  # fmt: skip
        assert words in done.stderr
    listed = json.loads(dateline("add", "news", "--json").stdout)
    assert (listed["added"], listed["unchanged"], len(listed["skipped"])) == (0, 2, 6)
    dateline("add", "news", "--strict", code=1)
    dateline("add", "missing.txt", "news/empty.txt", code=1)
    refused = dateline("add", "news", "--strict", "--every", "1h", code=2)
    assert "give it without --strict" in refused.stderr


def test_json_is_the_contract_of_the_api(dateline: Dateline, sample: Path) -> None:
    answer = json.loads(dateline("ask", "Who ran the pumps at Salt Lane?", "--json", "--data", sample).stdout)
    assert {"id", "claims", "citations", "searched", "plan"} <= set(answer)
    article = answer["citations"][0]["article_id"]
    shown = json.loads(dateline("articles", "show", article, "--json", "--data", sample).stdout)
    quote = answer["citations"][0]
    assert shown["text"][quote["start"] : quote["end"]] == quote["quote"]
    found = json.loads(dateline("search", "pumps", "--limit", "2", "--json", "--data", sample).stdout)
    assert len(found) == 2
    listed = json.loads(
        dateline("articles", "list", "--outlet", "tideline", "--json", "--data", sample).stdout
    )
    assert {article["outlet"] for article in listed} == {"Tideline"}
    assert json.loads(dateline("check", "--json", "--data", sample).stdout) == {"sound": True, "faults": []}


def test_the_sample_archive_comes_in_whole(dateline: Dateline, sample: Path) -> None:
    listed = json.loads(dateline("articles", "list", "--json", "--data", sample).stdout)
    assert len(listed) == 34
    assert {article["outlet"] for article in listed} - {None} == {
        "Lenn Valley News", "Radio Seawall", "Seven Quays", "The Ostrel Courier", "Tideline",
    }  # fmt: skip
    assert [article["title"] for article in listed if article["language"] != "en"] == [
        "ثمانية جرحى في حريق مصنع تعليب الأسماك في بورت أوستريل"
    ]
    undated = [article for article in listed if article["published"] is None]
    assert "The man who winds the clock on Mill Bridge" in {article["title"] for article in undated}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["ask", "x"], 1, "dateline: there is no archive in .dateline; make one with: dateline add PATH…"),
        (["search", "x", "--since", "soon"], 2, "'soon' is not a day; write it as 2021-06-30"),
        (
            ["articles", "show", "99", "--data", "{sample}"],
            1,
            "dateline: there is no article 99 in this archive",
        ),
        (["ask", " ", "--data", "{sample}"], 2, "dateline: the question is empty"),
        (
            ["search", "x", "--outlet", "Nope", "--data", "{sample}"],
            2,
            "dateline: no outlet 'Nope' in this archive",
        ),
        (
            ["search", "x", "--limit", "0"],
            2,
            "Invalid value for '--limit': Input should be greater than or equal to 1",
        ),
        (["add"], 2, "Missing argument 'PATH"),
        (["serve", "--data", "nowhere"], 1, "dateline: there is no archive in nowhere"),
        (["dig"], 2, "No such command 'dig'"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(
    dateline: Dateline, sample: Path, arguments: list[str], code: int, told: str
) -> None:
    done = dateline(*(argument.format(sample=sample) for argument in arguments), code=code)
    assert told in re.sub(r"\s+", " ", done.stderr)


def test_a_setting_that_is_wrong_is_named(dateline: Dateline, tmp_path: Path) -> None:
    (tmp_path / "dateline.toml").write_text('port = "many"\ncolour = "blue"\n')
    told = dateline("check", code=1).stderr
    assert "port = 'many'" in told
    assert "colour = 'blue'" in told
    (tmp_path / "dateline.toml").write_text("port = [")
    assert "dateline: dateline.toml cannot be read" in dateline("check", code=1).stderr


@pytest.mark.parametrize("command", [["--help"], ["ask", "--help"], ["--version"]])
def test_help_needs_nothing_heavy(command: list[str]) -> None:
    script = (
        "import sys; sys.argv = ['dateline', *sys.argv[1:]]\n"
        "from service.cli import main\n"
        "try: main()\n"
        "finally: print(*sys.modules, file=sys.stderr)\n"
    )
    arguments = [sys.executable, "-c", script, *command]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, timeout=60, check=True)
    heavy = {"numpy", "faiss", "sqlalchemy", "fastapi", "onnxruntime", "tantivy", "torch", "asyncio"}
    assert heavy & set(done.stderr.split()) == set()


def test_no_name_steers_the_terminal_and_no_archive_reads_itself(dateline: Dateline, tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "bridge.txt").write_text(ARTICLE.format(61))
    with ZipFile(tmp_path / "news" / "b.zip", "w") as packed:
        packed.writestr("\x1b]0;owned\x07\x1b[2J\r\u202eevil.bin", b"\x00\x01\x02" * 100)
    (tmp_path / "news" / "bad\x1b[31m.bin").write_bytes(b"\x00\x01\x02" * 100)
    for _ in range(2):
        done = dateline("add", "news", "--data", "news/archive")
        assert "skipped" in done.stderr
        assert not set("\x1b\x07\r\u202e") & set(done.stderr + done.stdout)
        assert "catalogue.db" not in done.stderr
    wrong = dateline("add", "no\x1b[2Jwhere", "--data", "news/archive", code=1)
    assert "\x1b" not in wrong.stderr + wrong.stdout
    assert dateline("articles", "list", "--data", "news/archive", "--json").stdout.count('"id"') == 1


@pytest.mark.parametrize(
    ("limit", "settings"),
    [
        pytest.param("ulimit -v 250000", {}, id="too little memory to load a library"),
        # No thread of a library in Rust starts: adding ends in a panic, and so does writing the index then.
        pytest.param("true", {"RUST_MIN_STACK": str(1 << 50), "RUST_BACKTRACE": "0"}, id="no threads"),
    ],
)
def test_what_starves_ends_in_a_sentence(tmp_path: Path, limit: str, settings: dict[str, str]) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE.format(61))
    command = f"{limit}; exec {sys.executable} -m service.cli add a.txt"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"} | settings
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=120
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("dateline: there is not enough memory for this")
