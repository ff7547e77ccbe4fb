"""Grades by a language model: optional, and trusted only as far as it agrees with the rules.

The model is a callable from prompt to completion, so anything may stand in for it. What it says is
parsed strictly; a grade that cannot be read is no grade, never a zero.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from eval.answer_metrics import cited, correct
from eval.records import Record
from index.errors import DatelineError
from prompts.loading import load_prompt
from service.llm.providers import load_litellm

Judge = Callable[[str], str]
"""A prompt in, the model's completion out."""

GRADES: Mapping[str, float] = {"correct": 1.0, "partial": 0.5, "wrong": 0.0}
ASKED_OF = ("facts", "order", "spans", "refusal", "may_refuse", "disagreement", "change")

_GRADE = re.compile(r"GRADE: (correct|partial|wrong)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a judge made of one answer. `grade` is 0, 0.5 or 1, or None where it could not be read."""

    case_id: str
    grade: float | None
    completion: str
    prompt_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How far the judge agrees with the rules about what is correct.

    `confusion` counts (rule, judge) over the answers that both grade. `kappa` is Cohen's (1960):
    agreement beyond chance, at most 1; None where either gives one grade only, so that chance alone
    would agree as often.
    """

    judged: int
    unscored: int
    agreement: float | None
    kappa: float | None
    confusion: Mapping[tuple[bool, bool], int]

    def text(self) -> str:
        """The calibration in a line."""
        agreement, kappa = (
            "unknown" if value is None else f"{value:.3f}" for value in (self.agreement, self.kappa)
        )
        counted = f"{self.judged} answers graded by both, {self.unscored} unscored"
        return f"{counted}; agreement with the rules {agreement}, Cohen's kappa {kappa}"


def prompt_version() -> str:
    """The version of the judge's prompt: another text is another version."""
    return load_prompt("judge").version


def prompt_for(record: Record) -> str:
    """The prompt that grades one answer. The data is JSON, whose quotes no article text can close."""
    expected = record.case.expected
    asked = {field.name: getattr(expected, field.name) for field in fields(expected)}
    data = {
        "question": " / ".join(record.case.turns),
        "expected": {name: asked[name] for name in ASKED_OF if asked[name]},
        "answer": record.answer["text"] if record.answer else "",
        "quotes": [citation["quote"] for citation in cited(record)],
    }
    messages = load_prompt("judge").messages(data=json.dumps(data, ensure_ascii=False, indent=1))
    return messages[0]["content"]


def judge_records(records: Iterable[Record], judge: Judge) -> list[Judgement]:
    """The judge's grade of every answer. A question without an answer is wrong without asking."""
    version = prompt_version()
    judgements = []
    for record in records:
        completion = judge(prompt_for(record)) if record.answer else "GRADE: wrong"
        judgements.append(
            Judgement(
                case_id=record.case.id,
                grade=parsed_grade(completion),
                completion=completion,
                prompt_version=version,
            )
        )
    return judgements


def parsed_grade(completion: str) -> float | None:
    """The grade of the last line, which must be that and nothing else; None if it is not, or not alone."""
    lines = completion.strip().splitlines()
    match = _GRADE.fullmatch(lines[-1].strip()) if lines else None
    if match is None or sum("GRADE:" in line for line in lines) != 1:
        return None
    return GRADES[match[1]]


def calibrate(records: Iterable[Record], judgements: Iterable[Judgement]) -> Calibration:
    """The judge against the rule-based score of the same answers; only grade 1 is taken for correct."""
    grades = {judgement.case_id: judgement.grade for judgement in judgements}
    pairs: list[tuple[bool, bool]] = []
    unscored = 0
    for record in records:
        rule, grade = correct(record), grades.get(record.case.id)
        if rule is None or grade is None:
            unscored += 1
        else:
            pairs.append((rule == 1, grade == 1))
    return Calibration(
        judged=len(pairs),
        unscored=unscored,
        agreement=_agreement(pairs) if pairs else None,
        kappa=cohens_kappa(pairs),
        confusion=Counter(pairs),
    )


def cohens_kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Cohen's kappa of two raters; None where it is not defined."""
    if not pairs:
        return None
    first = sum(one for one, _ in pairs) / len(pairs)
    second = sum(other for _, other in pairs) / len(pairs)
    by_chance = first * second + (1 - first) * (1 - second)
    return None if by_chance == 1 else (_agreement(pairs) - by_chance) / (1 - by_chance)


def litellm_judge(model: str, timeout: float = 60.0) -> Judge:
    """A judge through litellm, by litellm's name of the model; `timeout` in seconds.

    Raises DatelineError where litellm is not installed, and, when asked, where the model gives nothing.
    """
    litellm = load_litellm()

    def judge(prompt: str) -> str:
        """Asks the model for a grade. Raises DatelineError where it gives none."""
        messages = [{"role": "user", "content": prompt}]
        try:
            response = litellm.completion(model=model, messages=messages, temperature=0, timeout=timeout)
            return str(response.choices[0].message.content or "")
        except Exception as error:  # noqa: BLE001, for litellm raises whatever its providers do
            # Its text is left out: providers repeat the key they refuse.
            status = getattr(error, "status_code", None)
            told = f"{type(error).__name__}{f' (status {status})' if status else ''}"
            raise DatelineError(f"the judge {model!r} gave no grade: {told}") from None

    return judge


def _agreement(pairs: Sequence[tuple[bool, bool]]) -> float:
    return sum(rule == grade for rule, grade in pairs) / len(pairs)
