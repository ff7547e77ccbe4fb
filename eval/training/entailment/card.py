"""What the judge is, what it learned from and what it is worth, in Markdown."""

from collections.abc import Sequence
from typing import Any, Protocol

LEARNED_FROM = {
    "ConjNLI, training part (Saha et al. 2020), nine tenths": "MIT",
    'HELP, "and" and "or" (Yanaka et al. 2019), nine tenths': "CC BY-SA 4.0",
    "MED, half (Yanaka et al. 2019), nine tenths of it": "CC BY-SA 4.0",
    "MoNLI (Geiger et al. 2020), nine tenths": "none stated",
    "Breaking NLI, half (Glockner et al. 2018), nine tenths of it": "none stated",
    "RTE, SNLI and MNLI with a negation, half (Hossain et al. 2020), nine tenths of it": "none stated",
    "FoolMeTwice, half (Eisenschlos et al. 2021), three quarters of it": "Apache-2.0, CC BY-SA",
    "FEVER-Symmetric (Schuster et al. 2019), nine tenths": "MIT, CC BY-SA 3.0",
    "Climate-FEVER (Diggelmann et al. 2020), nine tenths": "none stated",
    "BEGIN (Dziri et al. 2022), nine tenths": "see its parts",
    "SummEdits, half (Laban et al. 2023), without a third of its news": "CC BY 4.0",
    "WiCE, half of the development and test parts (Kamoi et al. 2023)": "ODC-BY",
    "AttributionBench, half of the development part (Li et al. 2024)": "none stated",
    "sentences of MultiHop-RAG, RealTimeQA, SQuAD and NQ, changed by rule": "ODC-BY, none stated, CC BY-SA",
}


class Fitted(Protocol):
    """What the card says of the calibration."""

    @property
    def weights(self) -> Any:
        """Those in the card."""

    @property
    def kept(self) -> float:
        """The part of the true claims that reaches the threshold."""

    @property
    def error(self) -> float:
        """The expected calibration error."""


def model_card(card: dict[str, Any], calibration: Fitted, table: Sequence[str]) -> str:
    """The README beside the weights."""
    learned = "\n".join(f"| {name} | {licence} |" for name, licence in LEARNED_FROM.items())
    figures = "\n".join(table)
    return f"""# The judge of claims

all-MiniLM-L6-v2 (Apache-2.0) fine-tuned as a cross-encoder: given a premise and a claim, does the premise
support the claim, contradict it, or neither. Begun from the reading model's weights and taught in two runs of
1100 and {card["steps"]} batches of about 2,048 tokens; in the second, rare kinds of change weigh more. The
weights are the mean of both (0.3 and 0.5) and of those it began from (0.2), chosen on claims kept apart,
as 8-bit integers (sha256 {card["sha256"]}), made on {card["made"]} by

    python -m eval.training.entailment.pairs --data DIR --wordnet DIR --out FILE
    python -m eval.training.entailment --data DIR --pairs FILE --begin READER --out FIRST --steps 1100
    python -m eval.training.entailment --data DIR --pairs FILE --begin READER --out SECOND --steps 1187
    python -m eval.training.entailment --data DIR --pairs FILE --begin READER --out SECOND --finish
        --kept 0.2 --mean 0.3 FIRST/checkpoint.pt --install

READER is the folder of the reading model of 0.4.0. SECOND begins with a copy of the checkpoint in FIRST.
FIRST was taught at revision 74de61b, which draws usual and rare kinds more alike; FILE held 91,214 pairs, of
4,944 of 8,584 articles and passages and of 9,000 questions. Both runs ended by the clock, so that weights
made again are like these and not the same.

Learned from:

| set | licence as stated |
|---|---|
{learned}

The pairs changed by rule use spaCy's small English pipeline (MIT), lemminflect (MIT) and WordNet 3.1 (WordNet
licence). What they made teaches, helps to set the threshold, and judges nothing.

Its probability of support is off by {calibration.error:.3f} on average (expected calibration error over ten
bins). From {calibration.weights["threshold"]:.3f} on a claim is taken for proved: 3 % of the false claims
kept apart to set it reach that, and {calibration.kept:.0%} of the true ones. It reads English.

On what it has not learned from (`python -m eval.benchmarks.entailment --data DIR`):

```
{figures}
```
"""
