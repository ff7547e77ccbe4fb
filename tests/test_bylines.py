from datetime import date

import pytest

from index.extraction.bylines import Byline, author_in, find
from index.extraction.content_blocks import headline, normalise, zones
from index.extraction.date_lines import is_date_line
from index.extraction.language import language_of
from index.records import EVIDENCE, Origin

STORY = (
    "Engineers will close the old dam for repairs before the spring floods arrive, the ministry said.\n\n"
    "The work is expected to take eleven weeks and to employ sixty people from the valley."
)


def read(header: str, story: str = STORY, file_name: str = "dump") -> Byline:
    text = normalise(f"{header}\n\n{story}")
    return find(text, zones(text), file_name)


def test_a_date_line_and_the_house_under_it() -> None:
    found = read("Dam to close for repairs before floods\n\n 2021-06-02  | \n Valley News Network")
    assert (found.published, found.outlet) == (date(2021, 6, 2), "Valley News Network")
    assert found.origins["published"] is Origin.TEXT


@pytest.mark.parametrize(
    "line", ["Valley 05:49 PM - 2021-12-04", "4 December 2021", "Published: 2021/12/04 17:49"]
)
def test_date_lines(line: str) -> None:
    assert read(f"Dam to close for repairs before floods\n\n{line}").published == date(2021, 12, 4)


def test_an_update_is_not_the_publication() -> None:
    found = read("Dam to close for repairs\nPublished: 2 June 2021 | Updated: 5 June 2021")
    assert (found.published, found.updated) == (date(2021, 6, 2), date(2021, 6, 5))
    assert read("Dam to close for repairs\nLast updated 5 June 2021").published is None


def test_the_day_of_a_subject_is_not_the_publication() -> None:
    found = read("Mayor recalls the flood of 10 March 1986\nDate of the flood: 10 March 1986\n2 June 2021")
    assert found.published == date(2021, 6, 2)
    assert read("Mayor recalls the flood of 10 March 1986").published is None
    for label in ("Date", "Date published", "Date of publication"):
        assert read(f"Mayor recalls the flood\n{label}: 2 June 2021").published == date(2021, 6, 2)


def test_the_house_may_stand_in_the_line_of_the_day() -> None:
    for line in ("2 June 2021 | The Valley Star", "The Valley Star, 2 June 2021"):
        found = read(f"Dam to close for repairs\n{line}")
        assert (found.outlet, found.published) == ("The Valley Star", date(2021, 6, 2))
    assert read("Dam to close for repairs\n2 June 2021 | 10:30 GMT").outlet is None


def test_a_day_of_the_moon_gives_way_to_the_one_it_stands_beside() -> None:
    # By Umm al-Qura it is the third.
    found = read(
        "افتتاح الجسر الجديد\nالأحد 12 رمضان 1444هـ الموافق 2 أبريل 2023م",
        "افتتح المحافظ الجسر الجديد اليوم.",
    )
    assert found.published == date(2023, 4, 2)


def test_dates_in_running_text_are_not_the_publication() -> None:
    found = read("Dam to close for repairs", STORY + " He recalled the flood of 4 May 2019.")
    assert found.published is None
    assert found.origins["published"] is Origin.UNKNOWN


def test_an_ambiguous_date_stays_unknown() -> None:
    assert read("Dam to close for repairs\n03-04-2021").published is None


def test_a_date_line_without_its_year_takes_the_one_year_that_fits() -> None:
    # 22 March was a Tuesday in 2016 and in 2022.
    header = "Dam to close for repairs before floods\nTuesday 22 March"
    found = read(header, STORY + " It fell in October 2020. The last one was in 2015.")
    assert (found.published, found.origins["published"]) == (date(2022, 3, 22), Origin.INFERRED)
    assert read(header, STORY).published is None
    assert read(header, STORY + " The last one was in 2017.").published is None


