"""Speakers in Arabic news: the verb of saying comes first, its subject next, then what is said."""

import re

from index.records import Span

_VERB = (
    r"(?:قال|قالت|يقول|تقول|أعلن|أعلنت|أكد|أكدت|أضاف|أضافت|أوضح|أوضحت|أفاد|أفادت|ذكر|ذكرت|صرح|صرحت|صرّح"
    r"|شدد|شددت"
    r"|لفت|لفتت|أشار|أشارت|نفى|نفت|كشف|كشفت|اعتبر|اعتبرت|تابع|تابعت)"
)
_SAID = re.compile(rf"(?<!\w)(?:ما\s+)?[وف]?(?P<verb>{_VERB})(?!\w)\s*(?P<subject>[^:«»\n،.]*?)"
                   r"(?=\s{0,9}(?::|«|،|\.|\n|$|\s(?:إن|إنه|إنها|أن|أنه|أنها|بأن|بأنه|في|خلال|عن|إلى|على"
                   r"|يوم|لل\w+|لـ?\w*وكالة|أمام|من|كون|يكون)(?!\w)))")  # fmt: skip
_BY = re.compile(
    r"(?<!\w)(?:وفقا|وفقاً|وفقًا|طبقا|طبقاً|نقلا عن|بحسب|حسب)\s+(?:(?:ل|لـ)\s*)?(?P<subject>[^:«»\n،.]{3,80})"
)
_BODY = re.compile(
    r"^(?:ال)?(?:وزارة|حكومة|شرطة|جيش|هيئة|قيادة|وكالة|حزب|مجلس|شركة|منظمة|جمعية|بيان|لجنة|رئاسة|سلطة)"
)
_WEEKDAY = re.compile(r"(?<!\s)\s+(?:يوم|اليوم|أمس)(?!\w).*$")
Found = tuple[str, str | None, Span]


def arabic_speaker(text: str, span: Span) -> Found | None:
    """Name, role and place of who says what stands in the span; None where no verb of saying leads to it."""
    line = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.start)
    paragraph = Span(line, len(text) if end < 0 else end)
    inside = [m for m in _said(text, span) if m["subject"].strip() or m.re is _SAID]
    before = [m for m in _said(text, paragraph) if m.end() <= span.start + 1]
    chosen = inside[0] if inside else before[-1] if before and _reaches(text, before[-1], span) else None
    if chosen is None:
        return None
    return _found(text, chosen) or _speaker_before(text, chosen.start())


def _said(text: str, span: Span) -> list[re.Match[str]]:
    found = [*_SAID.finditer(text, span.start, span.end), *_BY.finditer(text, span.start, span.end)]
    return sorted(found, key=lambda match: match.start())


def _reaches(text: str, match: re.Match[str], span: Span) -> bool:
    """Tells whether a quotation that the verb opens is still open in the span, or comes next."""
    between = text[match.end() : span.start]
    return between.count("«") + text[span.start : span.end].startswith("«") > between.count("»")


def _speaker_before(text: str, place: int) -> Found | None:
    """The last subject named before a verb without one: "وأضاف: «…»"."""
    found = [found for match in _said(text, Span(0, place)) if (found := _found(text, match))]
    return found[-1] if found else None


def _found(text: str, match: re.Match[str]) -> Found | None:
    subject = _WEEKDAY.sub("", match["subject"]).strip(" ،.")
    words = subject.removeprefix("ما أعلنته ").split()
    if not words or len(words) > 10:
        return None
    name = words if len(words) <= 2 or _BODY.match(words[0]) else words[-2:]
    start = text.index(name[0], match.start("subject"))
    start = text.rfind(" ".join(name), match.start("subject"), match.end("subject"))
    if start < 0:
        return None
    role = " ".join(words[: len(words) - len(name)]) or None
    if len(name) == 1 and not _BODY.match(name[0]):
        return _full(text, name[0], start)
    return " ".join(name), role, Span(start, start + len(" ".join(name)))


def _full(text: str, surname: str, place: int) -> Found:
    """The full name and role under which a surname came first."""
    for match in _said(text, Span(0, place)):
        subject = _WEEKDAY.sub("", match["subject"]).strip().split()
        if len(subject) > 1 and subject[-1] == surname and (found := _found(text, match)):
            return found
    return surname, None, Span(place, place + len(surname))
