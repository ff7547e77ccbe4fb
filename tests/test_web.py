# ruff: noqa: E501 - a row of a table is easier to check unbroken
"""Fetching, against a real server on loopback and a table of hostile addresses."""

import gzip
import os
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from index.fetching.addresses import is_allowed, is_public
from index.readers.following import Following, Item, is_address
from index.readers.pages import Page, Validators, read_page
from index.readers.web import Fetcher, Limits, Unchanged, Unfetched
from index.records import Draft, Skipped
from tests.websites import FIRST, QUICK, SECOND, Answer, RememberedVisits, Site, fetcher, page, site


@pytest.fixture
def news() -> Iterator[Site]:
    with site() as own:
        yield own


def refused(fetching: Fetcher, url: str) -> Unfetched:
    with pytest.raises(Unfetched) as caught:
        fetching.fetch(url)
    return caught.value


def got(fetching: Fetcher, url: str) -> Page:
    result = fetching.fetch(url)
    assert isinstance(result, Page)
    return result


# Addresses


NOT_PUBLIC = """
127.0.0.1 127.255.255.254 0.0.0.0 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254
100.64.0.1 100.100.100.200 192.0.0.192 192.0.0.8 192.0.0.9 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9
192.88.99.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::a9fe:a9fe
64:ff9b::808:808 64:ff9b:1::a00:1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:20::1 2001:db8::1
2002:7f00:1:: 2002:808:808::1 3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1 ff0e::1
"""


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "93.184.216.34", "100.63.255.255", "100.128.0.1", "2606:2800:220:1::1", "2a00:1450::5"],
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_only_the_network_that_is_allowed_is_let_in() -> None:
    allowed = [ip_network("127.0.0.1/32"), ip_network("fd00::/8")]
    assert is_allowed(ip_address("127.0.0.1"), allowed)
    assert is_allowed(ip_address("fd00::1"), allowed)
    assert not is_allowed(ip_address("127.0.0.2"), allowed)
    assert not is_allowed(ip_address("::1"), allowed)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "017700000001", "①②⑦.⓪.⓪.①",
        "127。0。0。1", "localhost", "LOCALHOST", "localhost.", "0", "[::1]", "[::]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]", "[2002:7f00:1::]",
        "[fe80::1%25lo]", "[ff02::1]", "169.254.169.254", "100.100.100.200", "192.0.0.192", "10.0.0.1", "224.0.0.1",
        "loc%61lhost", "127.0.0.1%00.example.com", "127.0.0.1%2e", "-", "..", "a..b", "",
    ],
)  # fmt: skip
def test_no_spelling_of_an_inner_host_is_fetched(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        listening.settimeout(0)
        fetching = Fetcher(ports=(80, port), limits=replace(QUICK, tries=1))
        refused(fetching, f"http://{host}:{port}/")
        with pytest.raises(BlockingIOError):
            listening.accept()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1/", "127.0.0.1 leads to 127.0.0.1, which is not a public address"),
        ("http://0x7f000001/", "0x7f000001 leads to 127.0.0.1, which is not a public address"),
        (
            "http://[::ffff:127.0.0.1]/",
            "::ffff:127.0.0.1 leads to ::ffff:7f00:1, which is not a public address",
        ),
        ("file:///etc/passwd", "only addresses that begin with http:// or https:// are fetched"),
        ("ftp://1.1.1.1/x", "only addresses that begin with http:// or https:// are fetched"),
        ("gopher://127.0.0.1:70/_x", "only addresses that begin with http:// or https:// are fetched"),
        ("data:text/html,x", "only addresses that begin with http:// or https:// are fetched"),
        (
            "http://good.example@127.0.0.1/",
            "it holds a user name or password; addresses with one are not fetched",
        ),
        ("http://user:pass@1.1.1.1/", "it holds a user name or password; addresses with one are not fetched"),
        (
            "http://good.example\\@127.0.0.1/",
            "it is no address: too long, or with spaces or backslashes in it",
        ),
        ("http://127.0.0.1\t.example/", "it is no address: too long, or with spaces or backslashes in it"),
        ("http://1.1.1.1/\r\nHost: x", "it is no address: too long, or with spaces or backslashes in it"),
        ("http://1.1.1.1/" + "a" * 3000, "it is no address: too long, or with spaces or backslashes in it"),
        ("http://1.1.1.1:22/", "it asks for port 22; only 80 and 443 are fetched from"),
        ("https://1.1.1.1:8443/", "it asks for port 8443; only 80 and 443 are fetched from"),
        ("http:///x", "it names no host"),
        ("http:127.0.0.1", "it names no host"),
    ],
)
def test_what_is_not_fetched_is_told(url: str, told: str) -> None:
    assert str(refused(Fetcher(limits=QUICK), url)) == told


