"""What one epoch learns from: a fresh draw of questions, of passages that do not answer, of claims."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.training import claims, corpora, negatives
from eval.training.claims import ClaimExample
from eval.training.corpora import Example

SHORT, LONG = 350, 1000  # characters of a passage; short ones teach as much in a third of the time
SHORT_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Corpora:
    """All that may be learned from."""

    squad: list[Example]
    shifted: list[Example]
    dated: list[Example]
    news: list[Example]
    news_passages: list[str]
    claims: list[ClaimExample]


def load_corpora(data: Path) -> Corpora:
    """Reads the sets of that folder."""
    news, passages = corpora.news_examples(data)
    return Corpora(
        squad=corpora.squad_examples(data),
        shifted=corpora.shifted_examples(data),
        dated=corpora.dated_examples(data),
        news=news,
        news_passages=passages,
        claims=[*claims.wice(data, apart=False), *claims.attribution_bench(data, apart=False)],
    )


def questions(sets: Corpora, rng: random.Random) -> list[Example]:
    """Answerable and unanswerable questions of one epoch, about as many of each."""
    shifted = rng.sample(sets.shifted, int(len(sets.shifted) * 0.35))
    answerable = [*(e for e in sets.squad if e.answers), *shifted, *sets.dated, *sets.news * 3]
    natural = [e for e in sets.squad if not e.answers] * 2
    encyclopedic = [e for e in sets.shifted if e.kind.startswith("new_wiki")]
    edited = [
        *negatives.edited([e for e in answerable if e.kind.startswith("squad")], 0.35, rng),
        *negatives.edited(encyclopedic, 0.2, rng),
        *negatives.edited(shifted, 0.1, rng),
        *negatives.edited(sets.dated, 0.8, rng),
    ]
    exchanged = [
        *negatives.exchanged([e for e in answerable if e.kind.startswith("squad")], 1.0, rng),
        *negatives.exchanged(encyclopedic, 0.8, rng),
        *negatives.exchanged(shifted, 0.15, rng),
        *negatives.exchanged(sets.dated, 1.0, rng),
    ]
    cut = [*negatives.cut(answerable, 0.1, rng), *negatives.cut(sets.news, 1.0, rng)]
    mined = [
        *negatives.mined(answerable[:4000] + encyclopedic, _passages(sets.squad + encyclopedic), 1, 0.3, rng),
        *negatives.mined(shifted, _passages(shifted), 1, 0.06, rng),
        *negatives.mined(sets.news, sets.news_passages, 6, 1.0, rng),
    ]
    asked = [*answerable, *natural, *edited, *exchanged, *cut, *mined]
    return [negatives.windowed(example, _length(rng), rng) for example in asked]


def claims_of(sets: Corpora, rng: random.Random) -> list[ClaimExample]:
    """Claims of one epoch, supported and not."""
    shifted = rng.sample(sets.shifted, min(3000, len(sets.shifted)))
    answered = claims.answered([*sets.squad, *shifted], 0.35, rng)
    return [*sets.claims, *answered, *claims.reported(sets.news_passages, 3000, rng)]


def _passages(examples: Sequence[Example]) -> list[str]:
    return [example.passage for example in examples]


def _length(rng: random.Random) -> int:
    return SHORT if rng.random() < SHORT_SHARE else LONG
