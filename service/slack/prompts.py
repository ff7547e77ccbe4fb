"""Questions to begin with, for whoever opens the conversation with the bot."""

from index.archive import Archive
from service.answerers.suggestions import opening_questions
from service.formatting import shortened

MOST = 4  # that Slack shows
LONGEST_TITLE = 75


def suggested(archive: Archive, given: tuple[str, ...]) -> list[dict[str, str]]:
    """The questions that the settings give, and as many about the archive's newest stories as have room."""
    questions = list(dict.fromkeys((*given, *opening_questions(archive))))[:MOST]
    return [{"title": shortened(question, LONGEST_TITLE), "message": question} for question in questions]
