"""Erasing an article: its text, its vectors, and what kept answers quote of it.

A kept answer stays, with a mark where a quote stood, so that its reader sees that something was taken away.
"""

from dataclasses import dataclass

from index.archive import Archive
from service.storage.audit import Audit
from service.storage.conversations import Conversations


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Receipt of an erased article: what it touched, and who asked for it."""

    article_id: str
    versions: int
    answers: tuple[str, ...]  # by id: those that quoted it
    by: str | None


def erase(
    archive: Archive, conversations: Conversations, audit: Audit, article_id: int, by: str | None
) -> Receipt:
    """Erases an article everywhere. Raises NotFound; one that was interrupted is simply asked for again."""
    versions = len(archive.versions(article_id))
    answers = conversations.erase(str(article_id))
    archive.erase(article_id)
    answers |= conversations.erase(str(article_id))  # of those that were just being answered
    receipt = Receipt(article_id=str(article_id), versions=versions, answers=tuple(sorted(answers)), by=by)
    audit.note(by, "erase", article=receipt.article_id, versions=versions, answers=len(receipt.answers))
    return receipt
