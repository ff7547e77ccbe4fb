"""`dateline add` with addresses, field names and --every, as a person uses it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.progress import Progress

from index.archive import Archive
from index.errors import BadValue
from index.readers.fields import PIECES, parse_mapped
from index.readers.following import Following
from index.records import Draft
from service.cli.ingest import Reading, Sources, Tally, add_sources
from service.cli.watch import parse_interval, watch
from tests.conftest import ROOT
from tests.fakes import HashedWords
from tests.websites import FIRST, SECOND, Answer, Site, fetcher, page, site


@pytest.fixture
def news() -> Iterator[Site]:
    with site() as own:
        yield own


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.create(tmp_path / "archive", HashedWords)


def add(archive: Archive, news: Site, *named: str | Path, mapped: tuple[str, ...] = ()) -> Tally:
    tally = Tally()
    sources = Sources(tuple(map(str, named)), mapped)
    add_sources(archive, sources.following(archive, fetcher(news, archive.visits)), sources, tally)
    return tally


def test_addresses_lists_feeds_and_files_in_one_go(archive: Archive, news: Site, tmp_path: Path) -> None:
    headers = {"content-type": "text/html", "etag": '"1"'}
    urls = [news.put(f"/{n}", Answer(page(f"Title {n}"), 200, headers)) for n in range(3)]
    entry = f"<rss><channel><item><title>E</title><link>{urls[2]}</link></item></channel></rss>"
    feed = news.put("/feed", Answer(entry.encode(), 200, {"content-type": "text/xml", "etag": '"f"'}))
    (tmp_path / "list.txt").write_text(f"{urls[1]}\n{feed}\n")
    (tmp_path / "one.txt").write_text(FIRST)
    named = (urls[0], tmp_path / "list.txt", tmp_path / "one.txt", tmp_path / "none.txt")
    first = add(archive, news, *named)
    assert first.line() == "4 added, 0 updated, 0 unchanged, 1 skipped"
    again = add(archive, news, *named)
    assert again.line() == "0 added, 0 updated, 4 unchanged, 1 skipped"
    assert news.paths().count("/2") == 1
    news.put("/0", Answer(page("Title 0", body=f"<p>{SECOND}</p>"), 200, {**headers, "etag": '"2"'}))
    assert add(archive, news, *named).line() == "0 added, 1 updated, 3 unchanged, 1 skipped"


def test_an_article_that_was_removed_can_be_fetched_again(archive: Archive, news: Site) -> None:
    url = news.put("/a", Answer(page(), 200, {"content-type": "text/html", "etag": '"1"'}))
    add(archive, news, url)
    archive.remove(archive.articles()[0].id)
    assert add(archive, news, url).line() == "1 added, 0 updated, 0 unchanged, 0 skipped"


def test_an_interruption_while_reading_leaves_what_was_read(archive: Archive, news: Site) -> None:
    first = news.put("/a", Answer(page("A"), 200, {"content-type": "text/html", "etag": '"1"'}))

    def interrupt(write: Callable[[bytes], object]) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)

    second = news.put("/b", Answer(raw=interrupt))
    with pytest.raises(KeyboardInterrupt):
        add(archive, news, first, second)
    assert [article.title for article in archive.articles()] == ["A"]
    assert archive.visits.get(first) is not None
    news.put("/b", page("B"))
    assert add(archive, news, first, second).line() == "1 added, 0 updated, 1 unchanged, 0 skipped"


def test_mapped_fields(archive: Archive, news: Site, tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_text(
        json.dumps({"hed": "Dam", "story": {"body": FIRST}, "title": "no"}) + "\n" + json.dumps({"hed": 1})
    )
    tally = add(archive, news, path, mapped=("title=hed", "text=story.body"))
    assert [skipped.reason for skipped in tally.skipped] == [
        "it has no text in the field story.body, to which text is mapped"
    ]
    (article,) = archive.articles()
    assert (article.title, article.text) == ("Dam", FIRST)


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        (["titel=x"], f"no field 'titel' to map; there are: {', '.join(PIECES)}"),
        (["title"], "'title' is not a mapping; write title=headline"),
        (["title="], "'title=' is not a mapping; write title=headline"),
        (["title=a", "title=b"], "'title' is mapped twice, to 'a' and to 'b'"),
    ],
)
def test_a_mapping_that_is_wrong_is_told(pairs: list[str], told: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_mapped(pairs)
    assert str(caught.value) == told


def test_intervals() -> None:
    spelled = {"90s": 90, "15m": 900, "2h": 7200, "1d": 86400, " 5 M ": 300}
    assert {text: parse_interval(text) for text in spelled} == spelled


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("often", "'often' is not an interval; write it as 90s, 15m, 2h or 1d"),
        ("15", "'15' is not an interval; write it as 90s, 15m, 2h or 1d"),
        ("1.5h", "'1.5h' is not an interval; write it as 90s, 15m, 2h or 1d"),
        ("-5m", "'-5m' is not an interval; write it as 90s, 15m, 2h or 1d"),
        ("5s", "'5s' is too often for the sites that are asked; the shortest is 60s"),
        ("0m", "'0m' is too often for the sites that are asked; the shortest is 60s"),
        ("30d", "'30d' is too seldom to wait for; the longest is 7d"),
    ],
)
def test_an_interval_that_is_wrong_is_told(text: str, told: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_interval(text)
    assert str(caught.value) == told


@pytest.fixture
def command(models: Path, tmp_path: Path) -> Callable[..., "subprocess.Popen[str]"]:
    """Starts `dateline` in an empty folder."""

    def start(*arguments: str) -> "subprocess.Popen[str]":
        environment = os.environ | {
            "DATELINE_MODELS": str(models),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "service.cli", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path,
        )  # fmt: skip

    return start


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_watching_adds_round_by_round_until_it_is_stopped(
    command: Callable[..., "subprocess.Popen[str]"], tmp_path: Path, stop: signal.Signals
) -> None:
    (tmp_path / "one.txt").write_text(FIRST)
    # An inner address is refused without anything being sent, so the command needs no network.
    process = command("add", "--every", "60s", "http://127.0.0.1/feed", "one.txt")
    assert process.stdout
    assert process.stdout.readline().endswith(" 1 added, 0 updated, 0 unchanged, 1 skipped\n")
    process.send_signal(stop)
    rest, errors = process.communicate(timeout=20)
    assert (process.returncode, rest) == (0, "")
    assert (
        "skipped http://127.0.0.1/feed: 127.0.0.1 leads to 127.0.0.1, which is not a public address" in errors
    )
    assert errors.endswith("stopped; what was added is in the archive\n")


def test_mistakes_are_told_before_an_archive_is_made(
    command: Callable[..., "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    for arguments in (["--every", "5s"], ["--map", "titel=x"]):
        process = command("add", "one.txt", *arguments)
        out, errors = process.communicate(timeout=20)
        assert (process.returncode, out) == (2, "")
        assert errors.startswith("dateline: ")
    assert not (tmp_path / ".dateline").exists()


def test_a_draft_s_key_is_its_page(archive: Archive, news: Site) -> None:
    url = news.put("/a", page())
    sources = Sources((url,))
    following = sources.following(archive, fetcher(news, archive.visits))
    assert [item.key for item in following.read(url) if isinstance(item, Draft)] == [f"url:{url}"]


class _Finalised:
    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.01)


class Interrupted:
    """A reader in which a signal comes while an object is finalised: Python drops what its handler raises."""

    name = "interrupted"
    suffixes: tuple[str, ...] = (".txt",)

    def accepts(self, data: bytes, suffix: str) -> bool:
        return True

    def read(self, data: bytes, source: str) -> Iterator[Draft]:
        _Finalised()
        yield from ()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_watching_stops_though_the_signal_was_dropped(
    archive: Archive, news: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.txt").write_text(FIRST)
    following = Following(fetcher(news, archive.visits), archive.visits, asked=[Interrupted()])
    began = time.monotonic()
    watch(archive, following, Sources((str(tmp_path / "one.txt"),)), 60, json=False)
    assert time.monotonic() - began < 30
    assert capsys.readouterr().err.endswith("stopped; what was added is in the archive\n")


def test_the_bar_moves_by_what_is_stored_not_by_what_is_read(
    tmp_path: Path, archive: Archive, news: Site
) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(
            f"Story {number}\n\nThe ferry sailed on {number + 1} May 2024.\n"
        )
    sources, tally = Sources((str(tmp_path),)), Tally()
    with Progress(disable=True) as progress:
        following = sources.following(archive, fetcher(news, archive.visits))
        reading = Reading(following, sources.each(archive.directory), tally, progress)
        (task,) = progress.tasks
        results = archive.add(iter(list(reading.drafts())))
        assert task.completed == 0
        for result in results:
            reading.done(result)
        assert task.completed == task.total == sum(file.stat().st_size for file in tmp_path.glob("*.txt"))
