# ruff: noqa: E501 - whole files stand in these tests as they are written
"""Pages and texts that hold several stories, and those that only seem to."""

import json
from datetime import date

import pytest

from index.readers import read_bytes
from index.records import Draft
from tests.websites import FIRST, SECOND

MORE = "Nobody needs to be afraid, said the woman who leads the works there, and the water stays low."


def drafts(text: str, name: str) -> list[Draft]:
    return [item for item in read_bytes(text.encode(), name) if isinstance(item, Draft)]


def article(title: str, *paragraphs: str, time: str = "", by: str = "", name: str = "article") -> str:
    when = f'<time datetime="{time}">x</time>' if time else ""
    byline = f'<p class="byline">By {by}</p>' if by else ""
    words = "".join(f"<p>{words}</p>" for words in paragraphs)
    return f"<{name}><h2>{title}</h2>{byline}{when}{words}</{name.split()[0]}>"


def site(*parts: str, head: str = "") -> str:
    head = f'<title>Dam to close</title><meta property="og:site_name" content="Valley Daily">{head}'
    return f"<!DOCTYPE html><html lang='en'><head>{head}</head><body>{''.join(parts)}</body></html>"


def test_a_page_of_two_full_articles_is_two() -> None:
    page = site(
        article("Dam to close", FIRST, SECOND, time="2021-06-02", by="Ann Lee"),
        article(
            "Tram line reopens",
            MORE,
            "It had been shut for a year.",
            time="2022-08-09T10:00:00Z",
            by="Bo Chen",
        ),
        head='<meta property="article:published_time" content="2021-06-02"><meta name="author" content="Ann Lee">',
    )
    one, two = drafts(page, "a.html")
    assert (one.title, one.author, one.published, one.outlet) == (
        "Dam to close",
        "Ann Lee",
        date(2021, 6, 2),
        "Valley Daily",
    )
    assert (two.title, two.author, two.published, two.outlet) == (
        "Tram line reopens", "Bo Chen", date(2022, 8, 9), "Valley Daily",
    )  # fmt: skip
    assert FIRST in one.evidence()
    assert MORE not in one.evidence()
    assert MORE in two.evidence()
    assert one.key != two.key


def test_teasers_and_comments_do_not_make_a_page_several() -> None:
    page = site(
        article("Dam to close", FIRST, SECOND, MORE),
        article("Tram line reopens", MORE),
        article("Ann", FIRST, SECOND, name='article class="comment-body"'),
    )
    assert [draft.title for draft in drafts(page, "a.html")] == ["Dam to close"]


LIVE = [
    ("2021-06-02T18:42:00Z", "Bridge reopened", FIRST),
    ("2021-06-02T12:05:00Z", None, SECOND),
    ("2021-06-01T23:00:00Z", "Rain", f"<p>{MORE}</p>"),
]


def test_a_live_blog_is_its_entries_with_their_times() -> None:
    updates = [
        {"@type": "BlogPosting", "datePublished": at, "headline": title, "articleBody": body}
        for at, title, body in LIVE
    ]
    data = {
        "@type": "LiveBlogPosting",
        "headline": "Flood: live",
        "datePublished": "2021-06-01",
        "liveBlogUpdate": updates,
    }
    page = site(f"<p>{FIRST}</p>", head=f'<script type="application/ld+json">{json.dumps(data)}</script>')
    found = drafts(page, "a.html")
    assert [(draft.title, draft.published) for draft in found] == [
        ("Flood: live, 23:00: Rain", date(2021, 6, 1)),
        ("Flood: live, 12:05", date(2021, 6, 2)),
        ("Flood: live, 18:42: Bridge reopened", date(2021, 6, 2)),
    ]
    assert [draft.evidence().split("\n")[-1] for draft in found] == [MORE, SECOND, FIRST]
    text = f"Flood: live\n2 June 2021\n\n6.42 pm\nBridge reopened\n{FIRST}\n\n12:05\n{SECOND}\n\n9:30 a.m.\n{MORE}\n"
    assert [draft.title for draft in drafts(text, "a.txt")] == [
        "Flood: live, 9:30 a.m.",
        "Flood: live, 12:05",
        "Flood: live, 6.42 pm: Bridge reopened",
    ]


def test_a_live_blog_in_the_markup_alone_is_its_entries() -> None:
    entry = '<div class="{}"><time datetime="2021-06-02T{}">{}</time><h3>{}</h3><p>{}</p></div>'
    told = [
        ("18:42", "Bridge is open again", FIRST),
        ("12:05", "Two dead, officials say", SECOND),
        ("09:30", "Rain", MORE),
    ]
    page = "<h1>Flood: live</h1>" + "".join(
        entry.format("post", at, at, head, words) for at, head, words in told
    )
    found = drafts(site(page), "a.html")
    assert [draft.title for draft in found] == [
        "Flood: live, 09:30: Rain",
        "Flood: live, 12:05: Two dead, officials say",
        "Flood: live, 18:42: Bridge is open again",
    ]
    assert [draft.evidence() for draft in found][1:] == [
        f"Two dead, officials say\n\n{SECOND}",
        f"Bridge is open again\n\n{FIRST}",
    ]
    # Readers' comments have times too, and so has a list of articles.
    comments = "".join(entry.format("comment", at, at, "Ann", words) for at, _, words in told)
    (story,) = drafts(site(article("Dam to close", FIRST, SECOND) + comments), "a.html")
    assert story.title == "Dam to close"
    linked = page.replace("<h3>", "<h3><a href='/a'>").replace("</h3>", "</a></h3>")
    assert len(drafts(site(linked), "a.html")) == 1


