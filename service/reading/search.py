"""The search for a plan: what it hides, what it asks for, and what happened in the days asked about."""

from dataclasses import replace
from datetime import date, timedelta

from index.archive import Archive
from index.extraction.dates.mentions import mentions
from index.extraction.sentences import sentences
from index.records import EVIDENCE, Article, Filters, Hit, Order, Passage, Period, Query, Span, Zone, ZoneKind
from index.search.hybrid import Hits
from service.questions.plan import Intent, Plan

PASSAGES = 10  # read for an answer
PASSAGES_OF_A_STORY = 24
TOLD: tuple[Intent, ...] = ("overview", "who_is")  # in the archive's own sentences, by whatever answerer
MOST_ARTICLES = 8
MOST_SENTENCES = 12  # of an article, from its beginning
TOLD_LATER = timedelta(days=7)  # news tells of the days just before it was printed


def query_of(plan: Plan) -> Query:
    """Query of the search for a plan."""
    return Query(
        text=plan.topic if plan.topic and plan.intent in TOLD else plan.standalone_question,
        words=(plan.topic if plan.intent in TOLD else None) or plan.search_words or None,
        filters=plan.filters,
        outlets=plan.named_outlets,
        authors=plan.named_authors,
        periods=plan.named_periods,
        order=plan.order,
        limit=PASSAGES_OF_A_STORY if plan.intent in TOLD else PASSAGES,
        language=plan.language,
    )


def hits_of(archive: Archive, plan: Plan, today: date) -> Hits:
    """The hits for a plan, without those that tell of no day in which it must have happened.

    Of nothing in particular, all articles of those days are told, or the newest or oldest of all. What an
    archive looks ahead to is still to come for it, however long ago that was.
    """
    if plan.intent == "overview" and plan.topic is None:
        oldest = plan.order is Order.TIMELINE
        limits = replace(plan.filters, outlets=plan.outlets or plan.named_outlets)
        if printed := printed_within(archive, limits, plan.happened, oldest=oldest):
            return Hits(printed)
    hits = archive.search(query_of(plan))
    if (happened := plan.happened) is None:
        return hits
    known = (today, plan.filters.as_of, archive.summary(plan.filters).newest)
    now = min(day for day in known if day is not None)
    return Hits((hit for hit in hits if happened_within(hit, happened, now)), hits.notes)


def happened_within(hit: Hit, period: Period, now: date) -> bool:
    """Returns True if the passage or its title names a day of the period, or it was printed within a week.

    A day that it only looks ahead to counts where the period is not over `now`.
    """
    is_over = period.last is not None and period.last < now
    article, passage = hit.article, hit.passage
    if period.first and article.published and article.published < period.first:
        return not is_over and any(
            mention.planned or period.overlaps(mention.first, mention.last) for mention in article.dates
        )
    days = [
        (mention.first, mention.last)
        for mention in article.dates
        if passage.start <= mention.start and mention.end <= passage.end and not (is_over and mention.planned)
    ]
    title = article.title or ""
    titled = mentions(title, (Zone(0, len(title), ZoneKind.REPORTING),), article.published)
    days += [(mention.first, mention.last) for mention in titled]
    if article.published is not None:
        days.append((article.published - TOLD_LATER, article.published))
    return any(period.overlaps(first, last) for first, last in days)


def printed_within(archive: Archive, limits: Filters, period: Period | None, *, oldest: bool) -> list[Hit]:
    """The openings of the articles printed in those days, the newest first, or the oldest."""
    within = replace(
        limits,
        since=limits.since or (period.first if period else None),
        until=limits.until or (period.last if period else None),
    )
    dated = [article for article in archive.articles(filters=within) if article.published]
    dated.sort(key=lambda article: (article.published, article.id), reverse=not oldest)
    return [_opening(article) for article in dated[:MOST_ARTICLES]]


def _opening(article: Article) -> Hit:
    """The evidence of an article as a hit, to be read from its beginning."""
    zones = [zone for zone in article.zones if zone.kind in EVIDENCE]
    spans = [
        Span(zone.start + span.start, zone.start + span.end)
        for zone in zones
        for span in sentences(zone.of(article.text), article.language or "en")
    ]
    trimmed = tuple(_trimmed(article.text, span) for span in spans[:MOST_SENTENCES])
    start, end = (trimmed[0].start, trimmed[-1].end) if trimmed else (0, 0)
    passage = Passage(
        id=0,
        article_id=article.id,
        version=article.version,
        start=start,
        end=end,
        text=article.text[start:end],
        sentences=trimmed,
    )
    return Hit(passage=passage, article=article, score=1.0, dense=0.0, lexical=0.0)


def _trimmed(text: str, span: Span) -> Span:
    words = span.of(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, start + len(words.strip()))
