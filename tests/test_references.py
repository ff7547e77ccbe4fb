"""References to quotes in the forms that others read; read back by their own parsers."""

import json
from dataclasses import replace
from datetime import date
from urllib.parse import unquote

import pytest
import rispy
from pybtex.database import parse_string

from service.references import live_link, permanent_link, write_references
from tests.test_slack_blocks import citation

TOLD = replace(
    citation(1, "Forty-one, perhaps 42 families & two dogs were taken out of their houses that night."),
    author="Ines Calloway",
    outlet="The Courier",
    title="Who left & why: 100 %",
    url="https://courier.example/a_b",
    published=date(2020, 2, 12),
)
BARE = replace(TOLD, author=None, outlet=None, title=None, url=None, published=None, start=5, end=9)


def test_ris_reads_back() -> None:
    first, second = rispy.loads(write_references([TOLD, BARE], "ris"))
    assert (first["title"], first["authors"]) == ("Who left & why: 100 %", ["Ines Calloway"])
    assert (first["date"], first["urls"]) == ("2020/02/12", ["https://courier.example/a_b"])
    assert second["notes"] == [f"“{BARE.quote}”"]


def test_bibtex_reads_back() -> None:
    entries = parse_string(write_references([TOLD, BARE], "bibtex"), "bibtex").entries
    first, second = entries.values()
    assert first.fields["year"] == "2020"
    assert first.fields["title"] == r"Who left \& why: 100 \%"
    assert str(first.persons["author"][0]) == "Calloway, Ines"
    assert set(second.fields) == {"note"}


def test_csl_json_has_the_fields_of_its_schema() -> None:
    first, second = json.loads(write_references([TOLD, BARE], "csl-json"))
    assert first["issued"] == {"date-parts": [[2020, 2, 12]]}
    assert first["container-title"] == "The Courier"
    assert set(second) == {"id", "type", "note"}


@pytest.mark.parametrize(
    ("quote", "named"),
    [
        ("Nobody left.", "Nobody left."),
        (TOLD.quote, "Forty-one, perhaps 42 families & two|their houses that night."),
    ],
)
def test_a_live_link_names_the_words(quote: str, named: str) -> None:
    link = live_link(replace(TOLD, quote=quote)) or ""
    address, _, fragment = link.partition("#:~:text=")
    assert address == "https://courier.example/a_b"
    assert "-" not in fragment
    assert [unquote(part) for part in fragment.split(",")] == named.split("|")


def test_an_article_without_a_web_address_has_no_live_link() -> None:
    assert live_link(replace(TOLD, url="javascript:alert(1)")) is None
    assert permanent_link(BARE) == "/#/articles/7/versions/1?start=5&end=9"
