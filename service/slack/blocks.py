"""An answer in Slack's blocks: what stands under its sentences, and the whole of it as messages.

Words of articles go into rich text and plain text alone, which Slack shows letter by letter: nothing in
them can become a mention or a link. A message may hold 50 blocks and about 13,000 characters in all,
counted as JSON, which Slack does not document but keeps to.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextActionsBlock,
    ContextBlock,
    FeedbackButtonObject,
    FeedbackButtonsElement,
    MarkdownBlock,
    PlainTextObject,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from service.answers import Answer, Citation, Claim, ShortAnswer
from service.formatting import messages_of, shortened
from service.outline import NEAREST, SUGGESTED, Note, Quoted, Rows, beside, outline, when, who, without_marks
from service.references import web_address
from service.slack.text import as_markdown, link, parts

MOST_MESSAGE = 12_000
MOST_CLOSING = 9_000  # of it, what stands under the sentences
LONGEST_NOTE = 2_000

FEEDBACK, OPEN, SHARE = "feedback", "open_in_dateline", "share_in_channel"

Text, Link = RichTextElementParts.Text, RichTextElementParts.Link
BOLD = {"bold": True}


def lead(short: ShortAnswer, citations: Iterable[Citation]) -> str:
    """The short answer in Slack's Markdown, bold, its marks leading to the articles."""
    return " ".join([f"**{as_markdown(short.text)}**", *_marks(short.citations, citations)])


def sentence(claim: Claim, citations: Iterable[Citation]) -> str:
    """A sentence of the answer in Slack's Markdown, its marks leading to the articles."""
    words = without_marks(claim.text, claim.citations)
    return " ".join([as_markdown(words), *_marks(claim.citations, citations)])


def wording(answer: Answer) -> str:
    """The short answer and the sentences that are no quotes, or those of the refusal, in Slack's Markdown."""
    written = [claim for claim in answer.claims if claim.support != "quoted"]
    paragraphs = [lead(answer.short_answer, answer.citations)] if answer.short_answer else []
    paragraphs += [sentence(claim, answer.citations) for claim in written]
    return "\n\n".join(paragraphs) if answer.claims else as_markdown(answer.text)


