"""The unmodified OpenAI client against a real server over the sample archive."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from html import unescape
from pathlib import Path
from typing import Any, Literal, cast

import httpx
import httpx2
import openai
import pytest
from markdown_it import MarkdownIt
from openai.types.chat import ChatCompletionMessageParam

from index.errors import Damaged
from service.answers import (
    Answer,
    Citation,
    Claim,
    Claimed,
    DatedPosition,
    Disagreement,
    Event,
    Position,
    Searched,
)
from service.answers import Change as ChangeOverTime
from service.http.openai import CompletionRequest, Composition, Message
from service.http.openai import asked as asked_of
from service.http.routes.openai import CompletionWriter
from service.questions.plan import Plan
from tests.serving import server

FLOOD = "How many families were evacuated in the flood?"
NOTHING = "Who won the world chess championship?"


@pytest.fixture(scope="module")
def address(sample: Path, models: Path) -> Iterator[str]:
    with server(sample, models) as address:
        yield f"{address}v1"


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=address, api_key="none", max_retries=0, timeout=60) as client:
        yield client


def user(*contents: str) -> list[ChatCompletionMessageParam]:
    """Messages of the user and the assistant in turn, the user's first."""
    roles = ("user", "assistant")
    messages = [{"role": roles[place % 2], "content": text} for place, text in enumerate(contents)]
    return cast(list[ChatCompletionMessageParam], messages)


def extra(value: Any, name: str) -> Any:
    """A field that OpenAI's types do not have."""
    return value.model_extra[name]


def test_an_answer_comes_with_its_citations_where_their_marks_stand(client: openai.OpenAI) -> None:
    done = client.chat.completions.create(model="dateline", messages=user(FLOOD))
    message = done.choices[0].message
    assert done.choices[0].finish_reason == "stop"
    answer = extra(done, "dateline")
    assert answer["status"] == "answered"
    content = message.content or ""
    assert content.startswith(answer["short_answer"]["text"])
    assert all(claim["text"] in content for claim in answer["claims"])
    assert "23 families" in content
    assert message.annotations
    cited = {citation["number"]: citation for citation in answer["citations"]}
    for annotation in message.annotations:
        place = annotation.url_citation
        number = int(content[place.start_index : place.end_index].strip("[]"))
        assert cited[number]["title"] in place.title
        assert place.url == cited[number]["url"] or place.url.startswith("http://127.0.0.1")
    assert extra(done, "citations") == [result["url"] for result in extra(done, "search_results")]
    assert len(extra(done, "citations")) == len(cited)
    assert done.usage
    assert done.usage.total_tokens == 0


