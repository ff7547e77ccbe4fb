"""The proof of a sentence before anyone sees it."""

from index.records import EVIDENCE
from service.answers import Quote, Statement


def is_proved(statement: Statement) -> bool:
    """Whether every quote stands in evidence, and a quoting sentence holds its quotes word by word."""
    if not statement.quotes or not all(stands(quote) for quote in statement.quotes):
        return False
    return statement.support != "quoted" or all(quote.text in statement.text for quote in statement.quotes)


def stands(quote: Quote) -> bool:
    """Whether the quote is a stretch of its article's reporting or captions, and of nothing else."""
    article, span = quote.article, quote.span
    if not 0 <= span.start < span.end <= len(article.text):
        return False
    uncovered = list(range(span.start, span.end))
    for zone in article.zones:
        if zone.kind in EVIDENCE:
            uncovered = [i for i in uncovered if not zone.start <= i < zone.end]
    return all(article.text[i].isspace() for i in uncovered)
