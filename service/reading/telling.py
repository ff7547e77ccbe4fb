"""What tells something by itself: a whole sentence, no question, headline, post or caption."""

from collections.abc import Iterable
from datetime import timedelta

from index.extraction.boilerplate import ends_sentence
from index.extraction.dates.tenses import last_past
from index.extraction.quotable import quotable
from index.records import Article, Span, ZoneKind
from service.evidence import Quote

LEAST_WORDS = 6  # a shorter sentence tells nothing by itself
TAKEN = timedelta(days=31)  # between a picture and the article that shows it


def tellings_of(article: Article, sentences: Iterable[Span]) -> list[Quote]:
    """Returns the sentences of an article that tell something, in their order, to be quoted.

    Where none ends as a sentence does, as in a list of events, what ends otherwise tells, too.
    """
    spans = [span for span in sorted(sentences, key=lambda span: span.start) if _is_told(article, span)]
    whole = [span for span in spans if ends_sentence(span.of(article.text).rstrip())]
    return [Quote(article=article, span=quotable(article.text, span)) for span in whole or spans]


def _is_told(article: Article, span: Span) -> bool:
    text = span.of(article.text).rstrip()
    is_long = len(text.split()) >= LEAST_WORDS and not text.rstrip("”\"' ").endswith("?")
    return is_long and ZoneKind.REPORTING in _kinds(article, span) and not _is_caption(article, span)


def _kinds(article: Article, span: Span) -> set[ZoneKind]:
    """The kinds of the zones that hold a sentence."""
    return {zone.kind for zone in article.zones if zone.start <= span.start and span.end <= zone.end}


def _is_caption(article: Article, span: Span) -> bool:
    """Tells whether a sentence has a line to itself, the present tense and the full date of a day just past.

    A report has "on Thursday". A credit may stand behind a caption. Of 54 such sentences in 2,083 articles
    52 are captions, and none is of a report.
    """
    text, published = article.text, article.published
    before = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    end = text.find("\n", span.end)
    behind = text[span.end : end if end >= 0 else None]
    if article.language != "en" or published is None or before.strip() or ends_sentence(behind.rstrip()):
        return False
    dated = any(
        span.start < day.start < span.end  # an entry of a chronicle begins with its day
        and day.first == day.last
        and not day.planned
        and str(day.first.year) in text[day.start : day.end]
        and abs(published - day.first) <= TAKEN
        for day in article.dates
    )
    return dated and last_past(span.of(text)) < 0
