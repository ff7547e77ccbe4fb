"""Quotations and verbs of saying in an English news text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from index.extraction.quotable import quotable
from index.records import EVIDENCE, Draft, Span, Zone
from service.attribution.people import Mention, Token, phrase_after, phrase_before, tokens

Order = Literal["subject-verb", "verb-subject", "according", "participle"]

_SAYING = """
    said|says|say|told|tells|tell|added|adds|wrote|writes|write|tweeted|tweets|continued|continues|replied|replies
    |responded|responds|asked|asks|explained|explains|stated|states|declared|declares|noted|notes|concluded
    |concludes|argued|argues|argue|warned|warns|warn|announced|announces|insisted|insists|claimed|claims|claim
    |denied|denies|acknowledged|acknowledges|admitted|admits|confirmed|confirms|promised|promises|pledged|vowed
    |vows|conceded|concedes|predicted|predicts|suggested|suggests|revealed|reveals|stressed|stresses
    |emphasi[sz]ed|recalled|recalls|remarked|remarks|quipped|joked|jokes|shouted|shouts|yelled|chanted|chanting
    |exclaimed|boasted|complained|complains|lamented|urged|urges|called|calls|described|describes|accused|accuses
    |charged|criticized|criticised|blasted|mocked|dismissed|testified|reported|reports|highlighted|reiterated
    |repeated|observed|observes|commented|demanded|demands|countered|mused|cautioned|opined|proclaimed|tweeting
    |begged|maintained|maintains|contended|contends|alleged|alleges|disclosed|affirmed|asserted|asserts|bragged
    |cried|sang|posted|referred|labeled|labelled|blamed|praised|went\\son|goes\\son|pointed\\sout
    |points\\sout|put\\sit|spoke|agreed|offered|recounted|remembers|remembered|interjected|retorted|shot\\sback
    |thundered|intoned|summed\\sup|began|deadpanned|advised|assured|informed|signaled|signalled|estimated|echoed|fumed|mocks|affirmed|affirms|sings
    |retaliated|boomed|beamed|charges|criticizes|stressed|marvelled|marveled|ruled|joked|scoffed|sniffed
