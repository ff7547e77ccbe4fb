"""The parts of a question that a follow-up may take over or exchange: its date, names, place and topic."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.attribution.people import Token, is_body, tokens
from service.attribution.vocabulary import FEMALE, MALE
from service.attribution.vocabulary import words as listed

_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_DAY = (
    rf"(?:(?:early|late|mid|spring|summer|autumn|winter)[ -])?(?:\d{{1,2}} {_MONTH}(?:,? (?:19|20)\d\d)?"
    rf"|{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?)?(?:,? (?:19|20)\d\d)?|(?:the )?(?:19|20)\d\d|{_WEEKDAY}"
    rf"|(?:last|this|next) (?:year|month|week|spring|summer|autumn|winter|night|{_WEEKDAY}|{_MONTH})"
    r"|the (?:year|month|week|day) (?:before|after)|the previous (?:year|month|week|day)|today"
    r"|yesterday|now|tomorrow)"
)
DATE = re.compile(
    rf"(?:\b(?:in|on|since|before|after|until|by|during|as of|for)\s+)?(?<!\w){_DAY}(?!\w)", re.I
)
_PREPOSITION = re.compile(r"^(?:in|on|since|before|after|until|by|during|as of|for)\s+", re.IGNORECASE)
_IN = re.compile(r"^(?:in|on)\s+", re.IGNORECASE)
_BARE_DATE = re.compile(r"^(?:last|this|next|today|yesterday|tomorrow|now)\b", re.IGNORECASE)

_SAYS = (
    r"(?:say|tell|report|write|announce|claim|deny|promise|call|think|propose|demand|warn|ask|want|vote|do)"
)
_OUTLET_WORD = re.compile(
    r"\b(?:BBC|CNN|AFP|AP|Reuters|News|Times|Post|Radio|Agency|Tribune|Courier|Herald|Gazette|Journal"
    r"|Guardian"
    r"|Telegraph|TV|Press|Rudaw|Network|Weekly|Daily|Jazeera|PUKmedia|Diyaruna)\b"
)
_BEFORE_PERSON = listed(
    """
    did does has had was is will would mayor councillor minister president dr mr mrs ms by and about
    """
) | {""}
_ASKING = listed(
    """
    who what when where why which whose whom how is are was were has have had do does did will would can
    could should must may the a an and in on at of by according since
    """
)
_STOPS = listed(
    """
    is are was were be been being has have had do does did will would can could should must may to and
    or but about by for from on since before after until during with as than that which who whose when
    where why if not rise run open close cost happen say said report reported cause caused work cross
    win won begin start end die died leave left kill killed injure injured hurt formed form built build
    evacuated elected agree agreed need needed want visit visited come came go went take took make made
    hold held get got stand stood promise promised still now yet last this next there so stop stopped
    ended increase decrease change changed planned designed wounded attacked attack
    """
)
_LINKS = listed(
    """
    at of in
    """
)
_PERSON_TITLES = listed(
    """
    mayor director commander minister official spokesman president
    """
)


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised name in a question, where it stands, and whether it is a person's."""

    text: str
    start: int
    end: int
    is_person: bool
    is_place: bool


def without_mark(question: str) -> str:
    """The question without its question mark."""
    return question.rstrip("?؟ ")


def opening(question: str) -> str:
    """The question without its mark, to go on in the middle of a sentence."""
    first = question.split(" ", 1)[0]
    words = without_mark(question)
    return (
        words[:1].lower() + words[1:] if first.casefold() in _ASKING or first.casefold() in _STOPS else words
    )


def embedded(question: str) -> str:
    """The question as an object of "said": "how many families were evacuated", or after a colon."""
    words = opening(question)
    by_itself = re.match(r"(?:how (?:many|much)|which|whose)\s+(?:\w+\s+){1,4}?(?:is|are|was|were|has"
    r"|have|had|will"
                         r"|\w+ed|came)\b(?!\s+(?:the|a|an|it|he|she|they)\b)", words)  # fmt: skip
    return words if by_itself else f"it: {words}"


def names(question: str) -> list[Name]:
    """The names in a question. Its first word counts only where it is no word that asks."""
    found: list[Name] = []
    words = tokens(question)
    place = 0
    while place < len(words):
        end = place
        while end < len(words) and words[end].is_capital and not (end == 0 and words[0].key in _ASKING):
            end += 1
        if end > place:
            found.append(_name(question, words[place].start, words[end - 1].end))
        place = max(end, place + 1)
    return [name for name in found if not re.fullmatch(_DAY, name.text, re.IGNORECASE)]


def _name(question: str, start: int, end: int) -> Name:
    text = question[start:end]
    before = question[:start].rstrip().rsplit(" ", 1)[-1].casefold()
    after = question[end:]
    asked = before in _BEFORE_PERSON
    body = is_body(text) or before == "the" or _OUTLET_WORD.search(text) is not None
    is_place = not body and before in ("in", "at", "near", "from", "of", "around")
    known = text.split()[0].casefold() in FEMALE | MALE
    says = re.match(rf"\s+{_SAYS}\b", after) is not None
    person = not body and not is_place and (known or says or (asked and len(text.split()) < 4))
    acronym = text.isupper() and len(text) > 1
    return Name(text, start, end, person and not acronym, is_place or (is_body(text) and not person))


def topic(question: str) -> str | None:
    """Topic of a question: what follows "about", else the first thing it names that is no person."""
    about = re.search(r"\babout\s+(\S.*)", question.rstrip("?؟ "))
    if about:
        words = DATE.sub("", about[1]).strip(" ,")
        if words and not re.fullmatch(r"(?:it|that|this|him|her|them)", words):
            return words
    phrases = _phrases(question)
    if phrases:
        return phrases[0]
    things = [name.text for name in names(question) if not name.is_person]
    return things[0] if things else None