def plain(answer: Answer) -> str:
    """An answer for notifications and screen readers, in Slack's markup."""
    short = f"{answer.short_answer.text}\n" if answer.short_answer else ""
    return shortened(short + answer.text, MOST_MESSAGE // 4)


def closing(answer: Answer, page: str | None, *, shared: bool = True) -> list[Block]:
    """Blocks under the sentences: who disagrees, what changed, the quotes, and what can be done.

    `page` is the address of the answer on our page. What is seen by one reader alone is not `shared`,
    and can be.
    """
    told = [_told(block, answer) for block in outline(answer) if isinstance(block, Rows | Note)]
    told += [block for block in (_sources(answer), _nearest(answer)) if block]
    if answer.suggestions:
        suggested = messages_of(answer.plan.locale).gettext(SUGGESTED)
        told.append(_context([f"{suggested} {' · '.join(answer.suggestions)}"]))
    ending = [_context([_searched(answer)])] if answer.claims else []
    buttons = list(_buttons(answer, page, shared))
    ending += [ActionsBlock(elements=buttons)] if buttons else []
    return _fitting(told, [*ending, _feedback(answer)])


def messages(text: str, below: Sequence[Block]) -> list[list[Block]]:
    """A whole answer as the blocks of as many messages as it takes; what stands below comes last."""
    pages: list[list[Block]] = [[MarkdownBlock(text=part)] for part in parts(text, MOST_MESSAGE)]
    if pages and _size([*pages[-1], *below]) <= MOST_MESSAGE:
        pages[-1] += below
    elif below:
        pages.append(list(below))
    return pages


def _told(block: Rows | Note, answer: Answer) -> Block:
    if isinstance(block, Note):
        return _context([block.text])
    cited = {citation.number: citation for citation in answer.citations}
    rows: list[list[RichTextElement]] = []
    for row in block.rows:
        first, *rest = row.cells
        marks = [_linked(f" [{number}]", cited.get(number)) for number in row.citations]
        words = Text(text="".join(f"  {cell}" for cell in rest))
        rows.append([_section(Text(text=first, style=BOLD), words, *marks)])
    return _listed(block.title, rows)


def _sources(answer: Answer) -> Block | None:
    """Each quote once with its reference, the most direct first."""
    quotes = [block.citation for block in outline(answer) if isinstance(block, Quoted)]
    return _quoted("Evidence", quotes, answer.plan.locale)


def _nearest(answer: Answer) -> Block | None:
    return _quoted(NEAREST, answer.related, answer.plan.locale)


def _quoted(heading: str, citations: Sequence[Citation], locale: str) -> Block | None:
    """References under a heading."""
    if not citations:
        return None
    return _listed(messages_of(locale).gettext(heading), [_cited(one, locale) for one in citations])


def _listed(heading: str, listed: Sequence[list[RichTextElement]]) -> Block:
    """As many as have room under a heading, which may be empty; how many more there are is told."""
    sizes = accumulate(_size([RichTextBlock(elements=one)]) for one in listed)
    room = sum(1 for size in sizes if size <= MOST_CLOSING // 2)
    head = [_section(Text(text=heading, style=BOLD))] if heading else []
    elements = [*head, *(part for one in listed[:room] for part in one)]
    if room < len(listed):
        elements.append(_section(Text(text=f"and {len(listed) - room} more")))
    return RichTextBlock(elements=elements)


def _cited(citation: Citation, locale: str) -> list[RichTextElement]:
    title = shortened(f", “{citation.title}”" if citation.title else "", 300)
    remarks = shortened("".join(f"; {remark}" for remark in beside(citation, locale)), 300)
    number = _linked(f"[{citation.number}]", citation)
    source = f"{who(citation, locale)}, {when(citation, locale)}"
    reference = _section(number, Text(text=f" {source}{title}{remarks}"))
    return [reference, RichTextQuoteElement(elements=[Text(text=citation.quote)])]


def _searched(answer: Answer) -> str:
    searched = answer.searched
    days = f", published {searched.oldest} to {searched.newest}" if searched.oldest else ""
    among = f"{searched.articles:,} article{'' if searched.articles == 1 else 's'}"
    return f"Searched {among}{days}. Answered by {answer.answerer}."


def _buttons(answer: Answer, page: str | None, shared: bool) -> Iterator[ButtonElement]:
    if not shared:
        yield ButtonElement(text="Share in channel", action_id=SHARE, value=answer.id, style="primary")
    if page:
        yield ButtonElement(text="Open in Dateline", action_id=OPEN, url=page)


def _feedback(answer: Answer) -> Block:
    return ContextActionsBlock(
        elements=[
            FeedbackButtonsElement(
                action_id=FEEDBACK,
                positive_button=FeedbackButtonObject(text="Good answer", value=f"up:{answer.id}"),
                negative_button=FeedbackButtonObject(text="Bad answer", value=f"down:{answer.id}"),
            )
        ]
    )


def _fitting(told: Sequence[Block], ending: Sequence[Block]) -> list[Block]:
    """Keeps what is told and has room, in its order. The end is always there."""
    room = MOST_CLOSING - _size(ending)
    fits = []
    for block in told:
        size = _size([block])
        if size <= room:
            fits.append(block)
            room -= size
    return [*fits, *ending]


def _context(lines: Iterable[str]) -> Block:
    texts = [PlainTextObject(text=shortened(line, LONGEST_NOTE), emoji=False) for line in lines]
    return ContextBlock(elements=texts)


def _section(*elements: Any) -> RichTextElement:
    return RichTextSectionElement(elements=list(elements))


def _linked(label: str, citation: Citation | None) -> RichTextElement:
    address = web_address(citation) if citation else None
    return Link(url=address, text=label) if address else Text(text=label)


def _marks(numbers: Iterable[int], citations: Iterable[Citation]) -> Iterator[str]:
    addresses = {citation.number: web_address(citation) for citation in citations}
    for number in numbers:
        address = addresses.get(number)
        yield link(f"[{number}]", address) if address else f"[{number}]"


def _size(blocks: Sequence[Block]) -> int:
    return len(json.dumps([block.to_dict() for block in blocks], ensure_ascii=False))