# Redirects


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("http://127.0.0.2:{port}/x", "127.0.0.2 leads to 127.0.0.2, which is not a public address"),
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254, which is not a public address"),
        ("//10.0.0.1/x", "10.0.0.1 leads to 10.0.0.1"),
        ("http://[::1]:{port}/", "::1 leads to ::1"),
        ("file:///etc/passwd", "it redirects to 'file:///etc/passwd': only addresses that begin with http"),
        ("http://x@127.0.0.1:{port}/x", "it holds a user name or password"),
        ("http://127.0.0.1:22/", "it asks for port 22"),
        ("http://[bad", "it redirects to 'http://[bad': "),
        ("", "it answers 302 without saying where to"),
    ],
)
def test_every_redirect_is_checked_again(news: Site, target: str, told: str) -> None:
    url = news.put("/a", Answer(b"", 302, {"location": target.format(port=news.port)}))
    news.put("/x", page())
    assert told in str(refused(fetcher(news), url))
    assert news.paths() == ["/a"]


def test_redirects_are_followed_and_counted(news: Site) -> None:
    for step in range(5):
        news.put(f"/{step}", Answer(b"", 301, {"location": f"{step + 1}"}))
    news.put("/5", page())
    assert got(fetcher(news), news.url("/0")).url == news.url("/5")
    news.put("/start", Answer(b"", 308, {"location": "/0"}))
    assert str(refused(fetcher(news), news.url("/start"))) == "it redirects more than 5 times"
    news.put("/loop", Answer(b"", 302, {"location": "/loop"}))
    assert str(refused(fetcher(news), news.url("/loop"))) == "it redirects more than 5 times"


# Slowness, size, bombs


def head(length: int | None = None, extra: str = "") -> bytes:
    size = "" if length is None else f"content-length: {length}\r\n"
    return f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n{size}{extra}connection: close\r\n\r\n".encode()


def drip(start: bytes) -> Callable[[Callable[[bytes], object]], None]:
    """Sends the start, and then a byte and a byte and a byte."""

    def raw(write: Callable[[bytes], object]) -> None:
        write(start)
        while not write(b"x"):
            time.sleep(0.05)

    return raw


@pytest.mark.parametrize("start", [head(1_000_000), b"HTTP/1.1 200 OK\r\nx: "], ids=["body", "headers"])
def test_a_drip_is_stopped(news: Site, start: bytes) -> None:
    url = news.put("/slow", Answer(raw=drip(start)))
    began = time.monotonic()
    error = refused(fetcher(news, limits=replace(QUICK, seconds=0.6)), url)
    assert (str(error), error.passing) == ("its server takes too long to answer", True)
    assert 0.5 < time.monotonic() - began < 2
    assert news.paths() == ["/slow"]


def test_silence_is_stopped(news: Site) -> None:
    def raw(write: Callable[[bytes], object]) -> None:
        write(head(100))
        news.stopped.wait(3)

    url = news.put("/silent", Answer(raw=raw))
    began = time.monotonic()
    assert str(refused(fetcher(news, limits=replace(QUICK, silence=0.3)), url)).startswith(
        "its server takes too"
    )
    assert time.monotonic() - began < 1.5


def test_a_page_without_end_is_stopped(news: Site) -> None:
    sent = []

    def raw(write: Callable[[bytes], object]) -> None:
        write(head())
        while not write(b"x" * 65536):
            sent.append(65536)

    url = news.put("/endless", Answer(raw=raw))
    error = refused(fetcher(news, limits=replace(QUICK, bytes=1_000_000)), url)
    assert str(error) == "it is larger than 1 MB, the limit for a page"
    assert sum(sent) < 20_000_000


def test_a_page_that_says_it_is_too_large_is_not_read(news: Site) -> None:
    url = news.put("/large", Answer(raw=drip(head(50_000_000))))
    assert str(refused(fetcher(news), url)) == "it is 50.0 MB; the limit is 20 MB a page"


