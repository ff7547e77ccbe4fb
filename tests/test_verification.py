"""A sentence holds only where its cited sentences prove every particular of it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from eval.benchmarks.verification import judged, measured
from eval.training.claims import ClaimExample
from index.extraction.dates.mentions import mentions
from index.records import Article, Span, Zone, ZoneKind
from service.evidence import Quote, Statement
from service.formatting import worded
from service.verification.particulars import missing
from service.verification.premises import premises
from service.verification.verify import Verdict, attributed, proved, stands, verified
from tests.evidence import BRIDGE, FERRY, hit, quoted
from tests.fakes import WordJudge

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
    return verified(Statement(text=text, quotes=quotes, support="verified", score=1.0), WordJudge())


def lacking(text: str, place: int) -> tuple[str, ...]:
    """The particulars of a sentence that those paragraphs lack."""
    source = article()
    return missing(text, premises([Quote(article=source, span=Span(*_span(source, place)))]))


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
        ("It was expected to open on June 2.", 4),
        ("Engineers from Iraq built it in 2018.", 5),
        ("It did not open in 2019.", 5),
    ],
)
def test_particulars_agree_however_they_are_written(text: str, place: int) -> None:
    assert lacking(text, place) == ()


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("Five of the 12 piers were finished.", 1, "the number 5"),
        ("15 families left Cooper Street.", 2, "the number 15"),
        ("14 families left Cooper Street on 10 February 2020.", 2, "name 10 February 2020"),
        ("14 families left Cooper Street on 12 February 2020.", 2, "name 12 February 2020"),
        ("14 families left Cooper Street on Thursday.", 2, "name Thursday"),
        ("14 families left Mill Street.", 2, "name Mill Street"),
        ("14 families left Cooper Street, the EU said.", 2, "name EU"),
        ("Radio Seawall reported that 14 families left Cooper Street.", 2, "name Radio Seawall"),
        ("“Mill Bridge is broken,” Brandt said.", 3, "quoted words 'Mill Bridge is broken,'"),
        ("The bridge will cost 1.2 million euros.", 4, "1200000 euro"),
        ("The bridge will open on 3 June.", 4, "name 3 June"),
        ("Iraqi engineers built it in October 2017.", 5, "October 2017"),
        ("The bridge opened on 2 June.", 4, "look ahead to what is told by 'opened'"),
        ("The bridge was opened on 2 June.", 4, "look ahead to what is told by 'opened'"),
    ],
)
def test_one_wrong_particular_stops_a_sentence(text: str, place: int, reason: str) -> None:
    assert any(reason in one for one in lacking(text, place)), lacking(text, place)
    assert said(text, place).label == "neither"


def test_each_reason_is_told_once_and_the_score_is_none() -> None:
    verdict = said("15 families and 15 boats left Elm Street.", 2)
    assert (verdict.holds, verdict.score) == (False, 0.0)
    assert verdict.reasons == (
        "The cited sentences do not hold the number 15.",
        "The cited sentences do not name Elm Street.",
    )


def test_where_nothing_dates_the_article_weekdays_are_all_that_is_known() -> None:
    assert said("Fourteen families left Cooper Street on Tuesday night.", 2, published=None).holds
    assert not said("Fourteen families left Cooper Street on 11 February 2020.", 2, published=None).holds


TEAGUE = "Mayor Rosalind Teague spoke at noon. She will resign in June."


def teague() -> Quote:
    """The sentence of a pronoun, in an article that says who is meant."""
    source = replace(article(), text=TEAGUE, zones=(Zone(0, len(TEAGUE), ZoneKind.REPORTING),), dates=())
    return Quote(article=source, span=Span(TEAGUE.index("She"), len(TEAGUE)))


def test_a_pronoun_may_stand_for_a_name_before_it_but_what_else_stands_there_proves_nothing() -> None:
    assert proved("Rosalind Teague will resign in June.", [teague()], WordJudge()).holds
    assert not proved("Mayor Rosalind Teague spoke at noon.", [teague()], WordJudge()).holds


def test_a_sentence_may_put_two_cited_ones_together() -> None:
    text = "Fourteen families left Cooper Street, and Brandt said Mill Bridge “is in no danger”."
    assert said(text, 2, 3).holds
    assert not said(text, 2).holds


def test_what_cites_nothing_that_stands_is_not_proved() -> None:
    assert said("Fourteen families left.").reasons == (
        "It cites nothing that stands in an article's reporting.",
    )
    assert not said("Old subscribers write to us.", 6).holds


def test_a_reason_names_the_clause_and_how_sure_it_is() -> None:
    verdict = said("Residents fled their homes.", 2)
    assert verdict.reasons == (
        "The cited sentences are not sure to say this (0.00): 'Residents fled their homes.'.",
    )


def test_the_weakest_clause_decides_and_is_told_with_its_premise() -> None:
    verdict = said("Fourteen families left Cooper Street, and the mayor wept.", 2)
    assert (verdict.label, verdict.clause) == ("neither", "and the mayor wept")
    assert verdict.premise.endswith(PARAGRAPHS[2])
    assert said("Fourteen families left Cooper Street.", 2).score == 1.0


def test_what_is_contradicted_is_told_apart_from_what_is_only_not_said() -> None:
    assert said("Fourteen families did not leave Cooper Street on Tuesday night.", 2).label == "contradicts"
    assert said("Residents fled their homes.", 2).label == "neither"
    assert not said("Fourteen families did not leave Cooper Street on Tuesday night.", 2).may_be_quoted


def test_the_judge_reads_outlet_day_and_the_cited_sentences() -> None:
    source, judge = article(), WordJudge()
    quotes = [Quote(article=source, span=Span(*_span(source, place))) for place in (4, 2)]
    proved("Fourteen families left.", quotes, judge)
    assert judge.asked == [
        (
            f"(The Ostrel Courier, 12 February 2020) {PARAGRAPHS[2]} {PARAGRAPHS[4]}",
            "Fourteen families left.",
        )
    ]


def test_the_judge_is_not_asked_about_a_wrong_number_or_invented_words() -> None:
    source, judge = article(), WordJudge()
    quote = Quote(article=source, span=Span(*_span(source, 2)))
    for text in ("15 families left Cooper Street.", "14 families left “in tears”."):
        assert not proved(text, [quote], judge).holds
    assert judge.asked == []


def test_a_sentence_of_more_clauses_than_are_proved_is_not_proved() -> None:
    assert (
        said("Fourteen families left, " + "fourteen families left, " * 50 + "they said.", 2).label
        == "neither"
    )


def quoting(text: str, place: int = 1) -> bool:
    source = article()
    quote = Quote(article=source, span=Span(*_span(source, place)))
    return verified(Statement(text=text, quotes=(quote,), support="quoted", score=0.7), WordJudge()).holds


def test_a_quoting_sentence_holds_its_quotes_word_by_word() -> None:
    source = article()
    quote = Quote(article=source, span=Span(*_span(source, 1)))
    verdict = verified(
        Statement(text=worded(quote), quotes=(quote,), support="quoted", score=0.7), WordJudge()
    )
    assert verdict == Verdict(label="supports", score=0.7)
    assert not quoting("The Courier: “She said five of the twelve piers were finished.”")


def test_only_whom_its_head_means_may_stand_in_brackets_behind_it() -> None:
    quote = teague()

    def holds(words: str) -> bool:
        return verified(
            Statement(text=words, quotes=(quote,), support="quoted", score=1.0), WordJudge()
        ).holds

    assert holds("“She [Rosalind Teague] will resign in June.”")
    assert not holds("“She [Lena Brandt] will resign in June.”")
    assert not holds("“She will resign [Rosalind Teague] in June.”")
    assert not holds("“She [Rosalind Teague] will resign in July.”")


def test_a_quote_outside_the_reporting_does_not_stand() -> None:
    source = article()
    start, end = _span(source, 6)
    assert not stands(Quote(article=source, span=Span(start, end)))
    assert not stands(Quote(article=source, span=Span(start - 5, end)))
    assert not stands(Quote(article=replace(source, zones=()), span=Span(0, 5)))
    assert stands(Quote(article=source, span=Span(0, start - 1)))


@pytest.mark.parametrize(
    ("claim", "proved_by"),
    [
        ("The bridge will cost 61 million crowns.", "supports"),
        ("The bridge will probably cost taxpayers 61 million crowns.", "neither"),
    ],
)
def test_a_sentence_that_cites_the_wrong_place_gets_the_right_one(claim: str, proved_by: str) -> None:
    wrong = Statement(
        text=claim, quotes=(quoted(FERRY, "The ferry will stop in autumn."),), support="verified", score=0.9
    )
    found, verdict = attributed(wrong, [hit(FERRY), hit(BRIDGE)], WordJudge())
    assert [quote.text for quote in found.quotes] == [
        "The bridge will cost 61 million crowns, the mayor said."
    ]
    assert verdict.label == proved_by


def test_a_set_is_measured_by_both_of_its_halves() -> None:
    true = ClaimExample(
        "The bridge cost 61 million crowns.", "The bridge cost 61 million crowns.", True, "made"
    )
    false = ClaimExample(
        "The bridge cost 16 million crowns.", "The bridge cost 61 million crowns.", False, "made"
    )
    unsure = ClaimExample(
        "Taxpayers were charged heavily.", "The bridge cost 61 million crowns.", True, "made"
    )
    one = measured(list(judged([true, false, unsure], WordJudge())), 3.0)
    assert (one.kept, one.supported, one.stopped, one.unsupported) == (1, 2, 1, 1)
    assert (one.balanced_accuracy, one.milliseconds) == (0.75, 1000.0)
