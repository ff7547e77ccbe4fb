"""Replies to a greeting, to thanks, and to those who ask what can be asked; nothing is searched."""

from index.archive import Archive
from index.backends.local.snapshots import Summary

_OPENINGS = {
    "talk/greeting": "Hello.",
    "talk/thanks": "You're welcome.",
    "talk/acknowledged": "All right.",
}
NEWEST = 2  # articles whose headlines are offered


def small_talk(kind: str, held: Summary, archive: Archive) -> str:
    """The whole reply: a word back, what this archive holds, and what can be asked of it."""
    opening = _OPENINGS.get(kind, "")
    if not held.articles:
        return " ".join(
            filter(None, (opening, "This archive holds no articles yet; add some, then ask about them."))
        )
    days = f", from {held.oldest} to {held.newest}" if held.oldest else ""
    outlets = (
        f" of {', '.join(held.outlets[:4])}{' and others' if len(held.outlets) > 4 else ''}"
        if held.outlets
        else ""
    )
    count = "1 article" if held.articles == 1 else f"{held.articles} articles"
    told = f"I answer questions from {count}{outlets}{days}, and show the sentence that each answer rests on."
    if kind in ("talk/thanks", "talk/acknowledged"):
        return opening
    titles = [article.title for article in archive.articles(limit=NEWEST) if article.title]
    asks = [f"“Summarise {title}”" for title in titles[:1]]
    hints = ", ".join([*asks, "“Who is …?”", "“What is the latest on …?”", "“How many articles mention …?”"])
    return " ".join(filter(None, (opening, told, f"You can ask, for example: {hints}.")))
