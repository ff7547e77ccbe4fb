"""Schemas of what the API takes in; and of what it gives out beside `service.answers` and `.listings`."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Annotated, Any, Self

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from index.catalogue.catalogue import Outcome
from index.records import Filters, Order
from index.records import Query as Search
from service.answers import Answer
from service.questions.plan import Named, Question
from service.serializers import ArticleVersion, Found, Listed
from service.storage.conversations import ConversationListed, Feedback, Kept, Rating
from service.storage.keys import Role

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Cursor = Annotated[
    str | None,
    Query(pattern=r"^[0-9]{1,18}$", description="`next_cursor` of the page before; left out, the first page"),
]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)]
ConversationId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class Limits(BaseModel):
    """Limits on what to answer from. Days are inclusive."""

    model_config = ConfigDict(extra="forbid")

    since: date | None = Field(None, description="only what was published on that day or later")
    until: date | None = Field(None, description="only what was published on that day or earlier")
    as_of: date | None = Field(None, description="as a reader of that day would have been answered")
    outlets: tuple[Name, ...] = Field((), max_length=50, examples=[["Tideline"]])
    authors: tuple[Name, ...] = Field((), max_length=50, examples=[["Mirela Stanek"]])
    languages: tuple[Name, ...] = Field((), max_length=50, examples=[["en"]])

    def filters(self) -> Filters:
        """The limits as the archive takes them."""
        return Filters(**{one.name: getattr(self, one.name) for one in fields(Filters)})


Names = Annotated[list[Name], Query(max_length=50)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Choice of articles to list: those that mention the words and pass the filters."""

    words: str
    filters: Filters


def wanted(
    q: Annotated[str, Query(max_length=200, description='words they mention, "side by side" in marks')] = "",
    since: Annotated[date | None, Query(description="published on that day or later")] = None,
    until: Annotated[date | None, Query(description="published on that day or earlier")] = None,
    outlet: Names = [],  # noqa: B006, FastAPI copies it
    author: Names = [],  # noqa: B006
    language: Names = [],  # noqa: B006
) -> Wanted:
    """The articles that the parameters of a list ask for."""
    filters = Filters(
        since=since,
        until=until,
        outlets=tuple(outlet),
        authors=tuple(author),
        languages=tuple(language),
    )
    return Wanted(q.strip(), filters)


class AskRequest(Limits):
    """A question, and how it is to be answered."""

    question: Text = Field(examples=["How many families were evacuated in the flood?"])
    conversation_id: ConversationId | None = Field(
        None, description="a conversation to follow up on, or a name of yours for a new one"
    )
    answerer: Name | None = Field(
        None, description="who answers: `quotes`, or the model that is set", examples=["quotes"]
    )
    order: Order | None = Field(
        None, description="what comes first; left out, the question's own words decide"
    )
    ignore: list[Named] = Field(
        [],
        max_length=10,
        description="what the question's words name that is to be no more than words",
        examples=[["dates"]],
    )
    stream: bool = Field(False, description="answer with server-sent events")

    def asked(self) -> Question:
        """The question as `ask` takes it."""
        return Question(
            question=self.question,
            conversation_id=self.conversation_id,
            filters=self.filters(),
            order=self.order,
            ignore=tuple(dict.fromkeys(self.ignore)),
        )


class SearchRequest(Limits):
    """Words to find passages for."""

    query: Text = Field(examples=["harbour bridge cost"])
    limit: int = Field(10, ge=1, le=100)

    def asked(self) -> Search:
        """The words as the archive takes them."""
        return Search(text=self.query, filters=self.filters(), limit=self.limit)