def test_a_stream_adds_up_to_the_same(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="dateline", messages=user(FLOOD))
    stream = client.chat.completions.create(
        model="dateline", messages=user(FLOOD), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    choices = [chunk.choices[0] for chunk in chunks if chunk.choices]
    assert choices[0].delta.role == "assistant"
    message = whole.choices[0].message
    assert "".join(choice.delta.content or "" for choice in choices) == message.content
    assert [choice.finish_reason for choice in choices] == [None] * (len(choices) - 1) + ["stop"]
    annotating = choices[-2].delta
    assert annotating.content is None
    told = [annotation.model_dump() for annotation in message.annotations or []]
    assert extra(annotating, "annotations") == told != []
    beside = next(chunk for chunk in chunks if "dateline" in (chunk.model_extra or {}))
    assert extra(beside, "citations") == extra(whole, "citations")
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[-1].choices == []
    assert chunks[-1].usage


def test_the_asynchronous_client_works_too(address: str) -> None:
    async def ask() -> tuple[str, str]:
        async with openai.AsyncOpenAI(base_url=address, api_key="none", max_retries=0) as client:
            whole = await client.chat.completions.create(model="dateline", messages=user(FLOOD))
            stream = await client.chat.completions.create(
                model="dateline/quotes", messages=user(FLOOD), stream=True
            )
            parts = [chunk.choices[0].delta.content or "" async for chunk in stream]
        return whole.choices[0].message.content or "", "".join(parts)

    whole, streamed = asyncio.run(ask())
    assert "23 families" in whole
    assert streamed == whole


def test_a_refusal_says_what_was_searched(client: openai.OpenAI) -> None:
    done = client.chat.completions.create(model="dateline", messages=user(NOTHING))
    message = done.choices[0].message
    assert "The archive does not answer this. Searched 34 articles" in (message.content or "")
    assert message.annotations == []
    assert extra(done, "dateline")["status"] == "not_in_archive"


def test_the_conversation_is_that_of_the_messages(client: openai.OpenAI) -> None:
    first = client.chat.completions.create(
        model="dateline", messages=user("What does the Harbour Bridge cost?")
    )
    said = first.choices[0].message.content or ""
    system = cast(ChatCompletionMessageParam, {"role": "system", "content": "Answer as a pirate."})
    talk = [system, *user("What does the Harbour Bridge cost?", said, "And in 2020?")]
    done = client.chat.completions.create(model="dateline", messages=talk)
    assert "Harbour Bridge" in extra(done, "dateline")["standalone_question"]
    assert "2020" in extra(done, "dateline")["standalone_question"]


def test_parts_of_text_and_parameters_that_mean_nothing_here_are_taken(client: openai.OpenAI) -> None:
    parts = [{"type": "text", "text": FLOOD}, {"type": "image_url", "image_url": {"url": "data:,"}}]
    done = client.chat.completions.create(
        model="dateline",
        messages=cast(list[ChatCompletionMessageParam], [{"role": "user", "content": parts}]),
        temperature=0.2, max_tokens=5, n=1, user="u", seed=1, tools=[], top_p=1, stop=["x"],
        response_format={"type": "text"}, extra_body={"web_search_options": {}, "chat_id": "7"},
    )  # fmt: skip
    assert "23 families" in (done.choices[0].message.content or "")


def test_an_answer_can_be_kept_in_a_conversation_of_datelines(client: openai.OpenAI, address: str) -> None:
    done = client.chat.completions.create(
        model="dateline", messages=user(FLOOD), extra_body={"conversation_id": "from-openai"}
    )
    with httpx2.Client(trust_env=False) as plain:
        kept = plain.get(f"{address}/conversations/from-openai").json()
    assert [answer["id"] for answer in kept["answers"]] == [extra(done, "dateline")["id"]]


def test_the_models_are_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["dateline", "dateline/quotes"]
    assert client.models.retrieve("dateline/quotes").owned_by == "dateline"


def test_errors_are_openais(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as unknown:
        client.chat.completions.create(model="gpt-5", messages=user(FLOOD))
    assert unknown.value.code == "model_not_found"
    assert unknown.value.message.startswith("Error code: 404")
    assert "no model 'gpt-5' here; there are: dateline, dateline/quotes" in unknown.value.message
    with pytest.raises(openai.BadRequestError) as empty:
        client.chat.completions.create(model="dateline", messages=[])
    assert empty.value.type == "invalid_request_error"
    with pytest.raises(openai.BadRequestError, match="the messages hold no question"):
        client.chat.completions.create(model="dateline", messages=user("", "hello"))
    with pytest.raises(openai.BadRequestError, match="the question has 4001 characters; the limit is 4000"):
        client.chat.completions.create(model="dateline", messages=user("x" * 4001))
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("dateline/none")


def test_a_stream_that_breaks_raises_in_the_client() -> None:
    """The server's events as they are, read by OpenAI's own decoder."""

    async def breaking() -> AsyncIterator[Event]:
        yield Plan(standalone_question="Why?")
        raise Damaged("the index is torn")

    async def written() -> list[bytes]:
        request = CompletionRequest.model_validate({"messages": user("Why?")})
        return [part async for part in CompletionWriter(request, "http://here/").stream(breaking())]

    body = b"".join(asyncio.run(written()))
    headers = {"content-type": "text/event-stream"}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body, headers=headers))
    with (
        openai.OpenAI(
            base_url="http://here", api_key="x", http_client=httpx.Client(transport=transport)
        ) as own,
        pytest.raises(openai.APIError, match="the index is torn"),
    ):
        list(own.chat.completions.create(model="dateline", messages=user("Why?"), stream=True))


def test_what_sources_disagree_about_follows_the_sentences_with_its_marks() -> None:
    def cited(number: int) -> Citation:
        return Citation(
            number=number, article_id=str(number), version=1, title="T", outlet="O", author=None,
            published=None, published_origin="unknown", url="javascript:alert(1)", quote="q", start=0, end=1,
        )  # fmt: skip

    claim = Claim(
        text="“See [1]”, it said. 😀 [1] [2]", start=0, end=28, citations=(1, 2), support="quoted", score=1
    )
    disagreement = Disagreement(
        about="the cost", positions=(Position(text="48", citations=(1,)), Position(text="61", citations=(2,)))
    )
    change = ChangeOverTime(about="the day", positions=(DatedPosition(text="May", day=None, citations=(2,)),))
    searched = Searched(
        articles=1, passages=1, since=None, until=None, outlets=(), oldest=None, newest=None
    )  # fmt: skip
    answer = Answer(
        id="a", conversation_id="c", question="q", standalone_question="q", status="answered",
        text=claim.text, claims=(claim,), citations=(cited(1), cited(2)), disagreements=(disagreement,),
        changes=(change,), searched=searched, plan=Plan(standalone_question="q"), answerer="quotes",
        notes=("1 sentence was left out.",),
    )  # fmt: skip
    composed = Composition()
    parts = [composed.take(event) for event in (Claimed(claim, ()), disagreement, change, answer)]
    assert "".join(parts) == composed.text == (
        "“See [1]”, it said. 😀 [1] [2]\n\n"
        "Sources disagree about: the cost\n- 48 [1]\n- 61 [2]\n\n"
        "Changed over time: the day\n- May [2]\n\n"
        "Note: 1 sentence was left out."
    )  # fmt: skip
    places = [one.url_citation for one in composed.annotations(answer, "http://here/")]
    assert [composed.text[place.start_index : place.end_index] for place in places] == [
        "[1]", "[2]", "[1]", "[2]", "[2]",
    ]  # fmt: skip
    assert places[0].start_index == 22
    assert places[0].url == "http://here/v1/articles/1/versions/1"


