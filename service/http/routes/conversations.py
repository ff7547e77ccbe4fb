"""Conversations: listed, shown again, renamed, deleted."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Path as PathParameter

from service.http.schemas import ConversationPage, Conversations, Cursor, RenameRequest, kept_answer
from service.http.security import Owner
from service.storage.conversations import Conversations as Kept

ConversationId = Annotated[str, PathParameter(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


def router(conversations: Kept) -> APIRouter:
    """The routes of the conversations that are kept, each to be seen by the key that began it alone."""
    routes = APIRouter(prefix="/v1/conversations", tags=["conversations"])

    @routes.get("")
    def list_conversations(
        owner: Owner,
        cursor: Cursor = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        q: Annotated[str, Query(max_length=200, description="words of their names or questions")] = "",
    ) -> Conversations:
        """The conversations, that with the newest answer first."""
        page = conversations.of(owner).conversations(int(cursor) if cursor else None, limit + 1, q.strip())
        more = str(page[limit - 1][0]) if len(page) > limit else None
        return Conversations([talk for _, talk in page[:limit]], more)

    @routes.get("/{conversation_id}")
    def show_conversation(
        conversation_id: ConversationId,
        owner: Owner,
        cursor: Cursor = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 100,
    ) -> ConversationPage:
        """A conversation with its answers, the first one first."""
        page = conversations.of(owner).conversation(conversation_id, int(cursor or 0), limit + 1)
        return ConversationPage(
            id=conversation_id,
            answers=[kept_answer(kept) for _, kept in page[:limit]],
            next_cursor=str(page[limit - 1][0]) if len(page) > limit else None,
        )

    @routes.patch("/{conversation_id}", status_code=204)
    def rename_conversation(conversation_id: ConversationId, request: RenameRequest, owner: Owner) -> None:
        """Give a conversation a name of its own."""
        conversations.of(owner).rename(conversation_id, request.name)

    @routes.delete("/{conversation_id}", status_code=204)
    def delete_conversation(conversation_id: ConversationId, owner: Owner) -> None:
        """Delete a conversation with its answers, and what was thought of them."""
        conversations.of(owner).delete(conversation_id)

    return routes
