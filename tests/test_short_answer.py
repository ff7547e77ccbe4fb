"""The short answer: in the words of the quotes it cites, and never older than what is shown."""

import re
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from index.records import Span
from service.answerers.extractive import short_answer, short_answer_of
from service.evidence import Contrast, Evidence, Finding, Quote, Side, Statement
from service.questions.plan import Plan
from tests.evidence import article

PLAN = Plan(standalone_question="What does the bridge cost?", wanted="number")


def said(number: int, value: str, day: date) -> Finding:
    text = f"The bridge costs {value} crowns, the mayor said."
    told = replace(article(number, text), published=day)
    start = text.index(value)
    quote = Quote(article=told, span=Span(0, len(text)), answer=Span(start, start + len(value)))
    return Finding(quote=quote, answer=value, score=0.9)


OLD, NEW = said(1, "48 million", date(2019, 3, 14)), said(2, "61 million", date(2021, 7, 5))
NEWEST = said(3, "69 million", date(2024, 10, 9))
SIDES = tuple(Side(findings=(one,), day=one.quote.article.published, value=one.answer) for one in (NEW, OLD))
CHANGE = Contrast(kind="change", about="the cost", sides=SIDES)


def test_a_change_says_what_holds_now_and_what_was_said_before() -> None:
    short = short_answer(PLAN, [NEW, OLD], [CHANGE], lambda words, quote: True)
    assert short
    assert short.text == "61 million (5 July 2021); before: 48 million (14 March 2019)"
    assert short.quotes == (NEW.quote, OLD.quote)


def test_a_change_that_ends_before_what_is_shown_is_no_short_answer() -> None:
    short = short_answer(PLAN, [NEWEST, NEW, OLD], [CHANGE], lambda words, quote: words in quote.text)
    assert short
    assert (short.text, short.quotes) == ("69 million", (NEWEST.quote,))


def test_sources_that_disagree_are_named_side_by_side() -> None:
    disagreement = replace(CHANGE, kind="disagreement")
    short = short_answer(PLAN, [NEW, OLD], [disagreement], lambda words, quote: True)
    assert short
    assert short.text == "61 million or 48 million: sources disagree"


def test_a_disagreement_without_the_likeliest_answer_is_no_short_answer() -> None:
    disagreement = replace(CHANGE, kind="disagreement")
    likeliest = replace(NEWEST, score=0.95)
    short = short_answer(PLAN, [likeliest, NEW, OLD], [disagreement], lambda words, quote: True)
    assert short
    assert short.text == "69 million"


def test_what_is_not_proved_or_not_short_is_no_short_answer() -> None:
    assert short_answer(PLAN, [NEW], [], lambda words, quote: False) is None
    whole = replace(NEW, quote=replace(NEW.quote, answer=NEW.quote.span))
    assert short_answer(PLAN, [whole], [], lambda words, quote: True) is None


def test_words_that_the_reader_is_not_sure_of_and_stretches_for_yes_or_no_are_none() -> None:
    for unsure in (replace(NEW, sure=0.29), replace(NEW, score=0.49)):
        assert short_answer(PLAN, [unsure], [], lambda words, quote: True) is None
    for asked in (replace(PLAN, intent="yes_no"), replace(PLAN, wanted="speech")):
        assert short_answer(asked, [NEW], [], lambda words, quote: True) is None


SENTENCE = Statement(
    text="The bridge costs 61 Million crowns.", quotes=(NEW.quote,), support="verified", score=0.9
)


def test_of_a_models_first_sentence_it_is_the_words_that_its_quote_has_too() -> None:
    given = Evidence(plan=PLAN, hits=(), findings=(OLD, NEW), contrasts=())
    short = short_answer_of(SENTENCE, given)
    assert short
    assert (short.text, short.quotes) == ("61 million", (NEW.quote,))
    assert short_answer_of(replace(SENTENCE, text="It costs more now."), given) is None
    assert short_answer_of(replace(SENTENCE, quotes=(OLD.quote,)), given) is None
    assert short_answer_of(SENTENCE, replace(given, findings=(replace(NEW, sure=0.29),))) is None
    assert short_answer_of(SENTENCE, replace(given, plan=replace(PLAN, intent="yes_no"))) is None


def test_what_sources_disagree_about_comes_before_them() -> None:
    told = Evidence(plan=PLAN, hits=(), findings=(NEW,), contrasts=(replace(CHANGE, kind="disagreement"),))
    short = short_answer_of(SENTENCE, told)
    assert short
    assert short.text == "61 million or 48 million: sources disagree"


VALUES = st.lists(st.text("bcdfgh0123456789", min_size=1), min_size=1, max_size=4, unique=True)
SAYS = re.compile(r"(: sources disagree)$|(; before: )|\((\d{1,2} \w+ \d{4})\)|(, |; | or | and )")


@given(VALUES, st.sampled_from(["disagreement", "change", "list", "one"]))
def test_every_value_of_a_short_answer_stands_in_the_quote_it_cites(values: list[str], kind: str) -> None:
    found = [said(place, value, date(2024, 1, place)) for place, value in enumerate(values, 1)]
    found.reverse()  # the newest first, as the sides of a change are
    sides = tuple(Side(findings=(one,), day=one.quote.article.published, value=one.answer) for one in found)
    contrasted = kind in ("disagreement", "change") and len(sides) > 1
    contrasts = [Contrast(kind=kind, about="the cost", sides=sides)] if contrasted else []  # type: ignore[arg-type]
    plan = replace(PLAN, wanted="list") if kind == "list" else PLAN
    short = short_answer(plan, found, contrasts, lambda words, quote: words in quote.text)
    assert short
    told = [part for part in SAYS.sub("\n", short.text).split("\n") if part.strip()]
    assert len(told) == len(short.quotes)
    for value, quote in zip(told, short.quotes, strict=True):
        assert value.strip().casefold() in quote.text.casefold()
    days = [f"{one.article.published.day} January 2024" for one in short.quotes if one.article.published]
    assert [day for _, _, day, _ in SAYS.findall(short.text) if day] == (
        days if contrasts and kind == "change" else []
    )
