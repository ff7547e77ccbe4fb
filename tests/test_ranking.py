"""What speaks for a sentence beside the reading model: words, kind, names, years, speakers, days."""

import math
from datetime import date

import pytest

from index.records import DateMention, Hit, Order, Origin, Span
from service.evidence import Finding
from service.questions.plan import Plan
from service.reading.ranking import (
    ANOTHER_SPEAKS,
    IN_PASSAGE,
    IN_SENTENCE,
    NEWER,
    NOT_YET,
    OF_ANOTHER_KIND,
    OF_ANOTHER_NAME,
    OF_ANOTHER_YEAR,
    OFF,
    PASSED_ON,
    SPEAKS,
    UNNAMED,
    USUAL,
    wanted,
    weighed,
)
from tests.evidence import article, hit, quoted

HARBOUR = article(1, "The harbour of Dunmarsh is deep. The mayor of Ostrel came on Monday.")
FEES = article(2, "The fee was 40 crowns in 2018. The fee rose. “The fee is too high,” said Ana Roy.")


def plan(question: str, **known: object) -> Plan:
    return Plan(standalone_question=question, search_words=question, **known)  # type: ignore[arg-type]


def moved(asked: Plan, found: Hit, words: str, weights: dict[str, float], score: float = 0.5) -> float:
    """By how many logits the sentence of these words is moved, in a passage that surely does not answer."""
    finding = Finding(quote=quoted(found.article, words), answer=words, score=score)
    after = weighed(finding, found, wanted(asked, weights, [hit(HARBOUR), hit(FEES)]), 0.0).score
    return math.log(after / (1 - after)) - math.log(score / (1 - score))


def test_the_words_of_the_question_count_by_their_rarity_in_the_sentence_and_around_it() -> None:
    asked = plan("what of the mayor and the harbour")
    mayor = moved(asked, hit(HARBOUR), "The mayor of Ostrel came on Monday.", {"mayor": 3.0, "harbour": 1.0})
    assert mayor == pytest.approx(USUAL + IN_SENTENCE * 0.75 + IN_PASSAGE)


def test_words_that_only_ask_do_not_count() -> None:
    asked = plan("what is the latest on the mayor")
    weights = {"what": 5.0, "latest": 5.0, "mayor": 1.0}
    assert moved(asked, hit(HARBOUR), "The mayor of Ostrel came on Monday.", weights) == pytest.approx(
        USUAL + IN_SENTENCE + IN_PASSAGE
    )


def test_a_number_is_wanted_of_what_is_counted() -> None:
    asked = plan("how much is the fee")
    whole = USUAL + IN_SENTENCE + IN_PASSAGE
    assert moved(asked, hit(FEES), "The fee was 40 crowns in 2018.", {"fee": 2.0}) == pytest.approx(whole)
    assert moved(asked, hit(FEES), "The fee rose.", {"fee": 2.0}) == pytest.approx(whole + OF_ANOTHER_KIND)


def test_a_time_is_wanted_where_it_is_asked_when() -> None:
    asked, weights = plan("when did the mayor come"), {"mayor": 2.0}
    came = moved(asked, hit(HARBOUR), "The mayor of Ostrel came on Monday.", weights)
    deep = moved(asked, hit(HARBOUR), "The harbour of Dunmarsh is deep.", weights)
    assert came == pytest.approx(USUAL + IN_SENTENCE + IN_PASSAGE)
    assert deep == pytest.approx(USUAL + IN_PASSAGE + OF_ANOTHER_KIND)


def test_a_name_that_the_passage_lacks_tells_against_it() -> None:
    asked = plan("Who leads Caldwick and Dunmarsh")
    gained = moved(asked, hit(HARBOUR), "The harbour of Dunmarsh is deep.", {"dunmarsh": 2.0})
    assert gained == pytest.approx(USUAL + IN_SENTENCE + IN_PASSAGE + UNNAMED / 2)


def test_a_sentence_of_another_year_is_not_about_the_one_asked_for() -> None:
    text = "Births were many in 2018. Births were few in 2020. Births fell."
    days = [
        DateMention(
            start=place, end=place + 4, first=date(year, 1, 1), last=date(year, 12, 31), origin=Origin.TEXT
        )
        for year in (2018, 2020)
        for place in [text.index(str(year))]
    ]
    births = hit(article(3, text, dates=tuple(days)))
    asked, whole = plan("where were births in 2020"), USUAL + IN_SENTENCE + IN_PASSAGE
    gained = [
        moved(asked, births, text[span.start : span.end], {"birth": 2.0}) for span in births.passage.sentences
    ]
    assert gained == pytest.approx([whole + OF_ANOTHER_YEAR, whole, whole])


