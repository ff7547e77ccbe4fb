"""Files and pages that hold addresses: what is found in them, and that it is followed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from index.readers.following import DEEPEST_LIST, Following
from index.readers.lists import listed
from index.records import Draft
from tests.websites import RememberedVisits, Site, fetcher, page, site

OPML = """<?xml version="1.0"?><opml version="2.0"><body><outline text="News">
<outline type="rss" text="Valley" xmlUrl="{0}"/><outline type="link" url="https://a.example/9"/></outline></body></opml>"""
SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>{0}</loc><news:news><news:publication>
<news:name>Valley Daily</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2021-06-02T08:00:00Z</news:publication_date><news:title>Dam</news:title></news:news></url></urlset>"""
PARTS = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{0}</loc></sitemap></sitemapindex>'
BOOKMARKS = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<TITLE>Bookmarks</TITLE><DL><p><DT><A HREF="https://a.example/1?a=1&amp;b=2" ADD_DATE="1">Dam</A></DL>"""


@pytest.fixture
def news() -> Iterator[Site]:
    with site() as own:
        yield own


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"https://a.example/1\n\nhttps://a.example/2\n", ["https://a.example/1", "https://a.example/2"]),
        (b"# mine\r\nhttps://a.example/1\r\n", ["https://a.example/1"]),
        ("https://a.example/1".encode("utf-16"), []),
        (b"[InternetShortcut]\r\nURL=https://a.example/1\r\nIconIndex=0\r\n", ["https://a.example/1"]),
        (b"See https://a.example/1 for more.", []),
        (b"https://a.example/1\nThe dam will close.\n", []),
        (b"file:///etc/passwd", []),
        (b"", []),
        (
            b"title,url,tags\nDam,https://a.example/1,\nTram,https://a.example/2,x\n",
            ["https://a.example/1", "https://a.example/2"],
        ),
        (b"title;link\nDam;https://a.example/1\n", ["https://a.example/1"]),
        (b"title,url,text\nDam,https://a.example/1,Closed.\n", []),
        (BOOKMARKS.encode(), ["https://a.example/1?a=1&b=2"]),
        (OPML.format("https://a.example/rss").encode(), ["https://a.example/rss", "https://a.example/9"]),
        (SITEMAP.format("https://a.example/1").encode(), ["https://a.example/1"]),
        (PARTS.format("https://a.example/s.xml").encode(), ["https://a.example/s.xml"]),
        (b"<urlset><!ENTITY x 'y'>" + b"<url>" * 5000, []),
    ],
)
def test_lists_of_addresses_are_known_by_their_content(data: bytes, found: list[str]) -> None:
    assert [address.url for address in listed(data)] == found


def drafts(news: Site, source: str) -> list[Draft]:
    following = Following(fetcher(news), RememberedVisits())
    return [item for item in following.read(source) if isinstance(item, Draft)]


def test_a_sitemap_s_pages_are_read_with_what_it_says_of_them(news: Site, tmp_path: Path) -> None:
    path = tmp_path / "news.xml"
    path.write_text(SITEMAP.format(news.put("/a", page())))
    (draft,) = drafts(news, str(path))
    assert (draft.outlet, draft.published, draft.title) == ("Valley Daily", date(2021, 6, 2), "Dam to close")


def test_sitemaps_of_sitemaps_and_feeds_of_opml_are_followed_and_no_further(
    news: Site, tmp_path: Path
) -> None:
    news.put("/a", page())
    deep = news.put("/s.xml", SITEMAP.format(news.url("/a")).encode())
    parts = news.put("/index.xml", PARTS.format(deep).encode())
    assert [draft.url for draft in drafts(news, parts)] == [news.url("/a")]
    entry = f"<item><title>Dam</title><link>{news.url('/a')}</link></item>"
    rss = news.put(
        "/rss", f"<rss version='2.0'><channel><title>Valley</title>{entry}</channel></rss>".encode()
    )
    path = tmp_path / "mine.opml"
    path.write_text(OPML.format(rss).replace("https://a.example/9", news.url("/none")))
    assert [draft.outlet for draft in drafts(news, str(path))] == ["Valley"]
    for depth in range(DEEPEST_LIST):
        parts = news.put(f"/more{depth}.xml", PARTS.format(parts).encode())
    assert drafts(news, parts) == []