def packed(data: bytes, how: str) -> bytes:
    return {"gzip": gzip.compress, "deflate": zlib.compress, "raw": lambda d: zlib.compress(d)[2:-4]}[how](
        data
    )


@pytest.mark.parametrize("how", ["gzip", "deflate", "raw"])
def test_a_bomb_is_stopped(news: Site, how: str) -> None:
    encoding = "deflate" if how == "raw" else how
    headers = {"content-type": "text/html", "content-encoding": encoding}
    url = news.put("/bomb", Answer(packed(bytes(200_000_000), how), 200, headers))
    assert str(refused(fetcher(news), url)) == "it unpacks to more than 20 MB"
    url = news.put("/page", Answer(packed(page(), how), 200, headers))
    assert got(fetcher(news), url).data == page()


@pytest.mark.parametrize(
    ("encoding", "body", "told"),
    [
        ("br", b"x", "it is compressed as 'br', which was not asked for"),
        ("gzip, gzip", b"x", "it is compressed as 'gzip, gzip', which was not asked for"),
        ("gzip", b"not gzip", "its gzip data is broken or cut off"),
        ("gzip", gzip.compress(os.urandom(5000))[:-100], "its gzip data is broken or cut off"),
    ],
)
def test_what_cannot_be_unpacked_is_told(news: Site, encoding: str, body: bytes, told: str) -> None:
    url = news.put("/x", Answer(body, 200, {"content-type": "text/html", "content-encoding": encoding}))
    assert str(refused(fetcher(news), url)) == told


@pytest.mark.parametrize(
    "raw",
    [
        head(1000) + b"half a page",
        head(None, "transfer-encoding: chunked\r\n") + b"64\r\nhalf",
        b"rubbish\r\n\r\n",
        b"",
    ],
    ids=["length", "chunked", "no http", "nothing"],
)
def test_a_connection_that_breaks_is_tried_again(news: Site, raw: bytes) -> None:
    def half(write: Callable[[bytes], object]) -> None:
        write(raw)

    broken = Answer(raw=half)
    url = news.put("/broken", broken, page())
    assert got(fetcher(news), url).data == page()
    assert news.paths() == ["/broken", "/broken"]
    news.put("/broken", broken)
    error = refused(fetcher(news), url)
    assert (str(error), error.passing) == ("its server breaks off before the page is whole", True)
    assert len(news.paths()) == 5


def test_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    fetching = Fetcher(allowed=[ip_network("127.0.0.1/32")], ports=[port], limits=QUICK)
    error = refused(fetching, f"http://127.0.0.1:{port}/")
    assert str(error).startswith("its server cannot be reached")
    assert error.passing


# Politeness


def test_robots_are_kept_to(news: Site) -> None:
    rules = (
        "User-agent: *\nDisallow: /\n\nUser-agent: Dateline\nDisallow: /private\nAllow: /\nCrawl-delay: 0.2"
    )
    news.put("/robots.txt", Answer(rules.encode(), 200, {"content-type": "text/plain"}))
    news.put("/a", page())
    news.put("/moved", Answer(b"", 302, {"location": "/private/x"}))
    fetching = fetcher(news)
    began = time.monotonic()
    got(fetching, news.url("/a"))
    assert time.monotonic() - began < 1
    for path in ("/private/x", "/moved"):
        assert str(refused(fetching, news.url(path))) == "its site's robots.txt asks not to fetch it"
    assert news.paths() == ["/a", "/moved"]
    assert [asked.path for asked in news.asked].count("/robots.txt") == 1
    assert news.asked[0].headers["user-agent"].startswith("Dateline/")
    got(fetching, news.url("/a"))
    assert time.monotonic() - began > 0.4


@pytest.mark.parametrize(("status", "fetched"), [(404, True), (403, True), (500, False), (503, False)])
def test_a_missing_robots_file_allows_and_a_failing_one_does_not(
    news: Site, status: int, fetched: bool
) -> None:
    news.put("/robots.txt", Answer(b"", status, {}))
    url = news.put("/a", page())
    if fetched:
        got(fetcher(news), url)
    else:
        assert str(refused(fetcher(news), url)).startswith(f"its site's robots.txt answers {status}")


