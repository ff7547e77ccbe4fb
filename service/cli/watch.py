"""Adding again and again: `dateline add --every 15m FEEDS` keeps an archive up to date."""

import time
from datetime import datetime

import typer

from index.archive import Archive
from index.errors import BadValue, Busy
from index.readers.following import Following
from service.answers import to_json
from service.cli.ingest import Sources, Tally, add_sources
from service.signals import stoppable

SHORTEST = 60
LONGEST = 7 * 24 * 3600
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_interval(text: str) -> int:
    """The seconds of "90s", "15m", "2h" or "1d". Raises BadValue for anything else."""
    number, unit = text.strip()[:-1].rstrip(), text.strip()[-1:].casefold()
    if unit not in _UNITS or not number.isdecimal() or len(number) > 6:
        raise BadValue(f"{text!r} is not an interval; write it as 90s, 15m, 2h or 1d")
    seconds = int(number) * _UNITS[unit]
    if seconds < SHORTEST:
        raise BadValue(f"{text!r} is too often for the sites that are asked; the shortest is {SHORTEST}s")
    if seconds > LONGEST:
        raise BadValue(f"{text!r} is too seldom to wait for; the longest is {LONGEST // 86400}d")
    return seconds


def watch(archive: Archive, following: Following, sources: Sources, seconds: float, json: bool) -> None:
    """Adds the sources every so many seconds, with a line a round, until Ctrl+C or SIGTERM."""
    with stoppable() as stopped:
        try:
            while not stopped.is_set():
                began = time.monotonic()
                _round(archive, following, sources, json)
                stopped.wait(max(0.0, seconds - (time.monotonic() - began)))
        except KeyboardInterrupt:
            pass
    typer.echo("stopped; what was added is in the archive", err=True)


def _round(archive: Archive, following: Following, sources: Sources, json: bool) -> None:
    """One round. Where another process is writing, the next round will do."""
    tally = Tally()
    try:
        add_sources(archive, following, sources, tally)
    except Busy as error:
        typer.echo(f"dateline: {error}", err=True)
    finally:
        _show(tally, json)


def _show(tally: Tally, json: bool) -> None:
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    if json:
        typer.echo(to_json({"at": now} | tally.counts() | {"skipped": tally.skipped}))
    else:
        typer.echo(f"{now} {tally.line()}")