@pytest.mark.parametrize(
    ("line", "story", "day"),
    [
        ("12-02-2020", "The dam broke on Tuesday (February 11), he said.", date(2020, 2, 12)),
        ("02/12/2020", "The dam broke on February 11, he said.", date(2020, 2, 12)),
        ("03-04-2021", "The dam broke on Saturday, he said.", date(2021, 4, 3)),
        # 12 February and 2 December 2020 were Wednesdays.
        ("12-02-2020", "The dam broke on Wednesday, he said.", None),
        ("12-02-2020", "The dam broke, he said.", None),
        # What is still to come may come on either day.
        ("03/04/2021", "The dam will close from Friday, he said.", None),
        ("25 Apr 21", "The dam broke, he said.", date(2021, 4, 25)),
        ("Posted: 25/4/21", "The dam broke, he said.", date(2021, 4, 25)),
        ("5/4/21", "The dam broke on Sunday (April 4), he said.", date(2021, 4, 5)),
        ("5/4/21", "The dam broke, he said.", None),
        ("25/4/21", "大坝破裂了。", None),  # where the year stands first
    ],
)
def test_an_ambiguous_date_is_settled_by_the_days_the_text_names(
    line: str, story: str, day: date | None
) -> None:
    found = read(f"Dam to close for repairs before floods\n{line}", f"{story}\n\n{STORY}")
    assert found.published == day
    assert found.origins["published"] is (Origin.INFERRED if day else Origin.UNKNOWN)


def test_a_dateline_names_place_and_agency() -> None:
    found = find(f"HILLTOWN (VNA) — {STORY}", zones(f"HILLTOWN (VNA) — {STORY}"))
    assert (found.dateline, found.outlet) == ("HILLTOWN", "VNA")
    text = f"HILLTOWN, Green Valley - {STORY}"
    assert (find(text, zones(text)).dateline, find(text, zones(text)).outlet) == ("HILLTOWN", None)


def test_a_file_name_confirms_but_does_not_prove() -> None:
    told = STORY + " There is no danger, engineer Ann Lee told Valleydaily Friday."
    assert read("Dam to close", told, "valleydaily").outlet == "Valleydaily"
    assert read("Dam to close", told, "dump").outlet is None
    assert read("Dam to close", STORY, "valleydaily").outlet is None
    assert read("Dam to close", STORY + " He told Friday's meeting all.", "friday").outlet is None


def test_a_short_line_under_the_date_needs_more_to_be_an_outlet() -> None:
    header = "Dam to close for repairs before floods\n2021-06-02\nValleya"
    assert read(header).outlet is None
    assert read(header, STORY + ' "We are ready," the mayor told Valleya’s reporter.').outlet == "Valleya"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("By Khalid al-Taie", "Khalid al-Taie"),
        ("By Ann Lee and Bo Chen | 2 June 2021", "Ann Lee and Bo Chen"),
        ("BY ANN LEE", "ANN LEE"),
        ("Par Zoé Durand", "Zoé Durand"),
        ("بقلم: سارة حسن", "سارة حسن"),
        ("By Ann Lee, Bo Chen and Cy Dow", "Ann Lee, Bo Chen and Cy Dow"),
        ("By Ann Lee, political editor", "Ann Lee"),
        ("By Ann Lee in Hilltown", "Ann Lee"),
        ("Wednesday, 8 July 2020. By Ann Lee", "Ann Lee"),
        ("It rained on 8 July 2020. By Ann’s count it was the tenth time.", None),
        (
            "By Ann Lee in Hilltown and Bo Chen in Lenn, with additional reporting by Cy Dow",
            "Ann Lee and Bo Chen",
        ),
        ("By accident", None),
        ("By Friday", None),
        ("By the time they came, nothing of the old bridge was left.", None),
    ],
)
def test_bylines(line: str, name: str | None) -> None:
    assert author_in(line) == name


