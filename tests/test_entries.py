"""Rolling articles cut by their own time stamps, and what only looks like one."""

from datetime import date

import pytest

from index.extraction.entries import clock_of, entries

DAY = date(2024, 5, 3)
FIRST = "The bridge was closed because the water stood at the deck."
SECOND = "A fourth body was found in Mill Lane."
THIRD = "The bridge is open again, police say."


def told(text: str, published: date | None = DAY) -> list[tuple[str, str | None, int, str]]:
    """The day, the clock time, the minute and the first words of each entry."""
    return [
        (
            str(entry.day.first) if entry.day else "",
            entry.clock,
            entry.minute,
            text[entry.words : entry.end].split()[1],
        )
        for entry in entries(text, published)
    ]


@pytest.mark.parametrize(
    ("clocks", "mark", "minutes"),
    [
        (("13:20", "17:10", "18:42"), "\n", [800, 1030, 1122]),
        (("13.20 Uhr", "17.10 Uhr", "18.42 Uhr"), ": ", [800, 1030, 1122]),
        (("1:20 p.m.", "5:10 p.m. ET", "6 p.m."), " — ", [800, 1030, 1080]),
        (("1:20 p.m.", "5:10 p.m.", "6 p.m."), " ", [800, 1030, 1080]),
        (("13.20 GMT", "17.10 GMT", "18.42 GMT"), " ", [800, 1030, 1122]),
        (("11 p.m.", "9 p.m.", "7 p.m."), "\n\n", [1380, 1260, 1140]),
    ],
    ids=["lines", "German", "American", "unparted", "zones", "falling"],
)
@pytest.mark.parametrize("bullet", ["", "• "])
def test_clock_times_in_front_of_lines_cut_a_live_blog(
    clocks: tuple[str, ...], mark: str, minutes: list[int], bullet: str
) -> None:
    said = (FIRST, SECOND, THIRD)
    text = "\n\n".join(f"{bullet}{clock}{mark}{words}" for clock, words in zip(clocks, said, strict=True))
    assert told(f"Flood: live\n3 May 2024\n\n{text}") == [
        ("", clock, minute, words.split()[1])
        for clock, minute, words in zip(clocks, minutes, said, strict=True)
    ]


def test_days_in_front_of_lines_cut_a_chronicle_and_hold_until_the_next() -> None:
    days = f"6 January: {FIRST}\n\nMarch 2024\n{SECOND}"
    text = f"What came\n\n{days}\n\n2 May, 9:30 a.m.: {THIRD}\n\n11 a.m.: {FIRST}"
    assert told(text) == [
        ("2024-01-06", None, 0, "bridge"),
        ("2024-03-01", None, 0, "fourth"),
        ("2024-05-02", "9:30 a.m.", 570, "bridge"),
        ("2024-05-02", "11 a.m.", 660, "bridge"),
    ]


def test_a_night_passes_midnight_once() -> None:
    rising = f"11 p.m.\n{FIRST}\n\n11:50 p.m.\n{SECOND}\n\n1:15 a.m.\n{THIRD}"
    falling = f"1:15 a.m.\n{THIRD}\n\n11:50 p.m.\n{SECOND}\n\n11 p.m.\n{FIRST}"
    assert [entry.minute for entry in entries(rising, DAY)] == [1380, 1430, 1515]
    assert [entry.minute for entry in entries(falling, DAY)] == [75, -10, -60]


def test_a_single_entry_that_was_cut_keeps_its_time() -> None:
    assert told(f"18:42\n\n{FIRST}") == [("", "18:42", 1122, "bridge")]
    assert told(f"{FIRST}\n\n18:42\n\n{SECOND}") == []


@pytest.mark.parametrize(
    "text",
    [
        f"Ferries\n\n9:30\nLenn\n\n12:05\nRidge\n\n18:42\nLenn\n\n{FIRST}",
        f"00:01 PAGE {FIRST}\n\n05:30 HARRIS {SECOND}\n\n08:11 PENCE {THIRD}",
        f"9:30\n{FIRST}\n\n8:10\n{SECOND}\n\n9:50\n{THIRD}\n\n7:00\n{FIRST}",
        f"1. {FIRST}\n\n2. {SECOND}\n\n3. {THIRD}",
        f"2.10 metres: {FIRST}\n\n2.20 metres: {SECOND}\n\n2.30 metres: {THIRD}",
        f"3 May 2024\n\n{FIRST}\n\n{SECOND}",
    ],
    ids=["a table", "time codes", "no order", "a list", "measures", "a masthead"],
)
def test_what_only_looks_like_a_rolling_article_has_no_entries(text: str) -> None:
    assert entries(text, DAY) == ()


@pytest.mark.parametrize(
    ("line", "minute"),
    [
        ("6.42 pm", 1122),
        ("9:30 a.m.", 570),
        ("12:05", 725),
        ("12:05 a.m.", 5),
        ("Lenn", None),
        ("1905", None),
    ],
)
def test_a_line_of_a_clock_time_alone(line: str, minute: int | None) -> None:
    assert clock_of(line) == minute
