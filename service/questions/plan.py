"""The Plan: all that was understood of a question. Nobody downstream parses the question again.

Its fields are part of the wire contract: every front sends them as they are.
"""

from dataclasses import dataclass, field, fields
from datetime import date
from typing import Literal

from index.records import Filters, Order, Period

Named = Literal["dates", "outlets", "authors"]
"""The kinds of limits that the words of a question can name in passing."""

Intent = Literal[
    "question",  # one question, asked openly
    "yes_no",  # answered yes, no or both
    "comparison",  # of two outlets, people or times, part by part
    "several",  # several questions, each answered under its own heading
    "latest",
    "timeline",
    "overview",  # "summarise …", "what is the story of …"
    "who_is",  # a description of a person, a body or a thing
    "archive",  # about the archive itself, answered from the catalogue
    "small_talk",  # greeting, thanks, help, nothing to search for: `reply` says it all
    "background",  # what a chat front end asks for itself: titles, tags, follow-ups
]

IN_PARTS: tuple[Intent, ...] = ("several", "comparison")  # each part is answered by itself

Wanted = Literal[
    "any", "number", "date", "duration", "person", "place", "organisation", "list", "reason", "speech"
]
"""The kind of answer that a question wants."""

Listing = Literal[
    "count", "mentions", "list", "newest", "oldest", "outlets", "authors", "published", "coverage"
]
"""The questions about the archive itself."""

Relation = Literal[
    "each", "before", "after", "before or after", "consistent", "inconsistent", "same", "different", "changed"
]
"""The question put to the sides of a comparison: is each so, which came first, do they agree?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An earlier question of a conversation, stand-alone, with what was answered; empty for a refusal."""

    question: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A language model's reading of a follow-up; what it does not tell is left to the rules."""

    question: str  # as it stands alone
    intent: Intent | None = None
    wanted: Wanted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it was asked, with what the reader wants it limited to."""

    question: str
    conversation_id: str | None = None
    filters: Filters = field(default_factory=Filters)
    order: Order | None = None  # None leaves it to the words of the question
    ignore: tuple[Named, ...] = ()  # that the words of the question name, and that is not to count
    turns: tuple[Turn, ...] = ()  # the conversation before it, where no kept one has its id


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of several things asked at once, as a question that stands alone."""

    question: str
    heading: str  # what its answer stands under
    intent: Intent = "question"
    wanted: Wanted = "any"
    counted: str | None = None
    statement: str | None = None  # of a yes-or-no question, what it asks to be confirmed
    topic: str | None = None
    order: Order = Order.RELEVANCE
    happened: Period | None = None
    search_words: str = ""
    read_as: str = ""
    outlets: tuple[str, ...] = ()  # of a side of a comparison, whose words alone count
    named_outlets: tuple[str, ...] = ()
    named_periods: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Words of the message that are no part of the question, and why they were left out."""

    text: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The reading of a question, for all that comes after.

    Limits (`since` to `languages`, and `happened`) hide all else; what is named only ranks first.
    """

    standalone_question: str
    language: str = "en"  # of the question, ISO 639-1
    locale: str = "en"  # of the words around the quotes: "ckb" for Kurdish in Arabic letters
    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    named_outlets: tuple[str, ...] = ()  # these come first; the limits above hide all else
    named_authors: tuple[str, ...] = ()
    named_periods: tuple[Period, ...] = ()
    order: Order = Order.RELEVANCE
    search_words: str = ""  # the question without what only limits or orders it
    read_as: str = ""  # what passages are read for, without bounds and orders that the search keeps to
    ignored: tuple[Named, ...] = ()  # what the words name and did not count, being searched as words
    intent: Intent = "question"
    wanted: Wanted = "any"
    counted: str | None = None  # what a number is asked of: "families" in "How many families …?"
    statement: str | None = None  # of a yes-or-no question, what it asks to be confirmed
    topic: str | None = None  # what an overview, a timeline or a table is about, or who is asked after
    listing: Listing | None = None  # what is asked of the archive itself
    relation: Relation | None = None  # of a comparison and of each of its sides, what is asked of them
    parts: tuple[
        Part, ...
    ] = ()  # several questions, the sides of a comparison, or what a long one asks at once
    happened: Period | None = None  # what is told of must have happened in these days
    reply: str | None = None  # the whole answer to small talk and to a front end's own request
    removed: tuple[Removed, ...] = ()
    understood_as: str | None = None  # told to the reader where it differs from what was asked
    did_you_mean: tuple[str, ...] = ()  # names of the archive that are spelt almost so

    @property
    def filters(self) -> Filters:
        """The limits that the search keeps to."""
        return Filters(**{one.name: getattr(self, one.name) for one in fields(Filters)})

    @property
    def asked(self) -> str:
        """The question that a sentence has to answer."""
        return self.read_as or self.standalone_question
