"""Articles out of objects with named fields: JSON, rows of tables, posts, the parts of an export."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import unescape

from index.errors import Unreadable
from index.readers import html
from index.readers.drafting import NOTHING_FOUND, Found, Known, content_mark, first, key_of
from index.readers.fields import Fields, Mapped, kind_of, shown
from index.readers.text import text_draft
from index.records import Draft, Skipped


@dataclass(slots=True)
class Objects:
    """Reads the objects of one file, and tells of an article that comes twice.

    `unit` is what an object is called in the file; `around` is what the file says of all of them.
    """

    source: str
    unit: str = "line"
    mapped: Mapped = ()
    around: Found = NOTHING_FOUND
    seen: dict[str, int] = field(default_factory=dict)

    def place(self, number: int) -> str:
        """The name of an object in what is told of it."""
        return f"{self.source}:{number}"

    def article(self, record: object, number: int) -> Draft | Skipped:
        """The article of an object, or why there is none."""
        try:
            return self._article(record, number)
        except Unreadable as error:
            return Skipped(self.place(number), str(error))

    def _article(self, record: object, number: int) -> Draft | Skipped:
        if not isinstance(record, Mapping):
            raise Unreadable(f"it is {kind_of(record)}; an article is a JSON object")
        fields = Fields(record, self.mapped)
        if status := fields.status():
            raise Unreadable(f"its status is {status!r}; what is not published stays out")
        id, says = fields.id(), first(fields.known(), self.around)
        body = fields.text()
        key = self._key(id, says.known, body)
        if html.holds_markup(body):
            result = html.fragment_draft(body, says, self.source, key)
        else:
            result = text_draft(unescape(body), says, self.source, key)
        if isinstance(result, Skipped):
            return Skipped(self.place(number), result.reason)
        self.seen[key] = number
        return replace(result, notes=fields.notes())

    def _key(self, id: str | None, says: Known, body: str) -> str:
        """The key of an article; Unreadable if an earlier one of the file has it."""
        if says.url or id:
            key = key_of(self.source, url=says.url, id=id, outlet=says.outlet)
            if key in self.seen:
                name, value = ("url", says.url) if says.url else ("id", id)
                raise Unreadable(f"{name} {shown(value)} was already used on {self.unit} {self.seen[key]}")
            return key
        base = key_of(self.source)
        keys = [f"{base}#{content_mark(part)}" for part in (says.title, body) if part]
        fresh = next((key for key in keys if key not in self.seen), None)
        if fresh is None:
            raise Unreadable(f"the same article stands on {self.unit} {self.seen[keys[-1]]}")
        return fresh
