"""What the API takes in; and what it gives out beside the records of `service.answers` and `.listings`."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from index.records import Filters, Order, Query
from service.answers import Question
from service.listings import Found

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Limits(BaseModel):
    """What to answer from. Days are inclusive."""

    model_config = ConfigDict(extra="forbid")

    since: date | None = Field(None, description="only what was published on that day or later")
    until: date | None = Field(None, description="only what was published on that day or earlier")
    as_of: date | None = Field(None, description="as a reader of that day would have been answered")
    outlets: list[Name] = Field([], max_length=50, examples=[["Tideline"]])
    authors: list[Name] = Field([], max_length=50, examples=[["Joanna Pell"]])
    languages: list[Name] = Field([], max_length=50, examples=[["en"]])

    def filters(self) -> Filters:
        """The limits as the archive takes them."""
        return Filters(
            since=self.since,
            until=self.until,
            as_of=self.as_of,
            outlets=tuple(self.outlets),
            authors=tuple(self.authors),
            languages=tuple(self.languages),
        )


class AskRequest(Limits):
    """A question, and how it is to be answered."""

    question: Text = Field(examples=["How many families were evacuated in the flood?"])
    conversation_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")] | None = None
    answerer: Name | None = Field(
        None, description="who answers: `quotes`, or the model that is set", examples=["quotes"]
    )
    order: Order | None = Field(
        None, description="what comes first; left out, the question's own words decide"
    )
    stream: bool = Field(False, description="answer with server-sent events")

    def asked(self) -> Question:
        """The question as `ask` takes it."""
        return Question(
            question=self.question,
            conversation_id=self.conversation_id,
            filters=self.filters(),
            order=self.order,
        )


class SearchRequest(Limits):
    """Words to find passages for."""

    query: Text = Field(examples=["harbour bridge cost"])
    limit: int = Field(10, ge=1, le=100)

    def asked(self) -> Query:
        """The words as the archive takes them."""
        return Query(text=self.query, filters=self.filters(), limit=self.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the archive holds, and questions to begin with."""

    articles: int
    passages: int
    outlets: tuple[str, ...]
    oldest: date | None
    newest: date | None
    undated: int
    suggested_questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchResults:
    """Passages, best first."""

    results: list[Found]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the server can answer."""

    status: str
