"""Answers kept, shown again, rated and deleted, each owner's apart from the others'."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from index.database.connections import Address
from index.errors import NotFound
from service.answers import Answer, Citation, Claim, Searched
from service.questions.plan import Plan, Turn
from service.storage.conversations import Conversations

SEARCHED = Searched(
    articles=2, passages=3, since=None, until=None, outlets=(), oldest=None, newest=None
)  # fmt: skip
CITED = Citation(
    number=1, article_id="7", version=1, title="Dam to close", outlet="Tideline", author=None,
    published=date(2021, 7, 9), published_origin="given", url=None, quote="It closes.", start=0, end=10,
    speaker="Nadia Rahal",
)  # fmt: skip
GIVEN = Answer(
    id="a1", conversation_id="c1", question="When?", standalone_question="When does the dam close?",
    status="answered", text="“It closes.” [1]",
    claims=(Claim(text="“It closes.” [1]", start=0, end=16, citations=(1,), support="quoted", score=0.9),),
    citations=(CITED,), disagreements=(), searched=SEARCHED, plan=Plan(standalone_question="When?"),
    answerer="quotes",
)  # fmt: skip


@pytest.fixture
def kept(database_address: Address) -> Iterator[Conversations]:
    conversations = Conversations(database_address)
    yield conversations
    conversations.close()


def answer(id: str, conversation: str = "c1", question: str = "When?") -> Answer:
    return replace(GIVEN, id=id, conversation_id=conversation, question=question)


def test_an_answer_comes_back_as_it_was_given(kept: Conversations) -> None:
    kept.keep(GIVEN)
    found = kept.answer("a1")
    assert found.answer == GIVEN
    assert found.feedback is None
    assert abs((datetime.now(UTC) - found.asked).total_seconds()) < 60


def test_turns_carry_what_was_answered_and_are_empty_for_a_refusal(kept: Conversations) -> None:
    kept.keep(GIVEN)
    kept.keep(replace(GIVEN, id="a2", status="not_in_archive", citations=()))
    asked = "When does the dam close?"
    assert kept.turns("c1") == (
        Turn(question=asked, text="“It closes.” [1]"),
        Turn(question=asked),
    )
    assert kept.turns("c2") == ()


def test_of_several_ratings_the_last_counts(kept: Conversations) -> None:
    kept.keep(GIVEN)
    kept.rate("a1", "up", "good")
    kept.rate("a1", "down", "wrong dam")
    noted = kept.answer("a1").feedback
    assert noted is not None
    assert (noted.rating, noted.comment) == ("down", "wrong dam")


def test_conversations_are_listed_a_page_at_a_time_with_the_newest_answer_first(kept: Conversations) -> None:
    for id, conversation, question in [
        ("a1", "c1", "One?"), ("a2", "c2", "Two?"), ("a3", "c3", "Three?"), ("a4", "c1", "More?"),
    ]:  # fmt: skip
        kept.keep(answer(id, conversation, question))
    first = kept.conversations(limit=2)
    assert [(talk.id, talk.question, talk.answers) for _, talk in first] == [
        ("c1", "One?", 2),
        ("c3", "Three?", 1),
    ]
    rest = kept.conversations(before=first[-1][0], limit=2)
    assert [talk.id for _, talk in rest] == ["c2"]


def test_a_conversation_is_read_in_its_order_and_on_from_a_position(kept: Conversations) -> None:
    for id in ("a1", "a2", "a3"):
        kept.keep(answer(id))
    pages = kept.conversation("c1", limit=2)
    assert [found.answer.id for _, found in pages] == ["a1", "a2"]
    assert [found.answer.id for _, found in kept.conversation("c1", pages[-1][0])] == ["a3"]
    assert kept.conversation("c1", pages[-1][0] + 1) == []


def test_deleting_a_conversation_leaves_the_others(kept: Conversations) -> None:
    kept.keep(answer("a1"))
    kept.rate("a1", "up")
    kept.keep(answer("a2", "c2"))
    kept.delete("c1")
    for gone in (lambda: kept.answer("a1"), lambda: kept.conversation("c1"), lambda: kept.delete("c1")):
        with pytest.raises(NotFound):
            gone()
    assert [talk.id for _, talk in kept.conversations()] == ["c2"]


def test_what_one_owner_asked_no_other_can_see_or_touch(kept: Conversations) -> None:
    ours, theirs = kept.of("key-1"), kept.of("key-2")
    ours.keep(GIVEN)
    for other in (theirs, kept):
        assert other.turns("c1") == ()
        assert other.conversations() == []
        refused: tuple[tuple[Callable[..., object], tuple[str, ...]], ...] = (
            (other.answer, ("a1",)),
            (other.conversation, ("c1",)),
            (other.rate, ("a1", "down")),
            (other.delete, ("c1",)),
        )
        for method, arguments in refused:
            with pytest.raises(NotFound):
                method(*arguments)
    assert ours.answer("a1").feedback is None
    theirs.keep(answer("a2", "c1", "Mine?"))
    assert [found.answer.id for _, found in ours.conversation("c1")] == ["a1"]


def test_a_conversation_is_found_by_its_questions_and_by_its_name(kept: Conversations) -> None:
    kept.keep(answer("a1", "c1"))
    kept.keep(replace(answer("a2", "c2"), standalone_question="Who pays 100% of it?"))
    kept.rename("c2", "Money")
    assert [(talk.id, talk.name) for _, talk in kept.conversations(words="mon")] == [("c2", "Money")]
    assert [talk.id for _, talk in kept.conversations(words="DAM")] == ["c1"]
    assert [talk.id for _, talk in kept.conversations(words="100%")] == ["c2"]
    assert kept.conversations(words="%") == kept.conversations(words="100%")
    kept.rename("c2", "")
    assert [talk.name for _, talk in kept.conversations()] == [None, None]


def test_a_name_is_its_owners_and_goes_with_the_conversation(kept: Conversations) -> None:
    mine, others = kept.of("k1"), kept.of("k2")
    for owner in (mine, others):
        owner.keep(answer(f"of {owner is mine}", "c1"))
    mine.rename("c1", "Mine")
    assert [talk.name for _, talk in others.conversations()] == [None]
    assert others.conversations(words="mine") == []
    with pytest.raises(NotFound, match="there is no conversation 'c9'"):
        mine.rename("c9", "None")
    mine.delete("c1")
    mine.keep(answer("again", "c1"))
    assert [talk.name for _, talk in mine.conversations()] == [None]
