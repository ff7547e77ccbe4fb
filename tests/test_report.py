"""The report of a run: what is on it, that it needs nothing but itself, and that hostile text stays text."""

from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from eval.records import Record
from eval.report import write_report
from eval.results_page import read_releases, results_page, write_release, write_results_page
from eval.scoring import score
from index.errors import DatelineError
from tests.recording import COURIER, answer, case, claim, passage, quote, record, write_run

CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = '<script>document.title="taken"</script><img src="http://127.0.0.1:9/x" onerror="alert(1)">'
ARABIC = "نُقل تسعة عمال إلى المستشفى"


def records() -> list[Record]:
    """Thirty questions of three kinds, some right, some wrong, two refused, one error."""
    found = []
    for number in range(30):
        kind = ("fact", "number", "who said <b>")[number % 3]
        asked = case(
            f"q{number}", kind, facts=(("14", "fourteen"),), sources=(COURIER,), where="flood.yaml:3"
        )
        words = "Fourteen families were evacuated." if number % 4 else f"{HOSTILE} {ARABIC}"
        given = answer([claim(words, 1, score=0.5 + number / 80)], [quote(words)])
        shown = [passage(COURIER, words, score=0.9), passage("https://b.example", HOSTILE)]
        found.append(record(asked, given, shown, seconds=0.1 + number**2 / 500))
    refusing = record(case("unknown", "unanswerable", refusal=True), answer())
    refused = record(case("refused", "fact", facts=(("14",),)), answer())
    return [*found, refusing, refused, record(case("broken", "fact", facts=(("14",),)), None)]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    folder = write_run(tmp_path / "run", records(), settings={"data": HOSTILE}, packages={"numpy": "2.4"})
    return write_report(folder)


class Tags(HTMLParser):
    """Notes the tags of a page and every address it would ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.asked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.asked += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data")]
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_sound_has_no_script_and_asks_for_nothing(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(text)
    tags.close()
    assert tags.open == []
    assert tags.seen.isdisjoint({"script", "img", "link", "iframe", "object", "b onerror"})
    assert tags.asked == []
    assert "url(" not in text
    assert "@import" not in text


def test_the_page_tells_scores_failures_and_what_produced_the_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for words in (
        "By kind of question",
        "Risk–coverage curve",
        "Reliability diagram",
        "Distribution of latency",
    ):
        assert words in text
    assert "33 questions, 10 failed" in text
    assert "Failed questions (10)" in text
    assert "no answer: the server did not answer" in text
    assert "refused, though the archive answers it" in text
    assert "does not say “14” or “fourteen”" in text
    assert "who said &lt;b&gt;" in text
    assert ARABIC in text
    assert "<dt>answerer</dt><dd>scripted</dd>" in text


def test_the_summary_stands_beside_the_page(page: Path) -> None:
    lines = page.with_name("summary.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# flood"
    assert "| correct | 0.697 | 0.545–0.848 | 33 of 33 |" in lines
    assert "- `refused`: refused, though the archive answers it" in lines
    assert not any("<script" in line or "<b>" in line for line in lines)


def test_a_run_without_any_record_has_a_report(tmp_path: Path) -> None:
    page = write_report(write_run(tmp_path / "run", []))
    assert "0 questions, 0 failed" in page.read_text(encoding="utf-8")


def test_a_run_that_judges_retrieval_alone_has_a_report(tmp_path: Path) -> None:
    asked = [
        record(
            case(f"q{n}", "retrieval", relevant={"a": 1}),
            answer(),
            [passage("b"), passage("a" if n else "c")],
        )
        for n in range(3)
    ]
    text = write_report(write_run(tmp_path / "run", asked)).read_text(encoding="utf-8")
    assert "nothing relevant was retrieved" in text
    assert "3 questions, 1 failed" in text


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_in_a_browser(page: Path, browser: Any, scheme: str, tmp_path: Path) -> None:
    tab = browser.new_page(viewport={"width": 1180, "height": 900}, color_scheme=scheme)
    asked: list[str] = []
    faults: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: faults.append(message.text))
    tab.goto(page.as_uri())
    tab.locator("details.question > summary").first.click()
    assert asked == [page.as_uri()]
    assert faults == []
    assert tab.title() == "flood: run"
    assert '<script>document.title="taken"</script>' in tab.locator("details.question").first.inner_text()
    assert tab.locator("svg").count() >= 5
    for width in (1180, 390):
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    picture = tab.screenshot(path=tmp_path / f"{scheme}.png", full_page=True)
    assert len(picture) > 20_000
    tab.close()


# Results of releases


def test_results_of_releases_are_a_table_the_newest_first(tmp_path: Path) -> None:
    scores = score(write_run(tmp_path / "run", records()))
    better = score(write_run(tmp_path / "better", [one for one in records() if one.answer]))
    write_release(scores, "0.1.0", date(2024, 5, 1), tmp_path / "results")
    write_release(better, "0.2.0", date(2024, 6, 1), tmp_path / "results")
    releases = read_releases(tmp_path / "results")
    assert [release.version for release in releases] == ["0.2.0", "0.1.0"]
    assert releases[1].aggregates == scores.aggregates
    lines = results_page(releases).splitlines()
    assert "| Metric | 0.2.0 (2024-06-01, scripted) | 0.1.0 (2024-05-01, scripted) |" in lines
    assert "| refusal\\_recall | 1.000 (–; 1) | 1.000 (–; 1) |" in lines
    written = write_results_page(tmp_path / "results", tmp_path / "docs" / "results.md")
    assert written.read_text(encoding="utf-8").splitlines() == lines


def test_without_releases_the_page_says_so(tmp_path: Path) -> None:
    assert "No release has been scored yet." in results_page(read_releases(tmp_path))


def test_a_file_that_is_no_result_is_named(tmp_path: Path) -> None:
    (tmp_path / "0.1.0.json").write_text("{}")
    with pytest.raises(DatelineError, match=r"0\.1\.0\.json holds no result of a release"):
        read_releases(tmp_path)
