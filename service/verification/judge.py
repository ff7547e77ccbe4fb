"""Judges of whether a text entails a statement: the packaged model, or a stronger one of the user's."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

from index.errors import BadValue, NotFound
from index.models.entailment import Entailed

Pair = tuple[str, str]
"""A premise and a claim."""


class Judge(Protocol):
    """Tells what premises make of claims."""

    @property
    def threshold(self) -> float:
        """The probability of support from which a claim is taken for proved."""
        ...

    def judge(self, pairs: Sequence[Pair]) -> Sequence[Entailed]:
        """Judges each claim by its premise."""
        ...


class CrossEncoderJudge:
    """A cross-encoder of sentence-transformers: one score, or classes of which one is entailment."""

    threshold = 0.5

    def __init__(self, name: str) -> None:
        """`name` is that of the hub or a path; the model is loaded when it is first asked."""
        self._name = name

    def judge(self, pairs: Sequence[Pair]) -> Sequence[Entailed]:
        """Judges each pair. Raises NotFound where there is no such model."""
        if not pairs:
            return []
        scores: Any = _cross_encoder(self._name).predict(
            list(pairs), apply_softmax=True, show_progress_bar=False
        )
        return [self._entailed(score) for score in scores]

    def _entailed(self, score: Any) -> Entailed:
        if not score.ndim:
            return Entailed(float(score), 0.0, 1 - float(score))
        supports, contradicts = self._class("entail"), self._class("contradict")
        if supports is None:
            labels = ", ".join(_cross_encoder(self._name).config.id2label.values())
            raise BadValue(f"{self._name!r} has the classes {labels}, and none of them is entailment")
        yes = float(score[supports])
        no = 0.0 if contradicts is None else float(score[contradicts])
        return Entailed(yes, no, max(1 - yes - no, 0.0))

    def _class(self, name: str) -> int | None:
        labels = _cross_encoder(self._name).config.id2label
        return next(
            (int(place) for place, label in labels.items() if label.casefold().startswith(name)), None
        )


@cache
def _cross_encoder(name: str) -> Any:
    from sentence_transformers import CrossEncoder

    try:
        return CrossEncoder(name, device="cpu", trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise NotFound(f"no cross-encoder {name!r} on this disk or on the hub: {error}") from error
