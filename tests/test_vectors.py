"""The vector index: nothing near is missed, whatever the size and however narrow the filter."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.backends.local.vectors import CODES, EXACT_UP_TO, FaissIndex, Halves

DIMENSION = 64
MANY = EXACT_UP_TO + 5_000


def clustered(count: int, seed: int) -> NDArray[np.float32]:
    """Vectors of unit length in clusters, as those of texts are."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(0).standard_normal((200, DIMENSION))
    vectors = centres[chance.integers(0, 200, count)] + chance.standard_normal((count, DIMENSION))
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit.astype(np.float32)


@pytest.fixture(scope="module")
def halves() -> Halves:
    return clustered(MANY, seed=1).astype(np.float16)


@pytest.fixture(scope="module")
def written(halves: Halves, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vectors")
    FaissIndex.build(halves).write(folder)
    return folder


def recall(index: FaissIndex, halves: Halves, allowed: NDArray[np.bool_] | None) -> float:
    """The mean share of the ten nearest that are found, over twenty questions."""
    found = []
    for question in clustered(20, seed=2):
        scores = halves.astype(np.float32) @ question
        if allowed is not None:
            scores = np.where(allowed, scores, -np.inf)
        nearest = set(np.argsort(-scores)[:10].tolist())
        hits = index.search(question, 10, allowed)
        assert hits == sorted(hits, key=lambda hit: -hit[1])
        assert all(score == pytest.approx(scores[row], abs=1e-4) for row, score in hits)
        found.append(len(nearest & {row for row, _ in hits}) / 10)
    return float(np.mean(found))


def test_codes_are_kept_of_many_vectors_alone(written: Path, halves: Halves, tmp_path: Path) -> None:
    assert (written / CODES).exists()
    FaissIndex.build(halves[:EXACT_UP_TO]).write(tmp_path)
    assert not (tmp_path / CODES).exists()


def test_what_was_written_is_what_is_opened(written: Path, halves: Halves) -> None:
    opened = FaissIndex.open(written)
    assert len(opened) == MANY
    assert np.array_equal(opened.halves, halves)
    question = clustered(1, seed=3)[0]
    assert opened.search(question, 10) == FaissIndex.build(halves).search(question, 10)


@pytest.mark.parametrize("share", [None, 0.5, 0.05, 0.005])
@pytest.mark.parametrize("count", [MANY, 2_000])
def test_the_nearest_are_found_under_every_filter(halves: Halves, count: int, share: float | None) -> None:
    some = halves[:count]
    allowed = None if share is None else np.random.default_rng(4).random(count) < share
    least = 1.0 if count <= EXACT_UP_TO or share == 0.005 else 0.98
    assert recall(FaissIndex.build(some), some, allowed) >= least


def test_a_filter_that_passes_only_what_lies_far_away_is_obeyed(written: Path, halves: Halves) -> None:
    question = clustered(1, seed=5)[0]
    scores = halves.astype(np.float32) @ question
    allowed = scores < np.quantile(scores, 0.25)
    expected = np.argsort(-np.where(allowed, scores, -np.inf))[:5].tolist()
    assert [row for row, _ in FaissIndex.open(written).search(question, 5, allowed)] == expected


def test_fewer_than_asked_for_are_found_where_fewer_pass(written: Path, halves: Halves) -> None:
    index = FaissIndex.open(written)
    allowed = np.zeros(MANY, dtype=np.bool_)
    question = clustered(1, seed=6)[0]
    assert index.search(question, 10, allowed) == []
    allowed[[7, 30_000]] = True
    assert {row for row, _ in index.search(question, 10, allowed)} == {7, 30_000}
    assert FaissIndex.build(halves[:0]).search(question, 10) == []


def test_a_vector_that_is_no_number_is_refused() -> None:
    halves = np.ones((3, DIMENSION), dtype=np.float16)
    halves[1, 5] = np.nan
    with pytest.raises(ValueError, match="NaN or infinity"):
        FaissIndex.build(halves)
