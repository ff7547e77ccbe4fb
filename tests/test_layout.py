"""Plain text as it was before it was drawn on a page, and pages that are no article."""

from itertools import zip_longest
from textwrap import wrap

import pytest

from index.extraction.layout import mended
from index.readers import read_bytes
from index.records import Draft, Skipped

COLUMNS = """The Ridge Courier                                             12 March 2021

Bridge to close                        Market hall reopens
for two weeks                          after last year's fire

RIDGETON - The harbour bridge          LENN - The market hall opened
will close to lorries for two          its doors again on Thursday, a
weeks from Friday, the roads           year after a fire destroyed the
office said. The work will cost        roof. Its owner Karl Moss said
340,000 pounds, engineer Tom           repairs had cost him 1.2 million
Vale said.                             pounds.
"""


def test_columns_are_read_one_after_the_other() -> None:
    text, repairs = mended(COLUMNS)
    assert repairs == ("columns",)
    assert [block.strip() for block in text.split("\n\n") if block.strip()] == [
        "The Ridge Courier\n12 March 2021",
        "Bridge to close for two weeks",
        "RIDGETON - The harbour bridge will close to lorries for two weeks from Friday, "
        "the roads office said. The work will cost 340,000 pounds, engineer Tom Vale said.",
        "Market hall reopens after last year's fire",
        "LENN - The market hall opened its doors again on Thursday, a year after a fire destroyed the roof. "
        "Its owner Karl Moss said repairs had cost him 1.2 million pounds.",
    ]


@pytest.mark.parametrize("gap", [2, 3, 6])
def test_three_columns_of_any_gap_are_read_one_after_the_other(gap: int) -> None:
    stories = [
        "The harbour bridge will close to lorries for two weeks from Friday, the roads office said. The work "
        "will cost 340,000 pounds, engineer Tom Vale said.",
        "The market hall opened its doors again on Thursday, a year after a fire destroyed the roof. Its "
        "owner Karl Moss said repairs had cost him 1.2 million pounds, and thanked the fire brigade.",
        "A circus came to the town of Lenn for the first time in thirty years, and its three elephants "
        "were fed by the mayor. Nobody was hurt.",
    ]
    columns = zip_longest(*(wrap(story, 30) for story in stories), fillvalue="")
    page = "\n".join((" " * gap).join(f"{part:30}" for part in row).rstrip() for row in columns)
    text, repairs = mended(page)
    assert ([block.strip() for block in text.split("\n\n") if block.strip()], repairs) == (
        stories,
        ("columns",),
    )


def test_a_table_keeps_its_rows() -> None:
    table = "\n".join(f"{name:20}{votes:>8}{seats:>6}" for name, votes, seats in [("Ridge", 12, 3)] * 8)
    assert mended(table) == (table, ())


@pytest.mark.parametrize(
    ("raw", "text", "repair"),
    [
        ("The recon-\nstruction ends.", "The reconstruction ends.", "hyphens"),
        ("A well-\nknown bridge.", "A well-known bridge.", "hyphens"),
        (
            "closed all the roads\n\n3\nCourier, 12 March 2021\nwww.a.example\n\nthat lead there",
            "closed all the roads that lead there",
            "page heads",
        ),
        ("The cafÃ© said itâ€™s open.", "The café said it’s open.", "mojibake"),
        ("&ldquo;Tom &amp; Ann&rdquo;", "“Tom & Ann”", "entities"),
        ("The ﬁre oﬃce.", "The fire office.", "ligatures"),
        ("The har\xadbour.", "The harbour.", "soft hyphens"),
    ],
)  # fmt: skip
def test_what_a_page_or_a_program_did_is_undone_and_named(raw: str, text: str, repair: str) -> None:
    assert mended(raw) == (text, (repair,))
    (draft,) = read_bytes(raw.encode(), "a.txt")
    assert isinstance(draft, Draft)
    assert draft.repairs == (repair,)


@pytest.mark.parametrize(
    "raw", ["Käse für Åse, it’s a café.", "3\n\nThe bridge.", "AT&T and R&D", "a - b\nc"]
)
def test_good_text_stays_as_it_is(raw: str) -> None:
    assert mended(raw) == (raw, ())


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("Please verify you are a human\n\nAccess to this page has been denied because of a tool.", "robots"),
        ("Before you continue\n\nWe use cookies and data to maintain our services.", "cookies"),
        (
            "Sorry, you have been blocked\n\nYou are unable to access it. A security service runs here.",
            "robots",
        ),
        ("Page not found\n\nSorry, the page you are looking for does not exist.", "nothing is there"),
        ("Search results for bridge\n\nShowing 12 results for bridge.", "search found"),
        ("Dam to close\n\nSubscribe to continue reading this story\n\nAll of it from £1 a week", "subscribe"),
        ("Subscribe to continue reading\n\nAlready a subscriber? Sign in to read this story.", "subscribe"),
    ],
)
def test_a_page_that_is_no_article_is_refused_by_name(page: str, kind: str) -> None:
    (skipped,) = read_bytes(page.encode(), "a.txt")
    assert isinstance(skipped, Skipped)
    assert kind in skipped.reason


def test_a_report_of_such_a_page_is_an_article() -> None:
    page = "Page not found: town loses its site\n\nThe town hall's site was gone on Friday, the mayor said."
    (draft,) = read_bytes(page.encode(), "a.txt")
    assert isinstance(draft, Draft)


def test_a_quote_that_is_drawn_to_be_seen_is_evidence_once() -> None:
    quote = "it can't wait another winter"
    page = f'Bridge to close\n\n12 March 2021\n\nThe bridge closes.\n\n"{quote}"\n\n"So {quote}," Vale said.'
    (draft,) = read_bytes(page.encode(), "a.txt")
    assert isinstance(draft, Draft)
    assert draft.evidence().count(quote) == 1


def test_the_head_over_comments_is_not_joined_to_the_name_of_a_reader() -> None:
    text = "3 Comment(s)\nThe Courier reads every comment.   1500 / 1500\n\nlowerquay_ann\nFourteen?"
    assert mended(text) == (text, ())


PAGES = """Dam to close for repairs

The council voted on Monday to close the old dam for repairs, which would be the first of

THE VALLEY DAILY                        4
Wednesday, June 2, 2021

three such works. The second will follow in May.

THE VALLEY DAILY                        5
Wednesday, June 2, 2021

The third comes last, the engineer said.
"""


def test_the_head_of_every_page_is_no_part_of_its_story() -> None:
    text, repairs = mended(PAGES)
    assert repairs == ("page heads",)
    assert "the first of three such works." in text
    assert "VALLEY" not in text
    assert "Wednesday" not in text
    rows = "Results\n\nHarbour List 9\nGreen Ridge 6\nHarbour List 12\n"
    assert mended(rows) == (rows, ())


@pytest.mark.parametrize(
    "page", ["403 Forbidden\n\nYou may not see this.", "502 Bad Gateway\nnginx", "Error 503\n\nTry again."]
)
def test_a_server_s_error_is_no_article(page: str) -> None:
    (skipped,) = read_bytes(page.encode(), "a.txt")
    assert isinstance(skipped, Skipped)
    assert skipped.reason == "it is a server's error, not an article"
