"""Record of what Slack told us and what became of it: nothing is answered twice, and nothing forgotten.

Slack sends an event again when it has heard nothing of it, up to three times, and so may a server that
was started anew. An event is noted in one transaction with the question it asks, before Slack is told
that it has come; a question is held by one process at a time, which renews its hold while it answers. A
hold that runs out is that of a process which was killed: whoever finds the question goes on with it.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Index,
    Integer,
    String,
    Table,
    Text,
    delete,
    func,
    or_,
    select,
    update,
)

from index.database.connections import Database, revised
from service.slack.events import Asked, Deleted, Edited, Place, Wish

FILE = "slack.db"
KEPT = timedelta(days=90)  # how long a thread can be gone on with, a question edited
ATTEMPTS = 2  # the second is that of a process which went on for one that was killed

tables = revised("slack", "1")

event = Table(
    "slack_event",
    tables,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("seen", DateTime, nullable=False, index=True),  # UTC
)

question = Table(
    "slack_question",
    tables,
    Column("team", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("ts", String, primary_key=True),  # by which Slack knows the message that asks
    Column("thread", String, nullable=False),
    Column("user", String, nullable=False),
    Column("text", Text, nullable=False),  # empty once it is answered
    Column("revision", Integer, nullable=False),  # counts what happened to the question
    Column("open", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("held_by", String),
    Column("held_until", DateTime),  # UTC
    Column("messages", JSON, nullable=False),  # those that answer, by their ts
    Column("streaming", Boolean, nullable=False),  # whether the last of them is still being written
    Column("answer_id", String),
    Column("asked", DateTime, nullable=False, index=True),  # UTC
    Index("slack_question_of_thread", "team", "channel", "thread"),
)

channel = Table(
    "slack_channel",
    tables,
    Column("team", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("outlets", JSON, nullable=False),
    Column("since", Date),
    Column("answerer", String),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A question that is to be answered, or whose answer is to be taken back."""

    place: Place
    thread: str
    user: str
    text: str
    revision: int
    withdrawn: bool
    attempts: int  # this one included
    messages: tuple[str, ...]
    streaming: bool
    answer_id: str | None  # of what was answered before it was edited or deleted


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that something is to be done about, and the thread whose turn it waits for.

    What is written for one that has `changed` is no longer wanted.
    """

    place: Place
    thread: str
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """Settings of a channel: what its questions are limited to, and who answers them."""

    outlets: tuple[str, ...] = field(default=())
    since: date | None = None
    answerer: str | None = None


class Record:
    """The database of Slack's events. Any number of threads and processes may share it."""

    def __init__(self, address: Path | str, hold: timedelta = timedelta(seconds=30)) -> None:
        """Opens the database, made if there is none. `hold` is how long a silent process is waited for."""
        self.hold = hold
        self._database = Database(address, "the record of Slack events", "delete it and start again")
        self._database.create(tables)

    def close(self) -> None:
        """Closes every connection."""
        self._database.close()

    def take(self, event_id: str, kind: str, wish: Wish | None) -> Waiting | None:
        """Notes an event with what it wants. Gives the question that is to be worked on, if there is one.

        An event that was noted before, a question that stands already, a message in a thread that we are
        not in, and an edit of what was no question give none.
        """
        with self._database.writing() as connection:
            noted = self._database.insert(event).values(id=event_id, kind=kind, seen=_now())
            # Drivers differ in whether they count what an insert leaves out.
            if connection.scalar(noted.on_conflict_do_nothing().returning(event.c.id)) is None:
                return None
            connection.execute(delete(event).where(event.c.seen <= _now() - KEPT))
            connection.execute(delete(question).where(question.c.asked <= _now() - KEPT))
            if isinstance(wish, Asked):
                return self._ask(connection, wish)
            return None if wish is None else _change(connection, wish)

    def hold_open(self, place: Place, holder: str) -> Job | None:
        """Takes hold of a question; None where nothing is left to do, or another process holds it."""
        free = or_(question.c.held_by.is_(None), question.c.held_by == holder, question.c.held_until < _now())
        held = (
            update(question)
            .where(*_at(place), question.c.open, free)
            .values(held_by=holder, held_until=_now() + self.hold, attempts=question.c.attempts + 1)
        )
        with self._database.writing() as connection:
            if not connection.execute(held).rowcount:
                return None
            return _job(place, connection.execute(select(question).where(*_at(place))).one())

    def renew(self, place: Place, holder: str) -> None:
        """Says that whoever holds a question is still at work."""
        held = (*_at(place), question.c.held_by == holder)
        with self._database.writing() as connection:
            connection.execute(update(question).where(*held).values(held_until=_now() + self.hold))

    def posted(self, place: Place, messages: tuple[str, ...], streaming: bool) -> None:
        """Notes which messages answer, and whether the last of them is still being written."""
        values = {"messages": list(messages), "streaming": streaming}
        with self._database.writing() as connection:
            connection.execute(update(question).where(*_at(place)).values(values))

    def answered(self, place: Place, answer_id: str) -> None:
        """Notes which answer a question got."""
        with self._database.writing() as connection:
            connection.execute(update(question).where(*_at(place)).values(answer_id=answer_id))

    def finish(self, job: Job) -> None:
        """Notes that a question is dealt with, unless it was edited or deleted meanwhile."""
        done = {"open": False, "text": "", "attempts": 0}
        with self._database.writing() as connection:
            connection.execute(_let_go(*_at(job.place)))
            meant = (*_at(job.place), question.c.revision == job.revision)
            connection.execute(update(question).where(*meant).values(done))

    def let_go(self, holder: str) -> None:
        """Lets go of every question that a process holds, so that the next need not wait."""
        with self._database.writing() as connection:
            connection.execute(_let_go(question.c.held_by == holder))

    def abandoned(self) -> list[Waiting]:
        """The open questions that nobody holds, the oldest first."""
        free = question.c.held_by.is_(None) | (question.c.held_until < _now())
        query = select(question).where(question.c.open, free).order_by(question.c.asked)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [Waiting(Place(row.team, row.channel, row.ts), row.thread) for row in rows]

    def last_seen(self) -> dict[str, datetime]:
        """The time at which an event of each kind last came (UTC)."""
        query = select(event.c.kind, func.max(event.c.seen).label("last")).group_by(event.c.kind)
        with self._database.reading() as connection:
            return {row.kind: row.last.replace(tzinfo=UTC) for row in connection.execute(query)}

    def channel(self, team: str, channel_id: str) -> ChannelSettings:
        """Reads what is set for a channel; nothing where nothing was."""
        query = select(channel).where(channel.c.team == team, channel.c.channel == channel_id)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return ChannelSettings()
        return ChannelSettings(outlets=tuple(row.outlets), since=row.since, answerer=row.answerer)

    def set_channel(self, team: str, channel_id: str, chosen: ChannelSettings) -> None:
        """Sets what a channel's questions are limited to."""
        values = {"outlets": list(chosen.outlets), "since": chosen.since, "answerer": chosen.answerer}
        noted = self._database.insert(channel).values(team=team, channel=channel_id, **values)
        with self._database.writing() as connection:
            connection.execute(noted.on_conflict_do_update(index_elements=["team", "channel"], set_=values))

    def _ask(self, connection: Connection, asked: Asked) -> Waiting | None:
        if not asked.addressed and not _joined(connection, asked):
            return None
        # A mention comes as two events, one of them as any message of the channel.
        row = {
            "team": asked.place.team,
            "channel": asked.place.channel,
            "ts": asked.place.ts,
            "thread": asked.thread,
            "user": asked.user,
            "text": asked.text,
            "revision": 0,
            "open": True,
            "withdrawn": False,
            "attempts": 0,
            "messages": [],
            "streaming": False,
            "asked": _now(),
        }
        made = self._database.insert(question).values(row).on_conflict_do_nothing()
        is_new = connection.scalar(made.returning(question.c.ts)) is not None
        return Waiting(asked.place, asked.thread) if is_new else None