def test_what_was_only_to_happen_does_not_tell_when_it_did() -> None:
    text = "The bridge opened in June. The bridge will open in May. The bridge did not open in April."
    bridge = hit(article(3, text))
    sentences = [text[span.start : span.end] for span in bridge.passage.sentences]
    kind = USUAL + IN_SENTENCE + IN_PASSAGE + OF_ANOTHER_KIND  # no dates were read in this article
    for asked, lost in (("when did the bridge open", NOT_YET), ("when will the bridge open", 0.0)):
        gained = [moved(plan(asked), bridge, sentence, {"bridg": 2.0}) for sentence in sentences]
        assert gained == pytest.approx([kind, kind + lost, kind + lost])


def test_who_holds_another_office_is_not_the_one_asked_for() -> None:
    told = article(3, "Councillor Ana Roy came to the harbour. Mayor Idris Kamara came to the harbour.")
    want = wanted(plan("who is the mayor"), {"harbour": 1.0}, [hit(told)])
    scores = []
    for name in ("Ana Roy", "Idris Kamara"):
        start = told.text.index(name)
        answer = Span(start, start + len(name))
        quote = quoted(told, f"{name} came to the harbour.", answer=answer)
        scores.append(weighed(Finding(quote=quote, answer=name, score=0.5), hit(told), want, 0.0).score)
    odds = [math.log(score / (1 - score)) for score in scores]
    assert odds[0] - odds[1] == pytest.approx(OF_ANOTHER_KIND)


def test_the_bridge_may_be_another_than_the_one_asked_about() -> None:
    told = article(3, "The town builds the Harbour Bridge. The bridge will be closed to lorries on Monday.")
    sentence = "The bridge will be closed to lorries on Monday."
    weights = {"lorri": 2.0}
    for name, lost in (("Mill Bridge", OF_ANOTHER_NAME), ("Harbour Bridge", 0.0)):
        want = wanted(plan(f"Is the {name} closed to lorries"), weights, [hit(told)])
        finding = Finding(quote=quoted(told, sentence), answer=sentence, score=0.5)
        score = weighed(finding, hit(told), want, 0.0).score
        lacked = UNNAMED / 2 if lost else 0.0  # of the two words of the name
        whole = USUAL + IN_SENTENCE + IN_PASSAGE + lacked + lost
        assert math.log(score / (1 - score)) == pytest.approx(whole)


def test_whoever_is_asked_about_must_speak() -> None:
    asked, weights = plan("What did Ana Roy say about the fee"), {"fee": 2.0, "ana": 4.0, "roy": 4.0}
    whole = USUAL + IN_SENTENCE + IN_PASSAGE
    said = moved(asked, hit(FEES), "“The fee is too high,” said Ana Roy.", weights)
    told = moved(asked, hit(FEES), "The fee rose.", weights)
    assert said == pytest.approx(whole + SPEAKS)
    assert told == pytest.approx(whole + ANOTHER_SPEAKS)


def test_what_they_say_of_something_else_gains_nothing() -> None:
    asked = plan("What did Ana Roy say about the harbour")
    gained = moved(asked, hit(FEES), "“The fee is too high,” said Ana Roy.", {"harbour": 2.0})
    assert gained == pytest.approx(USUAL + OFF)


def test_of_how_things_stand_the_newest_comes_first() -> None:
    asked = plan("who is the mayor now", order=Order.NEWEST)
    old = moved(asked, hit(HARBOUR), "The harbour of Dunmarsh is deep.", {"fee": 1.0})
    new = moved(asked, hit(FEES), "The fee rose.", {"fee": 1.0})
    assert old == pytest.approx(USUAL + OFF - NEWER / 2)
    assert new == pytest.approx(USUAL + IN_SENTENCE + IN_PASSAGE + NEWER / 2)
    assert (HARBOUR.published, FEES.published) == (date(2024, 5, 1), date(2024, 5, 2))


def test_a_second_answer_shares_the_probability_of_its_passage() -> None:
    finding = Finding(quote=quoted(FEES, "The fee rose."), answer="rose", score=0.1)
    want = wanted(plan("is there a fee"), {"fee": 1.0}, [hit(FEES)])
    shared = 0.1 + PASSED_ON * (0.7 - 0.1)
    odds = math.log(shared / (1 - shared)) + USUAL + IN_SENTENCE + IN_PASSAGE
    assert weighed(finding, hit(FEES), want, 0.7).score == pytest.approx(1 / (1 + math.exp(-odds)))
