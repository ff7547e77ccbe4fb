"""What an answer asserts, and whether two assertions can both be true."""

from datetime import date
from decimal import Decimal

import pytest

from index.extraction.dates.mentions import mentions
from index.records import Article, Span
from service.evidence import Finding, Quote
from service.verification.assertions import Days, Name, agree, asked, assertion, period_of
from service.verification.numbers import quantities
from service.verification.stance import Stand, stand, yes_no
from tests.evidence import article


def finding(sentence: str, answer: str, **known: object) -> Finding:
    plain: Article = article(1, sentence, **known)
    dated = article(1, sentence, dates=mentions(sentence, plain.zones, plain.published), **known)
    start = sentence.index(answer)
    return Finding(
        quote=Quote(article=dated, span=Span(0, len(sentence)), answer=Span(start, start + len(answer))),
        answer=answer,
        score=0.9,
    )


def agrees(question: str, one: tuple[str, str], other: tuple[str, str]) -> bool:
    wanted = asked(question)
    first, second = assertion(wanted, finding(*one)), assertion(wanted, finding(*other))
    assert first is not None
    assert second is not None
    return agree(first, second)


@pytest.mark.parametrize(
    ("written", "low", "high", "measure"),
    [
        ("four", "4", "4", ""),
        ("a dozen", "12", "12", ""),
        ("297", "297", "297", ""),
        ("nearly 300", "270", "300", ""),
        ("about 40 families", "36", "44", ""),
        ("at least 5", "5", "10", ""),
        ("more than 12,000", "12000", "24000", ""),
        ("up to 180 passengers", "0", "180", ""),
        ("12,000", "11500", "12500", ""),
        ("1.2 million", "1150000", "1250000", ""),
        ("61 million crowns", "60500000", "61500000", "money:crown"),
        ("$61m", "60500000", "61500000", "money:$"),
        ("1 km", "950", "1050", "length"),
        ("38 kilometres", "37500", "38500", "length"),
        ("4.6 metres", "4.55", "4.65", "length"),
        ("one to 20 kilometres", "1000", "20500", "length"),
        ("between 5 and 10 people", "5", "10", ""),
        ("5-7 people", "5", "7", ""),
        ("2 hours", "6840", "7560", "time"),
        ("53 per cent", "52.5", "53.5", "share"),
        ("53.4 per cent", "53.35", "53.45", "share"),
        ("dozens of people", "24", "144", ""),
        ("nobody", "0", "0", ""),
        ("No one", "0", "0", ""),
        ("ثمانية عمال", "8", "8", ""),
    ],
)
def test_a_quantity_is_the_range_it_stands_for(written: str, low: str, high: str, measure: str) -> None:
    (found,) = quantities(written)
    assert (found.low, found.high, found.measure) == (Decimal(low), Decimal(high), measure)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("312 votes and not by 321", [312]),
        ("seven crowns instead of six", [7]),
        ("seven crowns rather than six", [7]),
        ("on August 18, 2022", []),
        ("in 2021", []),
        ("5 people on 2 June 2021", [5]),
        ("", []),
    ],
)
def test_what_is_denied_or_is_a_date_is_no_quantity(text: str, numbers: list[int]) -> None:
    assert [found.low for found in quantities(text)] == numbers


def test_words_before_the_answer_count() -> None:
    (found,) = quantities("40", before="About ", after=" families were evacuated")
    assert (found.low, found.high, found.words) == (Decimal(36), Decimal(44), ("families",))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many people were hurt?", "number"),
        ("By how many votes did she win?", "number"),
        ("What is the latest on the cost of the bridge?", "number"),
        ("When was the bridge opened?", "date"),
        ("On what date did the ferry run aground?", "date"),
        ("Where was the mayor at dawn?", "place"),
        ("Who is the mayor of Port Ostrel now?", "name"),
        ("Who won the election?", "name"),
        ("Which company owns the ferry?", "name"),
        ("Have the joint brigades been formed?", "polarity"),
        ("Who said there would be no toll?", "statement"),
        ("Who was hurt?", "statement"),
        ("Who is Idris Kamara?", "statement"),
        ("Which three things did she name?", "statement"),
        ("What reasons were given?", "statement"),
        ("What is one of the names of the bridge?", "statement"),
        ("Why does the clock run fast?", "statement"),
    ],
)
def test_only_a_question_with_one_true_answer_is_compared(question: str, kind: str) -> None:
    assert asked(question).kind == kind


