from datetime import date

import pytest

from index.extraction.dates import dates_in, from_timestamp, month_named, parse_date
from index.extraction.dates.short import short_days

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


@pytest.mark.parametrize(
    "written",
    [
        "25 апреля 2021", "25 Nisan 2021", "25 kwietnia 2021", "25 aprile 2021", "25 באפריל 2021",
        "25 अप्रैल 2021", "25 เมษายน 2564",
        "2021년 4월 25일", "الأحد 25 نيسان/أبريل 2021", "25ی نیسانی 2021", "25 Nîsan 2021",
        "13 رمضان 1442هـ", "25 أبريل 2021م", "۱۴۰۰/۰۲/۰۵", "13 رمضان 1442",
        "5 اردیبهشت 1400", "5 Ordibehesht 1400",
    ],
)  # fmt: skip
def test_a_day_is_read_in_any_language_and_calendar(written: str) -> None:
    assert [day for _, day in dates_in(written)] == [date(2021, 4, 25)]


def test_the_epoch_and_years_before_the_first_are_no_days() -> None:
    assert parse_date("1970-01-01T00:00:00Z") is None
    assert parse_date("Mon, 30 Nov -0001 00:00:00 +0000") is None
    assert parse_date("12 listopad 2020") is None  # October in Croatian, November in Polish


def test_the_words_are_those_of_the_unicode_consortium() -> None:
    from babel import Locale

    for name in ("en", "pl", "ar_IQ", "sw"):
        for number, word in Locale.parse(name).months["format"]["wide"].items():
            assert month_named(word) == number or word.casefold() in ("listopad", "listopada")


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("25 Apr 21", [date(2021, 4, 25)]),
        ("Sun 25 Apr 21", [date(2021, 4, 25)]),
        ("Apr 25, '21", [date(2021, 4, 25)]),
        ("25/4/21", [date(2021, 4, 25)]),
        ("4/25/21", [date(2021, 4, 25)]),
        ("25.4.21, 14:05", [date(2021, 4, 25)]),
        ("25.IV.2021", [date(2021, 4, 25)]),
        ("4/5/21", [date(2021, 5, 4), date(2021, 4, 5)]),
        ("12 May 68", [date(1968, 5, 12)]),
        ("Mon 25 Apr 21", []),  # it was a Sunday
        ("21-04-25", []),  # the year may stand first
        ("Page 12 21", []),
        ("12 people 20", []),
        ("25 Apr 21 and more", []),
    ],
)
def test_a_line_that_is_nothing_but_a_short_day(line: str, days: list[date]) -> None:
    assert list(short_days(line, date(2024, 1, 1))) == days
    assert all(type(day) is date for _, day in dates_in("13 رمضان 1442"))