""".replace("\n", "").replace(" ", "")
_PARTICIPLES = (
    "saying|adding|telling|noting|writing|calling|arguing|asking|explaining|stressing|warning|insisting|claiming"
    "|declaring|promising|describing|citing|suggesting|stating|acknowledging|tweeting|predicting"
)
CUE = re.compile(rf"\b(?:(?P<said>{_SAYING})|(?P<participle>{_PARTICIPLES})|(?P<by>according\sto))\b", re.I)
_ADVERB = re.compile(
    r"(?:\b(?:also|later|then|has|have|had|once|often|repeatedly|recently|previously|already|now|again"
    r"|first"
    r"|just|still|even|further|famously|reportedly|simply|always|never|himself|herself|themselves|instead"
    r"|did|does|would|\w{3,}ly)\s+|\b\w+ed and\s+|\b(?:laughed|paused|smiled|nodded) and\s+){1,8}$"
)
_INVERTED = (  # verbs that may stand before who speaks: "said Rasul"
    "said", "says", "added", "adds", "wrote", "recalled", "asked", "noted", "explained", "continued",
    "replied", "concluded", "warned", "declared", "recalls", "writes", "quipped", "argued", "joked",
    "remarked", "agreed",
)  # fmt: skip
_MARKS = {"“": "”", "«": "»", '"': '"', "„": "“"}
_SENTENCE_END = re.compile(r"[.?!][”\"’)»]*\s+(?=[\"“‘(«]*[A-Z0-9])")
_ABBREVIATED = re.compile(
    r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Lt|Col|Gen|Maj|Brig|Capt|Sgt|Rev|St|Prof|Jr|Sr|Del|Adm|vs|No"
    r"|Sens|Reps"
    r"|U\.S|D\.C|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.$"
)
_BEGINS = re.compile(
    r"(?:^|[.?!:;,—–-]|[”\"»)]|\b(?:and|but|that|as|while|when|because|if|so|or"
    r"|where))\s*$"
)


@dataclass(frozen=True, slots=True)
class Quotation(Span):
    """A stretch of a paragraph between quotation marks, the marks included.

    `closed` is False where no mark closes it before the paragraph ends: it goes on in the next one.
    """

    closed: bool


@dataclass(frozen=True, slots=True)
class Attribution(Span):
    """From a source to its verb, or from the verb to its source: "Rasul said", "said Rasul"."""

    source: Mention
    verb: str
    order: Order


@lru_cache(maxsize=64)
def quotations(text: str) -> tuple[Quotation, ...]:
    """Every stretch between quotation marks, none longer than its paragraph."""
    found: list[Quotation] = []
    offset = 0
    for line in text.split("\n"):
        found += _quotations_of(line, offset)
        offset += len(line) + 1
    return tuple(found)


def _quotations_of(line: str, offset: int) -> Iterator[Quotation]:
    start, closing = None, ""
    for place, mark in enumerate(line):
        if start is None and mark in _MARKS and not _is_inch(line, place):
            start, closing = place, _MARKS[mark]
        elif start is not None and (mark == closing or (mark in '”"' and closing in '”"')):
            yield Quotation(offset + start, offset + place + 1, True)
            start = None
    if start is not None and line[start:].strip():
        yield Quotation(offset + start, offset + len(line.rstrip()), False)


def _is_inch(line: str, place: int) -> bool:
    return line[place] == '"' and place > 0 and line[place - 1].isdigit()


@lru_cache(maxsize=64)
def attributions(text: str) -> tuple[Attribution, ...]:
    """Every verb of saying outside quotations whose source stands beside it, in the order of the text."""
    found: list[Attribution] = []
    quoted = quotations(text)
    for match in CUE.finditer(text):
        if any(q.start < match.start() < q.end for q in quoted):
            continue
        found += _attributed(text, match, quoted, found)
    return tuple(found)


def _attributed(
    text: str, cue: re.Match[str], quoted: Sequence[Quotation], before: Sequence[Attribution]
) -> Iterator[Attribution]:
    verb = cue[0].casefold()
    if cue["by"]:
        source = phrase_after(_ahead(text, cue.end()))
        if source:
            yield Attribution(cue.start(), source.end, source, verb, "according")
    elif cue["participle"]:
        start = sentence_start(text, cue.start())
        earlier = [a for a in before if a.start >= start]
        source = earlier[-1].source if earlier else _subject(text, start, cue.start())
        if source:
            yield Attribution(cue.start(), cue.end(), source, verb, "participle")
    else:
        yield from _finite(text, cue, quoted)


def _finite(text: str, cue: re.Match[str], quoted: Sequence[Quotation]) -> Iterator[Attribution]:
    verb = cue[0].casefold()
    if text.startswith(" by ", cue.end()):
        return
    clause = _clause_start(text, cue.start(), quoted)
    before = text[clause : cue.start()]
    if verb.startswith(_INVERTED) and not before.strip(" ,.—–-"):
        source = phrase_after(_ahead(text, cue.end()))
        if source:
            yield Attribution(cue.start(), source.end, source, verb, "verb-subject")
            return
    before = _ADVERB.sub("", before)
    source = _before_verb(text, clause, clause + len(before.rstrip()))
    if source and source.kind == "pronoun" and source.head.of(text) == "who":
        source = phrase_before(tokens(text[clause : source.start].rstrip(", "), clause)[-16:])
    if source:
        yield Attribution(source.start, cue.end(), source, verb, "subject-verb")
    elif source := _inverted(text, cue):
        yield Attribution(cue.start(), source.end, source, verb, "verb-subject")


def _inverted(text: str, cue: re.Match[str]) -> Mention | None:
    """The source after the verb, where reported speech came before: "the bridge is safe, said Lund"."""
    before = text[max(0, cue.start() - 2) : cue.start()].rstrip()
    if cue[0].casefold() not in ("said", "says", "added", "wrote") or before[-1:] != ",":
        return None
    return phrase_after(_ahead(text, cue.end()))


def _ahead(text: str, start: int) -> list[Token]:
    """The words after a place, to the end of its line, twelve at most."""
    return tokens(text[start : start + 160].split("\n")[0], start)[:12]


def _clause_start(text: str, place: int, quoted: Sequence[Quotation]) -> int:
    """Finds where the clause that ends at a place may begin: its sentence, or the quotation before it."""
    start = sentence_start(text, place)
    return max([start, *(q.end for q in quoted if q.end <= place and q.end > start)])


def sentence_start(text: str, place: int) -> int:
    """The start of the sentence around a place: after a full stop, a capital next, that ends no initial."""
    start = line = text.rfind("\n", 0, place) + 1
    for end in _SENTENCE_END.finditer(text, line, place):
        if not _ABBREVIATED.search(text, line, end.start() + 1):
            start = end.end()
    return start


def sentence_at(text: str, place: int) -> Span:
    """The sentence around a place, without the spaces behind it."""
    start = sentence_start(text, place)
    line = text.find("\n", place)
    stop = len(text) if line < 0 else line
    for end in _SENTENCE_END.finditer(text, place, stop):
        if not _ABBREVIATED.search(text, start, end.start() + 1):
            stop = end.end()
            break
    return Span(start, start + len(text[start:stop].rstrip()))


def _before_verb(text: str, start: int, end: int) -> Mention | None:
    """The subject that ends at a verb, with or without words between commas behind it."""
    if end <= start:
        return None
    near = None
    if text[end - 1] not in ",)—–":
        near = phrase_before(tokens(text[start:end], start)[-16:])
        if near is None or near.kind == "pronoun" or begins_clause(text, near.start):
            return near
    for comma in [place for place, mark in enumerate(text[start : end - 1]) if mark in ",(—–"][::-1][:5]:
        found = phrase_before(tokens(text[start : start + comma], start)[-16:])
        if found and begins_clause(text, found.start) and (near is None or found.kind == "name"):
            return Mention(found.start, end, found.kind, found.head)
    return near


def begins_clause(text: str, place: int) -> bool:
    """Tells whether a clause may begin here: after a mark, a conjunction or a line break."""
    return _BEGINS.search(text[text.rfind("\n", 0, place) + 1 : place][-40:]) is not None


def _subject(text: str, start: int, end: int) -> Mention | None:
    """Subject of a sentence, for a participle that hangs on it: "Rasul spoke to us, saying"."""
    words = tokens(text[start:end], start)
    while words and not words[0].text[0].isalnum():
        words = words[1:]
    return phrase_after(words[:12])


def evidence_text(article: Draft) -> str:
    """The article's text, as long as it was, with spaces for what may not be quoted; offsets stay."""
    return _blanked(article.text, article.zones)


@lru_cache(maxsize=64)
def _blanked(text: str, zones: tuple[Zone, ...]) -> str:
    kept, before = [], 0
    for zone in zones:
        kept.append(_blank(text[before : zone.start]))
        said = quotable(text, zone) if zone.kind in EVIDENCE else Span(zone.end, zone.end)
        kept += [_blank(text[zone.start : said.start]), said.of(text), _blank(text[said.end : zone.end])]
        before = zone.end
    return "".join([*kept, _blank(text[before:])])


def _blank(text: str) -> str:
    return "".join(character if character == "\n" else " " for character in text)
