# ruff: noqa: E501 - whole pages stand in these tests as they are written
from datetime import date

import pytest

from index.readers import read_bytes
from index.readers.html import HtmlReader
from index.readers.text import MOST_LINES
from index.records import Draft, Origin, Skipped, ZoneKind

FIRST = "Engineers will close the old dam for repairs before the spring floods, the ministry said."
SECOND = "The work is expected to take eleven weeks and to employ sixty people from the valley."
THIRD = "The valley was last flooded in 1987, when four bridges fell and the railway was closed for a year."
STANDFIRST = "The oldest dam of the valley leaks, and nobody knows who is to pay for its repair next year."
BODY = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"


def page(body: str, head: str = "", source: str = "page.html") -> Draft:
    (draft,) = HtmlReader().read(
        f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode(), source
    )
    assert isinstance(draft, Draft)
    return draft


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


def kind_of(draft: Draft, words: str) -> ZoneKind:
    return next(zone.kind for zone in draft.zones if words in zone.of(draft.text))


def test_a_standfirst_is_found_by_the_page_s_description() -> None:
    head = f'<meta name="description" content="{STANDFIRST}">'
    body = f'<div class="top"><h1>Dam to close</h1><div class="teaser-text">{STANDFIRST}</div></div><article>{BODY}</article>'
    evidence = page(body, head).evidence().split("\n\n")
    assert evidence == [STANDFIRST, FIRST, SECOND, THIRD]


def test_a_description_that_stands_nowhere_on_the_page_is_no_evidence() -> None:
    assert (
        "leaks"
        not in page(f"<article>{BODY}</article>", f'<meta name="description" content="{STANDFIRST}">').text
    )


def test_a_heading_that_is_a_paragraph_is_reporting_and_a_subheading_is_not() -> None:
    draft = page(
        f"<article><h1>Dam to close</h1><h2>{STANDFIRST}</h2>{BODY}<h2>No danger</h2><p>{SECOND} Again.</p></article>"
    )
    assert kind_of(draft, STANDFIRST) is ZoneKind.REPORTING
    assert kind_of(draft, "No danger") is ZoneKind.NAVIGATION


def test_readers_comments_are_told_from_a_column_called_comment() -> None:
    comments = '<div id="comments"><p>I do not believe a single word of what these people say.</p></div>'
    assert kind_of(page(f"<article>{BODY}</article>{comments}"), "believe") is ZoneKind.COMMENT
    column = page(f'<article class="comments-and-opinion comments">{BODY}</article>')
    assert FIRST in column.evidence()


def test_a_body_only_in_the_page_s_json_ld_counts() -> None:
    whole = "\\n\\n".join([FIRST, SECOND, THIRD] * 3)
    draft = page("<p>Please subscribe.</p>", ld(f'{{"@type": "NewsArticle", "articleBody": "{whole}"}}'))
    assert SECOND in draft.evidence()


def test_a_graph_names_author_and_house_by_reference() -> None:
    graph = """{"@graph": [
      {"@type": "NewsArticle", "headline": "Another", "url": "https://v.example/b", "datePublished": "2020-01-01"},
      {"@type": "NewsArticle", "headline": "Dam", "mainEntityOfPage": "https://v.example/a", "datePublished": "2021-06-02",
       "author": [{"@id": "#ann"}, {"@type": "Person", "name": "By Bo Chen"}, "https://v.example/staff"]},
      {"@type": "Person", "@id": "#ann", "name": "Ann Lee"},
      {"@type": ["NewsMediaOrganization"], "name": "Valley Daily"}]}"""
    head = '<link rel="canonical" href="https://v.example/a"><meta property="article:modified_time" content="2021-06-05T10:00:00Z">'
    draft = page(f"<article>{BODY}</article>", head + ld(graph))
    assert (draft.title, draft.author, draft.outlet) == ("Dam", "Ann Lee, Bo Chen", "Valley Daily")
    assert (draft.published, draft.updated) == (date(2021, 6, 2), date(2021, 6, 5))


@pytest.mark.parametrize(
    ("title", "foot", "source", "outlet"),
    [
        ("Dam to close | Valley Daily", "<footer>© 2021 Valley Daily</footer>", "a.html", "Valley Daily"),
        (
            "Valley Daily - print view",
            "<p>The Valley Daily, 3 Town Hall Square</p>",
            "a.html",
            "The Valley Daily",
        ),
        ("Dam to close – Valley Daily", "", "https://valleydaily.example/dam", "Valley Daily"),
        ("Dam to close | Valley Daily", "", "a.html", None),
        ("Dam to close - Sport", "<footer>News Sport Weather</footer>", "a.html", None),
        ("Dam to close: what now", "<footer>what now</footer>", "a.html", None),
    ],
)
def test_a_house_is_concluded_from_title_and_foot(
    title: str, foot: str, source: str, outlet: str | None
) -> None:
    draft = page(f"<h1>Dam to close</h1>{BODY}{foot}", f"<title>{title}</title>", source)
    assert draft.outlet == outlet
    assert draft.origins["outlet"] is (Origin.INFERRED if outlet else Origin.UNKNOWN)


