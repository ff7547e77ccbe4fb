"""Erasing an article: its text, its vectors, and what kept answers quote of it.

A kept answer stays, with a mark where a quote stood, so that its reader sees that something was taken away.
"""

from dataclasses import dataclass

from index.archive import Archive
from index.errors import NotFound
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
    """Erases an article everywhere; where it was removed before, the answers that still quote it.

    Whoever was interrupted simply asks again, and what is left is erased. Raises NotFound where nothing
    was there.
    """
    answers = conversations.erase(str(article_id))
    versions = archive.erase(article_id)
    answers |= conversations.erase(str(article_id))  # of those that were just being answered
    if not versions and not answers:
        raise NotFound(f"there is no article {article_id} in this archive, and no answer quotes it")
    receipt = Receipt(article_id=str(article_id), versions=versions, answers=tuple(sorted(answers)), by=by)
    audit.note(by, "erase", article=receipt.article_id, versions=versions, answers=len(receipt.answers))
    return receipt
