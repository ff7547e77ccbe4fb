"""References to quotes, for those who cite them: links, CSL-JSON, RIS and BibTeX."""

import json
import re
from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import quote as percent

from service.answers import Citation, Source

ReferenceFormat = Literal["bibtex", "ris", "csl-json"]

_WEB = re.compile(r"https?://[^\s<>\"'`\\\\]+")

MEDIA_TYPES: dict[ReferenceFormat, str] = {
    "bibtex": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "csl-json": "application/vnd.citationstyles.csl+json",
}


def web_address(article: Citation | Source) -> str | None:
    """Returns the address of an article, if a browser may be sent there."""
    return article.url if article.url and _WEB.fullmatch(article.url) else None


def write_references(citations: Sequence[Citation], form: ReferenceFormat) -> str:
    """Returns the references of quotes, one each, in the order given."""
    writers = {"bibtex": _bibtex, "ris": _ris, "csl-json": _csl_json}
    return writers[form](citations)


def live_link(citation: Citation) -> str | None:
    """Returns a link to the original page that scrolls to the quote, where the article has an address.

    The text fragment names the first and last words of the quote (WICG, "Text Fragments").
    """
    address = web_address(citation)
    if address is None or "#" in address:
        return address
    words = citation.quote.split()
    ends = [" ".join(words[:6]), " ".join(words[-4:])] if len(words) > 10 else [" ".join(words)]
    return f"{address}#:~:text={','.join(map(_fragment, ends))}"


def permanent_link(citation: Citation) -> str:
    """Returns the address, on Dateline's own page, of the very words in the very version."""
    place = f"start={citation.start}&end={citation.end}"
    return f"/#/articles/{citation.article_id}/versions/{citation.version}?{place}"


def _fragment(words: str) -> str:
    # A hyphen, a comma and an ampersand have a meaning of their own in a text fragment.
    return percent(words, safe="").replace("-", "%2D")


def _csl(citation: Citation) -> dict[str, Any]:
    """An item of CSL-JSON (citation-style-language.github.io), which the other forms are made from."""
    day = citation.published
    given = {
        "id": f"dateline-{citation.article_id}-{citation.version}-{citation.start}",
        "type": "article-newspaper",
        "title": citation.title,
        "container-title": citation.outlet,
        "author": [{"literal": citation.author}] if citation.author else None,
        "issued": {"date-parts": [[day.year, day.month, day.day]]} if day else None,
        "URL": web_address(citation),
        "note": f"“{citation.quote}”",
    }
    return {name: value for name, value in given.items() if value}


def _csl_json(citations: Sequence[Citation]) -> str:
    return json.dumps([_csl(citation) for citation in citations], ensure_ascii=False, indent=1) + "\n"


def _ris(citations: Sequence[Citation]) -> str:
    import rispy

    entries = [
        {
            "type_of_reference": "NEWS",
            "title": citation.title,
            "authors": [citation.author] if citation.author else None,
            "secondary_title": citation.outlet,
            "date": f"{citation.published:%Y/%m/%d}" if citation.published else None,
            "urls": [address] if (address := web_address(citation)) else None,
            "notes": [f"“{citation.quote}”"],
        }
        for citation in citations
    ]
    text: str = rispy.dumps([{name: value for name, value in one.items() if value} for one in entries])
    return text


def _bibtex(citations: Sequence[Citation]) -> str:
    from pybtex.database import BibliographyData, Entry, Person

    entries = {}
    for citation in citations:
        item = _csl(citation)
        day = citation.published
        fields = {
            "title": citation.title,
            "journal": citation.outlet,
            "year": str(day.year) if day else None,
            "month": str(day.month) if day else None,
            "day": str(day.day) if day else None,
            "url": item.get("URL"),
            "note": item["note"],
        }
        persons = {"author": [Person(last=citation.author)]} if citation.author else {}
        held = {name: value for name, value in fields.items() if value}
        entries[item["id"]] = Entry("article", fields=held, persons=persons)
    text: str = BibliographyData(entries).to_string("bibtex")
    return text
