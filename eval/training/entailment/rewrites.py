"""Parsed sentences told again in another order: some say the same, some do not.

Each rewriting gives pairs of a premise and a claim; the premise is mostly the sentence itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from eval.training.entailment.edits import CONTRADICTS, NEITHER, NOT, SUPPORTS, World, inflected, tidied

_CLAIMED = frozenset(
    "claim allege argue suggest believe think fear hope accuse insist assert speculate suspect predict "
    "estimate deny doubt dispute promise expect imply contend".split()
)
_TOLD = frozenset("say tell report announce add state explain write note confirm".split())
_DENYING = frozenset("deny doubt dispute".split())
_UNDONE = frozenset(
    "plan want hope try seek agree refuse fail threaten expect intend attempt vow promise offer decline "
    "prepare aim struggle need decide ask urge like".split()
)
_SOURCES = (
    "the opposition", "critics", "a rival", "some experts", "an anonymous user", "his lawyer", "the company",
    "a spokesman", "campaigners", "the government", "residents", "the union", "a former aide", "prosecutors",
    "the defence", "bloggers", "a rumour", "opponents of the plan", "the minister", "a leaked memo",
)  # fmt: skip
_CLAIMS = (
    "claim",
    "claims",
    "alleged",
    "suggested",
    "argued",
    "said they believed",
    "insisted",
    "speculated",
)
_DOUBTS = (
    "It is unclear whether {}", "There is no evidence that {}", "It is possible that {}",
    "Nobody knows whether {}", "The report did not say whether {}", "A court will decide whether {}",
    "Rumours that {} have spread online.",
)  # fmt: skip
_FALSE = (
    "It is untrue that {}", "It is not true that {}", "It is false that {}", "It is not the case that {}",
    "Reports that {} are wrong.", "Nobody says that {}", "Officials denied that {}",
)  # fmt: skip
_TRUE = (
    "It is true that {}",
    "It is the case that {}",
    "The article says that {}",
    "It was reported that {}",
)


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A premise and a claim, by the kind of what was done, with what the premise makes of the claim."""

    kind: str
    label: str
    premise: str
    claim: str


def text_of(token: Any, without: Any = ()) -> str:
    """The words under a token, but for those under the tokens left out."""
    out = {t.i for one in without for t in one.subtree}
    return "".join(t.text_with_ws for t in token.subtree if t.i not in out).strip(" ,.;")


def low(text: str, token: Any) -> str:
    """Text to stand within a sentence: its first letter small, but for a name's."""
    first = next(iter(token.subtree)) if token is not None else None
    name = first is not None and (first.pos_ == "PROPN" or first.ent_type_ or first.text == "I")
    return text if name else text[:1].lower() + text[1:]


def child(token: Any, *kinds: str) -> Any:
    """The first word that hangs on it in one of these ways."""
    return next((t for t in token.children if t.dep_ in kinds), None)


def sentence(text: str) -> str:
    """Words as a sentence of their own."""
    return tidied(text.strip(" ,;.") + ".")


def exchanged_roles(doc: Any, world: World) -> Iterator[Rewriting]:
    """Who did it to whom, the other way round; and in the passive, as it was."""
    for verb in doc:
        subject, thing = child(verb, "nsubj"), child(verb, "dobj")
        if verb.pos_ != "VERB" or subject is None or thing is None or thing.i < verb.i:
            continue
        if "PRON" in (subject.pos_, thing.pos_) or len(list(thing.subtree)) > 12:
            continue
        if verb.dep_ in ("ROOT", "conj") and verb.lemma_ not in ("have", "be", "say", "get"):
            yield from _around(doc, verb, subject, thing)


def _around(doc: Any, verb: Any, subject: Any, thing: Any) -> Iterator[Rewriting]:
    left, right = text_of(subject), text_of(thing)
    front = doc[: subject.left_edge.i].text_with_ws
    middle = doc[subject.right_edge.i + 1 : thing.left_edge.i].text_with_ws
    back = doc[thing.right_edge.i + 1 :].text_with_ws
    if not middle.strip() or subject.right_edge.i >= verb.i:
        return
    animate = {"PERSON", "ORG", "GPE", "NORP"}
    alike = (subject.ent_type_ in animate) == (thing.ent_type_ in animate)
    if alike:
        yield Rewriting(
            "roles", NOT, doc.text, sentence(front + right + " " + middle + low(left, subject) + " " + back)
        )
    if (
        verb.tag_ in ("VBD", "VBZ", "VBP")
        and child(verb, "aux", "neg", "xcomp", "ccomp", "prt", "dative") is None
    ):
        was = _being(verb, thing)
        done = inflected(verb.lemma_, "VBN")
        tail = back if len(back) < 80 else ""
        passive = f"{right} {was} {done} by {{}} {tail}" if len(left) < 60 else None
        if passive is None:
            return
        kept = (low(left, subject), low(right, thing))
        yield Rewriting("passive", SUPPORTS, doc.text, sentence(front + passive.format(kept[0])))
        yield Rewriting("passive", SUPPORTS, doc.text, sentence(f"{right} {was} {done}"))
        if alike:
            wrong = f"{left} {_being(verb, subject)} {done} by {kept[1]} {tail}"
            yield Rewriting("roles", NOT, doc.text, sentence(front + wrong))


