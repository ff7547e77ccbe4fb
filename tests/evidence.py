"""Evidence made by hand: articles of plain reporting, each one passage, cut as the archive cuts."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from index.extraction.chunking import Chunker
from index.records import Article, Hit, Origin, Passage, Span, Zone, ZoneKind
from service.evidence import Contrast, Evidence, Finding, Quote
from service.questions.plan import Plan

ADDED = datetime(2024, 6, 1, tzinfo=UTC)


def article(id: int, text: str, **known: Any) -> Article:
    plain: dict[str, Any] = {
        "key": f"urn:{id}",
        "zones": (Zone(0, len(text), ZoneKind.REPORTING),),
        "title": f"Title {id}",
        "outlet": f"Outlet {id}",
        "published": date(2024, 5, id),
        "language": "en",
        "origins": {"published": Origin.TEXT},
        "version": 1,
        "cluster": id,
        "added": ADDED,
    }
    return Article(id=id, text=text, **(plain | known))


def hit(article: Article) -> Hit:
    """All of the article as one passage. The score falls with the id: 0.9, 0.8 …"""
    sentences = tuple(span for chunk in Chunker(100_000).chunk(article) for span in chunk.sentences)
    start, end = sentences[0].start, sentences[-1].end
    passage = Passage(
        start,
        end,
        id=article.id,
        article_id=article.id,
        version=article.version,
        text=article.text[start:end],
        sentences=sentences,
    )
    return Hit(passage=passage, article=article, score=1 - article.id / 10, dense=0.5, lexical=5.0)


def quoted(article: Article, words: str, **known: Any) -> Quote:
    start = article.text.index(words)
    return Quote(article=article, span=Span(start, start + len(words)), **known)


def evidence(
    articles: Sequence[Article],
    question: str = "What does the bridge cost?",
    findings: Sequence[Finding] = (),
    contrasts: Sequence[Contrast] = (),
    **plan: Any,
) -> Evidence:
    return Evidence(
        plan=Plan(standalone_question=question, **plan),
        hits=tuple(hit(one) for one in articles),
        findings=tuple(findings),
        contrasts=tuple(contrasts),
    )


BRIDGE = article(
    1,
    "The bridge will cost 61 million crowns, the mayor said. Work starts on 3 June. It has four lanes.",
    outlet="The Courier",
    author="Ana Roy",
    title="Bridge to cost more",
)
FERRY = article(
    2, "The ferry will stop in autumn. The bridge will cost 67 million crowns.", outlet="Harbour Post"
)
