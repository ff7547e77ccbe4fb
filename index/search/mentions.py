"""The articles that mention something, counted exactly over their whole evidence."""

from collections.abc import Iterator, Sequence

from index.backends.local.lexical import stems
from index.records import Article

PREFIX = 4  # letters of the longest word by which the database finds the articles to read


def letters_of(words: str) -> str | None:
    """Letters that every text holds which mentions those words; None where a database may fold them."""
    longest = max(words.split(), key=len, default="")[:PREFIX]
    return longest.lower() if len(longest) == PREFIX and longest.isascii() and longest.isalnum() else None


def mentions(articles: Iterator[Article], words: str) -> list[tuple[Article, int]]:
    """The articles that mention those words together, with how often: in any case, accents or number."""
    wanted = stems(words)
    counted = ((article, _count(stems(_whole(article)), wanted)) for article in articles)
    return [(article, count) for article, count in counted if count]


def _whole(article: Article) -> str:
    """The headline and the evidence; a headline that stands in the evidence counts once."""
    evidence = article.evidence()
    return evidence if not article.title or article.title in evidence else f"{article.title}\n{evidence}"


def _count(held: Sequence[str], wanted: Sequence[str]) -> int:
    size = len(wanted)
    return (
        sum(held[place : place + size] == list(wanted) for place in range(len(held) - size + 1))
        if size
        else 0
    )