def _being(verb: Any, thing: Any) -> str:
    plural = thing.tag_ in ("NNS", "NNPS") or any(t.dep_ == "conj" for t in thing.children)
    past, now = ("were", "are") if plural else ("was", "is")
    return past if verb.tag_ == "VBD" else now


def of_agent(doc: Any, world: World) -> Iterator[Rewriting]:
    """A passive with its agent, as an active; and with the roles exchanged."""
    for verb in doc:
        subject, by = child(verb, "nsubjpass"), child(verb, "agent")
        agent = child(by, "pobj") if by is not None else None
        if subject is None or agent is None or agent.pos_ == "PRON" or verb.dep_ != "ROOT":
            continue
        helper = child(verb, "auxpass")
        if helper is None or helper.tag_ not in ("VBD", "VBZ", "VBP") or child(verb, "neg") is not None:
            continue
        form = inflected(verb.lemma_, "VBD" if helper.tag_ == "VBD" else "VBZ")
        left, right = text_of(subject), text_of(agent)
        yield Rewriting("passive", SUPPORTS, doc.text, sentence(f"{right} {form} {low(left, subject)}"))
        yield Rewriting("roles", NOT, doc.text, sentence(f"{left} {form} {low(right, agent)}"))


def exchanged_clauses(doc: Any, world: World) -> Iterator[Rewriting]:
    """Cause and effect, or before and after, in each other's place; and told in the other order."""
    for verb in doc:
        mark = child(verb, "mark", "advmod") if verb.dep_ == "advcl" else None
        if mark is None or mark.lower_ not in (
            "because",
            "after",
            "before",
            "since",
            "when",
            "until",
            "as",
            "while",
            "although",
        ):
            continue
        if child(verb, "nsubj", "nsubjpass") is None or verb.head.dep_ != "ROOT":
            continue
        main, sub = text_of(verb.head, (verb,)), text_of(verb, (mark,))
        if len(sub) < 15 or len(main) < 15 or any(t.pos_ == "PRON" for t in verb.subtree):
            continue
        start = verb.head.left_edge
        said = mark.lower_
        if said in ("because", "after", "before", "since", "until"):
            kind = "cause" if said in ("because", "since") else "order"
            yield Rewriting(kind, NOT, doc.text, sentence(f"{sub} {said} {low(main, start)}"))
            yield Rewriting(kind, NOT, doc.text, sentence(f"{said} {low(main, start)}, {sub}"))
        yield Rewriting(
            "clauses in another order", SUPPORTS, doc.text, sentence(f"{said} {sub}, {low(main, start)}")
        )
        if said in ("after", "before"):
            turned = {"after": "before", "before": "after"}[said]
            yield Rewriting(
                "clauses in another order", SUPPORTS, doc.text, sentence(f"{sub} {turned} {low(main, start)}")
            )
            yield Rewriting("order", CONTRADICTS, doc.text, sentence(f"{main} {turned} {sub}"))
        yield Rewriting("clause alone", SUPPORTS, doc.text, sentence(main))
        if said in ("because", "after", "since", "although"):
            yield Rewriting("clause alone", SUPPORTS, doc.text, sentence(sub))


def by_cause(doc: Any, world: World) -> Iterator[Rewriting]:
    """A thing led to another: the other led to it."""
    for word in doc:
        because = word.lower_ == "because" and word.i + 1 < len(doc) and doc[word.i + 1].lower_ == "of"
        due = word.lower_ == "due" and word.head.pos_ == "VERB"
        if (because or due) and word.head.dep_ == "ROOT":
            main, cause = text_of(word.head, (word,)), doc[word.i + 2 : word.right_edge.i + 1].text
            if 10 < len(cause) < 80 and len(main) > 15:
                first = word.head.left_edge
                yield Rewriting(
                    "passive", SUPPORTS, doc.text, sentence(f"because of {cause}, {low(main, first)}")
                )
                yield Rewriting(
                    "cause", NOT, doc.text, sentence(f"{cause} happened because {low(main, first)}")
                )


