"""Conversations and their answers, kept so that a follow-up can be understood and an answer shown again.

They lie beside the catalogue, in a file or in tables of their own: what readers ask is not part of the
archive, and may be deleted, or left out of a copy of it. What one owner asked, no other owner can see.
"""

import json
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, Literal
from weakref import finalize

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from index.database.connections import Address, Database, revised
from index.errors import Damaged, NotFound
from service.answers import Answer, to_json
from service.questions.plan import Turn
from service.storage.redaction import without_article

FILE = "conversations.db"
TURNS = 10  # that a follow-up is read with
UNQUOTED = 0  # stands for the version of an article that a table only lists

Rating = Literal["up", "down", "none"]

_ANSWER = TypeAdapter(Answer)

tables = revised("conversations", "3")

answer = Table(
    "answer",
    tables,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("owner", String),  # the id of the key that asked; NULL where no keys are asked for
    Column("conversation_id", String, nullable=False),
    Column("standalone_question", Text, nullable=False),
    Column("body", Text, nullable=False),  # the answer as the API sends it
    Column("asked", DateTime, nullable=False),  # UTC
    Index("answer_of_conversation", "owner", "conversation_id", "position"),
    sqlite_autoincrement=True,
)

feedback = Table(
    "feedback",
    tables,
    Column("answer_id", ForeignKey("answer.id", ondelete="CASCADE"), primary_key=True),
    Column("rating", String, nullable=False),
    Column("comment", Text, nullable=False),
    Column("given", DateTime, nullable=False),  # UTC
)


named = Table(  # conversations that were given a name of their own; others go by their first question
    "conversation_name",
    tables,
    Column("owner", String, primary_key=True),  # empty where no keys are asked for
    Column("conversation_id", String, primary_key=True),
    Column("name", Text, nullable=False),
)