def test_one_host_is_asked_with_pauses(news: Site) -> None:
    urls = [news.put(f"/{number}", page()) for number in range(3)]
    fetching = fetcher(news, limits=replace(QUICK, pause=0.2))
    began = time.monotonic()
    for url in urls:
        got(fetching, url)
    assert 0.6 <= time.monotonic() - began < 2


def test_threads_wait_for_each_other(news: Site) -> None:
    urls = [news.put(f"/{number}", page()) for number in range(4)]
    fetching = fetcher(news, limits=replace(QUICK, pause=0.05))
    threads = [threading.Thread(target=fetching.fetch, args=(url,)) for url in urls]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began >= 0.2
    assert sorted(news.paths()) == ["/0", "/1", "/2", "/3"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again_when_it_says(news: Site, status: int) -> None:
    url = news.put("/busy", Answer(b"", status, {"retry-after": "1"}), page())
    began = time.monotonic()
    assert got(fetcher(news), url).data == page()
    assert time.monotonic() - began >= 1


def test_a_server_that_stays_busy_is_left_alone(news: Site) -> None:
    url = news.put("/busy", Answer(b"", 503, {}))
    error = refused(fetcher(news), url)
    assert (str(error), error.passing) == ("it answers 503 Service Unavailable", True)
    assert len(news.paths()) == 3
    later = news.put("/later", Answer(b"", 429, {"retry-after": "3600"}))
    assert str(refused(fetcher(news), later)) == "its server asks to come back in 3600 seconds"
    dated = news.put("/dated", Answer(b"", 429, {"retry-after": "Fri, 01 Jan 2100 00:00:00 GMT"}))
    assert "its server asks to come back in" in str(refused(fetcher(news), dated))
    assert len(news.paths()) == 5


def test_what_is_gone_is_asked_for_once(news: Site) -> None:
    error = refused(fetcher(news), news.url("/gone"))
    assert (str(error), error.passing) == ("it answers 404 Not Found", False)
    assert news.paths() == ["/gone"]


def test_nothing_is_sent_but_the_request(news: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    headers = {"content-type": "text/html", "set-cookie": "id=1; Path=/"}
    url = news.put("/a", Answer(page(), 200, headers))
    fetching = fetcher(news)
    got(fetching, url)
    got(fetching, url)
    sent = news.asked[-1].headers
    assert set(sent) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert sent["host"] == f"127.0.0.1:{news.port}"


def test_the_name_stays_in_the_request_and_the_address_is_pinned(news: Site) -> None:
    news.put("/a", page())
    allowed = [ip_network("127.0.0.1/32"), ip_network("::1/128")]
    fetching = Fetcher(allowed=allowed, ports=[news.port], limits=QUICK)
    got(fetching, f"http://localhost:{news.port}/a#part")
    assert news.asked[-1].headers["host"] == f"localhost:{news.port}"


# Conditional requests


def test_an_unchanged_page_is_not_sent_again(news: Site) -> None:
    visits = RememberedVisits()
    headers = {"content-type": "text/html", "etag": '"v1"', "last-modified": "Wed, 02 Jun 2021 08:00:00 GMT"}
    url = news.put("/a", Answer(page(), 200, headers))
    first = got(fetcher(news, visits), url)
    assert first.validators == Validators('"v1"', "Wed, 02 Jun 2021 08:00:00 GMT")
    assert visits.kept == {}
    visits.put(url, first.validators)
    assert fetcher(news, visits).fetch(url) == Unchanged(url)
    assert news.asked[-1].headers["if-modified-since"] == "Wed, 02 Jun 2021 08:00:00 GMT"
    news.put("/a", Answer(page("New"), 200, {**headers, "etag": '"v2"'}))
    assert got(fetcher(news, visits), url).data == page("New")


def test_a_server_that_always_says_unchanged(news: Site) -> None:
    url = news.put("/a", Answer(b"", 304, {}))
    assert str(refused(fetcher(news), url)) == "it answers 304 Not Modified"


def test_a_validator_that_would_break_a_header_is_not_kept(news: Site) -> None:
    url = news.put("/a", Answer(page(), 200, {"content-type": "text/html", "etag": '"' + "x" * 500 + '"'}))
    assert got(fetcher(news), url).validators == Validators()


# From pages to articles


def read(page_of: Page) -> list[Draft | Skipped]:
    return list(read_page(page_of))


def article(news: Site, answer: Answer, path: str = "/a") -> Draft:
    (item,) = read(got(fetcher(news), news.put(path, answer)))
    assert isinstance(item, Draft), item
    return item


ARABIC = "قال الوزير يوم الاثنين إن السد قرب المدينة سيغلق للصيانة. وقال إن العمل سيبدأ غدا في الصباح."


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("iso-8859-1", "utf-8"), ("windows-1256", "cp1256"), ("punycode", "utf-8"), ("nope", "utf-8")],
)
def test_a_charset_is_believed_only_where_it_fits(news: Site, charset: str, encoding: str) -> None:
    body = page(body=f"<p>{ARABIC}</p><p>{ARABIC[::-1]}</p>").decode().encode(encoding)
    draft = article(news, Answer(body, 200, {"content-type": f"text/html; charset={charset}"}))
    assert ARABIC in draft.text