def attributed(doc: Any, world: World) -> Iterator[Rewriting]:
    """What somebody says: said by another, as a fact where it is only claimed, or in another order."""
    for verb in doc:
        content, speaker = child(verb, "ccomp"), child(verb, "nsubj")
        if (
            content is None
            or speaker is None
            or verb.dep_ not in ("ROOT", "conj")
            or verb.lemma_ not in _CLAIMED | _TOLD
        ):
            continue
        if (
            child(content, "nsubj", "nsubjpass") is None
            or speaker.pos_ == "PRON"
            or child(verb, "neg") is not None
        ):
            continue
        marks = [t for t in content.children if t.dep_ == "mark" and t.lower_ == "that"]
        said = text_of(content, marks).strip("\"'“”‘’ ")
        who = text_of(speaker)
        if len(said) < 20 or len(who) > 80:
            continue
        inner = low(said, content.left_edge)
        if verb.lemma_ in _CLAIMED:
            label = CONTRADICTS if verb.lemma_ in _DENYING else NEITHER
            yield Rewriting("attribution", label, doc.text, sentence(said))
        if verb.lemma_ not in _DENYING:
            form = verb.text if verb.lemma_ in _CLAIMED else "said"
            yield Rewriting("told by", SUPPORTS, doc.text, sentence(f"{said}, {low(who, speaker)} {form}"))
            yield Rewriting(
                "told by", SUPPORTS, doc.text, sentence(f"according to {low(who, speaker)}, {inner}")
            )
            others = [n for n in world.names.get("PERSON", ()) if n not in doc.text] or list(_SOURCES)
            other = world.rng.choice([*others[:6], world.rng.choice(_SOURCES)])
            yield Rewriting("speaker", NOT, doc.text, sentence(f"{other} said that {inner}"))
            yield Rewriting("speaker", NOT, doc.text, sentence(f"according to {other}, {inner}"))


def apposed(doc: Any, world: World) -> Iterator[Rewriting]:
    """What a name is, and what it did, taken out of the sentence as statements of their own."""
    for noun in doc:
        beside, clause = child(noun, "appos"), child(noun, "relcl")
        name = "".join(
            t.text_with_ws
            for t in noun.subtree
            if (t.i <= noun.i and t.dep_ in ("compound", "det", "amod")) or t.i == noun.i
        ).strip()
        if beside is not None and noun.ent_type_ == "PERSON" and beside.pos_ in ("NOUN", "PROPN"):
            others = [n for n in world.names.get("PERSON", ()) if n != name]
            yield Rewriting("out of an aside", SUPPORTS, doc.text, sentence(f"{name} is {text_of(beside)}"))
            if others:
                yield Rewriting(
                    "out of an aside",
                    NOT,
                    doc.text,
                    sentence(f"{world.rng.choice(others)} is {text_of(beside)}"),
                )
        if clause is None or doc[clause.left_edge.i - 1].text != ",":
            continue
        who = child(clause, "nsubj", "nsubjpass")
        if who is None or who.lower_ not in ("who", "which"):
            continue
        told = text_of(clause, (who,))
        yield Rewriting("out of an aside", SUPPORTS, doc.text, sentence(f"{name} {told}"))
        chunks = [
            n
            for n in doc.noun_chunks
            if n.root.i != noun.i and n.root.pos_ != "PRON" and len(n) < 6 and n.root.dep_ != "appos"
        ]
        if chunks and noun.pos_ != "PRON":
            yield Rewriting(
                "out of an aside", NOT, doc.text, sentence(f"{world.rng.choice(chunks).text} {told}")
            )


def undone(doc: Any, world: World) -> Iterator[Rewriting]:
    """What was planned, tried or refused, as done."""
    for verb in doc:
        done = child(verb, "xcomp")
        subject = child(verb, "nsubj")
        if (
            done is None
            or subject is None
            or verb.dep_ != "ROOT"
            or done.tag_ != "VB"
            or child(done, "aux") is None
        ):
            continue
        mark = child(done, "aux")
        rest = text_of(done, (mark,))
        form = inflected(done.lemma_, "VBD") if done.lemma_ != "be" else "was"
        told = rest.replace(done.text, form, 1)
        front = text_of(subject)
        if verb.lemma_ in _UNDONE:
            label = CONTRADICTS if verb.lemma_ in ("refuse", "fail", "decline") else NEITHER
            yield Rewriting("plan", label, doc.text, sentence(f"{front} {told}"))
        elif verb.lemma_ in ("manage", "go", "begin", "start", "continue", "help"):
            yield Rewriting("plan", SUPPORTS, doc.text, sentence(f"{front} {told}"))


