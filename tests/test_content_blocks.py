# ruff: noqa: E501 - the scripts and typographic characters are the test data
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.extraction.content_blocks import headline, join, normalise, zones
from index.extraction.dates.mentions import mentions
from index.extraction.templates import recurring_lines, without_template
from index.records import EVIDENCE, Draft, Zone, ZoneKind

N, C, L, R, M = (
    ZoneKind.NAVIGATION,
    ZoneKind.CAPTION,
    ZoneKind.LEGAL,
    ZoneKind.REPORTING,
    ZoneKind.COMMENT,
)
FIRST = "Engineers will close the old dam for repairs before the spring floods, the ministry said."
SECOND = "The work is expected to take eleven weeks and to employ sixty people from the valley."
THIRD = '"Nobody needs to be afraid," said Ann Lee, who leads the works.'


def judged(*lines: str, gap: str = "\n\n") -> list[tuple[ZoneKind, str]]:
    text = normalise(gap.join(lines))
    return [(zone.kind, zone.of(text)) for zone in zones(text)]


def kinds(*lines: str) -> list[ZoneKind]:
    return [kind for kind, _ in judged(*lines)]


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u2028b\x0bc", "a\nb\nc"),
        ("e\u0301", "é"),
        ("a\u00a0\u00a0 \tb \n  c", "a b\nc"),
        ("a\n \n\u200b\n\nb", "a\n\nb"),
        ("\ufeffa\u200bb\u2060c\x00d\xad", "abcd"),
        ("\u202eabc\u202c \u2066d\u2069", "abc d"),
        ("hi\U000e0041\U000e007f", "hi"),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07x", "red x"),
        ("\ud800x", "\ufffdx"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_normalise(raw: str, plain: str) -> None:
    assert normalise(raw) == plain


def test_the_line_of_a_video_player_is_no_reporting() -> None:
    clip = "JUST WATCHED The dam is closed for repairs Replay More ... MUST WATCH The dam is closed for repairs 02:48"
    late = "The dam, the ministry said, will open again on Friday at 02:48"
    assert kinds(FIRST, clip, late) == [R, N, R]


ODDITIES = st.sampled_from(
    ["\n", "\n\n", " ", "👩\u200d💻 ", "مرحبا بكم. ", "नमस्ते। ", "你好，世界。", "\u200b", "\u00a0", "Comments\n",
     "Most read\n", "By Ann Lee\n", "2021-06-02\n", ". read more\n", FIRST, "HILLTOWN (VNA) — ", "© 2021\n", "\x1b[0m", "e\u0301"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(ODDITIES, st.text(max_size=20)), max_size=12).map("".join)


def test_a_headline_that_leads_to_another_article_is_no_reporting() -> None:
    leads = (
        "More:Two men were held after the fire at the mill",
        "WATER RATES:'Nobody can pay them,' says the mayor",
    )
    tells = (
        "Vale:We had no money for the pumps in those years.",
        "Deaths:12",
        "Updated: the dam opens again on Friday",
    )
    assert kinds(FIRST, *leads, SECOND) == [R, N, N, R]
    assert N not in kinds(FIRST, *tells, SECOND)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
@example("\ud83d\ude00 \ud800")
def test_normalising_twice_changes_nothing(raw: str) -> None:
    once = normalise(raw)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_zones_tile_the_text(raw: str) -> None:
    text = normalise(raw)
    found = zones(text)
    end = 0
    for zone in found:
        assert end <= zone.start < zone.end <= len(text)
        assert text[end : zone.start].strip() == ""
        assert zone.of(text) == zone.of(text).strip() != ""
        end = zone.end
    assert text[end:].strip() == ""


def test_offsets_count_code_points() -> None:
    text = normalise(f"😀 {FIRST}\n\nقال الوزير إن السد سيغلق في الربيع.\n\n大坝将在春天关闭进行维修。")
    assert [zone.of(text) for zone in zones(text)] == text.split("\n\n")


def test_a_dump_with_everything_around_it() -> None:
    found = judged(
        "English | سۆرانی | Türkçe",
        "Dam to close before the spring floods",
        "2021-06-02 |",
        "Valley News Network",
        "A file photo of the dam near Hilltown",
        "A+ A-",
        "Facebook Twitter WhatsApp",
        FIRST,
        SECOND + " read more",
        "'No danger'",
        THIRD,
        "(Valley English)",
        "Do you like this article?",
        "Most read",
        "Ten things to do in Hilltown this weekend",
        "2 Comment(s)",
        "Comment Policy * Denotes Required Field 1500 / 1500",
        "I do not believe a word of this, and my neighbour does not either.",
        "Comments that break our rules will be rejected.",
        "Reply",
    )
    assert [line for kind, line in found if kind in EVIDENCE] == [
        "A file photo of the dam near Hilltown", FIRST, SECOND, THIRD,
    ]  # fmt: skip
    assert [kind for kind, _ in found[-5:]] == [N, L, M, L, N]


def test_the_headline_is_the_first_long_line_of_the_header() -> None:
    assert headline(f"Valley News\nSecurity\nDam to close before the spring floods\nBy Ann Lee\n{FIRST}") == (
        "Dam to close before the spring floods"
    )
    assert headline(FIRST) is None
    assert headline(f"Port Ostrel Courier Business —\n\n{FIRST}") is None
    assert headline(f"Will the dam close before spring?\n\n{FIRST}") == "Will the dam close before spring?"


def test_a_standfirst_is_reporting() -> None:
    assert kinds("Dam to close for long repairs", "Sixty people will work on it for eleven weeks", FIRST) == [
        N,
        R,
        R,
    ]


def test_a_caption_printed_twice_is_evidence_once() -> None:
    caption = "Workers inspect the dam on May 4th. [Photo courtesy of the ministry]"
    assert kinds(caption, caption, FIRST, FIRST, SECOND) == [C, N, R, N, R]


@pytest.mark.parametrize(
    "line",
    [
        "File photo: the dam in winter", "Photo: Ann Lee/VNA", "FILE - The dam is seen in May.",
        "The dam seen from the east (Photo: VNA)", "صورة أرشيفية للسد",
    ],
)  # fmt: skip
def test_captions(line: str) -> None:
    assert kinds(FIRST, line, SECOND) == [R, C, R]


@pytest.mark.parametrize(
    "line",
    [
        "- five villages downstream", "Kirkuk: 12 dead", "He gave three reasons:", "twelve weeks, at most",
        "Kirkuk | 5 | 12", "Nobody answered.", "He told the crowd outside the town hall to read more",
        "He commented on the rules: comments that offend will be removed.",
        "Photo editors at the paper resigned on Monday over the affair.",
        "Follow the money, the prosecutor told the jury on Monday.",
        "Home prices in the valley rose by a third.", "Search teams found two men alive.",
        "Copyrighted songs were played at the opening of the dam.",
    ],
)  # fmt: skip
def test_reporting_is_never_dropped(line: str) -> None:
    assert (R, line) in judged(FIRST, line, SECOND)


def test_a_box_of_headlines_ends_where_prose_resumes() -> None:
    assert kinds(FIRST, "Related stories", "Dam opens again", "Mayor resigns over dam", SECOND) == [
        R,
        N,
        N,
        N,
        R,
    ]


def test_comments_in_the_header_do_not_hide_the_article() -> None:
    assert kinds("Dam to close before the spring floods", "0 Comments", FIRST, SECOND) == [N, N, R, R]


def test_a_note_without_prose_is_all_reporting() -> None:
    assert kinds("milk", "eggs") == [R, R]


def test_hard_wrapped_paragraphs_are_one_zone() -> None:
    wrapped = re.sub(r"(.{50,64}) ", r"\1\n", f"{FIRST} {SECOND} {FIRST.replace('old', 'new')}")
    text = normalise(wrapped)
    assert {zone.kind for zone in zones(text)} == {R}
    for zone in zones(text):
        assert zone.of(text).endswith(".")


def test_a_quote_that_is_drawn_to_be_seen_is_evidence_once() -> None:
    lead = "The bridge will close for two weeks, the roads office said on Thursday."
    prose = (
        "“The deck is worn, and it can't wait another winter,” engineer Tom Vale told the council on Friday."
    )
    judgement = judged(lead, "“It can't wait another winter”", "Tom Vale, engineer", prose)
    assert [words for kind, words in judgement if kind is ZoneKind.REPORTING] == [lead, prose]


def test_marked_blocks_keep_their_kind() -> None:
    text, marked = join([("Dam closes", N), (FIRST, None), (" ", M), ("A pier.", C), ("Bad, very bad.", M)])
    assert [zone.kind for zone in zones(text, title="Dam closes", marked=marked)] == [N, R, C, M]
    assert marked[0] == Zone(0, 10, N)


def article(number: int, *lines: str, outlet: str | None = "Valley News", lead: str = "") -> Draft:
    opening = (
        lead or f"Engineers will close dam number {number} for repairs before the spring floods, he said."
    )
    text = normalise("\n\n".join([opening, *lines, SECOND]))
    judged = zones(text)
    return Draft(
        key=f"file:/news/{number}.txt", text=text, zones=judged, outlet=outlet, dates=mentions(text, judged)
    )


def cleaned(drafts: list[Draft]) -> list[str]:
    lines = recurring_lines(drafts)
    return [without_template(draft, lines).evidence() for draft in drafts]


def test_a_short_line_in_many_articles_of_an_outlet_is_template() -> None:
    drafts = [
        article(number, "- Win a boat in May 2021", f"- five villages of {number}") for number in range(4)
    ]
    for draft, evidence in zip(drafts, cleaned(drafts), strict=True):
        assert "boat" in draft.evidence()
        assert "boat" not in evidence
        assert "villages" in evidence
    changed = without_template(drafts[0], recurring_lines(drafts))
    assert (len(drafts[0].dates), changed.dates) == (1, ())
    assert changed.text == drafts[0].text


@pytest.mark.parametrize(
    "drafts",
    [
        [article(number, "- Win a boat") for number in range(2)],
        [article(number, *["- Win a boat"] * (number < 3)) for number in range(11)],
        [article(number, "- Win a boat", outlet=f"Paper {number}") for number in range(5)],
        [article(number, "- Win a boat", lead=FIRST) for number in range(5)],
        [article(number, THIRD, f"A {SECOND.lower()}") for number in range(5)],
        [article(number, f"{FIRST} {SECOND}") for number in range(5)],
    ],
    ids=[
        "two",
        "few of many",
        "other outlets",
        "versions of one",
        "a quote between paragraphs",
        "background",
    ],
)
def test_what_recurs_but_is_no_template(drafts: list[Draft]) -> None:
    assert cleaned(drafts) == [draft.evidence() for draft in drafts]


def test_articles_of_unknown_outlet_are_compared_within_their_folder() -> None:
    drafts = [article(number, "- Win a boat", outlet=None) for number in range(3)]
    assert not any("boat" in evidence for evidence in cleaned(drafts))
