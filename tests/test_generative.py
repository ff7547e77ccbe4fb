"""The generating answerer over the real litellm: what it proposes, and what it says when models fail."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.errors import DatelineError
from index.records import Order
from prompts.loading import PACKAGED, load_prompt
from service.answerers.generative import GeneratingAnswerer
from service.evidence import Contrast, Evidence, Finding, Report, Side, Statement
from service.llm.budget import Ledger
from service.llm.providers import Patience, Provider
from service.questions.plan import Turn, Understood
from service.verification.verify import Verdict
from tests.evidence import BRIDGE, FERRY, article, evidence, quoted
from tests.providers import KEY, OVERFLOW, Asked, Reply, provider
from tests.providers import Provider as Server

MODEL = "openai/gpt-4o-mini"
PATIENCE = Patience(total=120, first=10, between=10, retries=1, pause=0.02)
BOTH = evidence([BRIDGE, FERRY])


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with provider() as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENAI_API_KEY", KEY)
        environment.setenv("OPENAI_API_BASE", f"{server.address}/v1")
        environment.setenv("ANTHROPIC_API_KEY", KEY)
        environment.setenv("ANTHROPIC_API_BASE", server.address)
        server.replies(Reply(text="Yes."))
        answered(generating())  # the first request imports for seconds, which no deadline should see
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    return running


def generating(*models: str, patience: Patience = PATIENCE, **known: Any) -> GeneratingAnswerer:
    options = {name: known.pop(name) for name in ("prompts", "context_tokens") if name in known}
    return GeneratingAnswerer(Provider(models=models or (MODEL,), patience=patience, **known), **options)


def answered(answerer: GeneratingAnswerer, given: Evidence = BOTH) -> tuple[list[Statement], Report]:
    async def read() -> list[Statement | Report]:
        async with aclosing(answerer.answer(given)) as proposals:
            return [proposal async for proposal in proposals]

    *statements, report = asyncio.run(read())
    assert isinstance(report, Report)
    assert all(isinstance(statement, Statement) for statement in statements)
    return [statement for statement in statements if isinstance(statement, Statement)], report


def sentinel(asked: Asked) -> str:
    """The line that the prompt asks for at the end."""
    found = re.search(r"END-[0-9a-f]{6}", asked.prompt)
    assert found
    return found[0]


def saying(text: str, **known: Any) -> Reply:
    """A reply that ends with the sentinel."""
    return Reply(text=lambda asked: f"{text}\n{sentinel(asked)}", **known)


def shown(statements: list[Statement]) -> list[tuple[str, list[str]]]:
    return [(statement.text, [quote.text for quote in statement.quotes]) for statement in statements]


@pytest.mark.parametrize("model", [MODEL, "anthropic/claude-sonnet-4-5"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_sentences_come_with_the_quotes_they_cite(server: Server, model: str, size: int) -> None:
    written = (
        "The bridge will cost **61 million** crowns [1.1]. The [Harbour Post](http://evil.example) says "
        "67 million. [2.2]\nWork starts on 3 June [1.2][9.9]. It will be fine."
    )
    server.replies(saying(written, size=size))
    statements, report = answered(generating(model))
    assert shown(statements) == [
        (
            "The bridge will cost 61 million crowns.",
            ["The bridge will cost 61 million crowns, the mayor said."],
        ),
        ("The Harbour Post says 67 million.", ["The bridge will cost 67 million crowns."]),
        ("Work starts on 3 June.", ["Work starts on 3 June."]),
        ("It will be fine.", []),
    ]
    assert [statement.score for statement in statements] == [0.9, 0.8, 0.9, 0]
    assert {statement.support for statement in statements} == {"verified"}
    assert report.whole
    assert report.notes == ()
    assert report.prompt_version == load_prompt("answer").version
    counted = {
        "model": model,
        "requests": 1,
        "tokens_in": 120,
        "tokens_out": 34,
        "estimated": False,
        "passages": 2,
        "sentences": 4,
        "cited": 3,
        "marks_dropped": 1,
    }
    assert {name: report.usage[name] for name in counted} == counted
    assert report.usage["usd"] > 0


def test_the_prompt_holds_the_question_its_limits_and_the_evidence(server: Server) -> None:
    server.replies(saying(""))
    given = evidence(
        [BRIDGE],
        "What does\n it cost now?",
        since=date(2024, 1, 1),
        until=date(2024, 6, 30),
        as_of=date(2024, 6, 30),
        outlets=("The Courier",),
        order=Order.NEWEST,
    )
    answered(generating(), given)
    (asked,) = server.asked
    assert [message["role"] for message in asked.body["messages"]] == ["system", "user"]
    user = asked.body["messages"][1]["content"]
    assert user.startswith(
        "Question: What does it cost now?\n\n"
        "The reader wants what was published from 2024-01-01 and published until 2024-06-30.\n"
        "Answer as of 2024-06-30: for the reader, nothing later has happened.\n"
        "The reader wants to know what these outlets report: The Courier.\n"
        "The reader asks how things stand: start with the newest reporting, and date it.\n\n"
        "Evidence, marked with `"
    )
    assert " [1.2] Work starts on 3 June.\n" in user
    assert asked.body["temperature"] == 0


def test_what_our_own_comparison_found_is_given_to_the_model(server: Server) -> None:
    server.replies(saying(""))
    sides = tuple(
        Side(
            findings=(Finding(quote=quoted(one, words), answer=words, score=0.9),),
            day=one.published,
        )
        for one, words in ((BRIDGE, "61 million crowns"), (FERRY, "67 million crowns"))
    )
    contrast = Contrast(kind="disagreement", about="the cost of the bridge", sides=sides)
    answered(generating(), replace(BOTH, contrasts=(contrast,)))
    told = "differ about the cost of the bridge: “61 million crowns” [1.1]; “67 million crowns” [2.2]"
    assert told in server.asked[0].prompt


def test_a_model_that_finds_no_answer_writes_none(server: Server) -> None:
    server.replies(saying(""))
    statements, report = answered(generating())
    assert (statements, report.whole, report.notes) == ([], True, ())


def test_without_evidence_no_model_is_asked(server: Server) -> None:
    server.replies(saying("Yes [1.1]."))
    statements, report = answered(generating(), evidence([]))
    assert (statements, report.whole, report.usage, server.asked) == ([], True, {}, [])


def test_an_answer_without_the_sentinel_is_cut(server: Server) -> None:
    server.replies(Reply(text="It costs 61 million [1.1]. Work starts [1.2]. It has fo"))
    statements, report = answered(generating())
    assert [statement.text for statement in statements] == ["It costs 61 million.", "Work starts."]
    assert not report.whole
    assert report.notes == (f"The answer of the model {MODEL} broke off before its end.",)


def test_a_stream_that_ends_as_if_all_were_well_is_cut_all_the_same(server: Server) -> None:
    server.replies(saying("It costs 61 million [1.1]. Work starts [1.2].", size=10, cut_after=4))
    statements, report = answered(generating())
    assert [statement.text for statement in statements] == ["It costs 61 million."]
    assert not report.whole
    assert report.usage["estimated"]


def test_the_limit_of_tokens_is_told(server: Server) -> None:
    server.replies(Reply(text="It costs 61 million [1.1]. Work", finish="length"))
    _, report = answered(generating(most_tokens=50))
    assert report.notes == (f"The model {MODEL} reached its limit of 50 tokens before the end.",)


def test_an_old_sentinel_does_not_end_an_answer(server: Server) -> None:
    server.replies(Reply(text="It costs 61 million [1.1]. END-0a1b2c"))
    assert not answered(generating())[1].whole


def test_what_follows_the_sentinel_is_ignored(server: Server) -> None:
    server.replies(Reply(text=lambda asked: f"It costs 61 [1.1].\n{sentinel(asked)}\n" + "More [1.1]. " * 99))
    statements, report = answered(generating())
    assert [statement.text for statement in statements] == ["It costs 61."]
    assert report.whole


def test_a_fault_after_the_sentinel_harms_nothing(server: Server) -> None:
    stalls = Reply(
        text=lambda asked: f"It costs 61 million [1.1].\n{sentinel(asked)}\nxx", size=48, stall_after=1
    )
    server.replies(stalls)
    statements, report = answered(generating(patience=replace(PATIENCE, between=0.2)))
    assert [statement.text for statement in statements] == ["It costs 61 million."]
    assert report.whole


@pytest.mark.parametrize(
    ("reply", "note"),
    [
        (Reply(status=429, error=KEY), "takes no more requests at the moment (status 429)."),
        (Reply(status=500, error=KEY), "failed (status 500)."),
        (Reply(status=401, error=KEY), "does not accept the key (status 401)."),
        (Reply(text="", usage=None), "sent an empty answer."),
        (Reply(raw=b"data: {not json\n\n"), "failed (status 500)."),
        (Reply(text="I", finish="content_filter"), "refused to answer."),
    ],
    ids=["429", "500", "401", "empty", "garbage", "refusal"],
)
def test_a_provider_that_fails_ends_in_a_report(server: Server, reply: Reply, note: str) -> None:
    server.replies(reply)
    statements, report = answered(generating())
    assert statements == []
    assert not report.whole
    assert report.notes == (f"The model {MODEL} {note}",)
    assert report.prompt_version


def test_a_stall_keeps_what_was_whole_before_it(server: Server) -> None:
    server.replies(saying("It costs 61 million [1.1]. Work starts on 3 June.", size=6, stall_after=7))
    statements, report = answered(generating(patience=replace(PATIENCE, between=0.2)))
    assert [statement.text for statement in statements] == ["It costs 61 million."]
    assert report.notes == (f"The model {MODEL} sent nothing for 0.2 s.",)


def test_the_model_that_answers_in_anothers_place_is_named(server: Server) -> None:
    server.replies(Reply(status=401, error="x"), saying("It costs 61 million [1.1]."))
    statements, report = answered(generating(MODEL, "anthropic/claude-sonnet-4-5"))
    assert len(statements) == 1
    assert report.whole
    assert report.usage["model"] == "anthropic/claude-sonnet-4-5"
    assert report.notes == (f"The model {MODEL} does not accept the key (status 401).",)


def many() -> Evidence:
    return evidence(
        [article(n, f"Bridge {n} will cost {n} million crowns. It is long.") for n in range(1, 9)]
    )


def test_evidence_that_is_too_long_is_cut_by_rank_and_given_again(server: Server) -> None:
    too_long = Reply(status=400, error=OVERFLOW)
    server.replies(too_long, too_long, saying("Bridge 2 costs 2 million [2.1]. Bridge 3 costs 3 [3.1]."))
    statements, report = answered(generating(), many())
    assert [len(re.findall(r" Passage \d+:", asked.prompt)) for asked in server.asked] == [8, 4, 2]
    assert shown(statements) == [
        ("Bridge 2 costs 2 million.", ["Bridge 2 will cost 2 million crowns."]),
        ("Bridge 3 costs 3.", []),
    ]
    assert report.whole
    assert report.notes == ("8 passages were more than the model reads at once; it was given the best 2.",)


def test_one_passage_that_is_too_long_is_told(server: Server) -> None:
    server.replies(Reply(status=400, error=OVERFLOW))
    statements, report = answered(generating(), many())
    assert len(server.asked) == 4
    assert statements == []
    assert report.notes[-1] == f"The model {MODEL} cannot read that much at once."


LONG = [
    article(n, " ".join(f"In year {year} bridge {n} will cost {n} million crowns." for year in range(60)))
    for n in range(1, 9)
]


def test_evidence_is_cut_to_the_tokens_that_are_set(server: Server) -> None:
    server.replies(saying(""))
    answered(generating(most_tokens=100), evidence(LONG))
    whole = server.asked[0].prompt
    count = Provider(models=(MODEL,)).tokens
    # What the mark of each line counts is drawn anew each time: some hundred tokens more or less in all.
    most = count(whole) - 2000
    _, report = answered(generating(most_tokens=100, context_tokens=most), evidence(LONG))
    assert count(server.asked[-1].prompt.lstrip()) + 100 <= most
    given = len(re.findall(r" Passage \d+:", server.asked[-1].prompt))
    assert 1 <= given < 8
    assert report.usage["passages"] == given
    assert len(server.asked) == 2


def test_a_model_that_reads_little_is_given_the_best_sentences_and_few_words(server: Server) -> None:
    words = "In year 41 bridge 5 will cost 5 million crowns."
    found = Finding(quote=quoted(LONG[4], words), answer="5 million crowns", score=0.9)
    server.replies(Reply(text="Bridge 5 costs 5 million crowns [5.3]. And it"))
    statements, report = answered(generating(context_tokens=4096), evidence(LONG, findings=[found]))
    (asked,) = server.asked
    numbered = re.findall(r"\[(\d\.\d)\] In year (\d+) bridge (\d)", asked.prompt)
    assert ("5.3", "41", "5") in numbered
    assert ("5.4", "42", "5") in numbered
    assert [passage for _, year, passage in numbered if year == "0"] == list("12345678")
    assert Provider(models=(MODEL,)).tokens(asked.prompt) < 1000
    assert asked.body["max_tokens"] == 1024
    assert report.prompt_version == load_prompt("answer-small").version
    assert shown(statements) == [
        ("Bridge 5 costs 5 million crowns.", ["In year 41 bridge 5 will cost 5 million crowns."]),
        ("And it", []),
    ]
    assert report.whole


def test_its_evidence_is_bounded(server: Server) -> None:
    server.replies(saying(""))
    found = [
        Finding(quote=quoted(one, sentence), answer="x", score=0.9)
        for one in LONG
        for sentence in re.findall(r"In [^.]*\.", one.text)
    ]
    _, report = answered(generating(context_tokens=8192), evidence(LONG, findings=found))
    given = re.findall(r"\[\d\.\d+\] (.*)", server.asked[0].prompt)
    count = Provider(models=(MODEL,)).tokens
    assert 300 < sum(map(count, given)) <= 400
    assert report.notes == ("8 passages were more than the model reads at once; it was given the best 1.",)


def test_of_a_stream_that_was_cut_it_is_not_taken_for_whole(server: Server) -> None:
    server.replies(Reply(text="Bridge 5 costs 5 million crowns [5.1]. And it", cut_after=5, size=8))
    _, report = answered(generating(context_tokens=4096), evidence(LONG))
    assert report.notes == (f"The answer of the model {MODEL} broke off before its end.",)


def test_what_is_said_again_is_said_once_and_the_list_of_sources_is_no_sentence(server: Server) -> None:
    said = "It costs 61 million [1.1]. Work starts [1.2]."
    server.replies(saying(f"{said}\n{said}\n\nSources:\n[1.1] The Courier, Bridge to cost more\n"))
    statements, report = answered(generating())
    assert [statement.text for statement in statements] == ["It costs 61 million.", "Work starts."]
    assert (report.whole, report.usage["sentences"]) == (True, 2)


@pytest.mark.parametrize("again", ["Work starts [1.2].\n", "\n" * 40, "and on "])
def test_a_model_that_repeats_itself_without_end_is_stopped(server: Server, again: str) -> None:
    server.replies(Reply(text="It costs 61 million [1.1].\nIt has lanes.\n" + again * 5000, size=40))
    statements, report = answered(generating())
    assert statements[0].text == "It costs 61 million."
    assert len(statements) <= 3
    assert report.notes == (f"The model {MODEL} repeated itself without end and was stopped.",)


def as_json(*items: tuple[str, list[str]]) -> str:
    return json.dumps({"sentences": [{"text": text, "cites": cites} for text, cites in items]})


COSTS = ("It costs **61 million** crowns. So the mayor said.", ["1.1"])
STARTS = ("Work starts on 3 June [2.1].", ["1.2", "1.3"])


@pytest.mark.parametrize("model", [MODEL, "anthropic/claude-sonnet-4-5"])
@pytest.mark.parametrize("size", [1, 1000])
def test_a_server_that_takes_a_schema_can_cite_only_what_exists(
    server: Server, model: str, size: int
) -> None:
    server.replies(Reply(text=as_json(COSTS, STARTS), size=size), takes_schemas=True)
    statements, report = answered(generating(model))
    assert shown(statements) == [
        ("It costs 61 million crowns.", ["The bridge will cost 61 million crowns, the mayor said."]),
        ("So the mayor said.", ["The bridge will cost 61 million crowns, the mayor said."]),
        (
            "Work starts on 3 June.",
            [
                "The ferry will stop in autumn.",
                "Work starts on 3 June.",
                "It has four lanes.",
            ],
        ),
    ]
    assert (report.whole, report.notes) == (True, ())
    assert report.prompt_version == load_prompt("answer-structured").version
    body = json.dumps(server.asked[0].body)
    assert '"enum": ["1.1", "1.2", "1.3", "2.1", "2.2"]' in body
    assert "END-" not in body


def test_one_that_refuses_it_is_asked_for_plain_text_from_then_on(server: Server) -> None:
    answerer, before = generating(), server.refused
    for _ in range(2):
        server.replies(saying("It costs 61 million [1.1]."))
        statements, report = answered(answerer)
        assert shown(statements)[0][1] == ["The bridge will cost 61 million crowns, the mayor said."]
        assert report.prompt_version == load_prompt("answer").version
        assert report.usage["requests"] == 1
    assert server.refused == before + 1


def test_one_that_takes_it_and_writes_plain_text_is_read_as_that(server: Server) -> None:
    server.replies(Reply(text="It costs 61 million [1.1]. Work starts [1.2]."), takes_schemas=True)
    statements, report = answered(generating())
    assert [statement.text for statement in statements] == ["It costs 61 million.", "Work starts."]
    assert report.whole


def test_a_list_of_no_sentence_is_a_whole_answer(server: Server) -> None:
    server.replies(Reply(text=as_json()), takes_schemas=True)
    statements, report = answered(generating())
    assert (statements, report.whole, report.notes) == ([], True, ())


def test_json_that_is_cut_is_no_whole_answer(server: Server) -> None:
    server.replies(Reply(text=as_json(COSTS, STARTS), size=10, cut_after=12), takes_schemas=True)
    statements, report = answered(generating())
    assert len(statements) == 2
    assert report.notes == (f"The answer of the model {MODEL} broke off before its end.",)


def test_the_users_own_words_for_plain_text_are_not_passed_over(server: Server, tmp_path: Path) -> None:
    (tmp_path / "answer.md").write_bytes((PACKAGED / "answer.md").read_bytes())
    server.replies(saying("It costs 61 million [1.1]."), takes_schemas=True)
    assert answered(generating(prompts=tmp_path))[1].prompt_version == load_prompt("answer").version


WRONG = Verdict(label="neither", score=0.1, reasons=("A number is not in the cited sentences: 16.",))
RIGHT = Verdict(label="supports", score=0.9)


def judged(answerer: GeneratingAnswerer, *wrong: str) -> tuple[list[str], Report]:
    """What an answerer proposes, told after each sentence whether it was proved."""

    async def read() -> list[Statement | Report]:
        proposals, verdict, found = answerer.answer(BOTH), None, []
        try:
            while True:
                found.append(await proposals.asend(verdict))
                text = found[-1].text if isinstance(found[-1], Statement) else ""
                verdict = WRONG if text in wrong else RIGHT
        except StopAsyncIteration:
            return found

    *statements, report = asyncio.run(read())
    assert isinstance(report, Report)
    return [one.text for one in statements if isinstance(one, Statement)], report


def test_what_is_not_proved_is_given_back_to_the_model_once(server: Server) -> None:
    server.replies(
        saying("It costs 16 million [1.1]. Work starts on 3 June [1.2]."),
        saying(
            f"It costs 61 million [1.1]. {WRONG.reasons[0]} It costs 16 million [1.1]. It costs little [1.1]."
        ),
    )
    texts, report = judged(generating(), "It costs 16 million.", "It costs little.")
    assert texts == [
        "It costs 16 million.",
        "Work starts on 3 June.",
        "It costs 61 million.",
        "It costs little.",
    ]
    first, second = server.asked
    assert second.body["messages"][:2] == first.body["messages"]
    assert [message["role"] for message in second.body["messages"]] == ["system", "user", "assistant", "user"]
    last = second.body["messages"][-1]["content"]
    assert "\n- It costs 16 million. (A number is not in the cited sentences: 16.)\n" in last
    assert "Work starts" not in last
    assert (report.whole, report.usage["requests"], report.usage["repairs"]) == (True, 2, 1)
    assert report.notes == ("The model was asked once to mend 1 sentence; 1 of what it wrote is proved.",)


@pytest.mark.parametrize("reply", [Reply(status=401, error="x"), Reply(text="It costs 61", cut_after=1)])
def test_a_repair_that_fails_takes_nothing_from_the_answer(server: Server, reply: Reply) -> None:
    server.replies(saying("It costs 16 million [1.1]. Work starts [1.2]."), reply)
    texts, report = judged(generating(), "It costs 16 million.")
    assert texts == ["It costs 16 million.", "Work starts."]
    assert report.whole
    assert len(report.notes) == 2


def test_where_no_time_is_left_nothing_is_given_back(server: Server) -> None:
    server.replies(saying("It costs 16 million [1.1].", pause=0.6))
    _, report = judged(generating(patience=replace(PATIENCE, total=1.0)), "It costs 16 million.")
    assert (len(server.asked), report.usage["repairs"], report.notes) == (1, 0, ())


def test_a_small_model_is_not_asked_to_mend(server: Server) -> None:
    server.replies(saying("It costs 16 million [1.1]."))
    _, report = judged(generating(context_tokens=4096), "It costs 16 million.")
    assert (len(server.asked), report.usage["repairs"], report.notes) == (1, 0, ())


def test_over_the_budget_no_model_is_asked(server: Server, tmp_path: Path) -> None:
    server.replies(saying("It costs 61 million [1.1]."))
    ledger = Ledger(tmp_path / "spending.db", daily_tokens=150)
    assert answered(generating(ledger=ledger))[1].whole
    assert len(server.asked) == 1
    statements, report = answered(generating(ledger=ledger))
    assert statements == []
    assert re.fullmatch(
        r"The budget of 150 tokens a day is spent; there is a new one from \d{4}-\d\d-\d\d 00:00 UTC on\.",
        report.notes[0],
    )
    assert len(server.asked) == 1


def test_a_users_prompt_is_used_and_its_version_kept(server: Server, tmp_path: Path) -> None:
    places = "{{marker}} {{sentinel}} {{limits}} {{evidence}} {{contrasts}} {{question}}"
    names = "[marker, sentinel, limits, evidence, contrasts, question]"
    own = f"---\nname: answer\ndescription: Mine.\nrequired: {names}\n---\nMy own words. {places}\n"
    (tmp_path / "answer.md").write_text(own)
    server.replies(saying("It costs 61 million [1.1]."))
    _, report = answered(generating(prompts=tmp_path))
    assert "My own words." in server.asked[0].prompt
    assert report.prompt_version == load_prompt("answer", tmp_path).version
    (tmp_path / "answer.md").write_text(own.replace("{{limits}}", ""))
    with pytest.raises(
        DatelineError, match=r"prompt 'answer' is wrong: the text has no place \{\{limits\}\}"
    ):
        generating(prompts=tmp_path)


TURNS = [
    Turn(question="What does the bridge cost?", text="It costs 61 million [1].\nSo says the Courier."),
    Turn(question="When does work start?"),
]


def rewritten(answerer: GeneratingAnswerer, question: str, turns: list[Turn]) -> str:
    return asyncio.run(answerer.rewritten(question, turns)).question


def test_what_a_follow_up_wants_is_told_with_it(server: Server) -> None:
    told = {"question": "When does work on the **bridge** start?", "intent": "question", "wanted": "date"}
    server.replies(Reply(text=json.dumps(told)), takes_schemas=True)
    found = asyncio.run(generating().rewritten("And when?", TURNS))
    assert found == Understood(
        question="When does work on the bridge start?", intent="question", wanted="date"
    )
    schema = server.asked[0].body["response_format"]["json_schema"]["schema"]
    assert schema["required"] == ["question", "intent", "wanted"]
    assert schema["additionalProperties"] is False


def test_a_follow_up_is_rewritten_with_its_conversation(server: Server) -> None:
    server.replies(Reply(text='Question: "Who said that the **bridge** costs 61 million?"\n'))
    assert rewritten(generating(), "Who said that?", TURNS) == "Who said that the bridge costs 61 million?"
    prompt = server.asked[0].prompt
    marked = [line for line in prompt.splitlines() if re.match(r"[0-9a-f]{6} ", line)]
    assert [line[7:] for line in marked] == [
        "Reader: What does the bridge cost?",
        "Answer: It costs 61 million [1]. So says the Courier.",
        "Reader: When does work start?",
        "Answer: none",
    ]
    assert prompt.endswith("Question to rewrite: Who said that?")


def test_the_oldest_turns_are_left_out_where_there_are_too_many(server: Server) -> None:
    server.replies(Reply(text="Who?"))
    turns = [Turn(question=f"Question {n}?", text="word " * 220) for n in range(20)]
    rewritten(generating(), "Who?", turns)
    given = re.findall(r"Question (\d+)\?", server.asked[0].prompt)
    assert given == [str(n) for n in range(14, 20)]  # of 1,500 tokens, each some 236


@pytest.mark.parametrize(
    "written",
    [
        '{"question": "When?", "intent": "divination", "wanted": "date"}',
        '{"question": "When?"}',
        '{"question": "", "intent": "question", "wanted": "date"}',
        "One line?\nAnother line?",
        "x" * 501,
        "<img src=http://evil.example/p>",
        "http://evil.example/",
    ],
)
def test_what_is_no_question_is_not_taken_for_one(server: Server, written: str) -> None:
    server.replies(Reply(text=written))
    with pytest.raises(DatelineError, match="did not rewrite the question"):
        rewritten(generating(), "Who?", TURNS)


def test_a_rewriting_that_fails_is_told_without_the_key(server: Server) -> None:
    server.replies(Reply(status=401, error=KEY))
    with pytest.raises(DatelineError) as error:
        rewritten(generating(), "Who?", TURNS)
    assert str(error.value) == f"the model {MODEL} does not accept the key (status 401)"