def test_a_date_that_only_the_markup_hints_at_is_inferred() -> None:
    draft = page(f'<div class="post-date" title="2021-06-02">2 June 2021</div><div>{BODY}</div>')
    assert (draft.published, draft.origins["published"]) == (date(2021, 6, 2), Origin.INFERRED)


def test_a_date_in_utc_gives_way_to_the_day_in_the_address() -> None:
    head = '<meta property="article:published_time" content="2021-06-03T02:00:00+00:00">'
    assert page(BODY, head, "https://v.example/2021/06/02/dam").published == date(2021, 6, 2)
    assert page(BODY, head, "https://v.example/2021/05/02/dam").published == date(2021, 6, 3)


def test_dates_and_dateline_of_a_page_are_kept() -> None:
    head = '<meta property="article:published_time" content="2021-06-02">'
    draft = page(
        f"<article><p>HILLTOWN, Green Valley - {FIRST} It was said on Monday.</p>{BODY}</article>", head
    )
    assert draft.dateline == "HILLTOWN"
    assert [(mention.of(draft.text), mention.first) for mention in draft.dates] == [
        ("Monday", date(2021, 5, 31)),
        ("1987", date(1987, 1, 1)),
    ]


def test_a_page_that_opens_with_style_sheets_is_a_page() -> None:
    data = f"<style>{'p {color: red}' * 1000}</style><html><body>{BODY}</body></html>".encode()
    assert HtmlReader().accepts(data, "")
    assert not HtmlReader().accepts(b"The <p> tag opens a paragraph.", ".txt")


def test_a_row_of_comments_costs_no_more_than_its_length() -> None:
    assert HtmlReader().accepts(b"<!-- -->" * 900 + b"<html><body><p>x</p>", ".html")


def test_a_text_of_too_many_lines_is_refused_by_name() -> None:
    (result,) = read_bytes(b"a\n" * (MOST_LINES + 2), "log.txt")
    assert isinstance(result, Skipped)
    assert result.reason == "it has more than 100,000 lines; it is a list or a log, not an article"


def test_of_several_articles_in_the_page_s_data_the_one_it_shows_counts() -> None:
    other = '{"@type": "NewsArticle", "headline": "Tram reopens", "datePublished": "2020-01-01", "author": "Bo Chen"}'
    own = '{"@type": "NewsArticle", "headline": "Dam to close", "datePublished": "2021-06-02", "author": "Ann Lee"}'
    draft = page(f"<h1>Dam to close</h1>{BODY}", ld(f"[{other}, {own}]"))
    assert (draft.title, draft.author, draft.published) == ("Dam to close", "Ann Lee", date(2021, 6, 2))


def test_every_author_that_the_markup_links_is_named() -> None:
    byline = '<p>By <a rel="author" href="/a">Ann Lee</a> and <a rel="author" href="/b">Bo Chen</a></p>'
    assert page(f"<article><h1>Dam to close</h1>{byline}{BODY}</article>").author == "Ann Lee, Bo Chen"


def test_a_time_that_is_said_to_be_an_update_s_is_not_the_publication() -> None:
    times = '<span>Updated <time datetime="2021-06-05">5 June</time></span> <span>Published <time datetime="2021-06-02">2 June</time></span>'
    assert page(f"<article><h1>Dam to close</h1>{times}{BODY}</article>").published == date(2021, 6, 2)
    event = '<p>Event: <time datetime="2024-05-01">1 May</time></p><p>Published: <time datetime="2021-06-02">2 June</time></p>'
    assert page(f"<article><h1>Dam to close</h1>{event}{BODY}</article>").published == date(2021, 6, 2)
    head = ld('{"@type": "NewsArticle", "headline": "Dam", "datePublished": 1622620800000}')
    assert page(f"<article>{BODY}</article>", head).published == date(2021, 6, 2)


@pytest.mark.parametrize(
    ("marked", "day"),
    [
        (
            '<span itemprop="datePublished" content="2021-06-02T18:50:24+02:00">gestern</span>',
            date(2021, 6, 2),
        ),
        (
            '<time datetime="2021-06-02">2 June</time><time datetime="2021-06-02T08:00">8:00</time>',
            date(2021, 6, 2),
        ),
        ('<time datetime="2021-06-02">2 June</time><time datetime="2021-06-09">9 June</time>', None),
        ('<aside><time datetime="2021-06-02">2 June</time></aside>', None),
    ],
)
def test_a_day_in_markup_outside_of_the_article_counts_where_it_is_the_only_one(
    marked: str, day: date | None
) -> None:
    draft = page(f"<h1>Dam to close</h1><div>{marked}</div><div>{BODY}</div>")
    assert (draft.published if draft.origins["published"] is Origin.PAGE else None) == day


@pytest.mark.parametrize(
    ("above", "day"), [("<p class='date'>Stand 02.06.2021</p>", date(2021, 6, 2)), ("", None)]
)
def test_a_day_that_the_text_tells_of_is_the_page_s_only_where_it_also_stands_alone(
    above: str, day: date | None
) -> None:
    told = "<p>The old dam was opened again on 02.06.2021 after eleven weeks of work, the ministry said.</p>"
    assert page(f"<h1>Dam opens</h1>{above}<div>{told}{BODY}</div>").published == day
