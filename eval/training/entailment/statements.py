"""Questions with their answers as statements.

"How many engines were sent?" and "Eleven" become "Eleven engines were sent."
"""

from typing import Any

from eval.training.entailment.edits import inflected
from eval.training.entailment.rewrites import child, sentence


def stated(question: Any, answer: str, before: str = "") -> str | None:
    """A parsed question as a statement, with its answer; `before` is the word before the answer in its text.

    None for a question whose parse gives no statement.
    """
    words = [t for t in question if t.tag_ in ("WP", "WDT", "WRB", "WP$")]
    root = next((t for t in question if t.dep_ == "ROOT"), None)
    if len(words) != 1 or words[0].i > 3 or root is None or words[0].tag_ == "WP$":
        return None
    asked = _asked(words[0])
    asking = question[asked.left_edge.i : asked.right_edge.i + 1]
    if asked.i == root.i or len(asking) > 8:
        return None
    counted = ""
    if words[0].lower_ == "how" and len(asking) > 2:
        counted = question[asking.start + 2 : asking.end].text
    told = f"{answer} {counted}".strip()
    rest = [t for t in question if not asking.start <= t.i < asking.end and t.text != "?"]
    subject = child(root, "nsubj", "nsubjpass", "expl", "csubj")
    if (
        asked.dep_ in ("nsubj", "nsubjpass")
        and subject is not None
        and subject.i == asked.i
        and asked.i < root.i
    ):
        return sentence(f"{told} " + "".join(t.text_with_ws for t in rest))
    return _turned(root, subject, rest, told, before)


def _asked(word: Any) -> Any:
    """The head of the phrase that asks: "engines" of "How many engines"."""
    while (
        word.dep_ in ("det", "advmod", "amod", "nummod", "quantmod")
        and word.head.pos_ in ("NOUN", "PROPN", "ADJ", "ADV")
        and word.i < word.head.i
    ):
        word = word.head
    return word


def _turned(root: Any, subject: Any, rest: list[Any], told: str, before: str) -> str | None:
    """The order of a statement where the question's helper stands before its subject."""
    if subject is None:
        return None
    inside = {t.i for t in subject.subtree}
    helper = next(
        (
            t
            for t in rest
            if t.i < subject.i and (t.head.i == root.i or t.i == root.i) and t.pos_ in ("AUX", "VERB")
        ),
        None,
    )
    if helper is None or any(t.i < helper.i and t.pos_ not in ("ADP", "PUNCT") for t in rest):
        return None
    lead = " ".join(t.text.lower() for t in rest if t.i < helper.i and t.pos_ == "ADP")
    first = " ".join(t.text for t in rest if t.i in inside)
    done = {t.i for t in rest if t.i < helper.i} | inside | {helper.i}
    verb = helper.text
    if helper.lemma_ == "do" and helper.i != root.i:
        tag = {"VBD": "VBD", "VBZ": "VBZ"}.get(helper.tag_, "VBP")
        verb, done = inflected(root.lemma_, tag), done | {root.i}
    behind = " ".join(t.text for t in rest if t.i not in done)
    link = lead or (
        before
        if before in ("in", "on", "at", "by", "from", "since", "because", "during", "for", "to", "with")
        else ""
    )
    if behind.split(" ")[-1:] == [link]:
        link = ""
    return sentence(f"{first} {verb} {behind} {link} {told}")
