# ruff: noqa: E501 - a whole page stands here as it is written
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.benchmarks import dates, extraction

PAGE = b"""<html><head><meta property="article:published_time" content="2021-06-02"></head><body><nav>Home</nav><article>
<p>Engineers will close the old dam for repairs before the spring floods, the ministry said.</p>
<h2>No danger</h2><p>The work is expected to take eleven weeks and to employ sixty people from the valley.</p>
<p>Nobody needs to be afraid, said the woman who leads the works there and lives below the dam.</p></article></body></html>"""


def folder(path: Path) -> Path:
    (path / "dam.html").write_bytes(PAGE)
    entries = {
        "https://v.example/dam": {
            "file": "dam.html",
            "with": ["the old\u00ad dam", "No danger", "a third bridge"],
            "without": ["Home", "sixty people"],
            "date": "2021-06-02",
        },
        "https://v.example/gone": {"file": "gone.html", "with": [], "without": [], "date": "2021-13-02"},
    }
    (path / extraction.LIST).write_text(json.dumps(entries))
    return path


def test_segments_are_counted_by_hand(tmp_path: Path) -> None:
    (page,) = extraction.load(folder(tmp_path))
    article, evidence = extraction.Tally("article"), extraction.Tally("evidence")
    article.count(page, extraction.article(page.data))
    evidence.count(page, extraction.evidence(page.data))
    assert (article.found, article.missed, article.wrong, article.right) == (2, 1, 1, 1)
    assert (evidence.found, evidence.missed, evidence.wrong, evidence.right) == (1, 2, 1, 1)
    assert [article.precision, article.recall, article.f1] == pytest.approx([2 / 3, 2 / 3, 2 / 3])


def test_days_are_right_wrong_or_missing(tmp_path: Path) -> None:
    pages = dates.load(folder(tmp_path))
    tallies = dates.measure(pages)
    assert [(tally.name, tally.right) for tally in tallies][:2] == [("Dateline", 1), ("htmldate", 1)]


@pytest.mark.parametrize("module", [extraction, dates])
def test_without_its_data_a_benchmark_says_so(module: object, tmp_path: Path) -> None:
    import typer

    app = typer.Typer()
    app.command()(module.main)  # type: ignore[attr-defined]
    result = CliRunner().invoke(app, ["--data", str(tmp_path)])
    assert result.exit_code == 0
    assert result.output.startswith("skipped: there is no evaldata_sample.json in ")
