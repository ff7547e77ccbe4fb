"""Questions to go on with and to begin with, made from names that the articles spell.

Each is asked of the archive before it is offered: it wants a story, a timeline, the latest or a description,
which are told in the archive's own sentences, so that a search alone shows whether there are any.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from index.archive import Archive
from index.backends.local.lexical import stems
from index.extraction.names import names_in
from index.models.word_weights import word_weights
from index.records import Article, Filters, Hit, Order
from service.answerers.overview import quotable
from service.answers import Answer
from service.evidence import Evidence, Quote
from service.questions.forms import encoder
from service.questions.plan import Plan, Question
from service.questions.understand import plan_of
from service.reading.search import TOLD, hits_of
from service.reading.timeline import relevance, tellings, timeline

MOST = 3  # that are offered
MOST_SUBJECTS = 3  # names that are tried
CLOSE = 3  # spellings of the archive that are looked at for a name of a question
RECENT = timedelta(days=30)
LOOKED_AT = 200  # articles, so that a large archive is not read through
RARE = 4.5  # inverse document frequency of the rarest word, from which a name says who or what is meant
OPENS = 2.2  # and of its first word, below which it is the word that opens a sentence
EVERYWHERE = 0.5  # the share of these from which a name tells no story apart
LATEST, TIMELINE, STORY = "What is the latest on {}?", "Give me a timeline of {}", "Tell me about {}"


def follow_ups(archive: Archive, answer: Answer, hits: Sequence[Hit], limits: Filters) -> tuple[str, ...]:
    """Questions to go on with: who is quoted, other days, other outlets; for a refusal, the names near by.

    At most MOST, none of which is the question that was asked.
    """
    asking = _Asking(archive, limits)
    kinds = list(_kinds(asking, answer, hits))
    found = (next((one for one in kind if one != answer.standalone_question), None) for kind in kinds)
    return tuple(dict.fromkeys(one for one in found if one))[:MOST]


def opening_questions(archive: Archive) -> tuple[str, ...]:
    """Questions to begin with, about what the newest articles of the archive tell most of."""
    held = archive.summary()
    return _opening_questions(archive, held.articles, held.passages, held.newest)


@lru_cache(maxsize=4)
def _opening_questions(archive: Archive, held: int, passages: int, newest: date | None) -> tuple[str, ...]:
    recent = archive.articles(limit=LOOKED_AT, filters=Filters(since=newest - RECENT) if newest else None)
    # A month with a handful of articles tells no story; then the whole archive does.
    articles = recent if len(recent) >= MOST * MOST else archive.articles(limit=LOOKED_AT)
    asking = _Asking(archive, Filters())
    forms, found = [LATEST, STORY, TIMELINE], list[str]()
    for name in _subjects(articles):
        form = forms[len(found)]
        if question := asking.first([form.format(_named(name, articles))]):
            found.append(question)
        if len(found) == len(forms):
            break
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Asking:
    """The archive as it is asked whether it tells anything."""

    archive: Archive
    limits: Filters

    def first(self, questions: Iterable[str], outlet: str | None = None) -> str | None:
        """The first question that is told of, by that outlet where one is given."""
        for question in questions:
            printed = {quote.article.outlet for quote in self._quotes(question)}
            if printed and (outlet is None or outlet in printed):
                return question
        return None

    def _quotes(self, question: str) -> Sequence[Quote]:
        today = date.today()
        asked = Question(question=question, filters=self.limits)
        plan = plan_of(asked, self.archive.summary(), today, encoder(self.archive.embedder))
        if plan.topic is None:
            return ()
        hits = hits_of(self.archive, plan, today)
        return _told(plan, hits)


def _told(plan: Plan, hits: Sequence[Hit]) -> Sequence[Quote]:
    """Quotes told for a plan without reading; nothing where that would have to be read for."""
    if plan.order is Order.TIMELINE:
        events = timeline(plan.standalone_question, hits, relevance(plan, hits))
        return [quote for event in events for quote in event.quotes]
    if plan.intent in TOLD:
        return quotable(Evidence(plan=plan, hits=tuple(hits), findings=(), contrasts=()))
    return [finding.quote for finding in tellings(plan, hits)] if plan.intent == "latest" else ()


def _kinds(asking: _Asking, answer: Answer, hits: Sequence[Hit]) -> Iterator[Iterator[str]]:
    """The first question of each kind that the archive tells of."""
    cited = {citation.article_id for citation in answer.citations}
    articles = list({hit.article.id: hit.article for hit in hits}.values())
    told = [article for article in articles if str(article.id) in cited]
    if answer.status != "answered":
        near = _near(asking.archive, answer.standalone_question)
        yield _all(asking, [STORY.format(name) for name in near])
        return
    chosen = _subjects(told, answer.standalone_question)[:MOST_SUBJECTS]
    subjects = [_named(name, articles) for name in chosen]
    speakers = dict.fromkeys(citation.speaker for citation in answer.citations if citation.speaker)
    names = {name for article in told for name in article.names}
    yield _all(asking, [f"Who is {name}?" for name in speakers if " " in name and name in names])
    forms = [TIMELINE, LATEST] if answer.plan.intent == "latest" else [LATEST, TIMELINE]
    forms = [LATEST] if answer.plan.order is Order.TIMELINE else forms
    yield _all(asking, [form.format(name) for name in subjects for form in forms])
    printed = {article.outlet for article in told}
    others = dict.fromkeys(article.outlet for article in articles if article.outlet not in printed)
    for outlet in filter(None, others):
        yield _all(asking, [f"What has {outlet} reported about {name}?" for name in subjects], outlet)
    quoted = [
        _named(name, told) for name in _subjects(told) if any(name in one.quote for one in answer.citations)
    ]
    yield _all(asking, [STORY.format(name) for name in quoted if name not in subjects[:1]])


def _all(asking: _Asking, questions: Iterable[str], outlet: str | None = None) -> Iterator[str]:
    return (one for question in questions if (one := asking.first([question], outlet)))


def _near(archive: Archive, question: str) -> list[str]:
    """The names of the archive that a question spells, or spells almost."""
    asked = filter(_is_telling, names_in(f"– {question}"))
    near = (archive.names.similar(name, CLOSE) for name in asked)
    return list(dict.fromkeys(one.spelling for some in near for one in some if _is_telling(one.spelling)))


def _subjects(articles: Sequence[Article], question: str = "") -> list[str]:
    """Names that tell what articles are about: those of the question first, then the commonest.

    Of one word they are looked at only where the question has them, for that may be any capitalised word.
    """
    asked = frozenset(stems(question))
    bylines = {
        word for article in articles for word in stems(f"{article.outlet or ''} {article.author or ''}")
    }
    counts = Counter(name for article in articles for name in set(article.names))
    most = EVERYWHERE * len(articles) if len(articles) > MOST * MOST else len(articles)

    def is_subject(name: str) -> bool:
        """Tells whether a name may stand for what the articles are about."""
        words = frozenset(stems(name))
        if words <= bylines or not _is_telling(name):
            return False
        return words <= asked or (" " in name and counts[name] <= most)

    names = sorted(filter(is_subject, counts), key=lambda name: (-counts[name], name))
    return sorted(names, key=lambda name: not frozenset(stems(name)) <= asked)


def _is_telling(name: str) -> bool:
    """Tells whether a name says by itself who or what is meant: "Elon Musk", and no "US House"."""
    if name.isupper() and " " in name:  # a headline
        return False
    weights = [word_weights().idf(stem) for stem in stems(name)]
    return bool(weights) and max(weights) >= RARE and weights[0] >= OPENS and not name.endswith(("'s", "’s"))


def _named(name: str, articles: Iterable[Article]) -> str:
    """A name with "the" in front where the articles mostly write it so."""
    before = Counter(
        bool(found[1])
        for article in articles
        for found in re.finditer(rf"(\b[Tt]he )?\b{re.escape(name)}\b", article.text)
    )
    return f"the {name}" if before[True] > before[False] else name
