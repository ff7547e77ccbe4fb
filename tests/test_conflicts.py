"""Agreement, disagreement and change over the sample archive, the real articles, and articles made here."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.archive import Archive
from index.extraction.dates.mentions import mentions
from index.readers import list_files, read_file
from index.records import Article, Draft, Span
from service.evidence import Contrast, Finding, Quote
from service.reading.conflicts import about, change, contrasts, disagreement, sides
from tests.evidence import article

Told = tuple[str, str, str]
"""Of an article (its title or the end of its key): the sentence, and the words of it that answer."""

INJURED = "How many people were injured in the explosion at the Bellweather Cannery?"
FAMILIES = "How many families were evacuated in the flood?"
COST = "How much will the Harbour Bridge cost?"


def found(article: Article, sentence: str, answer: str = "", score: float = 0.8, **known: Any) -> Finding:
    start = article.text.index(sentence)
    place = article.text.index(answer, start) if answer else start
    words = Span(place, place + len(answer or sentence))
    quote = Quote(article=article, span=Span(start, start + len(sentence)), answer=words, **known)
    return Finding(quote=quote, answer=words.of(article.text), score=score)


@pytest.fixture
def told(sample_archive: Archive) -> Callable[..., list[Finding]]:
    """Finds sentences of the sample archive."""
    articles = sample_archive.articles()

    def find(*sentences: Told) -> list[Finding]:
        return [
            found(
                next(one for one in articles if name in (one.title, one.key[-len(name) :])), sentence, answer
            )
            for name, sentence, answer in sentences
        ]

    return find


def said(contrast: Contrast) -> list[list[str]]:
    return [[finding.answer for finding in side.findings] for side in contrast.sides]


def report(id: int, text: str, **known: Any) -> Article:
    plain = article(id, text, **known)
    return article(id, text, dates=mentions(text, plain.zones, plain.published), **known)


NINE = (
    "Five, eight, eleven: what the cannery report says",
    "Nine people were injured in the explosion at the Bellweather Cannery on August 18, "
    "eight workers and one firefighter",
    "Nine people",
)
FIVE = (
    "Five injured in explosion at Bellweather Cannery",
    "Five people were injured on Thursday",
    "Five people",
)
ELEVEN = ("news/cannery-blast", "Eleven people were taken to hospital on Thursday", "Eleven people")
EIGHT = ("en/2022/cannery-fire", "Eight workers were injured in the explosion", "Eight workers")
ARABIC = ("ar/2022/cannery-fire", "أصيب ثمانية عمال، اثنان منهم إصابتهما خطيرة", "ثمانية عمال")


def test_outlets_that_differ_on_one_day_disagree_and_a_later_report_is_a_change(
    told: Callable[..., list[Finding]],
) -> None:
    differ, changed = contrasts(INJURED, told(NINE, FIVE, ELEVEN, EIGHT, ARABIC))
    assert differ.kind == "disagreement"
    assert differ.about == "how many people were injured in the explosion at the Bellweather Cannery"
    assert said(differ) == [["Eight workers", "ثمانية عمال"], ["Five people"], ["Eleven people"]]
    assert changed.kind == "change"
    assert said(changed)[0] == ["Nine people"]
    assert [side.day for side in changed.sides] == [
        date(2022, 11, 25),
        date(2022, 8, 20),
        date(2022, 8, 19),
        date(2022, 8, 18),
    ]


def test_three_counts_of_one_night_disagree_and_a_part_of_one_is_no_fourth(
    told: Callable[..., list[Finding]],
) -> None:
    (differ,) = contrasts(
        FAMILIES,
        told(
            (
                "Fourteen families leave homes as Lenn bursts its banks",
                "Fourteen families were evacuated",
                "Fourteen",
            ),
            ("news/flood-lower-quay", "About 40 families were evacuated from Lower Quay", "40 families"),
            (
                "Fire brigade: 23 families brought to safety in flood",
                "The fire brigade evacuated 23 families",
                "23",
            ),
            (
                "Fire brigade: 23 families brought to safety in flood",
                "14 of the families lived in Cooper Street",
                "14",
            ),
        ),
    )
    assert differ.kind == "disagreement"
    assert sorted(said(differ)) == [["23"], ["40 families"], ["Fourteen"]]


LEVELS = (
    (
        "Fourteen families leave homes as Lenn bursts its banks",
        "The water reached 4.6 metres on the gauge at Mill Bridge shortly before midnight, the highest level "
        "measured there since 1978.",
        "4.6 metres",
    ),
    ("news/flood-lower-quay", "The river reached 4.9 metres at Mill Bridge", "4.9 metres"),
)
CROWDS = (
    ("sport/rovers-go-up", "They beat Dunmarsh Town 2–1 on Saturday in front of 6,412 spectators", "6,412"),
    ("en/2023/rovers-promotion", "Police counted 5,200 spectators at the Ropewalk on Saturday", "5,200"),
    ("en/2023/rovers-promotion", "The club speaks of 6,412.", "6,412"),
)
PUMPS = (
    ("Who switched off the pumps at Salt Lane?", "All three pumps at Salt Lane ran without interruption", ""),
    ("Who switched off the pumps at Salt Lane?", "two of the three pumps were standing still", ""),
)
BOILER = (
    ("en/2022/cannery-fire", "“The boiler exploded. I have stood in what is left of it,” Pell said.", ""),
    ("en/2022/cannery-fire", "“We can rule out a fault in the boiler.", ""),
)
WARD = (
    ("en/2021/maternity-denial", "“There is no plan to close the maternity ward at Quayside Hospital,”", ""),
    ("en/2021/maternity-denial", "“The plan is to close the maternity ward at the end of this year,”", ""),
)
COSTS_OF_2021 = (
    (
        "The bridge that grew: 61 million, or 66?",
        "The Harbour Bridge will cost 61 million crowns instead of 48 million",
        "61 million crowns instead of 48 million",
    ),
    (
        "The bridge that grew: 61 million, or 66?",
        'It puts the "probable final cost" at 66 million crowns',
        "66 million crowns",
    ),
)


@pytest.mark.parametrize(
    ("question", "sentences", "sizes"),
    [
        ("How high did the Lenn rise at Mill Bridge in the flood of February 2020?", LEVELS, [1, 1]),
        ("How many spectators saw Ostrel Rovers win promotion?", CROWDS, [2, 1]),
        ("Did the pumps at Salt Lane run during the flood?", PUMPS, [1, 1]),
        ("What did Joanna Pell and Dieter Lund say about the boiler of the cannery?", BOILER, [1, 1]),
        ("Is the maternity ward closing?", WARD, [1, 1]),
        (COST, COSTS_OF_2021, [1, 1]),
    ],
)
def test_disagreements_of_the_sample(
    told: Callable[..., list[Finding]], question: str, sentences: Sequence[Told], sizes: list[int]
) -> None:
    (differ,) = contrasts(question, told(*sentences))
    assert differ.kind == "disagreement"
    assert [len(side.findings) for side in differ.sides] == sizes


def test_the_cost_of_the_bridge_over_the_years(told: Callable[..., list[Finding]]) -> None:
    findings = told(
        (
            "Council votes for lorry toll on Harbour Bridge",
            "According to the final account, which the town treasurer presented earlier this month, "
            "the Harbour Bridge cost 69.1 million crowns, 1.6 million more than was stated at the opening in "
            "June 2023.",
            "69.1 million crowns",
        ),
        *COSTS_OF_2021,
        (
            "Harbour Bridge opens twenty months late",
            "When the council approved the project in March 2019 the cost was put at 48 million crowns",
            "48 million crowns",
        ),
        ("Harbour Bridge opens twenty months late", "at a cost of 67.5 million crowns", "67.5 million"),
        (
            "No Harbour Bridge this spring",
            "The last official figure, from July 2021, is 61 million crowns.",
            "61 million",
        ),
        (
            "Harbour Bridge to open in October 2021, says mayor",
            "The Harbour Bridge will cost 48 million crowns and open in October 2021",
            "48 million crowns",
        ),
    )
    differ, changed = contrasts("How has the cost of the Harbour Bridge changed over the years?", findings)
    assert [sorted(side) for side in said(differ)] == [
        ["61 million", "61 million crowns instead of 48 million"],
        ["66 million crowns"],
    ]
    assert [(side.day, len(side.findings)) for side in changed.sides] == [
        (date(2024, 10, 9), 1),
        (date(2023, 6, 18), 1),
        (date(2021, 7, 9), 2),
        (date(2021, 7, 9), 1),
        (date(2019, 3, 14), 2),
    ]


@pytest.mark.parametrize(
    ("question", "sentences", "answers"),
    [
        (
            "By how many votes did Rosalind Teague win the mayoral election in 2021?",
            [
                ("news/teague-wins-mayoral-election", "by 321 votes on Sunday", "321 votes"),
                (
                    "news/correction-mayoral-election",
                    "by 312 votes and not by 321",
                    "312 votes and not by 321",
                ),
                (
                    "Rosalind Teague elected mayor of Port Ostrel",
                    "6,204 votes to 5,892",
                    "6,204 votes to 5,892",
                ),
            ],
            [["312 votes and not by 321"], ["321 votes"]],
        ),
        (
            "Who is the mayor of Port Ostrel now?",
            [
                ("Council votes for lorry toll on Harbour Bridge", "Mayor Idris Kamara said", "Idris Kamara"),
                (
                    "Council votes for lorry toll on Harbour Bridge",
                    "former mayor Henrik Aldane had",
                    "Henrik Aldane",
                ),
                (
                    "Rosalind Teague elected mayor of Port Ostrel",
                    "Rosalind Teague is the new mayor",
                    "Rosalind Teague",
                ),
                ("en/2024/kamara-elected", "Idris Kamara has been elected mayor", "Idris Kamara"),
                (
                    "Fourteen families leave homes as Lenn bursts its banks",
                    "said Mayor Henrik Aldane",
                    "Henrik Aldane",
                ),
            ],
            [["Idris Kamara", "Idris Kamara"], ["Rosalind Teague"], ["Henrik Aldane"]],
        ),
        (
            "When was the Harbour Bridge to open?",
            [
                (
                    "news/harbour-bridge-delayed",
                    "The Harbour Bridge will open in spring 2022 and not in October 2021",
                    "in spring 2022 and not in October 2021",
                ),
                (
                    "Harbour Bridge to open in October 2021, says mayor",
                    "open in October 2021, Mayor",
                    "October 2021",
                ),
                (
                    "Harbour Bridge opens twenty months late",
                    "opened to traffic on Saturday (June 17)",
                    "June 17",
                ),
            ],
            [["June 17"], ["in spring 2022 and not in October 2021"], ["October 2021"]],
        ),
        (
            "How many people came to the Lantern Festival?",
            [
                ("culture/lantern-festival-2022", "About 18,000 people came", "18,000 people"),
                (
                    "en/2023/lantern-festival",
                    "The Lantern Festival drew 22,500 visitors on Saturday",
                    "22,500",
                ),
                (
                    "en/2023/lantern-festival",
                    "Last year about 18,000 people had come.",
                    "about 18,000 people",
                ),
            ],
            [["22,500"], ["18,000 people", "about 18,000 people"]],
        ),
    ],
)
def test_changes_of_the_sample(
    told: Callable[..., list[Finding]], question: str, sentences: list[Told], answers: list[list[str]]
) -> None:
    (changed,) = contrasts(question, told(*sentences))
    assert changed.kind == "change"
    assert said(changed) == answers


def test_sources_that_agree_are_silent(told: Callable[..., list[Finding]]) -> None:
    ferry = told(
        (
            "Ferry aground in fog off Port Ostrel, 71 people brought ashore",
            "Sixty-two passengers and nine crew",
            "",
        ),
        (
            "harbour/saint-ilva-grounding",
            "Sixty-two passengers and nine crew were taken off",
            "Sixty-two passengers",
        ),
        ("Saint Ilva runs onto the Anvil: all passengers safe", "Sixty-two passengers and nine crew", ""),
    )
    assert contrasts("How many passengers were on the ferry?", ferry) == ()
    festival = told(
        ("culture/lantern-festival-2022", "About 18,000 people came", "18,000 people"),
        (
            "en/2023/lantern-festival",
            "The Lantern Festival drew 22,500 visitors on Saturday (September 9)",
            "22,500",
        ),
    )
    assert contrasts("How many people came to the Lantern Festival in 2022?", festival) == ()


def test_copies_count_once(told: Callable[..., list[Finding]]) -> None:
    sentence = "Two lifeboats and a pilot launch brought everybody ashore in just under three hours"
    names = (
        "Ferry aground in fog off Port Ostrel, 71 people brought ashore",
        "harbour/saint-ilva-grounding",
        "Saint Ilva runs onto the Anvil: all passengers safe",
    )
    question = "How long did it take to bring everybody ashore?"
    (side,) = sides(question, told(*((name, sentence, "just under three hours") for name in names)))
    assert len(side.findings) == 1
    assert side.day == date(2021, 1, 29)


@pytest.fixture
def real(shared: Path) -> dict[str, Article]:
    """The five real articles by the name of their file."""
    files = list_files([shared / "data" / "articles"])
    drafts = [(file.stem, draft) for file in files for draft in read_file(file) if isinstance(draft, Draft)]
    kept = ("text", "zones", "outlet", "published", "title", "dates")
    return {
        name: article(id, **{field: getattr(draft, field) for field in kept})
        for id, (name, draft) in enumerate(drafts, 1)
    }


def test_the_joint_brigades_were_announced_and_then_formed(real: dict[str, Article]) -> None:
    findings = [
        found(
            real["rudaw"],
            "“Joint brigades between the Iraqi security forces and the Peshmerga forces must be put into "
            "operation as soon as possible",
        ),
        found(
            real["zhyan"], "No joint forces between the Peshmerga and Iraqi army have been formed as of yet"
        ),
        found(real["zhyan"], "a Peshmerga commander said two joint brigades will be formed"),
        found(real["esta"], "There is a plan to establish joint forces to carry out joint operations"),
        found(
            real["rudaw"],
            "Last year, to secure the disputed territories that stretch across several provinces including "
            "Kirkuk, Salahaddin, and Diyala, the Iraqi army and Peshmerga formed joint brigades",
        ),
        found(
            real["esta"],
            "The Iraqi military and Peshmerga forces have established three joint operation rooms",
        ),
    ]
    (contrast,) = contrasts("Have the joint brigades been formed?", findings)
    changed = change(
        contrast, lambda quote: findings.index(next(f for f in findings if f.quote == quote)) + 1
    )
    assert changed.about == "whether the joint brigades have been formed"
    newest, oldest = changed.positions
    assert (newest.day, newest.citations) == (date(2024, 7, 14), (5, 1))
    assert newest.text.startswith("Rudaw, 14 July 2024: “Last year, to secure the disputed territories")
    assert "must be put into operation" in newest.text
    assert (oldest.day, oldest.citations) == (date(2021, 6, 2), (2, 3, 4))
    assert oldest.text == (
        "Zhyan News Network, 2 June 2021: “No joint forces between the Peshmerga and Iraqi army have been "
        "formed as of yet” “a Peshmerga commander said two joint brigades will be formed”"
    )


HURT = "How many people were hurt in the fire?"


def hurt(id: int, number: str, **known: Any) -> Finding:
    return found(
        report(id, f"{number} people were hurt in the fire.", **known), f"{number} people were hurt", number
    )


def test_a_revised_toll_in_one_outlet_is_a_change() -> None:
    day = hurt(1, "Five", outlet="Tideline", published=date(2024, 5, 1))
    next_day = hurt(2, "Eight", outlet="Tideline", published=date(2024, 5, 2))
    (changed,) = contrasts(HURT, [day, next_day])
    assert changed.kind == "change"
    assert said(changed) == [["Eight"], ["Five"]]


@pytest.mark.parametrize(
    ("later", "kind"), [(1, "disagreement"), (4, "disagreement"), (5, "change"), (9, "change")]
)
def test_reports_of_two_outlets_disagree_within_a_few_days(later: int, kind: str) -> None:
    reports = [hurt(1, "Five", published=date(2024, 5, 1)), hurt(2, "Eight", published=date(2024, 5, later))]
    (contrast,) = contrasts(HURT, reports)
    assert contrast.kind == kind


def test_a_report_that_says_it_revises_is_a_change() -> None:
    first = hurt(1, "Five", published=date(2024, 5, 1))
    text = "The number of people hurt in the fire rose to eight people."
    second = found(report(2, text, published=date(2024, 5, 2)), text, "eight people")
    (contrast,) = contrasts(HURT, [first, second])
    assert contrast.kind == "change"


def test_a_side_of_a_change_is_told_in_the_words_of_its_day() -> None:
    days = {1: ("Five", date(2024, 5, 1)), 2: ("5", date(2024, 5, 10)), 3: ("Eight", date(2024, 5, 30))}
    (changed,) = contrasts(HURT, [hurt(id, number, published=day) for id, (number, day) in days.items()])
    sent = change(changed, lambda quote: quote.article.id)
    assert [(position.day, position.text, position.citations) for position in sent.positions] == [
        (date(2024, 5, 30), "Outlet 3, 30 May 2024: “Eight people were hurt”", (3,)),
        (date(2024, 5, 10), "Outlet 2, 10 May 2024: “5 people were hurt”", (2, 1)),
    ]


def test_a_correction_is_a_change() -> None:
    first = hurt(1, "Five", published=date(2024, 5, 1))
    second = hurt(2, "Eight", published=date(2024, 5, 2), title="Correction: the fire")
    (contrast,) = contrasts(HURT, [first, second])
    assert contrast.kind == "change"


@pytest.mark.parametrize(("published", "compared"), [(2020, False), (2021, True), (2024, False)])
def test_a_report_from_outside_the_period_that_is_asked_about_is_not_compared(
    published: int, compared: bool
) -> None:
    question = "How many people were hurt in the fire of 2021?"
    reports = [
        hurt(1, "Five", published=date(2021, 5, 1)),
        hurt(2, "Eight", published=date(published, 5, 2)),
    ]
    assert bool(contrasts(question, reports)) is compared


def test_the_best_supported_side_of_a_disagreement_comes_first() -> None:
    day = date(2024, 5, 1)
    reports = [hurt(1, "Five", published=day), hurt(2, "Eight", published=day), hurt(3, "8", published=day)]
    (differ,) = contrasts(HURT, reports)
    assert said(differ) == [["Eight", "8"], ["Five"]]
    sent = disagreement(differ, lambda quote: quote.article.id)
    assert [position.citations for position in sent.positions] == [(2, 3), (1,)]
    assert sent.positions[1].text == "Outlet 1, 1 May 2024: “Five people were hurt”"


def test_reports_without_a_date_disagree() -> None:
    (contrast,) = contrasts(HURT, [hurt(1, "Five", published=None), hurt(2, "Eight", published=None)])
    assert contrast.kind == "disagreement"
    assert [side.day for side in contrast.sides] == [None, None]


def test_two_numbers_of_one_article_are_no_disagreement_of_its_own() -> None:
    text = "Five people were hurt in the fire. In the hall beside it eight people were hurt by smoke."
    fire = report(1, text)
    assert (
        contrasts(HURT, [found(fire, "Five people were hurt", "Five"), found(fire, "eight people", "eight")])
        == ()
    )


def test_a_weak_finding_contradicts_nothing() -> None:
    strong = hurt(1, "Five", published=date(2024, 5, 1))
    weak = report(2, "Nine people were hurt in the fire.", published=date(2024, 5, 1))
    assert contrasts(HURT, [strong, found(weak, "Nine people were hurt", "Nine", score=0.2)]) == ()


def test_nothing_differs_where_nothing_surely_answers() -> None:
    texts = [f"{number} people were hurt in the fire." for number in ("Five", "Nine")]
    weak = [
        found(report(id, text, published=date(2024, 5, 1)), text, text.split()[0], score=0.29)
        for id, text in enumerate(texts, 1)
    ]
    assert contrasts(HURT, weak) == ()


def test_sides_keep_apart_what_cannot_be_compared() -> None:
    one = report(1, "The fire began in the kitchen, the owner said.")
    other = report(2, "A candle fell over in the bedroom, police said.")
    findings = [found(one, "The fire began in the kitchen"), found(other, "A candle fell over")]
    assert [side.findings for side in sides("How did the fire begin?", findings)] == [
        (one,) for one in findings
    ]
    assert contrasts("How did the fire begin?", findings) == ()
    assert sides("How did the fire begin?", []) == ()
    assert contrasts("How did the fire begin?", []) == ()


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("How many people were hurt?", "how many people were hurt"),
        ("Have the joint brigades been formed?", "whether the joint brigades have been formed"),
        ("Will there be a toll on the bridge?", "whether there will be a toll on the bridge"),
        ("Is the maternity ward closing?", "whether the maternity ward is closing"),
        ("NATO said what?", "NATO said what"),
        ("هل أغلق المستشفى؟", "هل أغلق المستشفى"),
    ],
)
def test_what_a_contrast_is_about(question: str, phrase: str) -> None:
    assert about(question) == phrase