def two_clauses(doc: Any, world: World) -> Iterator[Rewriting]:
    """One of two joined clauses alone; and the subject of one with what the other did."""
    root = next((t for t in doc if t.dep_ == "ROOT"), None)
    other = child(root, "conj") if root is not None else None
    if root is None or other is None or other.pos_ not in ("VERB", "AUX"):
        return
    joint = child(root, "cc")
    first, second = child(root, "nsubj", "nsubjpass"), child(other, "nsubj", "nsubjpass")
    if joint is None or first is None or joint.lower_ not in ("and", "but", "while"):
        return
    alone = text_of(root, (other, joint))
    yield Rewriting("clause alone", SUPPORTS, doc.text, sentence(alone))
    if second is None:
        yield Rewriting("clause alone", SUPPORTS, doc.text, sentence(f"{text_of(first)} {text_of(other)}"))
    elif second.pos_ != "PRON" and first.pos_ != "PRON":
        yield Rewriting("clause alone", SUPPORTS, doc.text, sentence(text_of(other)))
        crossed = f"{text_of(first)} {text_of(other, (second,))}"
        yield Rewriting("roles", NOT, doc.text, sentence(crossed))


def framed(doc: Any, world: World) -> Iterator[Rewriting]:
    """The sentence as a claim, a doubt or an untruth, over itself and under itself."""
    told = low(doc.text, doc[0]).strip(" .\"'“”")
    if len(told) < 25 or "?" in told or doc.text[:1] in "\"“'‘":
        return
    pick = world.rng.choice
    source, claim, other = pick(_SOURCES), pick(_CLAIMS), pick(_SOURCES)
    claimed = pick(
        (
            f"{source} {claim} that {told}",
            f"{told}, {source} {claim}",
            f"{source} accused them, saying {told}",
        )
    )
    yield Rewriting("attribution", NEITHER, sentence(claimed), sentence(told))
    yield Rewriting(
        "told by",
        SUPPORTS,
        sentence(claimed),
        sentence(pick((f"according to {source}, {told}", f"{source} said that {told}"))),
    )
    if other != source:
        yield Rewriting("speaker", NOT, sentence(claimed), sentence(f"{other} said that {told}"))
    yield Rewriting("doubt", NEITHER, sentence(pick(_DOUBTS).format(told)), sentence(told))
    yield Rewriting("untrue", CONTRADICTS, doc.text, sentence(pick(_FALSE).format(told)))
    yield Rewriting("untrue", CONTRADICTS, sentence(pick(_FALSE).format(told)), sentence(told))
    yield Rewriting("untrue", SUPPORTS, doc.text, sentence(pick(_TRUE).format(told)))
    yield Rewriting("speaker", NEITHER, doc.text, sentence(f"{source} {claim} that {told}"))


def modal_added(doc: Any, world: World) -> Iterator[Rewriting]:
    """A premise that says "may have", with the plain sentence as its claim."""
    root = next((t for t in doc if t.dep_ == "ROOT"), None)
    if root is None or root.tag_ not in ("VBD", "VBZ", "VBP") or root.pos_ not in ("VERB", "AUX"):
        return
    if child(root, "aux", "auxpass", "neg", "conj") is not None:
        return
    done = inflected(root.lemma_, "VBN") if root.lemma_ != "be" else "been"
    modal = world.rng.choice(("may", "might", "could", "may"))
    phrase = f"{modal} have {done}" if root.tag_ == "VBD" else f"{modal} {root.lemma_}"
    open_told = doc[: root.i].text_with_ws + phrase + " " + doc[root.i + 1 :].text
    yield Rewriting("modality", NEITHER, sentence(open_told), doc.text)
    if world.rng.random() < 0.3:
        yield Rewriting("modality", SUPPORTS, sentence(open_told), sentence(open_told))
    plan = world.rng.choice(
        ("plans to", "is expected to", "hopes to", "has promised to", "refused to", "tried to", "will")
    )
    future = doc[: root.i].text_with_ws + f"{plan} {root.lemma_} " + doc[root.i + 1 :].text
    yield Rewriting("plan", CONTRADICTS if plan == "refused to" else NEITHER, sentence(future), doc.text)


Rule = Callable[[Any, World], Iterator[Rewriting]]
REWRITINGS: tuple[Rule, ...] = (
    exchanged_roles, of_agent, exchanged_clauses, by_cause, attributed, apposed, undone, two_clauses,
    framed, modal_added,
)  # fmt: skip
