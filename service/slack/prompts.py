"""Questions to begin with, for whoever opens the conversation with the bot."""

from datetime import date, timedelta

from index.archive import Archive
from index.records import Filters
from service.answerers.formatting import shortened

MOST = 4  # that Slack shows
LONGEST_TITLE = 75
RECENT = timedelta(days=30)
LOOKED_AT = 200  # articles, so that a large archive is not read through


def suggested(archive: Archive, given: tuple[str, ...]) -> list[dict[str, str]]:
    """The questions that the settings give, and as many of the newest headlines as have room."""
    questions = list(given[:MOST])
    if len(questions) < MOST:
        questions += _headlines(archive)[: MOST - len(questions)]
    return [{"title": shortened(question, LONGEST_TITLE), "message": question} for question in questions]


def _headlines(archive: Archive) -> list[str]:
    """Headlines of the archive's last month, the newest first; none that Slack would read as markup."""
    newest = archive.summary().newest
    filters = Filters(since=newest - RECENT) if newest else Filters()
    articles = archive.articles(limit=LOOKED_AT, filters=filters)
    articles.sort(key=lambda article: article.published or date.min, reverse=True)
    titles = (article.title for article in articles)
    return list(dict.fromkeys(title for title in titles if title and "<" not in title))
