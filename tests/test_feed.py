# ruff: noqa: E501 - whole feeds stand in these tests as they are written
"""Feeds: their entries alone, and the pages they lead to."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from index.errors import Unreadable
from index.readers import read_bytes, read_file
from index.readers.feed import LARGEST_FEED, FeedReader, entries
from index.readers.following import Following, Item
from index.readers.pages import Validators
from index.readers.web import Unchanged
from index.records import Draft, Origin, Skipped
from tests.websites import FIRST, SECOND, Answer, RememberedVisits, Site, fetcher, page, site

RSS = """<?xml version="1.0" encoding="{encoding}"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Valley Daily</title><language>en-GB</language>{items}</channel></rss>"""
ITEM = """<item><title>{title}</title><link>{link}</link><dc:creator>Ann Lee</dc:creator>
<pubDate>Wed, 02 Jun 2021 00:30:00 +0300</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>{first}</p><p>{second}</p><script>alert(1)</script>]]></content:encoded></item>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Seven Quays</title>
<entry><title type="html">Dam &amp;amp; bridge &lt;b&gt;close&lt;/b&gt;</title><id>urn:7</id><published>2021-06-02T23:30:00-05:00</published>
<updated>2021-06-04T08:00:00Z</updated><link href="/dam"/><author><name>Bo Chen</name></author><summary>{FIRST}</summary></entry>
<entry><title>No address</title><id>urn:8</id><summary>{SECOND}</summary></entry><entry><title>Nothing</title></entry></feed>"""


def rss(*links: str, encoding: str = "utf-8") -> str:
    items = "".join(
        ITEM.format(title=f"Dam {n}", link=link, first=FIRST, second=SECOND) for n, link in enumerate(links)
    )
    return RSS.format(items=items, encoding=encoding)


@pytest.fixture
def news() -> Iterator[Site]:
    with site() as own:
        yield own


def test_the_entries_of_rss_alone() -> None:
    (draft,) = read_bytes(rss("https://valley.example/1").encode(), "feed.xml")
    assert isinstance(draft, Draft)
    assert (draft.key, draft.url) == ("url:https://valley.example/1", "https://valley.example/1")
    assert (draft.title, draft.author, draft.outlet, draft.language) == (
        "Dam 0",
        "Ann Lee",
        "Valley Daily",
        "en",
    )
    # The day as written, and not the day before, which it was in UTC.
    assert (draft.published, draft.updated, draft.origins["published"]) == (
        date(2021, 6, 2),
        None,
        Origin.PAGE,
    )
    assert draft.evidence() == f"{FIRST}\n\n{SECOND}"


def test_the_entries_of_atom_alone() -> None:
    first, second, third = read_bytes(ATOM.encode(), "https://quays.example/news/feed.atom")
    assert isinstance(first, Draft)
    assert (first.title, first.author, first.url) == (
        "Dam & bridge close",
        "Bo Chen",
        "https://quays.example/dam",
    )
    assert (first.published, first.updated) == (date(2021, 6, 2), date(2021, 6, 4))
    assert isinstance(second, Draft)
    assert (second.key, second.text) == ("id:https://quays.example/news/feed.atom:urn:8", SECOND)
    assert third == Skipped("Nothing", "the feed holds no text of this entry")


@pytest.mark.parametrize(
    "own",
    [
        '<source url="https://quay.example/rss">Quay Post</source>',
        "<dc:publisher>Quay Post</dc:publisher>",
        '<News:Source xmlns:News="https://news.example/search">Quay Post</News:Source>',
    ],
)
def test_an_entry_that_a_feed_gathers_keeps_its_own_outlet(own: str) -> None:
    item = f"<item><title>Dam opens - Quay Post</title><description>{{}}</description>{own}</item>"
    items = item.format(FIRST) + item.format("&lt;a href='x'&gt;Dam opens&lt;/a&gt;&amp;nbsp; Quay Post")
    drafts = list(read_bytes(RSS.format(items=items, encoding="utf-8").encode(), "planet.rss"))
    told = [(d.title, d.outlet, d.text) for d in drafts if isinstance(d, Draft)]
    assert told == [("Dam opens", "Quay Post", FIRST), ("Dam opens", "Quay Post", "Dam opens")]


def test_the_title_of_a_feed_that_gathers_others_is_no_outlet() -> None:
    plain = f"<item><title>Dam</title><link>https://{{}}.example/1</link><description>{FIRST}</description></item>"
    signed = plain.format("quay").replace(
        "</item>", "<source url='https://quay.example'>Quay Post</source></item>"
    )
    for items, outlets in (
        (signed + plain.format("valley"), ["Quay Post", None]),
        (
            "".join(map(plain.format, ("a.quay", "b.valley", "c.lenn"))).replace(".example", "-news.example"),
            [None] * 3,
        ),
        (plain.format("quay") + plain.format("www.quay").replace("/1", "/2"), ["Valley Daily"] * 2),
    ):
        found = read_bytes(RSS.format(items=items, encoding="utf-8").encode(), "planet.rss")
        assert [draft.outlet for draft in found if isinstance(draft, Draft)] == outlets


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1256"])
def test_encodings(encoding: str) -> None:
    text = "قال الوزير يوم الاثنين إن السد قرب المدينة سيغلق للصيانة."
    data = rss("https://a.example/1", encoding=encoding).replace(FIRST, text).encode(encoding)
    (draft,) = read_bytes(data, "feed.xml")
    assert isinstance(draft, Draft)
    assert draft.text.startswith(text)


LAUGHS = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><rss><channel><title>&b;</title></channel></rss>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE rss SYSTEM "file:///etc/hosts" [<!ENTITY x SYSTEM "file:///etc/hosts">]><rss><channel><item><title>&x;</title></item></channel></rss>'


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            LAUGHS.encode(),
            "the feed declares entities of its own, which no feed needs and attacks are made of",
        ),
        (
            OUTSIDE.encode(),
            "the feed declares entities of its own, which no feed needs and attacks are made of",
        ),
        (
            OUTSIDE.encode("utf-16"),
            "the feed declares entities of its own, which no feed needs and attacks are made of",
        ),
        (b"<rss><channel><title>x</title></channel></rss>", "the feed holds no entry"),
        (b"<rss><channel>" + b"<item>" * 200_000, "it is nested too deeply to be a feed"),
        (b"<rss>" + b"x" * LARGEST_FEED, "the feed is 5.0 MB; the limit is 5 MB"),
    ],
    ids=["laughs", "outside", "utf-16", "empty", "deep", "large"],
)
def test_hostile_feeds_are_refused(data: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match="^" + told):
        entries(data, "feed.xml")


def test_a_broken_feed_gives_what_it_has() -> None:
    results = list(read_bytes(rss("https://a.example/1", "https://a.example/2")[:-60].encode(), "feed.xml"))
    assert [type(result) for result in results] == [Draft, Draft]


def test_a_string_in_a_feed_opens_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(rss("https://a.example/secret"))
    (result,) = read_bytes(
        f"<rss><channel><item><title>{secret}</title><link>file://{secret}</link><description>{FIRST}</description></item></channel></rss>".encode(),
        "feed.xml",
    )
    assert isinstance(result, Draft)
    assert (result.url, result.text) == (None, FIRST)


# Their pages


def following(news: Site, visits: RememberedVisits, *, entries_only: bool = False) -> Following:
    return Following(fetcher(news, visits), visits, entries_only=entries_only)


def kept(reading: Following, source: str) -> list[Item]:
    """Reads a source as the archive does, which keeps every article."""
    items = []
    for item in reading.read(source):
        items.append(item)
        if isinstance(item, Draft):
            reading.kept(item.key)
    return items


def feed_at(news: Site, *links: str) -> str:
    return news.put(
        "/feed", Answer(rss(*links).encode(), 200, {"content-type": "application/rss+xml", "etag": '"f"'})
    )


def test_each_page_is_fetched_and_the_feed_fills_in_what_it_does_not_say(news: Site) -> None:
    own = '<meta property="og:title" content="The page’s own">'
    links = [news.put("/1", page(head=own)), news.put("/2", page("Heading"))]
    first, second = kept(following(news, RememberedVisits()), feed_at(news, *links))
    assert isinstance(first, Draft)
    assert isinstance(second, Draft)
    assert (first.title, first.author, first.published) == ("The page’s own", "Ann Lee", date(2021, 6, 2))
    assert (first.url, second.url) == tuple(links)
    assert SECOND in first.evidence()


def test_entries_alone_fetch_nothing(news: Site) -> None:
    url = feed_at(news, news.put("/1", page()))
    (draft,) = kept(following(news, RememberedVisits(), entries_only=True), url)
    assert isinstance(draft, Draft)
    assert (draft.title, news.paths()) == ("Dam 0", ["/feed"])


def test_a_feed_in_a_file_leads_to_its_pages_only_where_it_is_followed(news: Site, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(rss(news.put("/1", page("Heading"))))
    kept(following(news, RememberedVisits()), str(path))
    assert news.paths() == ["/1"]
    assert len(list(read_file(path))) == 1
    assert news.paths() == ["/1"]


def test_a_feed_that_is_unchanged_asks_for_no_page(news: Site) -> None:
    visits = RememberedVisits()
    url = feed_at(news, news.put("/1", page()))
    assert len(kept(following(news, visits), url)) == 1
    assert kept(following(news, visits), url) == [Unchanged(url)]
    assert news.paths() == ["/feed", "/1", "/feed"]


def test_a_feed_is_read_again_until_all_its_pages_have_come(news: Site) -> None:
    visits = RememberedVisits()
    one = news.put("/1", Answer(page(), 200, {"content-type": "text/html", "etag": '"p"'}))
    two = news.put("/2", *[Answer(b"", 503, {})] * 3, page("Late"))
    url = feed_at(news, one, two)
    first = kept(following(news, visits), url)
    assert [type(item) for item in first] == [Draft, Skipped]
    assert set(visits.kept) == {one}
    second = kept(following(news, visits), url)
    assert [type(item) for item in second] == [Unchanged, Draft]
    assert visits.kept[url] == Validators('"f"')


def test_a_page_that_is_gone_is_told_and_does_not_hold_the_feed_up(news: Site) -> None:
    visits = RememberedVisits()
    url = feed_at(news, news.url("/gone"), news.put("/1", page()), "http://10.0.0.1/x")
    gone, draft, inner = kept(following(news, visits), url)
    assert gone == Skipped(news.url("/gone"), "it answers 404 Not Found")
    assert isinstance(draft, Draft)
    assert inner == Skipped("http://10.0.0.1/x", "10.0.0.1 leads to 10.0.0.1, which is not a public address")
    assert url in visits.kept


def test_a_feed_whose_articles_are_not_kept_is_not_noted(news: Site) -> None:
    visits = RememberedVisits()
    reading = following(news, visits)
    items = list(reading.read(feed_at(news, news.put("/1", page()))))
    assert [type(item) for item in items] == [Draft]
    assert visits.kept == {}


def test_a_page_that_opens_with_thousands_of_comments_is_told_from_a_feed_at_once() -> None:
    page = b"<!-- -->" * 5000 + b"<html><body>No feed.</body></html>"
    assert not FeedReader().accepts(page, ".html")