@pytest.mark.parametrize(
    ("question", "one", "other", "same"),
    [
        ("How many people were hurt?", "Four people were hurt.|Four", "It hurt 4.|4", True),
        (
            "How many people were hurt?",
            "At least 5 were hurt.|5",
            "Seven people were hurt.|Seven people",
            True,
        ),
        ("How many people were hurt?", "At least 5 were hurt.|5", "Forty were hurt.|Forty", False),
        ("How many people were hurt?", "Nearly 300 were hurt.|300", "It hurt 297 people.|297 people", True),
        (
            "How many people were hurt?",
            "Eight workers were hurt.|Eight",
            "Five people were hurt.|Five",
            False,
        ),
        ("How far is it?", "It is 1 km away.|1 km", "It is 1,000 metres away.|1,000 metres", True),
        ("How far is it?", "It is 1 km away.|1 km", "It is three km away.|three km", False),
        ("How much did it cost?", "It cost 61 million crowns.|61 million", "It cost $61.2m.|$61.2m", True),
        (
            "When did it open?",
            "It opened in June 2021.|June 2021",
            "It opened on 2 June 2021.|2 June 2021",
            True,
        ),
        (
            "When did it open?",
            "It opened in May 2021.|May 2021",
            "It opened on 2 June 2021.|2 June 2021",
            False,
        ),
        ("Who is the mayor?", "Rosalind Teague is it.|Rosalind Teague", "Teague is mayor.|Teague", True),
        ("Who is the mayor?", "Rosalind Teague is it.|Rosalind Teague", "R. Teague is.|R. Teague", True),
        (
            "Who is the mayor?",
            "Martin Teague is it.|Martin Teague",
            "It is Rosalind Teague.|Rosalind Teague",
            False,
        ),
        ("Who is the mayor?", "It is Muhammad Ali.|Muhammad Ali", "It is Mohammed Ali.|Mohammed Ali", True),
        ("Who is the mayor?", "It is Kamara.|Kamara", "It is Henrik Aldane.|Henrik Aldane", False),
        ("Who is the mayor?", "It is Kamara.|Kamara", "إنه إدريس كامارا|إدريس كامارا", True),
        ("Where is it?", "It is in Salt Lane.|Salt Lane", "It is in Lower Quay.|Lower Quay", True),
        ("Where is it?", "It is in Ohio, Ohio.|Ohio, Ohio", "In Erie, Texas, it is.|Erie, Texas", False),
    ],
)
def test_answers_agree_or_differ(question: str, one: str, other: str, same: bool) -> None:
    first, second = one.split("|"), other.split("|")
    assert agrees(question, (first[0], first[1]), (second[0], second[1])) is same


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("How many people were hurt?", "Some people were hurt.", "Some people"),
        ("How many people were hurt?", "Two of them were flown out.", "Two"),
        ("How many people were hurt?", "Fourteen families left.", "Fourteen families"),
        ("How many families left?", "14 of the families lived there.", "14"),
        ("How many families left?", "There were 83 people.", "83 people"),
        ("How many votes did she win by?", "She won with 6,204 votes to 5,892.", "6,204 votes to 5,892"),
        ("How much is it?", "It took five hours.", "It took"),
        ("When did it open?", "It opened after 1971.", "1971"),
        ("Who is the mayor?", "The former mayor Henrik Aldane said so.", "Henrik Aldane"),
        ("Who is the mayor?", "Councillor Idris Kamara told us.", "Idris Kamara"),
        ("Who won the election?", "She won with 6,204 votes.", "She"),
        ("How long is the bridge?", "They left the bridge at half past eight.", "half past eight"),
        ("Who won the battle?", "It ended without one.", "ended without one"),
        ("Have they been formed?", "Nobody knows where they are.", "Nobody"),
    ],
)
def test_what_cannot_be_told_asserts_nothing(question: str, sentence: str, answer: str) -> None:
    assert assertion(asked(question), finding(sentence, answer)) is None


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("Who is the mayor?", "Mayor Idris Kamara told us.", "Idris Kamara"),
        ("Who is the mayor?", "So says Mayor Idris Kamara.", "Mayor Idris Kamara"),
        ("Who is the spokesman?", "General Idris Kamara told us.", "Idris Kamara"),
        ("Who won the election?", "Councillor Idris Kamara won.", "Idris Kamara"),
    ],
)
def test_only_another_office_tells_against_a_name(question: str, sentence: str, answer: str) -> None:
    assert assertion(asked(question), finding(sentence, answer)) == Name(("idris", "kamara"))


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("She won the election against Henrik Aldane.", Name(("rosalind", "teague"))),
        ("She beat Henrik Aldane.", None),
    ],
)
def test_whoever_a_pronoun_means_did_it(sentence: str, name: Name | None) -> None:
    text = f"Rosalind Teague is the new mayor. {sentence}"
    start, place = text.index("She"), text.index("Henrik")
    told = article(1, text)
    quote = Quote(article=told, span=Span(start, len(text)), answer=Span(place, place + 13))
    won = Finding(quote=quote, answer="Henrik Aldane", score=0.9)
    assert assertion(asked("Who won the election?"), won) == name


