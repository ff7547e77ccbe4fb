"""Follow-ups in Arabic: "وماذا عن 2020؟", "وفي كركوك؟", "لماذا؟"."""

import re

_ABOUT = re.compile(r"^(?:و\s*)?(?:ماذا|ما)\s+عن\s+(?P<rest>\S.*)$")
_AND_IN = re.compile(r"^و(?P<rest>(?:في|عام|سنة|منذ|بعد|قبل)\s+\S.*)$")
_BARE = re.compile(r"^و?(?P<word>لماذا|كيف|متى|أين)\s*[؟?]*$")
_WHO_SAID = re.compile(r"^و?من\s+(?:قال|ذكر|أعلن)\s+(?:ذلك|هذا)\s*[؟?]*$")
_YEAR = re.compile(r"(?:19|20)\d\d|[١٢][٠-٩]{3}")
_IN_PLACE = re.compile(r"(?<!\w)في\s+(?!(?:عام|سنة|شهر)\s)\w+")
_SAID_BY = re.compile(
    r"(?P<verb>(?<!\w)(?:قال|قالت|أعلن|أعلنت|أكد|أكدت)\s+)(?P<who>.{1,80}?)(?=\s{1,9}(?:عن|حول|بشأن|في)\s)"
)


def arabic_standalone(asked: str, before: str) -> str:
    """The follow-up with what it leaves to the question before it; as it was where it leaves nothing."""
    plain = before.rstrip("؟? ")
    if found := _BARE.match(asked):
        return f"{plain}، و{found['word']}؟"
    if _WHO_SAID.match(asked):
        return f"من قال ذلك: {plain}؟"
    bare = asked.rstrip("؟? ")
    found = _ABOUT.match(bare) or _AND_IN.match(bare)
    return _exchanged(found["rest"], before) if found else asked


def _exchanged(rest: str, before: str) -> str:
    """The question before with its year, place or speaker exchanged."""
    plain = before.rstrip("؟? ")
    year = _YEAR.search(rest)
    if year and _YEAR.search(before):
        return f"{_YEAR.sub(year[0], plain)}؟"
    if year:
        return f"{plain} {rest if rest != year[0] else f'في {year[0]}'}؟"
    if rest.startswith("في "):
        changed = _IN_PLACE.sub(rest, plain)
        return f"{changed if changed != plain else f'{plain} {rest}'}؟"
    if said := _SAID_BY.search(plain):
        return f"{plain[: said.start('who')]}{rest}{plain[said.end('who') :]}؟"
    if len(_IN_PLACE.findall(plain)) == 1:
        return f"{_IN_PLACE.sub(f'في {rest}', plain)}؟"
    return f"{plain}، وماذا عن {rest}؟"