cited = Table(  # which answer quotes, or lists, which version of which article
    "cited",
    tables,
    Column("answer_id", ForeignKey("answer.id", ondelete="CASCADE"), primary_key=True),
    Column("article_id", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Index("cited_article", "article_id", "version"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Verdict of a reader on an answer; of several, the last."""

    rating: Rating
    comment: str = ""
    given: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer as it was given, with when it was asked for and what its reader thought of it."""

    answer: Answer
    asked: datetime  # UTC
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationListed:
    """A conversation by its first question, with the number of its answers. Times are UTC.

    `name` is what its reader called it, null where it was not renamed.
    """

    id: str
    question: str
    name: str | None
    answers: int
    began: datetime
    last_asked: datetime


class Conversations:
    """The answers that one owner got so far. Any number of threads and processes may share them."""

    def __init__(self, address: Address | None = None) -> None:
        """Opens the database, made if there is none; without an address it lives as long as this object.

        The owner is nobody, as where no keys are asked for; see `of`.
        """
        # A file even then: SQLite's databases in memory are not shared between threads.
        folder = None if address else Path(mkdtemp(prefix="dateline-"))
        self._database = Database(address or Path(folder or "", FILE), "the record of answers")
        # With the database, which those that `of` gives share.
        self._forget = finalize(self._database, rmtree, folder, ignore_errors=True) if folder else None
        self._owner: str | None = None
        self._database.create(tables)

    def of(self, owner: str | None) -> "Conversations":
        """The same database as another owner sees it, who is the id of a key."""
        seen = copy(self)
        seen._owner = owner
        seen._forget = None
        return seen

    def close(self) -> None:
        """Closes every connection."""
        self._database.close()
        if self._forget:
            self._forget()

    def keep(self, given: Answer) -> None:
        """Notes an answer as the last of its conversation."""
        with self._database.writing() as connection:
            connection.execute(
                insert(answer).values(
                    id=given.id,
                    owner=self._owner,
                    conversation_id=given.conversation_id,
                    standalone_question=given.standalone_question,
                    body=to_json(given),
                    asked=_now(),
                )
            )
            quoted = {(one.article_id, one.version) for one in (*given.citations, *given.related)}
            quoted |= {(id, UNQUOTED) for id in (given.table.articles if given.table else ()) if id}
            rows = [{"answer_id": given.id, "article_id": id, "version": number} for id, number in quoted]
            if rows:
                connection.execute(insert(cited), rows)

    def turns(self, conversation_id: str) -> tuple[Turn, ...]:
        """The last turns of a conversation, the oldest of them first; none where it is unknown.

        Small talk is no turn: what is asked after it goes on from what was asked before it.
        """
        query = (
            select(answer.c.id, answer.c.standalone_question, answer.c.body)
            .where(self._mine, answer.c.conversation_id == conversation_id)
            .order_by(answer.c.position.desc())
            .limit(TURNS)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        told = [(row.standalone_question, _answer(row)) for row in reversed(rows)]
        return tuple(
            _turn(question, answer) for question, answer in told if answer.plan.intent != "small_talk"
        )

    def answer(self, answer_id: str) -> Kept:
        """An answer. Raises NotFound."""
        with self._database.reading() as connection:
            row = connection.execute(_KEPT.where(self._mine, answer.c.id == answer_id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no answer {answer_id!r}")
        return _kept(row)

    def rate(self, answer_id: str, rating: Rating, comment: str = "") -> Feedback:
        """Notes what a reader thinks of an answer, in place of what was noted before. Raises NotFound."""
        given = Feedback(rating=rating, comment=comment, given=_zoned(_now()))
        values = {"rating": rating, "comment": comment, "given": given.given.replace(tzinfo=None)}
        with self._database.writing() as connection:
            if connection.scalar(select(answer.c.id).where(self._mine, answer.c.id == answer_id)) is None:
                raise NotFound(f"there is no answer {answer_id!r}")
            statement = self._database.insert(feedback).values(answer_id=answer_id, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["answer_id"], set_=values))
        return given

    def conversation(self, conversation_id: str, after: int = 0, limit: int = 100) -> list[tuple[int, Kept]]:
        """Answers of a conversation in their order, each with its position, from the first past `after`.

        Raises NotFound where the conversation has no answer at all.
        """
        of_this = (self._mine, answer.c.conversation_id == conversation_id)
        query = _KEPT.where(*of_this, answer.c.position > after).order_by(answer.c.position).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            if not rows and not connection.scalar(select(func.count()).select_from(answer).where(*of_this)):
                raise NotFound(f"there is no conversation {conversation_id!r}")
        return [(row.position, _kept(row)) for row in rows]

    def conversations(
        self, before: int | None = None, limit: int = 50, words: str = ""
    ) -> list[tuple[int, ConversationListed]]:
        """The conversations, that with the newest answer first, each with the position of that answer.

        They begin below position `before`. With words, those whose name holds them, or one of whose
        questions does.
        """
        last = func.max(answer.c.position)
        grouped = (
            select(
                last.label("last"),
                func.min(answer.c.position).label("first"),
                func.count().label("answers"),
                func.max(answer.c.asked).label("last_asked"),
            )
            .where(self._mine, *self._holding(words))
            .group_by(answer.c.conversation_id)
            .order_by(last.desc())
            .limit(limit)
        )
        talks = (grouped if before is None else grouped.having(last < before)).subquery()
        is_named = (named.c.owner == (self._owner or "")) & (
            named.c.conversation_id == answer.c.conversation_id
        )
        query = (
            select(answer, talks, named.c.name)
            .join_from(talks, answer, answer.c.position == talks.c.first)
            .join(named, is_named, isouter=True)
            .order_by(talks.c.last.desc())
        )
        with self._database.reading() as connection:
            return [(row.last, _listed(row)) for row in connection.execute(query)]

    def _holding(self, words: str) -> list[ColumnElement[bool]]:
        if not words:
            return []
        asked = select(answer.c.conversation_id).where(
            self._mine, answer.c.standalone_question.icontains(words, autoescape=True)
        )
        called = select(named.c.conversation_id).where(
            named.c.owner == (self._owner or ""), named.c.name.icontains(words, autoescape=True)
        )
        return [answer.c.conversation_id.in_(asked.union(called))]

    def rename(self, conversation_id: str, name: str) -> None:
        """Gives a conversation a name; an empty one has it go by its first question. Raises NotFound."""
        of_this = (self._mine, answer.c.conversation_id == conversation_id)
        key = {"owner": self._owner or "", "conversation_id": conversation_id}
        with self._database.writing() as connection:
            if connection.scalar(select(answer.c.id).where(*of_this).limit(1)) is None:
                raise NotFound(f"there is no conversation {conversation_id!r}")
            self._unname(connection, conversation_id)
            if name:
                connection.execute(insert(named).values(name=name, **key))

    def _unname(self, connection: Connection, conversation_id: str) -> None:
        mine = (named.c.owner == (self._owner or ""), named.c.conversation_id == conversation_id)
        connection.execute(delete(named).where(*mine))

    def delete(self, conversation_id: str) -> None:
        """Deletes a conversation with its answers and what was thought of them. Raises NotFound."""
        of_this = (self._mine, answer.c.conversation_id == conversation_id)
        with self._database.writing() as connection:
            if not connection.execute(delete(answer).where(*of_this)).rowcount:
                raise NotFound(f"there is no conversation {conversation_id!r}")
            self._unname(connection, conversation_id)

    def delete_answer(self, answer_id: str) -> None:
        """Deletes one answer with what was thought of it. Raises NotFound."""
        with self._database.writing() as connection:
            if not connection.execute(delete(answer).where(self._mine, answer.c.id == answer_id)).rowcount:
                raise NotFound(f"there is no answer {answer_id!r}")

    def erase(self, article_id: str) -> set[str]:
        """Takes what an article says out of every answer, whoever asked for it; gives the ids of those."""
        quoting = select(answer.c.id, answer.c.body).join(cited).where(cited.c.article_id == article_id)
        with self._database.writing() as connection:
            rows = connection.execute(quoting.distinct()).all()
            for row in rows:
                body = json.dumps(without_article(json.loads(row.body), article_id), ensure_ascii=False)
                connection.execute(update(answer).where(answer.c.id == row.id).values(body=body))
            connection.execute(delete(cited).where(cited.c.article_id == article_id))
        self._database.settle()
        return {row.id for row in rows}

    @property
    def _mine(self) -> ColumnElement[bool]:
        # IS NOT DISTINCT FROM would say both, and PostgreSQL looks that up in no index.
        return answer.c.owner.is_(None) if self._owner is None else answer.c.owner == self._owner


_KEPT = select(answer, feedback.c.rating, feedback.c.comment, feedback.c.given).join_from(
    answer, feedback, isouter=True
)


def _now() -> datetime:
    """Databases keep no time zone for us; every time that is kept here is UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def _answer(row: Any) -> Answer:
    try:
        return _ANSWER.validate_json(row.body)
    except ValidationError as error:
        raise Damaged(
            f"the answer {row.id!r} was kept by another Dateline and cannot be read: delete its conversation"
        ) from error


def _kept(row: Any) -> Kept:
    noted = row.rating and Feedback(rating=row.rating, comment=row.comment, given=_zoned(row.given))
    return Kept(answer=_answer(row), asked=_zoned(row.asked), feedback=noted or None)


def _listed(row: Any) -> ConversationListed:
    return ConversationListed(
        id=row.conversation_id,
        question=_answer(row).question,
        name=row.name,
        answers=row.answers,
        began=_zoned(row.asked),
        last_asked=_zoned(row.last_asked),
    )


def _zoned(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC)


def _turn(question: str, body: Answer) -> Turn:
    return Turn(question=question, text=body.text if body.status == "answered" else "")
