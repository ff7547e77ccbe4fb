"""Answers about the archive itself, counted and listed from the catalogue: exact, and no passage is read."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.archive import Archive
from index.records import Article, Filters
from service.answers import Table
from service.formatting import in_words
from service.questions.plan import Plan

MOST_ROWS = 50
FEW = 5  # articles that are shown where the newest are asked for


@dataclass(frozen=True, slots=True)
class Told:
    """The words of an answer that rests on no quote, and its table."""

    text: str
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """The articles that are asked about, newest first, with how often each mentions the topic."""

    articles: Sequence[Article]
    counts: Mapping[int, int]
    held: int  # articles within the limits
    about: str  # "that mention “Peshmerga”", or nothing
    topic: str | None


def catalogue_answer(archive: Archive, plan: Plan) -> Told:
    """The answer to what was asked of the archive: counts, lists, outlets, authors and days."""
    limits = _limits(plan)
    found = _found(archive, plan, limits)
    if not found.articles:
        within = (
            f" The archive holds {_many(found.held, 'article')} within these limits." if found.held else ""
        )
        return Told(f"No article{found.about or ' within these limits'}.{within}")
    return _ANSWERS[plan.listing or "list"](found)


def _limits(plan: Plan) -> Filters:
    """Limits of the list: an outlet, an author or days that are named hide the rest here, too."""
    period = plan.happened
    return replace(
        plan.filters,
        since=plan.since or (period.first if period else None),
        until=plan.until or (period.last if period else None),
        outlets=plan.outlets or plan.named_outlets,
        authors=plan.authors or plan.named_authors,
    )


def _found(archive: Archive, plan: Plan, limits: Filters) -> _Found:
    held = archive.summary(limits).articles
    if plan.topic is None:
        return _Found(_newest(archive.articles(filters=limits)), {}, held, "", None)
    counted = archive.mentioning(plan.topic, limits)
    counts = {article.id: count for article, count in counted}
    named = f" that mentions “{plan.topic}”" if len(counted) < 2 else f" that mention “{plan.topic}”"
    return _Found(_newest([article for article, _ in counted]), counts, held, named, plan.topic)


def _newest(articles: Sequence[Article]) -> list[Article]:
    return sorted(articles, key=lambda one: (one.published or date.min, one.id), reverse=True)


def _count(found: _Found) -> Told:
    many = len(found.articles)
    verb = "mentions" if many == 1 else "mention"
    about = (
        f" {verb} “{found.topic}”"
        if found.topic
        else (" lies" if many == 1 else " lie") + " within these limits"
    )
    times = f", {_many(sum(found.counts.values()), 'time')} in all" if found.counts else ""
    return Told(
        f"{many} of {_many(found.held, 'article')}{about}{times}.", _table(found.articles, found.counts)
    )


def _mentions(found: _Found) -> Told:
    if not found.counts:
        return _count(found)
    times, many = sum(found.counts.values()), len(found.articles)
    text = f"“{found.topic}” is mentioned {_many(times, 'time')}, in {_many(many, 'article')}."
    return Told(text, _table(found.articles, found.counts))


def _list(found: _Found) -> Told:
    more = f"; the newest {MOST_ROWS} are listed" if len(found.articles) > MOST_ROWS else ""
    return Told(
        f"{_many(len(found.articles), 'article')}{found.about}{more}.", _table(found.articles, found.counts)
    )


def _newest_first(found: _Found) -> Told:
    dated = [article for article in found.articles if article.published]
    return _ends(dated or list(found.articles), "newest", found)


def _oldest_first(found: _Found) -> Told:
    dated = [article for article in reversed(found.articles) if article.published]
    return _ends(dated or list(found.articles), "oldest", found)


def _ends(articles: Sequence[Article], which: str, found: _Found) -> Told:
    first = articles[0]
    day = f", {in_words(first.published)}" if first.published else ", of unknown date"
    outlet = f" ({first.outlet}{day})" if first.outlet else f" ({day.removeprefix(', ')})"
    about = found.about.replace("mention ", "mentions ")
    text = f"The {which} article{about} is “{first.title or 'untitled'}”{outlet}."
    return Told(text, _table(articles[:FEW], found.counts))


def _outlets(found: _Found) -> Told:
    return _grouped(found, "outlet", lambda one: one.outlet or "unknown", "outlets")


def _authors(found: _Found) -> Told:
    known = [one for one in found.articles if one.author]
    if not known:
        return Told(
            f"No author is known of the {_many(len(found.articles), 'article')}{found.about}.",
            _table(found.articles, {}),
        )
    if len(known) <= FEW:
        told = "; ".join(f"{one.author} wrote “{one.title or 'untitled'}”{_printed(one)}" for one in known)
        return Told(f"{told}.", _table(found.articles, found.counts))
    return _grouped(replace(found, articles=known), "author", lambda one: one.author or "", "authors")


def _published(found: _Found) -> Told:
    told = "; ".join(
        f"“{one.title or 'untitled'}”{f' ({one.outlet})' if one.outlet else ''}: "
        f"{in_words(one.published) or 'date unknown'}"
        for one in found.articles[:FEW]
    )
    return Told(f"{told}.", _table(found.articles, found.counts))


def _coverage(found: _Found) -> Told:
    years = {one.published.year for one in found.articles if one.published}
    by_month = len(years) == 1
    table = _grouped(
        found,
        "month" if by_month else "year",
        lambda one: (
            (f"{one.published:%Y-%m}" if by_month else str(one.published.year))
            if one.published
            else "unknown"
        ),
        "months" if by_month else "years",
        in_order=True,
    )
    days = [one.published for one in found.articles if one.published]
    span = f", {in_words(min(days))} to {in_words(max(days))}" if days else ""
    return Told(f"{_many(len(found.articles), 'article')}{found.about}{span}.", table.table)


def _grouped(
    found: _Found, name: str, of: Callable[[Article], str], many: str, *, in_order: bool = False
) -> Told:
    """Counts the articles of each outlet, author or year."""
    counted = Counter(map(of, found.articles))
    rows = sorted(counted.items(), key=lambda row: row[0] if in_order else (-row[1], row[0]))
    told = ", ".join(f"{key} ({count})" for key, count in rows[:8])
    more = f" and {len(rows) - 8} more" if len(rows) > 8 else ""
    text = f"{_many(len(found.articles), 'article')}{found.about}, by {name}: {told}{more}."
    table = Table(columns=(name, "articles"), rows=tuple((key, str(count)) for key, count in rows))
    return Told(text, table)


def _table(articles: Sequence[Article], counts: Mapping[int, int]) -> Table:
    """A row for each article, the newest first, with its id to link to."""
    shown = articles[:MOST_ROWS]
    columns = ("published", "outlet", "title", "author", *(("mentions",) if counts else ()))
    return Table(
        columns=columns,
        rows=tuple(
            (
                str(one.published or "unknown"),
                one.outlet or "unknown",
                one.title or "untitled",
                one.author or "unknown",
                *((str(counts[one.id]),) if counts else ()),
            )
            for one in shown
        ),
        articles=tuple(str(one.id) for one in shown),
    )


def _printed(one: Article) -> str:
    told = ", ".join(filter(None, (one.outlet, in_words(one.published))))
    return f" ({told})" if told else ""


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"


_ANSWERS: Mapping[str, Callable[[_Found], Told]] = {
    "count": _count,
    "mentions": _mentions,
    "list": _list,
    "newest": _newest_first,
    "oldest": _oldest_first,
    "outlets": _outlets,
    "authors": _authors,
    "published": _published,
    "coverage": _coverage,
}
