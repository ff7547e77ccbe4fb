"""The search for a plan: what it hides, what it asks for, and what happened in the days asked about."""

from dataclasses import replace
from datetime import date

from index.archive import Archive
from index.records import Filters, Order, Query
from index.search.hybrid import Hits
from service.questions.plan import Intent, Plan
from service.reading.periods import happened_within, printed_within

PASSAGES = 10  # read for an answer
PASSAGES_OF_A_STORY = 24
TOLD: tuple[Intent, ...] = ("overview", "who_is")  # in the archive's own sentences, by whatever answerer


def filters_of(plan: Plan) -> Filters:
    """Filters of the search: what the plan hides."""
    return Filters(
        since=plan.since,
        until=plan.until,
        as_of=plan.as_of,
        outlets=plan.outlets,
        authors=plan.authors,
        languages=plan.languages,
    )


def query_of(plan: Plan) -> Query:
    """Query of the search for a plan."""
    return Query(
        text=plan.topic if plan.topic and plan.intent in TOLD else plan.standalone_question,
        words=(plan.topic if plan.intent in TOLD else None) or plan.search_words or None,
        filters=filters_of(plan),
        outlets=plan.named_outlets,
        authors=plan.named_authors,
        periods=plan.named_periods,
        order=plan.order,
        limit=PASSAGES_OF_A_STORY if plan.intent in TOLD else PASSAGES,
    )


def hits_of(archive: Archive, plan: Plan, today: date) -> Hits:
    """The hits for a plan, without those that tell of no day in which it must have happened.

    Of nothing in particular, all articles of those days are told, or the newest or oldest of all.
    """
    if plan.intent == "overview" and plan.topic is None:
        oldest = plan.order is Order.TIMELINE
        limits = filters_of(plan)
        limits = replace(limits, outlets=limits.outlets or plan.named_outlets)
        if printed := printed_within(archive, limits, plan.happened, oldest=oldest):
            return Hits(printed)
    hits = archive.search(query_of(plan))
    if (happened := plan.happened) is None:
        return hits
    return Hits((hit for hit in hits if happened_within(hit, happened, today)), hits.notes)
