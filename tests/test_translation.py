"""The words around quotes, in the language of the question, and the catalogues that hold them."""

import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from index.extraction.language import language_of_question
from index.models.embedding import PACKAGED, OnnxEmbedder
from index.records import Period
from service.answerers.refusal import BY_WORDS, UNREAD, refusal, unreadable
from service.answers import Searched
from service.formatting import FOLDER, in_words, locale_of, messages_of
from service.questions.forms import asked_for
from service.questions.plan import Plan

CATALOGUES = sorted(FOLDER.glob("*.po"))
HELD = Searched(
    articles=3, passages=11, since=None, until=None, outlets=("Rudaw",),
    oldest=date(2019, 2, 6), newest=date(2021, 6, 2),
)  # fmt: skip


def plan(text: str, language: str, **known: object) -> Plan:
    return Plan(standalone_question=text, language=language, locale=locale_of(text, language), **known)  # type: ignore[arg-type]


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_a_catalogue_translates_every_message_with_its_places(file: Path) -> None:
    with file.open("rb") as opened:
        catalogue = read_po(opened, file.stem, abort_invalid=True)
    known = {message.id for message in catalogue if message.id}
    with (FOLDER / "ar.po").open("rb") as opened:
        assert known == {message.id for message in read_po(opened, "ar") if message.id}
    assert {UNREAD, BY_WORDS} <= known
    for message in catalogue:
        told = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(told), message.id
        if message.id and not isinstance(message.id, tuple):
            places, kept = (set(re.findall(r"\{(\w+)\}", str(text))) for text in (message.id, told[0]))
            assert kept == places
    assert catalogue.num_plurals == (6 if file.stem == "ar" else 2)


def test_a_refusal_is_told_in_the_language_of_the_question() -> None:
    arabic = refusal(HELD, plan("متى افتتح الجسر؟", "ar"))
    assert arabic == (
        "لم يُعثر على جملة يُتأكد أنها تجيب عن هذا السؤال؛ وأقرب المقاطع مذكورة. "
        "جرى البحث في 3 مقالات (11 مقطعًا) من Rudaw، "
        "نُشرت بين 6 فبراير 2019 و2 يونيو 2021."
    )
    day = Period(date(2021, 6, 2), date(2021, 6, 2))
    german = refusal(HELD, plan("Was geschah am 2. Juni 2021?", "de", happened=day))
    assert "der diese Frage sicher beantwortet für das, was am 2. Juni 2021 geschah;" in german
    assert refusal(HELD, plan("Who?", "en")).endswith("from Rudaw, published 6 February 2019 to 2 June 2021.")
    assert refusal(HELD, plan("Chi è?", "it")).startswith("No sentence was found that surely answers this; ")


def test_a_question_that_nothing_reads_is_told_what_is_read() -> None:
    embedder = OnnxEmbedder(PACKAGED)
    told = unreadable(plan("چەند ناوەند هەن؟", "ku"), embedder, ("en",))
    assert told is not None
    assert "ئینگلیزی" in told
    assert "DATELINE_EMBEDDER=multilingual-e5-small" in told
    by_words = unreadable(plan("كم عدد المراكز؟", "ar"), embedder, ("ar", "en"))
    assert by_words is not None
    assert by_words.startswith("يقارن Dateline هنا الأسئلة")
    assert unreadable(plan("Who is it?", "en"), embedder, ("en",)) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Who is Tahsin al-Khafaji?", None),
        ("Peshmerga brigades Kirkuk 2021", None),
        ("When did the bridge open to traffic?", "en"),
        ("كم عدد المراكز؟", "ar"),
        ("چەند ناوەند هەن؟", "ku"),
        ("Li kîjan bajaran navendên hevpar hatin vekirin?", "ku"),
        ("¿Quién es Yawar?", "es"),
        ("Wann wurde die Brücke eröffnet?", "de"),
        ("桥是什么时候开通的？", "zh"),
    ],
)
def test_the_language_of_a_short_question_counts_only_where_it_is_sure(
    text: str, language: str | None
) -> None:
    assert language_of_question(text) == language


def test_question_words_ask_for_a_kind_of_answer() -> None:
    asked = {
        "كم عدد المراكز؟": "number",
        "متى افتتح؟": "date",
        "کێ وتەبێژە؟": "person",
        "¿Dónde está?": "place",
    }
    assert {text: asked_for(text) for text in asked} == asked


def test_days_are_written_as_the_language_writes_them() -> None:
    day = date(2021, 6, 3)
    assert in_words(day) == "3 June 2021"
    assert in_words(day, "es") == "3 de junio de 2021"
    assert in_words(day, "ckb") == "3ی حوزەیرانی 2021"
    assert messages_of("ku").gettext("date unknown") == "dîrok nayê zanîn"
