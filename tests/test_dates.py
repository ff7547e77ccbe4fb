from datetime import date

import pytest

from index.extraction.dates import dates_in, from_timestamp, parse_date

TODAY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2021-06-02", date(2021, 6, 2)),
        ("2021/6/2", date(2021, 6, 2)),
        ("20210602", date(2021, 6, 2)),
        ("2021-06-02T17:49:00Z", date(2021, 6, 2)),
        ("2021-06-02T23:30:00.123-05:00", date(2021, 6, 2)),
        ("2021-06-02 17:49:00 +0300", date(2021, 6, 2)),
        ("Wed, 02 Jun 2021 17:49:00 +0000", date(2021, 6, 2)),
        ("Wed, 02 Jun 21 17:49:00 GMT", date(2021, 6, 2)),
        ("14-07-2024", date(2024, 7, 14)),
        ("07/14/2024", date(2024, 7, 14)),
        ("03.04.2021", date(2021, 4, 3)),
        ("05-05-2021", date(2021, 5, 5)),
        ("June 2, 2021", date(2021, 6, 2)),
        ("Wednesday, Jun. 2nd 2021 at 5:49 PM", date(2021, 6, 2)),
        ("2 June 2021", date(2021, 6, 2)),
        ("2 de junio de 2021", date(2021, 6, 2)),
        ("1er juin 2021", date(2021, 6, 1)),
        ("3. März 2021", date(2021, 3, 3)),
        ("٢ حزيران ٢٠٢١", date(2021, 6, 2)),
        ("٢٠٢١-٠٦-٠٢", date(2021, 6, 2)),
        ("۲۰۲۱/۰۶/۰۲", date(2021, 6, 2)),
        ("2021年6月2日", date(2021, 6, 2)),
    ],
)
def test_dates_as_they_are_written(written: str, day: date) -> None:
    assert parse_date(written, TODAY) == day


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday-ish",
        "03-04-2021",
        "03/04/2021",
        "2021-13-45",
        "2021-02-30",
        "1699-12-31",
        "2031-01-01",
        "June 2",
        "the deal of June 2, 2021 failed",
        "Wed, 99 Jun 2021 17:49:00 +0000",
        "1" * 10_000,
    ],
)
def test_what_is_no_date_or_could_be_two(written: str) -> None:
    assert parse_date(written, TODAY) is None


def test_tomorrow_is_allowed_for_zones_ahead_and_the_day_after_is_not() -> None:
    assert parse_date("2026-01-02", TODAY) == date(2026, 1, 2)
    assert parse_date("2026-01-03", TODAY) is None


def test_dates_in_a_line_come_with_their_place() -> None:
    line = "Posted 2 June 2021, updated ٣/٦/٢٠٢١ or 2021-06-14"
    assert [(span.of(line), day.day) for span, day in dates_in(line, TODAY)] == [
        ("2 June 2021", 2),
        ("2021-06-14", 14),
    ]


def test_timestamps_in_seconds_and_milliseconds() -> None:
    assert from_timestamp(1_622_600_000, TODAY) == date(2021, 6, 2)
    assert from_timestamp(1_622_600_000_000, TODAY) == date(2021, 6, 2)
    assert from_timestamp(17, TODAY) is None
    assert from_timestamp(float("inf"), TODAY) is None
    assert from_timestamp(float("nan"), TODAY) is None