def test_a_list_of_times_is_no_live_blog() -> None:
    text = f"Ferries on Friday\n\n9:30\nLenn\n\n12:05\nRidge\n\n18:42\nLenn\n\n{FIRST}"
    assert len(drafts(text, "a.txt")) == 1
    assert len(drafts(f"Dam to close\n\n9:30\n{FIRST}\n\n8:10\n{SECOND}\n\n9:50\n{MORE}", "a.txt")) == 1


def test_a_plain_newsletter_is_its_stories() -> None:
    text = f"The Valley Briefing\n2 June 2021\n\nDAM TO CLOSE\n{FIRST}\nhttps://v.example/dam\n\nTRAM REOPENS\n{MORE}\nRead more: https://v.example/tram\n"
    one, two = drafts(text, "a.txt")
    assert (one.title, one.evidence(), one.url) == ("DAM TO CLOSE", FIRST, "https://v.example/dam")
    assert (two.title, two.evidence(), two.published) == ("TRAM REOPENS", MORE, date(2021, 6, 2))


def test_boxes_that_are_marked_as_articles_do_not_hide_the_article_beside_them() -> None:
    boxes = [
        article(f"Tram {number}", "It had been shut for a year, and nobody knew why.", "It is open.")
        for number in (1, 2)
    ]
    body = "".join(
        f"<p>{FIRST} {SECOND} {MORE} It is the {day} day.</p>" for day in ("first", "second", "third")
    )
    (draft,) = drafts(site(f"<h1>Dam to close</h1><div class='article-body'>{body}</div>", *boxes), "a.html")
    assert "It is the third day." in draft.evidence()


PASTED = f"""Dam to close for repairs
Valley Daily
2 June 2021
By Ann Lee

{FIRST}

{SECOND}

----------

Tram line reopens after fire
The Lenn Herald
9 August 2022

{MORE}

Mayor resigns
By Bo Chen

LENN - The mayor resigned on Monday, the town hall said in a statement."""


def test_articles_pasted_into_one_text_keep_their_own_heads() -> None:
    found = [(one.title, one.outlet, one.author, one.published) for one in drafts(PASTED, "a.txt")]
    assert found == [
        ("Dam to close for repairs", "Valley Daily", "Ann Lee", date(2021, 6, 2)),
        ("Tram line reopens after fire", "The Lenn Herald", None, date(2022, 8, 9)),
        ("Mayor resigns", None, "Bo Chen", None),
    ]


def test_the_stories_of_a_printed_page_share_its_house_and_day() -> None:
    page = "Valley Daily\n2 June 2021\n\n" + PASTED.replace("Valley Daily\n2 June 2021\n", "").replace(
        "The Lenn Herald\n9 August 2022", "By Cy Lind\n\nLENN - The line is open."
    )
    assert [(one.outlet, one.author, one.published) for one in drafts(page, "a.txt")] == [
        ("Valley Daily", author, date(2021, 6, 2)) for author in ("Ann Lee", "Cy Lind", "Bo Chen")
    ]


PLAIN_LETTER = f"""THE VALLEY BRIEFING
Wednesday, 2 June 2021
View in browser

Good morning. Here is what you need to know about the valley today.

THE DAM
{FIRST} (Valley Daily)

2. Trams
{MORE}

WHAT WE ARE READING
- How Lenn lost its trams, by Dora Quill

That is all for today. You subscribed to this. Unsubscribe | Manage preferences
© 2021 Valley Media Ltd, 1 Quay Street, Lenn"""


def test_a_letter_of_headed_stories_is_these() -> None:
    found = drafts(PLAIN_LETTER, "a.txt")
    assert [(one.title, one.published) for one in found] == [
        ("THE VALLEY BRIEFING", date(2021, 6, 2)),
        ("THE DAM", date(2021, 6, 2)),
        ("Trams", date(2021, 6, 2)),
    ]
    assert FIRST in found[1].evidence()
    assert not any("subscribe" in one.evidence().casefold() for one in found)


LISTED = f"""Twenty books for the summer

‘The Book of Geese’

By Ann Lee

{FIRST}

‘Wire’

By Bo Chen

{SECOND}"""
LOGGED = f"""A year of the dam

June 5, 2020

{FIRST}

July 8, 2021

{SECOND}"""
SECTIONED = f"""Dam to close

WHY NOW
{FIRST}

WHAT NEXT
{SECOND}"""


@pytest.mark.parametrize("text", [LISTED, LOGGED, SECTIONED], ids=["books", "days", "sections"])
def test_an_article_in_parts_stays_one(text: str) -> None:
    assert len(drafts(text, "a.txt")) == 1