class ArticleRequest(BaseModel):
    """An article to add; or, where only `url` is given, the address of a page to fetch.

    Its `url`, else its `id` within its outlet, says which article it is: sending it again with another
    text adds a version. What is not given is looked for in the text.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "url": "https://tideline.example/2021/07/bridge",
                    "title": "Harbour Bridge to cost 61 million",
                    "outlet": "Tideline",
                    "author": "Mirela Stanek",
                    "published": "2021-07-09",
                    "language": "en",
                    "text": "The Harbour Bridge will cost 61 million, the city council said on Friday.",
                },
                {"url": "https://tideline.example/2021/07/bridge"},
            ]
        },
    )

    url: WebAddress | None = None
    id: Name | None = Field(None, description="your own name for it, where it has no address")
    title: str | None = Field(None, max_length=1000)
    outlet: Name | None = None
    author: Name | None = None
    published: date | datetime | None = None
    updated: date | datetime | None = None
    language: str | None = Field(None, max_length=20, examples=["en"])
    text: str | None = Field(None, description="plain text, paragraphs parted by empty lines")
    html: str | None = Field(None, description="instead of `text`: the article, or the whole page, as HTML")

    @model_validator(mode="after")
    def _is_one_article(self) -> Self:
        if not (self.url or self.id):
            raise ValueError("an article needs a url or an id, so that it can be added again and found again")
        if self.text is not None and self.html is not None:
            raise ValueError("an article is given as text or as html, not as both")
        if self.text is None and self.html is None and self.model_fields_set != {"url"}:
            raise ValueError("an article needs a text or html; a url alone has its page fetched")
        return self


class SignIn(BaseModel):
    """A key, to sign in to the page with."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    key: str = Field(examples=["dl_…"])


class RenameRequest(BaseModel):
    """New name of a conversation."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(
        max_length=200, description="empty: by its first question again", examples=["Harbour Bridge"]
    )


class FeedbackRequest(BaseModel):
    """Verdict of a reader on an answer, in place of what was said before."""

    model_config = ConfigDict(extra="forbid")

    rating: Rating = Field(description="`none` takes a rating back", examples=["up"])
    comment: str = Field("", max_length=4000, examples=["The second quote is about another bridge."])


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Description of what the archive holds, and questions to begin with."""

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
class ArticlePage:
    """Articles in the order they were added, without their texts. `next_cursor` is null on the last page."""

    articles: list[Listed]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet, and how many articles have it."""

    value: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Articles by what they have in common, the commonest first; months, `YYYY-MM`, the newest first."""

    articles: int
    outlet: list[FacetValue]
    month: list[FacetValue]
    author: list[FacetValue]
    language: list[FacetValue]


@dataclass(frozen=True, slots=True)
class ArticleVersions:
    """The versions of an article, oldest first, each with what it changed."""

    versions: list[ArticleVersion]


@dataclass(frozen=True, slots=True)
class AddedArticle:
    """An article that is safely in the archive, and what adding it did."""

    id: str
    outcome: Outcome
    passages: int  # that are new with it


@dataclass(frozen=True, slots=True)
class SkippedArticle:
    """Something that could not become an article, and the sentence that says why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedArticles:
    """Results for everything that was sent."""

    added: int
    updated: int
    unchanged: int
    skipped: int
    articles: list[AddedArticle]
    skipped_articles: list[SkippedArticle]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer(Answer):
    """An answer as it was given, with when it was asked for (UTC) and what its reader thought of it."""

    asked: datetime
    feedback: Feedback | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPage:
    """Answers of a conversation in their order. `next_cursor` is null on the last page."""

    id: str
    answers: list[KeptAnswer]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Conversations:
    """Conversations, that with the newest answer first. `next_cursor` is null on the last page."""

    conversations: list[ConversationListed]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Session: whether a key is asked for; name and role of the key that signed in, null without one."""

    required: bool
    name: str | None
    role: Role | None


@dataclass(frozen=True, slots=True)
class Health:
    """Health of the server: whether it can answer."""

    status: str


def kept_answer(kept: Kept) -> KeptAnswer:
    """An answer as the API shows it again."""
    given: dict[str, Any] = {field.name: getattr(kept.answer, field.name) for field in fields(kept.answer)}
    return KeptAnswer(**given, asked=kept.asked, feedback=kept.feedback)
