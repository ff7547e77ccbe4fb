"""Small language models that are real, over the sample and the five articles: `make test-llm`."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eval.answer_metrics import correct
from eval.cases import load_cases
from eval.records import Case, Record
from index.archive import Archive
from index.models.embedding import Embedder
from index.readers import read_paths
from service.answering import Desk, ask, final
from service.answers import Answer, to_json
from service.pipeline import open_desk
from service.questions.plan import Question
from service.settings import load_settings
from service.storage.conversations import Conversations
from tests.conftest import ROOT, SHARED
from tests.llama import CONTEXT, GIVEN, PARTS, llama_server

SAMPLE = (
    "hospital-distance",
    "clock-four-minutes",
    "ferry-passengers",
    "bridge-opened",
    "festival-2021",
    "ferry-captain",
)
FIVE = (
    "five-place-02",
    "five-fact-03",
    "five-number-04",
    "five-fact-05",
    "five-unanswerable-02",
    "five-unanswerable-08",
)
PATIENCE = 900  # seconds for an answer, for it may be a slow machine
LEAST_ANSWERED = 0.7

pytestmark = pytest.mark.llm


@pytest.fixture(scope="module", params=PARTS)
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server of one model; the name of the model is the address's path."""
    if GIVEN is None:
        pytest.skip("DATELINE_TEST_LLM names no environment with llama.cpp's server; see make test-llm")
    with llama_server(Path(GIVEN).resolve(), request.param, tmp_path_factory.mktemp("llama") / "log") as at:
        yield f"{request.param} {at}"


@pytest.fixture(scope="module")
def archives(
    sample: Path, load: Callable[[], Embedder], tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[Archive, list[Case]]]:
    """The archives there are, each with the questions that are asked of it."""
    cases = ROOT / "eval" / "cases"
    found = [(Archive.open(sample, load), _chosen(cases / "sample", SAMPLE))]
    if (SHARED / "data" / "articles").is_dir():
        five = Archive.create(tmp_path_factory.mktemp("five"), load)
        list(five.add(read_paths([SHARED / "data" / "articles"])))
        found.append((five, _chosen(cases / "real" / "five.yaml", FIVE)))
    return found


def _chosen(path: Path, ids: tuple[str, ...]) -> list[Case]:
    cases = {case.id: case for case in load_cases(path)}
    return [cases[id] for id in ids]


def test_what_a_real_model_says_is_proved(
    address: str, archives: list[tuple[Archive, list[Case]]], capsys: pytest.CaptureFixture[str]
) -> None:
    model, at = address.split()
    answered: list[tuple[Case, Answer]] = []
    with capsys.disabled():
        for archive, cases in archives:
            settings = load_settings(
                data=archive.directory,
                answerer=f"openai/{model}",
                api_base=at,
                context_tokens=CONTEXT,
                answer_timeout=PATIENCE,
                first_token_timeout=PATIENCE,
                stall_timeout=PATIENCE,
            )
            desk = open_desk(settings, archive, Conversations())
            answered += [(case, _asked(case, desk)) for case in cases]
        _told(f"{model}: {_share(answered):.0%} of the answerable answered\n")
    for case, answer in answered:
        assert all(claim.citations for claim in answer.claims), case.id
        assert all(claim.proof for claim in answer.claims if claim.support == "verified"), case.id
        assert all(claim.support != "unsupported" for claim in answer.claims), case.id
        if case.expected.refusal:
            assert not [claim.text for claim in answer.claims if claim.support == "verified"], case.id
    assert _share(answered) >= LEAST_ANSWERED


def _asked(case: Case, desk: Desk) -> Answer:
    """The answer of the model, told."""
    question = Question(question=case.question, filters=case.filters)
    started = time.perf_counter()
    answer = asyncio.run(final(ask(desk, question)))
    seconds = time.perf_counter() - started
    usage = answer.usage
    _told(
        f"\n{case.id}: {case.question}\n"
        f"  {'right' if _is_right(case, answer) else 'wrong'}, "
        f"{answer.status} by {answer.answerer}, {seconds:.0f} s, {usage.get('tokens_in')} tokens in, "
        f"{usage.get('tokens_out')} out\n"
        + "".join(f"  | {claim.support}: {claim.text}\n" for claim in answer.claims)
        + "".join(f"  ({note})\n" for note in answer.notes)
        + f"  {json.dumps(dict(usage))}\n"
    )
    return answer


def _is_right(case: Case, answer: Answer) -> bool:
    return correct(Record(case=case, answer=json.loads(to_json(answer)), retrieved=(), seconds=0)) == 1.0


def _share(answered: list[tuple[Case, Answer]]) -> float:
    """The share of the answerable questions that are answered."""
    statuses = [answer.status for case, answer in answered if not case.expected.refusal]
    return statuses.count("answered") / len(statuses)


def _told(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
