# ruff: noqa: E501 - a row of the table is easier to check unbroken
"""Worked out by hand against the calendar, not with the code under test."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.extraction.content_blocks import normalise, zones
from index.extraction.dates.mentions import mentions, publication_days, years_in
from index.records import EVIDENCE, DateMention, Origin, Zone, ZoneKind

WEDNESDAY = "2021-06-02"  # a Wednesday
SATURDAY = "2021-12-04"  # a Saturday
SUNDAY = "2024-07-14"  # a Sunday


def read(text: str, published: str | None = WEDNESDAY, language: str | None = None) -> list[DateMention]:
    day = date.fromisoformat(published) if published else None
    zone = Zone(0, len(text), ZoneKind.REPORTING)
    return list(mentions(text, [zone], day, language=language))


def shown(text: str, published: str | None = WEDNESDAY, language: str | None = None) -> list[str]:
    """Each mention as "words = first" or "words = first..last"."""
    return [
        f"{mention.of(text)} = {mention.first}"
        + (f"..{mention.last}" if mention.last != mention.first else "")
        for mention in read(text, published, language)
    ]


@pytest.mark.parametrize(
    ("text", "published", "expected"),
    [
        # explicit days
        ("It opened on 2021-05-17.", WEDNESDAY, "2021-05-17 = 2021-05-17"),
        ("It opened on 14.07.2024.", None, "14.07.2024 = 2024-07-14"),
        ("It opened on May 17, 2021, he said.", None, "May 17, 2021 = 2021-05-17"),
        ("It opened on 17 May 2021.", None, "17 May 2021 = 2021-05-17"),
        ("It opened on the 3rd of May 2021.", None, "3rd of May 2021 = 2021-05-03"),
        ("It opened on Monday, 17 May 2021.", None, "Monday, 17 May 2021 = 2021-05-17"),
        ("Tolls are charged from January 1, 2025.", "2024-10-09", "January 1, 2025 = 2025-01-01"),
        ("The road is shut between 3 and 5 May 2021.", None, "3 and 5 May 2021 = 2021-05-03..2021-05-05"),
        ("The fair ran from 3 to 5 May 2021.", None, "3 to 5 May 2021 = 2021-05-03..2021-05-05"),
        ("The fair ran on May 3-5.", WEDNESDAY, "May 3-5 = 2021-05-03..2021-05-05"),
        # a day without its year: the last one
        ("On May 17, a commander said so.", WEDNESDAY, "May 17 = 2021-05-17"),
        ("The talks kicked off on February 6th in the capital.", WEDNESDAY, "February 6th = 2021-02-06"),
        ("They met on 26 December in the capital.", WEDNESDAY, "26 December = 2020-12-26"),
        ("the ministry said on Wednesday (June 2).", WEDNESDAY, "Wednesday (June 2) = 2021-06-02"),
        ("It ran aground on Thursday evening (January 28).", "2021-01-30", "Thursday evening (January 28) = 2021-01-28"),
        ("He died on June 2 (Wednesday).", WEDNESDAY, "June 2 (Wednesday) = 2021-06-02"),
        ("The paper, dated September 23, says so.", "2019-10-08", "September 23 = 2019-09-23"),
        # ... or the coming one
        ("The ward will close on December 31.", "2021-11-18", "December 31 = 2021-12-31"),
        ("From January 1, women will be taken to the city.", "2021-11-18", "January 1 = 2022-01-01"),
        ("She takes office on June 1.", "2021-05-17", "June 1 = 2021-06-01"),
        ("Bids must be in by August 15.", WEDNESDAY, "August 15 = 2021-08-15"),
        ("The fair will be held from 3 to 5 July.", WEDNESDAY, "3 to 5 July = 2021-07-03..2021-07-05"),
        # weekdays
        ("he told state media on Friday.", WEDNESDAY, "Friday = 2021-05-28"),
        ("he said on Wednesday.", WEDNESDAY, "Wednesday = 2021-06-02"),
        ("The spokesman told Valley News Friday.", WEDNESDAY, "Friday = 2021-05-28"),
        ("An attack on Sunday morning killed two.", SUNDAY, "Sunday = 2024-07-14"),
        ("A dozen were killed last Thursday.", SATURDAY, "last Thursday = 2021-12-02"),
        ("Five were killed last Saturday.", SATURDAY, "last Saturday = 2021-11-27"),
        ("Last Thursday some 600 people marched.", "2021-11-18", "Last Thursday = 2021-11-11"),
        ("The agreement will enter into force as of Sunday.", SATURDAY, "Sunday = 2021-12-05"),
        ("The council will vote on Friday.", WEDNESDAY, "Friday = 2021-06-04"),
        ("The council will discuss the report next Thursday.", "2020-07-08", "next Thursday = 2020-07-09"),
        ("The bridge will be closed on Wednesday.", WEDNESDAY, "Wednesday = 2021-06-02"),
        ("The bridge opens next Wednesday.", WEDNESDAY, "next Wednesday = 2021-06-09"),
        ("Schools will stay closed until Monday.", "2020-02-12", "Monday = 2020-02-17"),
        ("The operator expected to restore it on Thursday evening.", "2020-02-12", "Thursday = 2020-02-13"),
        ("Brandt told the council on Monday that the bridge would be ready.", "2022-03-22", "Monday = 2022-03-21"),
        ("The council, which will decide in a month, met on Tuesday.", WEDNESDAY, "Tuesday = 2021-06-01"),
        ("Tuesday night's flood drove 23 families out.", "2020-02-13", "Tuesday = 2020-02-11"),
        ("It has rained since Sunday.", WEDNESDAY, "Sunday = 2021-05-30"),
        # near days
        ("The minister resigned yesterday.", WEDNESDAY, "yesterday = 2021-06-01"),
        ("The court sits tomorrow.", WEDNESDAY, "tomorrow = 2021-06-03"),
        ("The river stood at two metres at six this morning.", WEDNESDAY, "this morning = 2021-06-02"),
        ("Two men were held last night.", WEDNESDAY, "last night = 2021-06-01"),
        ("Lorries are banned from today.", WEDNESDAY, "today = 2021-06-02"),
        # weeks and weekends
        ("He was elected last week.", WEDNESDAY, "last week = 2021-05-24..2021-05-30"),
        ("Talks resume next week.", WEDNESDAY, "next week = 2021-06-07..2021-06-13"),
        ("They met earlier this week.", WEDNESDAY, "earlier this week = 2021-05-31..2021-06-02"),
        ("Two were hurt over the weekend.", WEDNESDAY, "the weekend = 2021-05-29..2021-05-30"),
        ("The fair will open at the weekend.", WEDNESDAY, "the weekend = 2021-06-05..2021-06-06"),
        ("It rained last weekend.", SATURDAY, "last weekend = 2021-11-27..2021-11-28"),
        # months
        ("declared victory in December 2017 but", None, "December 2017 = 2017-12-01..2017-12-31"),
        ("After the flood of February 2020 it sank.", None, "February 2020 = 2020-02-01..2020-02-29"),
        ("It began in late May 2021.", None, "late May 2021 = 2021-05-21..2021-05-31"),
        ("In May, five were killed.", WEDNESDAY, "May = 2021-05-01..2021-05-31"),
        ("It has been shut since March.", WEDNESDAY, "March = 2021-03-01..2021-03-31"),
        ("In December it burned.", WEDNESDAY, "December = 2020-12-01..2020-12-31"),
        ("Work is due to start in September.", "2019-03-14", "September = 2019-09-01..2019-09-30"),
        ("In March 12 people were killed.", WEDNESDAY, "March = 2021-03-01..2021-03-31"),
        ("It is to open in October of next year.", "2020-07-08", "October of next year = 2021-10-01..2021-10-31"),
        ("banned there since June of last year.", "2024-10-09", "June of last year = 2023-06-01..2023-06-30"),
        ("Asked about her statement of last March, she smiled.", "2021-11-18", "last March = 2021-03-01..2021-03-31"),
        ("They agreed to a price last December.", "2022-03-22", "last December = 2021-12-01..2021-12-31"),
        ("presented earlier this month", "2024-10-09", "earlier this month = 2024-10-01..2024-10-09"),
        ("He was elected last month.", "2021-01-15", "last month = 2020-12-01..2020-12-31"),
        ("He left at the end of October.", "2022-11-25", "the end of October = 2022-10-21..2022-10-31"),
        # years and their parts
        ("A series of meetings took place in late 2018.", None, "late 2018 = 2018-09-01..2018-12-31"),
        ("51 acts in the first three months of 2021, he said", None,
         "the first three months of 2021 = 2021-01-01..2021-03-31"),
        ("ready in the first half of next year", "2022-03-22", "the first half of next year = 2023-01-01..2023-06-30"),
        ("in the fourth quarter of 2020", None, "the fourth quarter of 2020 = 2020-10-01..2020-12-31"),
        ("Sales fell in Q3 2020.", None, "Q3 2020 = 2020-07-01..2020-09-30"),
        ("during an offensive in 2014.", None, "2014 = 2014-01-01..2014-12-31"),
        ("Following the 2017 aborted referendum", None, "2017 = 2017-01-01..2017-12-31"),
        ("In Lower Quay, where last year's flood did harm", WEDNESDAY, "last year = 2020-01-01..2020-12-31"),
        ("closed by the end of 2020, a paper says", None, "the end of 2020 = 2020-12-01..2020-12-31"),
        ("Early next year it moves.", WEDNESDAY, "Early next year = 2022-01-01..2022-04-30"),
        ("The steelworks shut in the 1990s.", None, "the 1990s = 1990-01-01..1999-12-31"),
        ("a song of the early 1990s", None, "the early 1990s = 1990-01-01..1993-12-31"),
        ("the war of 2014–2017", None, "2014–2017 = 2014-01-01..2017-12-31"),
        ("Between 2014 and 2017 they ruled.", None, "2014 and 2017 = 2014-01-01..2017-12-31"),
        ("The flat was let two years ago.", WEDNESDAY, "two years ago = 2019-01-01..2019-12-31"),
        ("He died three days ago.", WEDNESDAY, "three days ago = 2021-05-30"),
        ("moved the opening to spring 2022", None, "spring 2022 = 2022-03-01..2022-05-31"),
        ("Until last autumn, he said, it held.", "2021-07-09", "last autumn = 2020-09-01..2020-11-30"),
        ("over the past three days", WEDNESDAY, "the past three days = 2021-05-30..2021-06-02"),
        # other languages
        ("Das Rathaus schließt am 6. Februar 2021.", None, "6. Februar 2021 = 2021-02-06"),
        ("Der Rat hat am Montag entschieden.", WEDNESDAY, "Montag = 2021-05-31"),
        ("Das Parlament wurde im Dezember 2017 gewählt.", None, "Dezember 2017 = 2017-12-01..2017-12-31"),
        ("El puente se abrió el 6 de febrero de 2021.", None, "6 de febrero de 2021 = 2021-02-06"),
        ("El ministro dijo el lunes que no.", WEDNESDAY, "lunes = 2021-05-31"),
        ("Le pont a été fermé le 1er juin 2021.", None, "1er juin 2021 = 2021-06-01"),
        ("Le maire a déclaré lundi que non.", WEDNESDAY, "lundi = 2021-05-31"),
        ("قال الوزير يوم الاثنين إن السد سيغلق", WEDNESDAY, "الاثنين = 2021-05-31"),
        ("وقع الهجوم في ٦ فبراير ٢٠٢١ قرب المدينة", None, "٦ فبراير ٢٠٢١ = 2021-02-06"),
        ("منذ ديسمبر 2017", None, "ديسمبر 2017 = 2017-12-01..2017-12-31"),
    ],
)  # fmt: skip
def test_an_expression_is_resolved_to_its_days(text: str, published: str | None, expected: str) -> None:
    assert shown(text, published) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "They may march to the second bridge in march.",
        "It cost 1,200 crowns, or 2,021 with tax.",
        "They won 2–1 and 3-2.",
        "Call 0751 2021 445 or 07-51-20.",
        "ISIS carried out 456 terrorist acts.",
        "It carried 2000 passengers and 1950 tonnes.",
        "of 2000 metres, for 2019 crowns, by 1990 votes",
        "A flat costs $2021 or €2020.",
        "He plays for Sheffield Wednesday and reads the Sunday Times.",
        "Black Friday came early; Good Friday is a holiday.",
        "Every Sunday before eight he winds the clock; on Sundays he rests.",
        "The office is open Monday to Friday.",
        "They could not go back to work on the Monday.",
        '"This morning I walked across it," the mayor said, "and tomorrow I sail."',
        "The September 11 attacks changed the law.",
        "Theresa May said no; April Jones and August Wilson agreed.",
        "On 03/04/2021 nothing can be said.",
        "Paragraph 5 of law 12/2019-20 applies.",
        "Each year on May 1 they dance.",
        "He ran 5 km in 20.21 minutes at 9.30 am.",
        "He was there more than two years ago.",
        "Sat down, the sun set, and mon ami left.",
        "Der Bus hält hier.",
    ],
)
def test_what_only_looks_like_a_date(text: str) -> None:
    assert shown(text) == []


def test_several_in_a_sentence() -> None:
    text = "They perpetrated 456 acts in 2019, 270 in 2020 and 51 in the first three months of 2021."
    assert [found.split(" =")[0] for found in shown(text, None)] == [
        "2019",
        "2020",
        "the first three months of 2021",
    ]
    assert shown("the talks of May 3 and June 5, 2021") == ["May 3 = 2021-05-03", "June 5, 2021 = 2021-06-05"]


def test_without_a_day_of_publication_nothing_is_reckoned() -> None:
    assert shown("On Friday, in May, last year, yesterday and on May 5 it rained.", None) == []


def test_a_weekday_gives_an_undated_article_its_year() -> None:
    text = "It was said Wednesday (February 6th). Talks began on February 4th, after those of late 2018."
    found = read(text, None)
    assert [(mention.of(text), str(mention.first), mention.origin) for mention in found] == [
        ("Wednesday (February 6th)", "2019-02-06", Origin.INFERRED),
        ("February 4th", "2019-02-04", Origin.INFERRED),
        ("late 2018", "2018-09-01", Origin.TEXT),
    ]


def test_a_year_far_from_those_that_are_named_is_not_inferred() -> None:
    # 6 February was a Wednesday in 2013 and in 2019.
    assert shown("After 2014 it rained. It was said Wednesday (February 6th).", None) == [
        "2014 = 2014-01-01..2014-12-31",
    ]
    assert shown("It will stand until 2018. It was said Wednesday (February 6th).", None) == [
        "2018 = 2018-01-01..2018-12-31",
    ]


@pytest.mark.parametrize(
    ("told", "days"),
    [
        ("The mayor said Wednesday (February 6th) that it was dry.", ("2019-02-06", "2019-02-12")),
        ("She told Rudaw on Wednesday, February 6, and Thursday, February 7.", ("2019-02-06", "2019-02-12")),
        ("The mayor said on Wednesday, February 6. A vote will be on Sunday, February 10.", ("2019-02-06", "2019-02-10")),
        ("The vote will be held on Wednesday, February 6.", None),
        ("“It rained Wednesday, February 6,” the mayor said.", None),
        ("The mayor said on Wednesday that it was dry.", None),
    ],
)  # fmt: skip
def test_a_weekday_with_its_day_dates_an_article(told: str, days: tuple[str, str] | None) -> None:
    text = f"The talks took place in late 2018. {told}"
    found = publication_days(text, [Zone(0, len(text), ZoneKind.REPORTING)])
    assert (found and tuple(map(str, found))) == days


def test_what_is_reckoned_from_an_inferred_day_is_inferred() -> None:
    text = "It rained on Friday and in May 2020."
    zone = Zone(0, len(text), ZoneKind.REPORTING)
    found = mentions(text, [zone], date(2021, 6, 2), doubtful=True)
    assert [mention.origin for mention in found] == [Origin.INFERRED, Origin.TEXT]


def test_only_evidence_is_read_and_spans_count_in_the_whole_text() -> None:
    text = "Posted in May 2019\n😀 It rained in May 2020.\nI was there in May 2021."
    first, second = text.index("\n"), text.rindex("\n")
    found = mentions(
        text,
        [
            Zone(0, first, ZoneKind.NAVIGATION),
            Zone(first + 1, second, ZoneKind.REPORTING),
            Zone(second + 1, len(text), ZoneKind.COMMENT),
        ],
    )
    assert [mention.of(text) for mention in found] == ["May 2020"]


def test_years_of_building_are_no_years_of_the_story() -> None:
    text = "The ship, built in 1996, sank in October 2018."
    assert years_in(text, (Zone(0, len(text), ZoneKind.REPORTING),)) == {2018}


WORDS = st.sampled_from(
    ["May", "on", "2021", "Friday", "(", ")", "last", "week", "the", "first", "of", "next year", "31", "February",
     "30", ",", ".", "–", "1990s", "Q4", "in", "يوم", "الاثنين", "٢٠٢١", "😀", "12 years ago", "century", "0000",
     "Monday (", "29 February", "until", "early", "fin", "décembre", "de", "99", "spring", '"', "“", "\n"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.lists(WORDS, max_size=14).map(" ".join), st.text(max_size=60)),
    st.one_of(st.none(), st.dates(min_value=date(1700, 1, 1), max_value=date(2199, 12, 31))),
)
def test_mentions_are_ordered_slices_of_the_evidence(raw: str, published: date | None) -> None:
    text = normalise(raw)
    judged = zones(text)
    end = 0
    for mention in mentions(text, judged, published):
        assert end <= mention.start < mention.end <= len(text)
        assert mention.first <= mention.last
        assert mention.of(text).strip() == mention.of(text) != ""
        assert any(
            zone.start <= mention.start and mention.end <= zone.end
            for zone in judged
            if zone.kind in EVIDENCE
        )
        end = mention.end


@pytest.mark.parametrize("piece", ["May 5 ", "1 ", "Monday ", "in 2014 and ", '"', "a" * 50, "2014-"])
def test_a_hostile_text_takes_no_longer_than_its_length(piece: str) -> None:
    import time

    def seconds(count: int) -> float:
        text = piece * count
        start = time.process_time()
        mentions(text, [Zone(0, len(text), ZoneKind.REPORTING)], date(2021, 6, 2))
        return time.process_time() - start

    seconds(10)
    assert seconds(19_000 // len(piece)) < 5


def test_first_and_last_day_are_inclusive() -> None:
    (mention,) = read("in February 2020", None)
    assert mention.last - mention.first == timedelta(days=28)