def _phrases(question: str) -> list[str]:
    """The definite noun phrases of a question, with what "at", "of" or "in" adds to them."""
    found: list[str] = []
    words = tokens(DATE.sub(lambda match: " " * len(match[0]), question))
    for place, word in enumerate(words):
        linked = place and words[place - 1].key in _LINKS and found
        if word.key in ("the", "a", "an") and not linked and not _is_person_title(words[place + 1 :]):
            end = _phrase_end(words, place + 1)
            if end > place + 1:
                found.append(question[word.start : words[end - 1].end])
    return found


def _is_person_title(words: Sequence[Token]) -> bool:
    return bool(words) and words[0].key in _PERSON_TITLES


def _phrase_end(words: Sequence[Token], place: int) -> int:
    """Finds where a noun phrase ends whose first noun may stand at a place."""
    end = place
    while end < len(words):
        word, after = words[end], words[end + 1 :]
        if (
            word.key in _LINKS
            and end > place
            and after
            and (after[0].key == "the" or after[0].text[0].isupper())
        ):
            end += 2 if after[0].key == "the" else 1
        elif word.key in _LINKS or _ends_phrase(word, words[end - 1] if end > place else None):
            break
        else:
            end += 1
    return end


def _ends_phrase(word: Token, before: Token | None) -> bool:
    """Tells whether a word stands outside the phrase: a verb, a mark, or a small word behind a name."""
    if word.key in ("'s", "’s"):
        return False
    behind_name = before is not None and word.text[0].islower() and before.text[0].isupper()
    return behind_name or word.key in _STOPS or not word.key[:1].isalnum()


def with_date(question: str, date: str) -> str:
    """The question with its date exchanged, or with the date at its end."""
    words = date.strip()
    found = DATE.search(question)
    if found is None:
        lead = (
            ""
            if _PREPOSITION.match(words) or _BARE_DATE.match(words)
            else "on "
            if re.match(_WEEKDAY, words)
            else "in "
        )
        return f"{without_mark(question)} {lead}{words}?"
    old = _PREPOSITION.match(found[0])
    if not _PREPOSITION.match(words) and not _BARE_DATE.match(words) and old:
        words = old[0] + words
    if not old and not _BARE_DATE.match(found[0]):
        words = _IN.sub("", words)  # "the election of 2024" goes on as "of 2021", not "of in 2021"
    year = re.search(r"(?:19|20)\d\d", found[0])
    if year and re.search(rf"{_MONTH}(?: \d{{1,2}})?$", words, re.IGNORECASE):
        words = f"{words} {year[0]}"
    return f"{question[: found.start()]}{words}{question[found.end() :]}"


def with_outlet(question: str, outlet: str, known: frozenset[str]) -> str | None:
    """The question asked of another outlet; None where the words name no outlet."""
    plain = re.sub(r"^according to\s+", "", outlet, flags=re.IGNORECASE)
    bare = plain.removeprefix("the ").removeprefix("The ")
    if not (_OUTLET_WORD.search(plain) or bare in known or plain in known or plain != outlet):
        return None
    old = [name for name in names(question) if _OUTLET_WORD.search(name.text) or name.text in known]
    if old:
        start = old[0].start - 4 if question[: old[0].start].casefold().endswith("the ") else old[0].start
        return f"{question[:start]}{plain}{question[old[0].end :]}"
    return f"{without_mark(question)}, according to {plain}?"


def with_name(question: str, words: str) -> str | None:
    """The question with a name or a description exchanged for the one of its kind that a fragment names."""
    lead = re.match(r"(?:in|at|near|from|on|for|with|by|to)\s+", words, re.IGNORECASE)
    named = names(words) or names(f"did {words} say")
    wants_place = lead is not None and lead[0].strip().casefold() in ("in", "at", "near", "from")
    old = names(question)
    if wants_place and lead:
        spot = re.search(r"\b(?:in|at|near|from)\s+(?:the\s+)?[A-Z][\w’'-]*(?:\s[A-Z][\w’'-]*)*", question)
        if spot and not DATE.fullmatch(spot[0]):
            return f"{question[: spot.start()]}{words}{question[spot.end() :]}"
        if of := next(
            (name for name in old if name.is_place and question[: name.start].endswith(" of ")), None
        ):
            return f"{question[: of.start]}{words[lead.end() :]}{question[of.end :]}"
        return f"{without_mark(question)} {words}?"
    if lead:
        return None
    described = re.search(rf"\bdid\s+(?P<who>\S.{{0,80}}?)\s{{1,9}}{_SAYS}\b", question)
    person = bool(named) and named[0].is_person
    role = re.match(
        r"the [a-z’' -]*(?:mayor|director|commander|minister|official|spokesman|spokeswoman"
        r"|president)",
        words,
    )
    if described and (person or role):
        return f"{question[: described.start('who')]}{words}{question[described.end('who') :]}"
    same = [name for name in old if name.is_person == person]
    if named and len(same) == 1:
        start, end = same[0].start, same[0].end
        the = question[:start].casefold().endswith("the ")
        if the and words.casefold().startswith("the "):
            start -= 4
        return f"{question[:start]}{words}{question[end:]}"
    phrases = _phrases(question)
    if words.startswith("the ") and phrases and not old:
        return question.replace(phrases[0], words, 1)
    return None
