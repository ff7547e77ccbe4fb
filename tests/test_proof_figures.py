"""The contrasts that were read by hand, as the one command for the figures of proof counts them."""

from pathlib import Path

from eval.benchmarks.proof import CONTRASTS, read_by_hand


def test_contrasts_are_counted_by_kind(tmp_path: Path) -> None:
    file = tmp_path / "contrasts.yaml"
    file.write_text(
        "- {kind: change, right: true}\n- {kind: change, right: false}\n- {kind: disagreement, right: true}\n"
    )
    assert list(read_by_hand(file)) == [
        "change: 2 stated, 1 of them true",
        "disagreement: 1 stated, 1 of them true",
    ]


def test_those_that_ship_can_be_counted() -> None:
    assert list(read_by_hand(CONTRASTS))