def test_a_headline_under_a_label_may_hold_a_day() -> None:
    assert not is_date_line("TRANSCRIPT: Ridgeton council meeting, 12 March 2021")
    assert is_date_line("Event date: 12 March 2021")
    text = f"TRANSCRIPT: Ridgeton council meeting, 12 March 2021\nRadio Seawall\n\n{STORY}"
    assert headline(text) == "TRANSCRIPT: Ridgeton council meeting, 12 March 2021"
    assert find(text, zones(text)).outlet == "Radio Seawall"


def test_a_line_of_prose_with_a_date_is_no_date_line() -> None:
    assert is_date_line("Hilltown 14-07-2024")
    assert not is_date_line("The dam was finished on 14-07-2019 by workers from all over the valley")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (STORY, "en"),
        ("قال الوزير يوم الاثنين إن السد قرب المدينة سيغلق لأعمال الصيانة.", "ar"),
        ("El ministro dijo el lunes que la presa se cerrará durante once semanas.", "es"),
        ("部长星期一表示，这座水坝将关闭十一个星期进行维修，以保证下游居民的安全。", "zh"),
        ("Der Staudamm wird am Montag geschlossen.", "de"),
        ("Le barrage sera fermé lundi.", "fr"),
        ("Cinco muertos en un ataque cerca de la presa", "es"),
        ("The dam will close on Monday.", "en"),
        ("وەزیر گوتی بەنداوەکە لە بەهاردا دادەخرێت.", "ku"),
        ("حکومەتی هەرێم بڕیاری دا مووچە دابەش بکات", "ku"),
        ("وزیر گفت سد روز دوشنبه بسته می‌شود.", "fa"),
        ("12 | 34", None),
    ],
)
def test_language(text: str, code: str | None) -> None:
    assert language_of(text) == code


@pytest.mark.parametrize(
    "title",
    [
        "The bridge is closed for two weeks.",
        "Bridge firm sold to the U.S.",
        "“We cannot wait.”",
        "And then it closed...",
    ],
)
def test_a_headline_may_end_as_a_sentence_does(title: str) -> None:
    found = read(f"{title}\n\n2 June 2021\nRidge News\n\n")
    assert (found.published, found.outlet) == (date(2021, 6, 2), "Ridge News")


@pytest.mark.parametrize(
    ("header", "outlet"),
    [
        ("Dam to close for repairs\n\nRidge News\n2 June 2021", "Ridge News"),
        ("Ridge News\n\nDam to close for two weeks of repairs\n\n2 June 2021", "Ridge News"),
        ("Dam to close for repairs\n2 June 2021\nThe Ridge Standard", "The Ridge Standard"),
        ("Dam to close for repairs\n2 June 2021\nAnn Sorley", None),
        ("Dam to close for repairs\n2 June 2021\nAnn Sorley / Halyard Press", None),
    ],
)
def test_the_house_stands_anywhere_in_the_head(header: str, outlet: str | None) -> None:
    assert read(header).outlet == outlet


def test_a_section_above_the_title_is_no_house() -> None:
    story = STORY + " The mayor told Diyaruna that it was safe."
    assert read("Iraq News\nSecurity\n\nDam to close for repairs", story, "diyaruna").outlet == "Diyaruna"


def test_the_house_may_sign_with_its_copyright() -> None:
    text = (
        "Dam to close for repairs\n\n2 June 2021\n\n" + STORY + "\n\n© 2021 Ridge News. All rights reserved."
    )
    assert find(text, zones(text)).outlet == "Ridge News"


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Ann Sorley and Bo Lind in Lenn, Cy Marsh in Erbil", "Ann Sorley and Bo Lind, Cy Marsh"),
        ("By ANN SORLEY, Halyard Press", "ANN SORLEY"),
        ("By Ann Sorley, Transport Correspondent", "Ann Sorley"),
        ("Words by Ann Sorley, photographs by Bo Lind", "Ann Sorley"),
        ("Par Anne Sorlet avec AFP", "Anne Sorlet"),
        ("Von Anna Sorg und Bo Lind, Lenn", "Anna Sorg und Bo Lind"),
        ("By Tom Vale, Jr.", "Tom Vale, Jr"),
    ],
)
def test_what_stands_beside_the_names_is_left_out(line: str, author: str) -> None:
    assert author_in(line) == author