def test_a_response_holds_what_a_completion_does(client: openai.OpenAI) -> None:
    whole = client.responses.create(model="dateline", input=FLOOD, instructions="Answer as a pirate.")
    message = client.chat.completions.create(model="dateline", messages=user(FLOOD)).choices[0].message
    assert (whole.status, whole.error) == ("completed", None)
    assert whole.output_text == message.content
    flat = whole.model_dump()["output"][0]["content"][0]["annotations"]
    nested = [one.url_citation.model_dump() | {"type": "url_citation"} for one in message.annotations or []]
    assert flat == nested != []
    assert whole.usage
    assert whole.usage.total_tokens == 0
    assert extra(whole, "dateline")["status"] == "answered"


def test_a_streamed_response_adds_up_to_the_same(client: openai.OpenAI) -> None:
    whole = client.responses.create(model="dateline", input=[{"role": "user", "content": FLOOD}])
    events = list(client.responses.create(model="dateline/quotes", input=FLOOD, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for event in events]
    assert kinds[:4] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert kinds[-4:] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    completed = events[-1]
    assert completed.type == "response.completed"
    assert deltas == completed.response.output_text == whole.output_text
    added = [event.annotation for event in events if event.type == "response.output_text.annotation.added"]
    assert added == completed.response.model_dump()["output"][0]["content"][0]["annotations"]


def test_a_response_goes_on_with_the_one_before(client: openai.OpenAI) -> None:
    first = client.responses.create(model="dateline", input="What does the Harbour Bridge cost?")
    next_one = client.responses.create(model="dateline", input="And in 2020?", previous_response_id=first.id)
    assert "Harbour Bridge" in extra(next_one, "dateline")["standalone_question"]
    with pytest.raises(openai.BadRequestError, match="previous_response_id"):
        client.responses.create(model="dateline", input="And?", previous_response_id="resp_1")
    with pytest.raises(openai.NotFoundError, match="no model 'gpt'"):
        client.responses.create(model="gpt", input="And?")


def test_a_timeline_is_a_list_and_what_was_suggested_was_not_talked_about(client: openai.OpenAI) -> None:
    asked = "Give me a timeline of the Harbour Bridge"
    done = client.chat.completions.create(model="dateline", messages=user(asked))
    content, answer = done.choices[0].message.content or "", extra(done, "dateline")
    events, suggested = content.split("\n\nYou could ask:\n")
    assert events.split("\n") == [f"- {claim['text']}" for claim in answer["claims"]]
    assert suggested.split("\n") == [f"- {question}" for question in answer["suggestions"]]
    messages = [Message(role="user", content=asked), Message(role="assistant", content=content)]
    follow_up = asked_of([*messages, Message(role="user", content="And who paid?")])
    assert "You could ask" not in follow_up.turns[0].text


def test_what_a_model_says_of_a_timeline_stands_before_its_list() -> None:
    def claimed(text: str, support: Literal["quoted", "verified"]) -> Claimed:
        return Claimed(Claim(text=text, start=0, end=1, citations=(), support=support, score=1.0), ())

    content = Composition(is_timeline=True)
    said = (
        claimed("It was dear.", "verified"),
        claimed("2020 — “One.”", "quoted"),
        claimed("2021 — “Two.”", "quoted"),
    )
    assert "".join(map(content.take, said)) == "It was dear.\n\n- 2020 — “One.”\n- 2021 — “Two.”"


@pytest.mark.parametrize(
    "words",
    [
        "![map](https://evil.example/p.png)",
        "[the report](https://evil.example)",
        "[the report][1]\n\n[1]: https://evil.example",
        "<https://evil.example>",
        "see https://evil.example or www.evil.example",
        '<img src="https://evil.example/p.png">',
    ],
)
def test_nothing_of_an_article_is_live_in_a_chat_that_shows_markdown(words: str) -> None:
    claim = Claim(text=f"{words} [1]", start=0, end=1, citations=(1,), support="quoted", score=1.0)
    shown = Composition().take(Claimed(claim, ()))
    page = MarkdownIt("commonmark").render(shown)
    assert not re.search("<(?:a|img) ", page)
    assert not re.search(r"://|www\.", shown)  # what GitHub's Markdown makes a link of by itself
    assert unescape(re.sub("<[^>]+>", "", page)).strip() == f"{words} [1]".replace("\n\n", "\n")
