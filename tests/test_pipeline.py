"""Questions answered by a language model, through the one path of every front: proved, broken, replaced."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from index.archive import Archive
from index.errors import BadValue
from service.answering import ask, final
from service.answers import Answer, Claimed, Event
from service.pipeline import open_desk, with_answerer
from service.questions.plan import Question, Turn
from service.settings import Settings, load_settings
from service.storage.conversations import Conversations
from tests.fakes import WordJudge
from tests.providers import KEY, Asked, Reply, provider
from tests.providers import Provider as Server

MODEL = "openai/gpt-4o-mini"
QUESTION = "What did the Harbour Bridge cost in the end?"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with provider() as running, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENAI_API_KEY", KEY)
        environment.setenv("OPENAI_API_BASE", f"{running.address}/v1")
        yield running


def settings(archive: Archive, **given: Any) -> Settings:
    known = {"answerer": MODEL, "retries": 0, "answer_timeout": 300} | given
    return load_settings(data=archive.directory, **known)


def events(archive: Archive, question: str = QUESTION, **given: Any) -> list[Event]:
    opened = open_desk(settings(archive, **given), archive, Conversations())
    desk = replace(opened, judge=WordJudge(), hurries=lambda: True)  # it suggests nothing

    async def heard() -> list[Event]:
        return [event async for event in ask(desk, Question(question=question))]

    return asyncio.run(heard())


def answer(archive: Archive, **given: Any) -> Answer:
    last = events(archive, **given)[-1]
    assert isinstance(last, Answer)
    return last


def writing(*sentences: str, end: bool = True) -> Any:
    """A model that cites, for "{…}", the sentence of the evidence that holds those words, then ends."""

    def written(asked: Asked) -> str:
        lines = re.findall(r"\[(\d+\.\d+)\] (.*)", asked.prompt)

        def mark(words: re.Match[str]) -> str:
            return next((f"[{number}]" for number, line in lines if words[1] in line), "[99.9]")

        text = "\n".join(re.sub(r"\{([^}]+)\}", mark, sentence) for sentence in sentences)
        sentinel = re.findall(r"\bEND-\w+", asked.prompt)[-1]
        return f"{text}\n{sentinel}" if end else text

    return written


MENDED = "The model was asked once to mend 1 sentence; 0 of what it wrote is proved."
COST = "The Harbour Bridge cost 69.1 million crowns {69.1 million crowns}."


def test_a_sentence_that_its_sources_prove_is_said_with_them(sample_archive: Archive, server: Server) -> None:
    server.replies(Reply(text=writing(COST)))
    answered = answer(sample_archive)
    assert (answered.status, answered.answerer) == ("answered", MODEL)
    assert answered.text == "The Harbour Bridge cost 69.1 million crowns. [1]"
    assert answered.claims[0].support == "verified"
    proof = answered.claims[0].proof
    assert proof is not None
    assert proof.clause == COST.partition(" {")[0] + "."
    assert "69.1 million crowns" in proof.premise
    article = sample_archive.article(int(answered.citations[0].article_id))
    cited = answered.citations[0]
    assert article.text[cited.start : cited.end] == cited.quote
    assert answered.prompt_version
    assert answered.usage["tokens_in"] == 120


@pytest.mark.parametrize(
    "wrong",
    [
        "The Harbour Bridge cost 96.1 million crowns {69.1 million crowns}.",
        "The treasurer said “it was worth every crown” {69.1 million crowns}.",
        "Anneke Voss said the Harbour Bridge cost 69.1 million crowns {69.1 million crowns}.",
        "![bridge](https://evil.example/x.png) Visit https://evil.example now {69.1 million crowns}.",
    ],
)
def test_a_sentence_that_is_not_proved_is_never_said(
    sample_archive: Archive, server: Server, wrong: str
) -> None:
    server.replies(Reply(text=writing(wrong, COST)))
    answered = answer(sample_archive)
    assert answered.text == "The Harbour Bridge cost 69.1 million crowns. [1]"
    assert answered.claims[0].support == "verified"
    gave_way = "1 sentence could not be proved and gave way to what it cites."
    # What gives way to a quote, here to one that is cited already, needs no mending.
    assert answered.notes in ((gave_way,), (MENDED, "1 sentence could not be proved and was left out."))


@pytest.mark.parametrize("mark", ["", " [99.9]", " [1.1]", " {the}"])
def test_a_true_sentence_that_cites_nothing_or_the_wrong_place_gets_the_right_one(
    sample_archive: Archive, server: Server, mark: str
) -> None:
    server.replies(Reply(text=writing(f"The Harbour Bridge cost 69.1 million crowns{mark}.", COST)))
    answered = answer(sample_archive)
    assert answered.text == "The Harbour Bridge cost 69.1 million crowns. [1]"
    assert "69.1 million crowns" in answered.citations[0].quote
    assert answered.claims[0].support == "verified"
    assert answered.notes == ()


def test_where_what_it_cites_answers_that_is_quoted_in_its_place(
    sample_archive: Archive, server: Server
) -> None:
    server.replies(Reply(text=writing("It cost 96 million crowns {69.1 million crowns}.")))
    answered = answer(sample_archive)
    claim = answered.claims[0]
    assert claim.support == "quoted"
    assert "69.1 million crowns" in claim.text
    assert "96 million" not in answered.text
    told = f"Fewer than half of what {MODEL} wrote could be proved, so quotes answers."
    assert answered.notes == (told, "1 sentence could not be proved and was left out.")
    assert len(server.asked) == 1


def test_where_the_quotes_answer_they_stand_as_without_a_model(
    sample_archive: Archive, server: Server
) -> None:
    wrong = "The Harbour Bridge will cost 16 million crowns {61 million crowns}."
    server.replies(Reply(text=writing(wrong)))
    answered = answer(sample_archive)
    alone = answer(sample_archive, answerer="quotes")
    assert [claim.text for claim in answered.claims] == [claim.text for claim in alone.claims]


def test_what_gives_way_is_quoted_behind_what_is_proved(sample_archive: Archive, server: Server) -> None:
    server.replies(Reply(text=writing("It will cost 16 million crowns {61 million crowns}.", COST)))
    answered = answer(sample_archive)
    assert [claim.support for claim in answered.claims] == ["verified", "quoted"]
    assert "61 million crowns" in answered.claims[1].text


def test_what_is_quoted_in_its_place_is_quoted_once(sample_archive: Archive, server: Server) -> None:
    server.replies(Reply(text=writing("The Harbour Bridge probably cost taxpayers 69.1 million crowns.")))
    answered = answer(sample_archive)
    quotes = [citation.quote for citation in answered.citations]
    assert {claim.support for claim in answered.claims} == {"quoted"}
    assert "69.1 million crowns" in answered.claims[0].text
    assert [number for claim in answered.claims for number in claim.citations] == list(
        range(1, len(quotes) + 1)
    )
    assert len(set(quotes)) == len(quotes)


def test_or_it_is_shown_as_unproved_without_a_citation(sample_archive: Archive, server: Server) -> None:
    server.replies(Reply(text=writing("It cost 96 million crowns {69.1 million crowns}.", COST)))
    answered = answer(sample_archive, verify="mark")
    assert [claim.support for claim in answered.claims] == ["unsupported", "verified"]
    assert answered.claims[0].text == "It cost 96 million crowns. [unproved]"
    assert answered.claims[0].citations == ()


@pytest.mark.parametrize(
    "invented", ["The treasurer said “never again” {69.1 million crowns}.", "He said “never again”."]
)
def test_invented_quotations_are_never_shown_not_even_as_unproved(
    sample_archive: Archive, server: Server, invented: str
) -> None:
    server.replies(Reply(text=writing(invented, COST)))
    answered = answer(sample_archive, verify="mark")
    assert answered.text == "The Harbour Bridge cost 69.1 million crowns. [1]"


def test_an_answer_with_nothing_left_is_a_refusal_that_says_so(
    sample_archive: Archive, server: Server
) -> None:
    server.replies(Reply(text=writing("It cost 96 million crowns.")))
    answered = answer(sample_archive, fallback="none")
    assert answered.status == "not_in_archive"
    assert answered.text.startswith("The archive does not answer this. Searched 34 articles")
    assert answered.notes == (MENDED, "1 sentence could not be proved and was left out.")
    assert answered.related


def test_where_fewer_than_half_is_proved_the_quotes_answer_and_say_so(
    sample_archive: Archive, server: Server
) -> None:
    server.replies(
        Reply(text=writing(COST, "It cost 96 million crowns.", "It cost 16 million crowns.")),
        Reply(text=writing("It cost 26 million crowns.")),
    )
    answered = answer(sample_archive)
    assert (answered.status, answered.answerer) == ("answered", "quotes")
    assert [claim.support for claim in answered.claims[:2]] == ["verified", "quoted"]
    assert f"Fewer than half of what {MODEL} wrote could be proved, so quotes answers." in answered.notes
    assert "3 sentences could not be proved and were left out." in answered.notes


def test_what_the_model_mends_is_said(sample_archive: Archive, server: Server) -> None:
    server.replies(Reply(text=writing("It cost 96 million crowns.")), Reply(text=writing(COST)))
    answered = answer(sample_archive)
    assert answered.text == "The Harbour Bridge cost 69.1 million crowns. [1]"
    assert answered.notes[0] == "The model was asked once to mend 1 sentence; 1 of what it wrote is proved."


@pytest.mark.parametrize(
    "declined", ["The articles do not say.", "The evidence does not answer the question."]
)
def test_a_model_that_says_there_is_no_answer_refuses(
    sample_archive: Archive, server: Server, declined: str
) -> None:
    server.replies(Reply(text=writing(declined)))
    desk = open_desk(settings(sample_archive), sample_archive, Conversations())
    refused = asyncio.run(final(ask(desk, Question(question=QUESTION))))
    assert (refused.status, refused.claims, refused.notes) == ("not_in_archive", (), ())


def test_no_event_shows_a_sentence_before_it_is_proved(sample_archive: Archive, server: Server) -> None:
    server.replies(Reply(text=writing("It cost 96 million crowns {69.1 million crowns}.", COST), size=3))
    said = [event.claim.text for event in events(sample_archive) if isinstance(event, Claimed)]
    assert said[-1] == "The Harbour Bridge cost 69.1 million crowns. [1]"
    assert not any("96 million" in text for text in said)


def test_a_cut_answer_is_never_a_whole_one(sample_archive: Archive, server: Server) -> None:
    server.replies(Reply(text=writing(COST, "The final account was", end=False)))
    answered = answer(sample_archive)
    assert answered.status == "incomplete"
    assert len(answered.claims) == 1
    assert any("broke off" in note for note in answered.notes)


def test_where_the_model_fails_the_quotes_answer_and_say_so(sample_archive: Archive, server: Server) -> None:
    server.replies(Reply(status=500, error="overloaded"))
    answered = answer(sample_archive)
    assert (answered.status, answered.answerer) == ("answered", "quotes")
    assert answered.claims[0].support == "quoted"
    assert any(note == f"{MODEL} did not answer, so quotes does." for note in answered.notes)


def test_or_without_a_fallback_the_sources_found_are_given(sample_archive: Archive, server: Server) -> None:
    server.replies(Reply(status=401, error=f"Incorrect API key provided: {KEY}"))
    answered = answer(sample_archive, fallback="none")
    assert (answered.status, answered.claims) == ("incomplete", ())
    assert answered.related
    assert answered.notes
    assert KEY not in str(answered)


def test_a_follow_up_is_rewritten_by_the_model(sample_archive: Archive, server: Server) -> None:
    desk = open_desk(settings(sample_archive), sample_archive, Conversations())
    server.replies(Reply(text=writing(COST)))
    first = asyncio.run(final(ask(desk, Question(question=QUESTION))))
    server.replies(Reply(text="When was the Harbour Bridge opened to traffic?"), Reply(text=writing(COST)))
    asked = Question(question="And when was it opened?", conversation_id=first.conversation_id)
    second = asyncio.run(final(ask(desk, asked)))
    assert second.standalone_question == "When was the Harbour Bridge opened to traffic?"


def test_what_the_model_says_a_follow_up_wants_is_planned(sample_archive: Archive, server: Server) -> None:
    desk = open_desk(settings(sample_archive), sample_archive, Conversations())
    told = {"question": "The story of the Harbour Bridge", "intent": "timeline", "wanted": "any"}
    server.replies(Reply(text=json.dumps(told)))
    turns = (Turn(question=QUESTION, text="69.1 million crowns [1]."),)
    asked = asyncio.run(final(ask(desk, Question(question="And its whole story?", turns=turns))))
    assert (asked.plan.intent, asked.plan.order) == ("timeline", "timeline")
    assert "Harbour Bridge" in (asked.plan.topic or "")


STORY = "Give me a timeline of the Harbour Bridge"


def told(archive: Archive, **given: Any) -> Answer:
    *_, last = events(archive, STORY, **given)
    assert isinstance(last, Answer)
    return last


def test_a_timeline_is_the_same_whoever_answers_and_a_model_adds_only_what_is_proved(
    sample_archive: Archive, server: Server
) -> None:
    own = told(sample_archive, answerer="quotes")
    assert len(own.timeline) > 3
    server.replies(
        Reply(text=writing(COST, "The Harbour Bridge cost 96 million crowns {69.1 million crowns}."))
    )
    answered = told(sample_archive)
    assert [(event.told, event.text) for event in answered.timeline] == [
        (event.told, event.text) for event in own.timeline
    ]
    first, *others = answered.claims
    assert (first.text, first.support) == ("The Harbour Bridge cost 69.1 million crowns. [1]", "verified")
    assert {claim.support for claim in others} == {"quoted"}
    assert "96 million" not in answered.text
    assert (answered.status, answered.answerer) == ("answered", MODEL)


@pytest.mark.parametrize(
    "reply", [Reply(text=writing("The articles do not say.")), Reply(status=500, error="overloaded")]
)
@pytest.mark.parametrize("fallback", ["quotes", "none"])
def test_a_timeline_stands_where_the_model_says_nothing(
    sample_archive: Archive, server: Server, reply: Reply, fallback: str
) -> None:
    server.replies(reply)
    answered = told(sample_archive, fallback=fallback)
    assert (answered.status, answered.answerer) == ("answered", "quotes")
    assert len(answered.timeline) == len(answered.claims) > 3


def test_a_rewriting_that_fails_is_done_by_rule_and_said(sample_archive: Archive, server: Server) -> None:
    desk = open_desk(settings(sample_archive), sample_archive, Conversations())
    server.replies(Reply(text=writing(COST)))
    first = asyncio.run(final(ask(desk, Question(question="What did the Harbour Bridge cost in 2021?"))))
    server.replies(Reply(status=500, error="overloaded"), Reply(text=writing(COST)))
    asked = Question(question="And in 2023?", conversation_id=first.conversation_id)
    second = asyncio.run(final(ask(desk, asked)))
    assert second.standalone_question == "What did the Harbour Bridge cost in 2023?"
    assert any(note.startswith("The follow-up was understood by rule") for note in second.notes)


def test_a_question_may_name_who_answers_it(sample_archive: Archive) -> None:
    desk = open_desk(settings(sample_archive), sample_archive, Conversations())
    assert with_answerer(desk, None).answerer.name == MODEL
    assert with_answerer(desk, "quotes").answerer.name == "quotes"
    with pytest.raises(BadValue, match="no answerer 'oracle' here; there are: openai/gpt-4o-mini, quotes"):
        with_answerer(desk, "oracle")