def test_the_writers_whom_an_agency_names_at_the_end() -> None:
    credits = "(Reporting by Ann Sorley in Lenn and Bo Lind in Erbil; editing by Cy Marsh)"
    text = normalise(f"Bridge to close\n\n12 March 2021\n\n{STORY}\n\n{credits}")
    found = zones(text)
    assert find(text, found).author == "Ann Sorley and Bo Lind"
    assert all(credits not in zone.of(text) for zone in found if zone.kind in EVIDENCE)


@pytest.mark.parametrize(
    ("opening", "day"),
    [
        ("LENN, June 2, 2021 (Halyard) - ", date(2021, 6, 2)),
        ("Düsseldorf, 22. November 2022 - ", date(2022, 11, 22)),
        ("Ann Lee, born 2 June 1921 - ", None),
        ("ANN LEE, born 2 June 1921 - ", None),
        ("On 2 June 1921 - ", None),
    ],
)
def test_a_day_in_the_dateline_is_that_of_the_article(opening: str, day: date | None) -> None:
    text = opening + STORY
    assert find(text, zones(text)).published == day


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        ("Event date: 1 May 2021\nPosted on April 25, 2021 by admin", date(2021, 4, 25)),
        ("Date: March 10, 1986\nVenue: Quay Park", None),
        ("Date: March 10, 1986", date(1986, 3, 10)),
    ],
)
def test_a_day_of_the_subject_is_not_the_articles(lines: str, day: date | None) -> None:
    assert read(f"Dam to close for repairs\n\n{lines}").published == day


WIRE = (
    "{}The dam will close for repairs, the ministry said on Wednesday.\n\nIt was repaired in 2020, it said.{}"
)


@pytest.mark.parametrize(
    ("line", "foot", "day", "house"),
    [
        ("LENN, June 2 (Halyard) - ", "", date(2021, 6, 2), "Halyard"),
        ("June 2 (Halyard) - ", "", date(2021, 6, 2), "Halyard"),
        ("LENN, 2 June (Halyard) -- ", "", date(2021, 6, 2), "Halyard"),
        ("LENN, June 2 (Halyard) - ", "\n\n(c) Copyright Halyard 2027", date(2021, 6, 2), "Halyard"),
        ("LENN, June 6 (Halyard) - ", "", None, "Halyard"),
    ],
    ids=["place", "no place", "day first", "drawn later", "another weekday"],
)
def test_a_wire_day_without_its_year(line: str, foot: str, day: date | None, house: str) -> None:
    found = read("Dam to close for repairs", WIRE.format(line, foot))
    assert (found.published, found.outlet) == (day, house)
    assert found.origins["published"] is (Origin.INFERRED if day else Origin.UNKNOWN)


def test_a_wire_day_stays_without_a_year_where_nothing_gives_one() -> None:
    told = WIRE.format("LENN, June 2 (Halyard) - ", "").replace("in 2020", "last year")
    assert read("Dam to close for repairs", told).published is None


def test_a_dateline_of_old_print_opens_the_story() -> None:
    text = normalise(
        "THE COURIER, MARCH 12, 1921.\n\nDAM TO CLOSE.\n\nLENN, March 11.—The dam will close,\nthey said."
    )
    found = zones(text)
    assert find(text, found).dateline == "LENN"
    assert headline(text) == "DAM TO CLOSE."
    assert text[next(zone.start for zone in found if zone.kind in EVIDENCE) :].startswith("LENN, March 11.—")