def _joined(connection: Connection, asked: Asked) -> bool:
    """Tells whether we were asked something in the thread before."""
    in_thread = (
        question.c.team == asked.place.team,
        question.c.channel == asked.place.channel,
        question.c.thread == asked.thread,
    )
    return connection.scalar(select(question.c.ts).where(*in_thread).limit(1)) is not None


def _change(connection: Connection, wish: Edited | Deleted) -> Waiting | None:
    """Opens a question again, as edited or as withdrawn; None where it was none, or is withdrawn already."""
    new: dict[str, Any] = {"open": True, "attempts": 0, "revision": question.c.revision + 1}
    new |= {"text": wish.text} if isinstance(wish, Edited) else {"withdrawn": True, "text": ""}
    changed = update(question).where(*_at(wish.place), ~question.c.withdrawn).values(new)
    thread = connection.scalar(changed.returning(question.c.thread))
    return None if thread is None else Waiting(wish.place, thread, changed=True)


def _let_go(*those: Any) -> Any:
    return update(question).where(*those).values(held_by=None, held_until=None)


def _at(place: Place) -> tuple[Any, ...]:
    return (
        question.c.team == place.team,
        question.c.channel == place.channel,
        question.c.ts == place.ts,
    )


def _job(place: Place, row: Any) -> Job:
    return Job(
        place=place,
        thread=row.thread,
        user=row.user,
        text=row.text,
        revision=row.revision,
        withdrawn=row.withdrawn,
        attempts=row.attempts,
        messages=tuple(row.messages),
        streaming=row.streaming,
        answer_id=row.answer_id,
    )


def _now() -> datetime:
    """SQLite keeps no time zone; every time that is kept here is UTC."""
    return datetime.now(UTC).replace(tzinfo=None)
