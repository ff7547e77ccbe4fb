"""A sentence holds only where its cited sentences prove every particular of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from eval.benchmarks.corrupting import KINDS, pairs
from eval.benchmarks.verification import articles_in, balanced_accuracy, best_threshold, stopped
from index.extraction.dates.mentions import mentions
from index.records import Article, Span, Zone, ZoneKind
from service.answerers.formatting import worded
from service.evidence import Quote, Statement
from service.verification.evidence_context import grounds
from service.verification.verify import Verdict, evidence_text, stands, verified
from tests.conftest import SAMPLE

PARAGRAPHS = (
    "Mayor Henrik Aldane and the chief engineer, Lena Brandt, spoke at the Harbour Bridge on Tuesday.",
    "She said four of the twelve piers were finished.",
    "Fourteen families left Cooper Street on Tuesday night, the United Nations said.",
    "“Mill Bridge is hurt, but it is in no danger of falling down,” Brandt said.",
    "The bridge will open on 2 June and cost 1.2 million crowns, 58 per cent of it from the state.",
    "Iraqi engineers built it in October 2018. It did not open last year.",
    "Old subscribers: write to us.",
)


def article(*, published: date | None = date(2020, 2, 12)) -> Article:
    """Seven paragraphs; all but the last are reporting."""
    zones, place = [], 0
    for paragraph in PARAGRAPHS:
        kind = ZoneKind.LEGAL if paragraph.startswith("Old") else ZoneKind.REPORTING
        zones.append(Zone(place, place + len(paragraph), kind))
        place += len(paragraph) + 1
    text = "\n".join(PARAGRAPHS)
    return Article(
        key="piers", text=text, zones=tuple(zones), title="Brandt on the piers", outlet="The Ostrel Courier",
        author="Ines Calloway", published=published, dates=mentions(text, zones, published), language="en",
        id=1, version=1, cluster=1, added=datetime(2020, 2, 12, tzinfo=UTC),
    )  # fmt: skip


def said(text: str, *places: int, published: date | None = date(2020, 2, 12)) -> Verdict:
    """The verdict on a sentence that cites those paragraphs."""
    source = article(published=published)
    quotes = tuple(Quote(article=source, span=Span(*_span(source, place))) for place in places)
    return verified(Statement(text=text, quotes=quotes, support="verified", score=1.0))


def _span(source: Article, place: int) -> tuple[int, int]:
    zone = source.zones[place]
    return zone.start, zone.end


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("4 of the 12 piers were finished, she said.", 1),
        ("Four of a dozen piers were finished, Lena Brandt said.", 1),
        ("14 families left Cooper Street on 11 February 2020.", 2),
        ("In February 2020, fourteen families left Cooper Street.", 2),
        ("On the night of Tuesday, 11 February 2020, fourteen families left, the UN said.", 2),
        ("The Ostrel Courier reported on 12 February 2020 that 14 families left Cooper Street.", 2),
        ("According to Ines Calloway, 14 families left Cooper Street on Tuesday.", 2),
        ("“Mill Bridge is hurt,” said Lena Brandt.", 3),
        ('Brandt said that "it is in no danger … falling down".', 3),
        ("The Harbour Bridge will cost 1,200,000 crowns.", 4),
        ("58% of the cost comes from the state.", 4),
        ("It will open on June 2.", 4),
        ("Engineers from Iraq built it in 2018.", 5),
        ("It did not open in 2019.", 5),
    ],
)
def test_a_sentence_in_other_words_holds(text: str, place: int) -> None:
    assert said(text, place).reasons == ()


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("Five of the 12 piers were finished.", 1, "the number 5"),
        ("Twelve of the four piers were finished, Rosalind Teague said.", 1, "name Rosalind Teague"),
        ("15 families left Cooper Street.", 2, "the number 15"),
        ("14 families left Cooper Street on 10 February 2020.", 2, "name 2020-02-10"),
        ("14 families left Cooper Street on 12 February 2020.", 2, "name 2020-02-12"),
        ("14 families left Cooper Street on Thursday.", 2, "name Thursday"),
        ("14 families left Cooper Street yesterday.", 2, "say 'yesterday'"),
        ("14 families left Mill Street.", 2, "name Mill Street"),
        ("14 families left Cooper Street, the EU said.", 2, "name EU"),
        ("Radio Seawall reported that 14 families left Cooper Street.", 2, "name Radio Seawall"),
        ("“Mill Bridge is broken,” Brandt said.", 3, "quoted words 'Mill Bridge is broken,'"),
        ("“Mill Bridge is hurt,” Henrik Aldane said.", 3, "another source"),
        ("Mill Bridge is in danger of falling down.", 3, "denies this"),
        ("The bridge will cost 1.2 million euros.", 4, "euro"),
        ("The bridge will open on 3 June.", 4, "day 3 of month 6"),
        ("The bridge will not open on 2 June.", 4, "denies this"),
        ("Iraqi engineers built it in October 2017.", 5, "2017-10-01"),
        ("It opened last year.", 5, "denies this"),
        ("14 families left Cooper Street on Monday, 11 February 2020.", 2, "is no Monday"),
    ],
)
def test_one_wrong_particular_stops_a_sentence(text: str, place: int, reason: str) -> None:
    verdict = said(text, place)
    assert not verdict.holds
    assert any(reason in one for one in verdict.reasons), verdict.reasons


def test_each_reason_is_told_once_and_the_score_is_none() -> None:
    verdict = said("15 families and 15 boats left Mill Street.", 2)
    assert (verdict.holds, verdict.score) == (False, 0.0)
    assert len(verdict.reasons) == len(set(verdict.reasons)) == 2


def test_where_nothing_dates_the_article_weekdays_are_all_that_is_known() -> None:
    assert said("Fourteen families left Cooper Street on Tuesday night.", 2, published=None).holds
    assert not said("Fourteen families left Cooper Street on 11 February 2020.", 2, published=None).holds


def test_a_pronoun_may_stand_for_a_name_before_it_but_no_number_may() -> None:
    assert said("Lena Brandt said four of the twelve piers were finished.", 1).holds
    assert not said("Lena Brandt said one of the twelve piers was finished on Tuesday.", 1).holds


def test_a_sentence_may_put_two_cited_ones_together() -> None:
    text = "14 families left Cooper Street, and Brandt said Mill Bridge “is in no danger”."
    assert said(text, 2, 3).holds
    assert not said(text, 2).holds


def test_what_cites_nothing_that_stands_is_not_proved() -> None:
    assert said("Fourteen families left.").reasons == (
        "It cites nothing that stands in an article's reporting.",
    )
    assert not said("Old subscribers write to us.", 6).holds


def test_what_shares_no_word_with_its_evidence_needs_a_model() -> None:
    verdict = said("Residents fled their homes.", 2)
    assert verdict.reasons == ("Its evidence supports it by 0.00 only.",)


class Judge:
    """A judge that gives every claim the same probability and keeps what it was asked."""

    def __init__(self, score: float) -> None:
        self.score = score
        self.asked: list[tuple[str, str]] = []

    def __call__(self, claims: Sequence[str], evidence: Sequence[str]) -> list[float]:
        self.asked += zip(claims, evidence, strict=True)
        return [self.score] * len(claims)


def test_the_model_decides_where_the_rules_find_nothing_wrong() -> None:
    source = article()
    quote = Quote(article=source, span=Span(*_span(source, 2)))
    claim = Statement(text="Residents fled their homes [1].", quotes=(quote,), support="verified", score=1.0)
    agrees, differs = Judge(0.8), Judge(0.1)
    assert verified(claim, agrees) == Verdict(True, (), 0.8)
    assert verified(claim, differs) == Verdict(False, ("Its evidence supports it by 0.10 only.",), 0.1)
    assert agrees.asked == [
        ("Residents fled their homes.", f"The Ostrel Courier, 12 February 2020: {quote.text}")
    ]
    assert not verified(claim, agrees, least=0.9).holds


def test_the_model_is_not_asked_about_a_wrong_number_or_invented_words() -> None:
    source, judge = article(), Judge(1.0)
    quote = Quote(article=source, span=Span(*_span(source, 2)))
    for text in ("15 families left Cooper Street.", "14 families left “in tears”."):
        statement = Statement(text=text, quotes=(quote,), support="verified", score=1.0)
        assert not verified(statement, judge).holds
    assert judge.asked == []


def test_the_model_reads_outlet_day_and_cited_sentences() -> None:
    source = article()
    quotes = [Quote(article=source, span=Span(*_span(source, place))) for place in (2, 1)]
    told = f"The Ostrel Courier, 12 February 2020: {PARAGRAPHS[1]}\n{PARAGRAPHS[2]}"
    assert evidence_text(grounds(quotes)) == told


def quoting(text: str, place: int = 1) -> bool:
    source = article()
    quote = Quote(article=source, span=Span(*_span(source, place)))
    return verified(Statement(text=text, quotes=(quote,), support="quoted", score=0.7)).holds


def test_a_quoting_sentence_holds_its_quotes_word_by_word() -> None:
    source = article()
    quote = Quote(article=source, span=Span(*_span(source, 1)))
    verdict = verified(Statement(text=worded(quote), quotes=(quote,), support="quoted", score=0.7))
    assert verdict == Verdict(True, (), 0.7)
    assert not quoting("The Courier: “She said five of the twelve piers were finished.”")


def test_only_a_name_of_the_article_may_stand_in_brackets_and_only_after_what_points_to_it() -> None:
    assert quoting("“She [Lena Brandt] said four of the twelve piers were finished.”")
    assert not quoting("“She [Rosalind Teague] said four of the twelve piers were finished.”")
    assert not quoting("“She said four [Lena Brandt] of the twelve piers were finished.”")
    assert not quoting("“She [Lena Brandt] said five of the twelve piers were finished.”")


def test_a_quote_outside_the_reporting_does_not_stand() -> None:
    source = article()
    start, end = _span(source, 6)
    assert not stands(Quote(article=source, span=Span(start, end)))
    assert not stands(Quote(article=source, span=Span(start - 5, end)))
    assert not stands(Quote(article=replace(source, zones=()), span=Span(0, 5)))
    assert stands(Quote(article=source, span=Span(0, start - 1)))


def test_of_sentences_with_one_thing_wrong_19_in_20_are_stopped_and_of_right_ones_1_in_20_at_most() -> None:
    tallies = stopped(pairs(articles_in(SAMPLE), 11, 84, KINDS))
    assert set(tallies) == set(KINDS)
    assert sum(tally.stopped for tally in tallies.values()) >= 0.95 * 84
    assert sum(tally.stopped_falsely for tally in tallies.values()) <= 0.05 * 84


def test_a_seed_makes_the_same_pairs_again_and_each_twin_differs() -> None:
    articles = articles_in(SAMPLE)
    found = pairs(articles, 3, 14)
    assert found == pairs(articles, 3, 14)
    assert all(pair.right.text != pair.wrong.text for pair in found)
    assert all(pair.right.text not in " ".join(q.text for q in pair.right.quotes) for pair in found)


def test_balanced_accuracy_counts_both_kinds_alike() -> None:
    truth, scores = [True, True, True, False], [0.9, 0.8, 0.2, 0.6]
    assert balanced_accuracy(truth, scores, 0.5) == pytest.approx((2 / 3 + 0) / 2)
    assert best_threshold(truth, scores) == 0.8
    assert balanced_accuracy(truth, scores, 0.8) == pytest.approx((2 / 3 + 1) / 2)
