"""Case files: what they may say, what is told of those that may not, and whether ours are true."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from eval.archives import CASES, sample_documents
from eval.cases import BLANK, load_cases
from eval.records import Case
from index.errors import DatelineError
from index.readers import read_paths
from index.records import Draft, Filters

BRIGADES = CASES.parent / "brigades"

Write = Callable[..., Path]

WHOLE = """\
- id: flood
  kind: disagreement
  turns: ["What happened in February?", "How many families were evacuated?"]
  filters: {since: 2020-01-01, until: 2020-12-31, as_of: 2021-01-01, outlets: [Tideline], languages: [en]}
  relevant: [The flood]
  expect:
    facts: [[14 families, fourteen families], 23 families]
    order: [14 families, [23 families]]
    sources: [https://courier.example/flood]
    forbidden_sources: [Comments]
    forbidden_text: [200 families]
    disagreement: true
    change: true
    newest_source: https://radio.example/flood

- id: captain
  kind: unanswerable
  question: Who was the captain?
  expect: {refusal: true}
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(text: str, name: str = "cases.yaml") -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return make


def faults(path: Path) -> list[str]:
    """Every line of the error, less the first and the folder."""
    with pytest.raises(DatelineError) as caught:
        load_cases(path)
    folder = path if path.is_dir() else path.parent
    return [line.removeprefix(f"{folder}/") for line in str(caught.value).splitlines()[1:]]


def test_a_case_says_everything_that_can_be_expected(write: Write) -> None:
    flood, captain = load_cases(write(WHOLE))
    assert flood.question == "How many families were evacuated?"
    assert flood.turns[0] == "What happened in February?"
    assert flood.expected.facts == (("14 families", "fourteen families"), ("23 families",))
    assert flood.expected.order == (("14 families",), ("23 families",))
    assert flood.expected.newest_source == "https://radio.example/flood"
    assert flood.filters == Filters(
        since=date(2020, 1, 1),
        until=date(2020, 12, 31),
        as_of=date(2021, 1, 1),
        outlets=("Tideline",),
        languages=("en",),
    )
    assert set(flood.relevant) == {
        "https://courier.example/flood",
        "https://radio.example/flood",
        "The flood",
    }
    assert flood.where == "cases.yaml:1"
    assert captain.expected.refusal
    assert captain.turns == ("Who was the captain?",)
    assert captain.where == "cases.yaml:16"


def test_a_folder_is_read_whole_and_in_order(write: Write, tmp_path: Path) -> None:
    write("- {id: b, kind: k, question: q, expect: {refusal: true}}", "b.yaml")
    write("- {id: a, kind: k, question: q, expect: {refusal: true}}", "deep/a.yml")
    write("not a case", "notes.txt")
    assert [(case.id, case.where) for case in load_cases(tmp_path)] == [
        ("b", "b.yaml:1"),
        ("a", "deep/a.yml:1"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- id: [", "1: it is not YAML"),
        ("id: a", "1: it must be a list of cases"),
        ("", "1: it must be a list of cases"),
        ("- just words", "1: the case: input should be a valid dictionary"),
        ("- id: a\n  kind: k\n  expect: {refusal: true}", "1: give either a question or the turns"),
        (
            "- id: a\n  kind: k\n  question: q\n  turns: [q]\n  expect: {refusal: true}",
            "1: give either a question or the turns",
        ),
        ("- id: a b\n  kind: k\n  question: q\n  expect: {refusal: true}", "1: id: string should match"),
        (
            "- id: a\n  kind: k\n  question: q\n  fitlers: {}\n  expect: {refusal: true}",
            "4: there is no fitlers",
        ),
        ("- id: a\n  kind: k\n  question: q\n  expect:\n    fact: [x]", "5: there is no expect.fact"),
        ("- id: a\n  kind: k\n  question: q", "1: expect is missing"),
        ("- id: a\n  kind: k\n  question: q\n  expect: {}", "4: nothing is expected"),
        (
            "- id: a\n  kind: k\n  question: q\n  expect:\n    refusal: true\n    facts: [x]",
            "6: a refusal is expected and also facts",
        ),
        (
            "- id: a\n  kind: k\n  question: q\n  expect:\n    refusal: true\n    newest_source: x",
            "6: a refusal is expected and also newest_source",
        ),
        ("- id: a\n  kind: k\n  question: q\n  expect: {may_refuse: true}", "4: say what an answer"),
        (
            "- id: a\n  kind: k\n  question: q\n  expect:\n    facts:\n      - 14",
            "6: expect.facts.0: input should be a valid tuple (given 14)",
        ),
        (
            "- id: a\n  kind: k\n  question: q\n  expect:\n    sources:\n    - x\n    - 2021",
            "7: expect.sources.1: input should be a valid string (given 2021; put it in quotation marks)",
        ),
        (
            "- id: a\n  kind: k\n  question: q\n  expect:\n    sources: [x]\n    forbidden_sources: [y, x]",
            "6: 'x' is both expected and forbidden",
        ),
        (
            "- id: a\n  kind: k\n  question: q\n  expect:\n    facts: [[12 crowns]]\n    "
            "forbidden_text: [12 Crowns]",
            "6: '12 Crowns' is forbidden and stands in an expected fact",
        ),
        (
            "- id: a\n  kind: k\n  question: q\n  filters:\n    since: 2021-01-02\n    until: 2021-01-01\n"
            "  expect: {refusal: true}",
            "5: since 2021-01-02 comes after 2021-01-01",
        ),
        (
            "- id: a\n  kind: k\n  question: q\n  filters: {since: yesterday}\n  expect: {refusal: true}",
            "4: filters.since: input should be a valid date",
        ),
        ("- id: a\n  kind: k\n  kind: l\n  question: q\n  expect: {refusal: true}", "3: 'kind' stands twice"),
        ("- &a [*a]", "1: an alias refers to what holds it"),
        (
            f"- id: a\n  kind: k\n  question: q\n  expect:\n    facts:\n      - ['{BLANK}']",
            "6: expect.facts.0.0 is still to be filled in",
        ),
        ("- id: a\n  kind: k\n  question: 2021-02-31\n  expect: {refusal: true}", "1: a value is wrong"),
    ],
)
def test_a_mistake_is_told_with_its_line(write: Write, text: str, told: str) -> None:
    assert [fault for fault in faults(write(text)) if fault.startswith(f"cases.yaml:{told}")]


def test_every_mistake_of_every_file_is_told_in_one_go(write: Write, tmp_path: Path) -> None:
    write(WHOLE, "a.yaml")
    write(WHOLE.replace("  kind: dis", "  kin: dis", 1), "b.yaml")
    write("- {id: x, kind: k, question: q, expect: {}}\n- {id: y, kind: k, question: q}", "c.yaml")
    assert faults(tmp_path) == [
        "b.yaml:1: kind is missing",
        "b.yaml:2: there is no kin",
        "c.yaml:1: nothing is expected, so nothing could be scored",
        "c.yaml:2: expect is missing",
        "b.yaml:16: id 'captain' is already used at a.yaml:16",
    ]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match="there is no"):
        load_cases(tmp_path / "nowhere.yaml")
    with pytest.raises(DatelineError, match=r"there is no \.yaml file in"):
        load_cases(tmp_path)


@pytest.fixture(scope="module")
def sources() -> dict[str, Draft]:
    """The sample's articles by URL and by title."""
    drafts = [draft for draft in sample_documents() if isinstance(draft, Draft)]
    return {name: draft for draft in drafts for name in (draft.url, draft.title) if name}


def named(case: Case) -> list[str]:
    return [*case.relevant, *case.expected.forbidden_sources]


def missing(case: Case, sources: dict[str, Draft]) -> list[tuple[str, ...]]:
    """What is expected to be said, and stands in none of the sources that the case names."""
    texts = [sources[name].evidence().casefold() for name in case.relevant]
    return [
        fact
        for fact in (*case.expected.facts, *case.expected.order)
        if not any(spelling.casefold() in text for spelling in fact for text in texts)
    ]


def test_there_are_cases_of_every_kind() -> None:
    kinds = {case.kind for case in load_cases(CASES)}
    assert len(load_cases(CASES)) >= 90
    assert kinds >= {"fact", "list", "number", "who said", "when", "disagreement", "change", "as-of"}
    assert kinds >= {"follow-up", "unanswerable", "false premise", "injection", "outlet", "language"}


@pytest.mark.parametrize("case", load_cases(CASES), ids=lambda case: case.id)
def test_what_we_expect_stands_in_the_sources_we_name(case: Case, sources: dict[str, Draft]) -> None:
    assert not [name for name in named(case) if name not in sources]
    assert not missing(case, sources)
    assert case.expected.refusal or case.relevant


@pytest.mark.parametrize("case", load_cases(BRIGADES), ids=lambda case: case.id)
def test_what_we_expect_of_real_articles_stands_in_them(case: Case, shared: Path) -> None:
    drafts = [draft for draft in read_paths([shared / "data" / "articles"]) if isinstance(draft, Draft)]
    by_outlet = {draft.outlet: draft for draft in drafts if draft.outlet}
    assert set(named(case)) <= set(by_outlet)
    assert not missing(case, by_outlet)
    assert case.expected.refusal or case.relevant


def test_the_packaged_cases_leave_those_over_other_articles_alone() -> None:
    asked = {case.id for case in load_cases(CASES)}
    assert not asked & {case.id for case in load_cases(BRIGADES)}