def test_a_date_is_the_one_of_the_answer() -> None:
    told = finding(
        "It will open in spring 2022 and not in October 2021.", "spring 2022 and not in October 2021"
    )
    assert assertion(asked("When will it open?"), told) == Days(date(2022, 3, 1), date(2022, 5, 31))


def test_a_name_is_kept_without_its_title() -> None:
    told = finding("Mayor Idris Kamara said so.", "Mayor Idris Kamara")
    assert assertion(asked("Who is the mayor?"), told) == Name(("idris", "kamara"))


YES, NO = Stand(yes=True), Stand(yes=False)
NOT_YET, WILL = Stand(yes=False, planned=True), Stand(yes=True, planned=True)


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("Have the joint brigades been formed?", "The army formed joint brigades last year.", YES),
        ("Have the joint brigades been formed?", "No joint forces have been formed as of yet.", NO),
        ("Have the joint brigades been formed?", "The brigades have not yet been formed.", NO),
        ("Have the joint brigades been formed?", "He denied having formed joint brigades.", NO),
        ("Have the joint brigades been formed?", "Two joint brigades will be formed.", NOT_YET),
        ("Have the joint brigades been formed?", "There is a plan to establish joint forces.", NOT_YET),
        ("Have the joint brigades been formed?", "They have established three joint operation rooms.", None),
        ("Have the joint brigades been formed?", "Joint brigades may be formed.", None),
        ("Have the joint brigades been formed?", "Joint brigades must be formed.", None),
        ("Have the joint brigades been formed?", "Have joint brigades been formed?", None),
        ("Have the joint brigades been formed?", "He asked whether joint brigades were formed.", None),
        ("Did the pumps run during the flood?", "All three pumps ran without interruption.", YES),
        ("Did the pumps run during the flood?", "Two of the three pumps were standing still.", NO),
        ("Did the pumps run during the flood?", "The pumps will run on Monday.", None),
        ("Will there be a toll on the bridge?", "There will be no toll on the bridge.", NO),
        ("Will there be a toll on the bridge?", "The council plans to charge a toll.", WILL),
        ("Is the ward closing?", "There is no plan to close the ward.", NO),
        ("Is the ward closing?", "The ward will close in May.", WILL),
        ("Is the ward closing?", "The ward will stay open.", Stand(yes=False, planned=True)),
        ("Did the council approve the plan?", "The council rejected it.", NO),
        ("Did the council approve the plan?", "The council did not reject it.", YES),
    ],
)
def test_a_sentence_says_yes_or_no(question: str, sentence: str, said: Stand | None) -> None:
    parts = yes_no(question)
    assert parts is not None
    assert stand(parts, sentence) == said


def test_a_question_names_its_period() -> None:
    assert period_of("How many came in 2022?") == Days(date(2022, 1, 1), date(2022, 12, 31))
    assert period_of("How many came?") is None