def test_the_content_type_decides_where_the_bytes_do_not(news: Site) -> None:
    plain = article(
        news, Answer(f"{FIRST}\n\n{SECOND}".encode(), 200, {"content-type": "text/plain"}), "/v1.2/x.php"
    )
    assert plain.evidence() == f"{FIRST}\n\n{SECOND}"
    json_body = b'{"text": "' + FIRST.encode() + b'", "title": "Dam"}'
    assert article(news, Answer(json_body, 200, {"content-type": "application/json"}), "/api").title == "Dam"
    picture = got(
        fetcher(news), news.put("/p.jpg", Answer(b"\xff\xd8\xff", 200, {"content-type": "image/jpeg"}))
    )
    assert read(picture) == [Skipped(picture.url, "it is image/jpeg, which holds no article")]


def test_a_page_keeps_the_address_it_came_from(news: Site) -> None:
    draft = article(news, Answer(page()))
    assert (draft.url, draft.key) == (news.url("/a"), f"url:{news.url('/a')}")
    own = '<link rel="canonical" href="http://127.0.0.1/dam">'
    assert article(news, Answer(page(head=own)), "/b").url == "http://127.0.0.1/dam"


def test_a_page_cannot_pass_for_another_site_s_article(news: Site) -> None:
    stolen = '<link rel="canonical" href="https://courier.example/dam">'
    draft = article(news, Answer(page(head=stolen)))
    assert (draft.url, draft.key) == (news.url("/a"), f"url:{news.url('/a')}")


# What a person names


def test_an_address_is_told_from_a_path() -> None:
    assert [is_address(name) for name in ("http://a/", "FTP://a/", "a/b.txt", "C:\\x", "news")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def following(news: Site, visits: RememberedVisits, limits: Limits = QUICK) -> Following:
    return Following(fetcher(news, visits, limits), visits)


def test_a_visit_is_noted_only_when_its_article_is_kept(news: Site) -> None:
    headers = {"content-type": "text/html", "etag": '"v1"'}
    url = news.put("/a", Answer(page(), 200, headers))
    visits = RememberedVisits()
    reading = following(news, visits)
    (draft,) = reading.read(url)
    assert isinstance(draft, Draft)
    assert list(reading.read(url)) == []  # once in a round
    assert visits.kept == {}
    reading.kept(draft.key)
    assert visits.kept == {url: Validators('"v1"')}
    reading.start_round()
    assert list(reading.read(url)) == [Unchanged(url)]


def test_a_page_without_an_article_is_told_every_time(news: Site) -> None:
    url = news.put(
        "/a", Answer(b"<html><body></body></html>", 200, {"content-type": "text/html", "etag": '"v1"'})
    )
    visits = RememberedVisits()
    for _ in range(2):
        (item,) = following(news, visits).read(url)
        assert isinstance(item, Skipped)
    assert visits.kept == {}


def test_one_bad_address_in_a_list_does_not_stop_the_others(news: Site, tmp_path: Path) -> None:
    urls = [news.put("/a", page()), news.url("/gone"), "http://10.0.0.1/x", news.put("/b", page("Other"))]
    path = tmp_path / "list.txt"
    path.write_text("\n".join(urls))
    items: list[Item] = list(following(news, RememberedVisits()).read(str(path)))
    assert [type(item) for item in items] == [Draft, Skipped, Skipped, Draft]
    assert [item.source for item in items if isinstance(item, Skipped)] == urls[1:3]
