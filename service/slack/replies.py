"""An answer as it comes to stand in a thread: sentence by sentence where Slack streams, else whole."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.models.blocks import Block
from slack_sdk.models.blocks.block_elements import UrlSourceElement
from slack_sdk.models.messages.chunk import TaskUpdateChunk
from slack_sdk.web.async_chat_stream import AsyncChatStream
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from index.errors import DatelineError
from service.answers import Answer, Citation, Claimed, Event, Shortened, Source, Sources
from service.formatting import in_words, shortened
from service.http.events import with_heartbeat
from service.references import web_address
from service.slack import blocks
from service.slack.record import Job
from service.slack.text import as_markdown, as_mrkdwn, parts

log = logging.getLogger(__name__)

FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError)
MOST_APPENDED = 12_000
MOST_SOURCES = 10
HEARTBEAT_SECONDS = 10.0  # Slack ends a stream that says nothing for long
LOADING = ("Searching the archive…", "Reading what was found…", "Proving every sentence…")
# An article's words shall call nobody, and no picture of what they link to is wanted.
QUIET: dict[str, Any] = {"parse": "none", "link_names": False}
UNFURLED: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}

Noted = Callable[[tuple[str, ...], bool], Awaitable[None]]


class Reply:
    """Reply to one question. An edited one is answered where the first answer stood."""

    def __init__(self, client: AsyncWebClient, job: Job, noted: Noted, public_url: str | None) -> None:
        """`noted` keeps which messages there are, and whether one is being streamed."""
        self._client = client
        self._job = job
        self._noted = noted
        self._public_url = public_url
        self._messages = list(job.messages)
        self._stream: _Stream | None = None
        self._citations: list[Citation] = []

    async def show(self, events: AsyncIterator[Event]) -> None:
        """Shows an answer while it comes. Raises what the events raise, and FAILURES."""
        if not self._job.messages:
            # A status goes when a message comes; what is written over would leave it standing.
            await self._set_status()
            self._stream = _Stream(self._client, self._job)
        async for event in with_heartbeat(events, HEARTBEAT_SECONDS):
            if isinstance(event, Answer):
                await self._end(event)
            elif self._stream:
                await self._grow(self._stream, event)

    async def tell(self, text: str) -> None:
        """Says a sentence in place of an answer."""
        await self._whole(as_markdown(text), [], text)

    async def take_back(self) -> None:
        """Removes what was written. What is gone already is fine."""
        for message in self._messages:
            await self._tried(self._client.chat_delete(channel=self._job.place.channel, ts=message))
        await self._noted((), False)

    async def _set_status(self) -> None:
        status = self._client.assistant_threads_setStatus(
            channel_id=self._job.place.channel,
            thread_ts=self._job.thread,
            status="is searching the archive…",
            loading_messages=list(LOADING),
        )
        await self._tried(status)

    async def _grow(self, stream: "_Stream", event: Event | None) -> None:
        """Adds what an event has to say; None is a pause, in which the stream is kept open."""
        if isinstance(event, Sources):
            await stream.reads(event)
        elif isinstance(event, Shortened):
            self._citations += event.citations
            await stream.add(blocks.lead(event.short_answer, self._citations))
        elif isinstance(event, Claimed):
            self._citations += event.citations
            if event.claim.support != "quoted":
                before = "\n\n" if stream.text else ""
                await stream.add(before + blocks.sentence(event.claim, self._citations))
        elif event is None:
            await stream.keep_open()
        if stream.ts and stream.ts not in self._messages:
            self._messages.append(stream.ts)
            await self._noted(tuple(self._messages), True)

    async def _end(self, answer: Answer) -> None:
        below = blocks.closing(answer, page_of(self._public_url, answer.id))
        text = blocks.wording(answer)
        if self._stream and await self._stream.end(text, below):
            self._messages = [self._stream.ts] if self._stream.ts else []
            await self._noted(tuple(self._messages), False)
            return
        text = f"_The question was edited._\n\n{text}" if self._job.messages and self._job.revision else text
        await self._whole(text, below, blocks.plain(answer))

    async def _whole(self, text: str, below: Sequence[Block], plain: str) -> None:
        """Writes messages over those that there are, and as many more as it takes."""
        if (self._job.streaming or self._stream) and self._messages:
            # A message that is still streamed cannot be written over.
            channel, last = self._job.place.channel, self._messages[-1]
            await self._tried(self._client.chat_stopStream(channel=channel, ts=last))
        old, self._messages = self._messages, []
        for page in blocks.messages(text, below):
            ts = await self._written(old.pop(0) if old else None, page, as_mrkdwn(plain))
            self._messages.append(ts)
            await self._noted((*self._messages, *old), False)
        for left in old:
            await self._tried(self._client.chat_delete(channel=self._job.place.channel, ts=left))
        await self._noted(tuple(self._messages), False)

    async def _written(self, over: str | None, page: Sequence[Block], plain: str) -> str:
        said: dict[str, Any] = {"channel": self._job.place.channel, "blocks": page, "text": plain, **QUIET}
        if over and await self._tried(self._client.chat_update(ts=over, **said)):
            return over
        posted = await self._client.chat_postMessage(thread_ts=self._job.thread, **said, **UNFURLED)
        return str(posted["ts"])

    async def _tried(self, call: Awaitable[Any]) -> bool:
        """Tells whether a call that we can do without came off."""
        try:
            await call
        except FAILURES as error:
            log.warning("Slack refused: %s", told(error))
            return False
        return True


class _Stream:
    """A message that grows. Once Slack has refused to go on with it, it takes nothing more."""

    def __init__(self, client: AsyncWebClient, job: Job) -> None:
        self.text = ""
        self._refused = False
        self._sources: Sources | None = None
        self._chat = AsyncChatStream(
            client,
            channel=job.place.channel,
            thread_ts=job.thread,
            recipient_team_id=job.place.team,
            recipient_user_id=job.user,
            logger=log,
            buffer_size=1,  # a sentence is whole when it comes, and should not wait for the next
        )

    @property
    def ts(self) -> str | None:
        """The message, once there is one."""
        return self._chat.ts

    async def add(self, text: str) -> None:
        """Appends text, in as many messages as Slack takes it in."""
        self.text += text
        for part in parts(text, MOST_APPENDED):
            await self._sent(self._chat.append, markdown_text=part)

    async def reads(self, sources: Sources) -> None:
        """Shows what is read, as a task that goes on."""
        self._sources = sources
        await self._sent(self._chat.append, chunks=[_task(sources, "in_progress")])

    async def keep_open(self) -> None:
        """Says again what is read, so that Slack does not take the stream for a dead one."""
        if self._sources:
            await self._sent(self._chat.append, chunks=[_task(self._sources, "in_progress")])

    async def end(self, whole: str, below: Sequence[Block]) -> bool:
        """Adds what is not there of the whole text, then the blocks; whether all of it stands."""
        if not whole.startswith(self.text):
            return False
        await self.add(whole.removeprefix(self.text))
        done = [_task(self._sources, "complete")] if self._sources else []
        await self._sent(self._chat.stop, chunks=done, blocks=below)
        return not self._refused

    async def _sent(self, call: Callable[..., Awaitable[Any]], **said: Any) -> None:
        if self._refused:
            return
        try:
            await call(**said)
        except FAILURES as error:
            log.warning("Slack refused to stream: %s", told(error))
            self._refused = True


def page_of(public_url: str | None, answer_id: str) -> str | None:
    """The address of an answer on our page, where the settings say what ours is."""
    return f"{public_url.rstrip('/')}/#/answers/{answer_id}" if public_url else None


def told(error: BaseException) -> str:
    """Explains what went wrong, without what was sent."""
    if isinstance(error, DatelineError):
        return str(error)
    response = error.response if isinstance(error, SlackApiError) else None
    said = response.get("error") if isinstance(response, AsyncSlackResponse) else None
    return str(said or type(error).__name__)


def _task(sources: Sources, status: str) -> TaskUpdateChunk:
    articles = f"{len(sources.sources)} article{'' if len(sources.sources) == 1 else 's'}"
    passages = f"{sources.passages} passage{'' if sources.passages == 1 else 's'}"
    links = [link for source in sources.sources[:MOST_SOURCES] if (link := _source(source))]
    doing = "Read" if status == "complete" else "Reading"
    return TaskUpdateChunk(
        id="reading", title=f"{doing} {passages} of {articles}", status=status, sources=links or None
    )


def _source(source: Source) -> UrlSourceElement | None:
    address = web_address(source)
    day = in_words(source.published) or "date unknown"
    text = shortened(f"{source.outlet or 'Unknown outlet'}, {day}", 75)
    return UrlSourceElement(url=address, text=text) if address else None
