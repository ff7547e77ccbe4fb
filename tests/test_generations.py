"""Generations on disk: what is published, what is shared with the one before, when segments merge."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from index.archive import Archive
from index.backends.local.columns import Columns
from index.backends.local.generations import Generation, Generations
from index.backends.local.snapshots import LARGEST, SMALL, Segment, Snapshot, merged, worth_merging
from index.database.connections import Address
from index.records import Filters, Query
from tests.fault_writer import draft, make_archive, mark


@pytest.fixture
def archive(tmp_path: Path, database_address: Address) -> Iterator[Archive]:
    with closing(make_archive(tmp_path, catalogue=database_address)) as archive:
        yield archive


def generations(archive: Archive) -> Generations:
    return Generations(archive.directory / "indexes", archive._catalogue)


def opened(archive: Archive) -> Generation:
    found = generations(archive).newest()
    assert found is not None
    return found


def ids_of(snapshot: Snapshot) -> list[int]:
    held = np.concatenate([segment.columns.ids for segment in snapshot.segments])
    return sorted(set(held.tolist()) - set(snapshot.gone.tolist()))


# When segments are written anew


@pytest.mark.parametrize(
    ("sizes", "gone", "fresh", "expected"),
    [
        ([], [], 10, set()),
        ([1_000_000], [0], 400, set()),
        ([200_000, SMALL], [0, 0], 10, {1}),
        ([200_000, SMALL + 1], [0, 0], 10, set()),
        ([200_000, 36_001, 9_000], [0, 0, 0], 3_000, {2}),
        ([200_000, 36_000, 9_000], [0, 0, 0], 3_000, {1, 2}),
        ([200_000, 36_000, 9_000], [0, 0, 0], 0, set()),
        ([LARGEST, LARGEST], [0, 0], LARGEST, set()),
        ([LARGEST, 100, 100], [LARGEST // 2, 0, 0], 0, {0}),
        ([LARGEST, 100, 100], [LARGEST // 2, 0, 0], 1, {0, 1, 2}),
        ([100, 100], [100, 10], 0, {0}),
    ],
)
def test_segments_are_merged_when_newer_ones_come_to_a_share(
    sizes: list[int], gone: list[int], fresh: int, expected: set[int]
) -> None:
    assert worth_merging(sizes, gone, fresh) == expected


def test_there_are_never_many_segments_and_little_is_written_again() -> None:
    sizes: list[int] = []
    written = 0
    for _ in range(5_000):
        chosen = worth_merging(sizes, [0] * len(sizes), 400)
        new = 400 + sum(sizes[i] for i in chosen)
        written += new
        sizes = [size for i, size in enumerate(sizes) if i not in chosen] + [new]
        assert new <= LARGEST
        assert len(sizes) <= 2_000_000 // LARGEST * 2 + 8
    assert sum(sizes) == 2_000_000
    assert written < 20 * sum(sizes)


def test_a_merged_segment_holds_what_is_left_in_the_order_of_ids() -> None:
    def segment(*ids: int) -> Segment:
        halves = np.eye(4, dtype=np.float16)[[i % 4 for i in ids]]
        none = dict.fromkeys(("published", "outlet", "author", "language"))
        rows = [SimpleNamespace(id=i, article_id=i, **none) for i in ids]
        return Segment.build(Columns.of(rows), halves)

    (one,) = merged([segment(2, 5, 9), segment(3, 4)], gone=np.array([4, 5]))
    assert one.columns.ids.tolist() == [2, 3, 9]
    assert one.vectors.halves.argmax(axis=1).tolist() == [2, 3, 1]
    assert list(merged([segment(1)], gone=np.array([1]))) == []


# What is published


def test_publishing_links_what_stays_and_writes_the_rest(archive: Archive) -> None:
    list(archive.add(draft(number, 1) for number in range(20)))
    before = opened(archive)
    archive.remove(3)
    after = opened(archive)
    assert (before.manifest.segments, after.manifest.segments) == (["gen-1-0"], ["gen-1-0"])
    assert before.manifest.files_of("gen-1-0") == after.manifest.files_of("gen-1-0")
    one, two = (archive.directory / "indexes" / g.name / "gen-1-0" / "vectors.faiss" for g in (before, after))
    assert one.samefile(two)
    assert len(after.gone) > 0
    assert archive.check() == []


def test_a_segment_that_is_mostly_gone_is_written_anew(archive: Archive) -> None:
    list(archive.add(draft(number, 1) for number in range(10)))
    for article_id in range(1, 6):
        archive.remove(article_id)
    generation = opened(archive)
    (segment,) = generation.segments
    assert len(generation.gone) < 0.2 * len(segment)
    assert archive.check() == []
    for article_id in range(6, 11):
        archive.remove(article_id)
    assert (opened(archive).segments, archive.check()) == ((), [])
    assert archive.search(Query(text=mark(9, 1))) == []
    list(archive.add([draft(50, 1)]))
    assert archive.check() == []


def test_a_segment_that_stays_is_not_opened_again(archive: Archive) -> None:
    list(archive.add(draft(number, 1) for number in range(20)))
    reader = generations(archive)
    first = reader.newest()
    archive.remove(3)
    second = reader.newest()
    assert first is not None
    assert second is not None
    assert first.name != second.name
    assert first.segments[0] is second.segments[0]


@pytest.mark.parametrize("published", [True, False])
def test_a_snapshot_is_the_catalogue(archive: Archive, published: bool) -> None:
    list(archive.add(draft(number, 1) for number in range(12)))
    base = opened(archive)
    list(archive.add([draft(3, 2), draft(12, 1)]))
    archive.remove(5)
    replayed = generations(archive)
    snapshot = replayed.snapshot(opened(archive) if published else base)
    catalogue = archive._catalogue
    with catalogue.reading() as connection:
        held = catalogue.passage_ids(connection).tolist()
    assert ids_of(snapshot) == held
    assert len(snapshot) == len(held)
    for filters in (Filters(), Filters(outlets=("The Generated Times",))):
        allowed = snapshot.allowed(filters)
        assert allowed is None or np.flatnonzero(allowed.ids).tolist() == held
    found = {i for i, _ in snapshot.nearest(np.ones(32, dtype=np.float32), 10_000)}
    assert found == set(held)
    assert {i for i, _ in snapshot.matching("report harbour the file is", 10_000)} <= set(held)
    assert snapshot.summary().articles == archive.summary().articles == 12


def test_what_is_gone_is_not_found_and_leaves_no_hole(archive: Archive) -> None:
    """A hundred removed passages lie nearer than all others; as many are found as were asked for."""
    list(archive.add(draft(number, 1) for number in range(40)))
    base = opened(archive)
    for article_id in range(1, 31):
        archive.remove(article_id)
    snapshot = generations(archive).snapshot(base)
    left = ids_of(snapshot)
    vector = base.segments[0].vectors.halves[0].astype(np.float32)
    assert {i for i, _ in snapshot.nearest(vector, 10)} <= set(left)
    assert len(snapshot.nearest(vector, 10)) == 10
    assert len(snapshot.matching("file", 10)) == 10


@pytest.mark.parametrize(
    "passing", [lambda ids: ids % 2 == 0, lambda ids: ids > ids.max() - 30, lambda ids: ids < 0]
)
def test_words_are_matched_among_the_allowed_alone(
    archive: Archive, passing: Callable[[np.ndarray], np.ndarray]
) -> None:
    list(archive.add(draft(number, 1) for number in range(60)))
    (words,) = generations(archive).snapshot(opened(archive)).words
    every = words.search("file harbour bridge", len(words))
    allowed = passing(np.arange(max(i for i, _ in every) + 1))
    expected = [(i, score) for i, score in every if allowed[i]]
    found = words.search("file harbour bridge", 7, allowed)
    assert [score for _, score in found] == [score for _, score in expected[:7]]
    assert {i for i, _ in found} <= {i for i, _ in expected}


def test_a_small_index_beside_a_large_one_is_searched_under_a_filter(archive: Archive) -> None:
    list(archive.add(draft(number, 1) for number in range(60)))
    base = opened(archive)
    list(archive.add([draft(60, 1)]))
    snapshot = generations(archive).snapshot(base)
    assert len(snapshot.words) == 2
    assert len(snapshot.words[1]) * 10 < len(snapshot.words[0])
    allowed = snapshot.allowed(Filters(outlets=("The Generated Times",)))
    expected = snapshot.matching(mark(60, 1), 1)
    assert expected != []
    assert snapshot.matching(mark(60, 1), 1, allowed) == expected


def test_an_index_of_an_earlier_form_is_passed_over_and_written_anew(
    archive: Archive, database_address: Address
) -> None:
    list(archive.add(draft(number, 1) for number in range(4)))
    manifest = archive.directory / "indexes" / opened(archive).name / "manifest.json"
    manifest.write_text('{"format": 1, "watermark": 4, "count": 4, "seal": ""}')
    with closing(make_archive(archive.directory, catalogue=database_address)) as again:
        assert again.search(Query(text=mark(2, 1), limit=1))
        again.rebuild()
        assert again.check() == []


def test_a_file_that_was_changed_after_it_was_verified_is_read_again(archive: Archive) -> None:
    list(archive.add(draft(number, 1) for number in range(4)))
    reader = generations(archive)
    assert reader.newest() is not None
    columns = next((archive.directory / "indexes").glob("*/*/columns.npz"))
    with columns.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff\x00\xff")
    assert reader.newest() is None
