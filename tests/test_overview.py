"""Overviews: the sentence of each article that tells of the days that are asked about."""

import asyncio
from datetime import date

from index.extraction.dates.mentions import mentions
from index.models.reader import ReadingModel
from index.records import Period
from service.answerers.overview import OverviewAnswerer, quotable
from service.evidence import Statement
from tests.evidence import article, evidence

TEXT = (
    "The old bridge was closed to all lorries on 3 March 2019. "
    "On 2 May 2021 the council opened the new bridge to traffic. "
    "Many people came to see it on that morning."
)


def told(happened: Period | None) -> list[str]:
    plain = article(1, TEXT)
    day = date(2021, 5, 3)
    one = article(1, TEXT, published=day, dates=mentions(TEXT, plain.zones, day))
    given = evidence([one], "What happened in May 2021?", intent="overview", happened=happened)

    async def quotes() -> list[str]:
        answers = OverviewAnswerer(ReadingModel()).answer(given)
        return [said.quotes[0].text async for said in answers if isinstance(said, Statement)]

    return asyncio.run(quotes())


def test_an_overview_quotes_what_names_its_topic_before_the_first_sentence_below_a_headline() -> None:
    text = "She was glad of the rain on the way. Mara Holt opened the new bridge on the morning of that day."
    one = article(1, text, title="Mara Holt opens the bridge")
    (lead,) = quotable(evidence([one], "Tell me about Mara Holt", intent="overview", topic="Mara Holt"))
    assert lead.text == "Mara Holt opened the new bridge on the morning of that day."


def test_an_overview_of_some_days_quotes_no_sentence_about_others() -> None:
    assert told(None) == ["The old bridge was closed to all lorries on 3 March 2019."]
    assert told(Period(date(2021, 5, 1), date(2021, 5, 31))) == [
        "On 2 May 2021 the council opened the new bridge to traffic."
    ]
    assert told(Period(date(2020, 1, 1), date(2020, 12, 31))) == [
        "Many people came to see it on that morning."
    ]
