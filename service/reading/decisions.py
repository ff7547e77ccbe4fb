"""The sentence that contradicts what a question takes for granted.

"Why did the mayor resign?" is no question without an answer where the archive says that she stayed: it is
answered by that.
"""

from collections.abc import Sequence

from index.records import Hit
from service.evidence import Quote
from service.questions.plan import Plan
from service.reading.same_event import likeness
from service.verification.judge import Judge
from service.verification.premises import premises
from service.verification.statements import presupposed

LEAST_CONTRADICTED = 0.8  # the probability from which a sentence is taken to deny what is asked about
LEAST_ALIKE = 0.35  # the likeness to the question from which a sentence may speak of the same thing
MOST_JUDGED = 10


def refutation(plan: Plan, hits: Sequence[Hit], judge: Judge) -> Quote | None:
    """Returns the sentence of the hits that surest contradicts what the question takes for granted."""
    statement = plan.statement or presupposed(plan.standalone_question)
    if statement is None:
        return None
    alike = [
        (likeness(statement, f"{hit.article.title or ''} {quote.text}"), quote)
        for hit in hits
        for sentence in hit.passage.sentences
        if (quote := Quote(article=hit.article, span=sentence))
    ]
    near = sorted((one for one in alike if one[0] >= LEAST_ALIKE), key=lambda one: -one[0])[:MOST_JUDGED]
    quotes = [quote for _, quote in near]
    judged = judge.judge([(premises([quote])[0].text, statement) for quote in quotes])
    sure = [
        (one.contradicts, place) for place, one in enumerate(judged) if one.contradicts >= LEAST_CONTRADICTED
    ]
    return quotes[max(sure)[1]] if sure else None
