# ruff: noqa: E501 - whole files stand in these tests as they are written
"""Mail, mailboxes, newsletters and saved pages, as bytes made here."""

import quopri
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest

from index.readers import read_bytes, read_file
from index.records import Draft, Skipped
from tests.test_documents import paragraph, word
from tests.websites import FIRST, SECOND, page

DAY = datetime(2021, 6, 2, 8, tzinfo=UTC)


def letter(text: str = "", html: str = "", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = headers.pop("sender", "Ann Lee <ann@valley.example>")
    message["To"] = "desk@valley.example"
    message["Subject"] = headers.pop("subject", "Dam to close – früh")
    message["Date"] = format_datetime(DAY)
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text or "See the HTML part.")
    if html:
        message.add_alternative(html, subtype="html")
    return message


def drafts(data: bytes, name: str) -> list[Draft]:
    return [item for item in read_bytes(data, name) if isinstance(item, Draft)]


def test_a_message_is_an_article_of_its_sender() -> None:
    message = letter(f"{FIRST}\n\n{SECOND}\n", Message_ID="<1@valley.example>")
    (draft,) = drafts(message.as_bytes(), "a.eml")
    assert (draft.title, draft.author, draft.outlet) == ("Dam to close – früh", "Ann Lee", None)
    assert (draft.published, draft.text) == (date(2021, 6, 2), f"{FIRST}\n\n{SECOND}")
    assert draft.key == "id:mail:<1@valley.example>"


def test_a_forwarded_message_is_the_one_below_whatever_the_language() -> None:
    inner = "Von: Bo Chen <bo@lenn.example>\nDatum: 1 May 2020\nBetreff: Damm\nAn: ann@valley.example\n\n"
    (draft,) = drafts(
        letter(f"Zur Info\n\n-------- Nachricht --------\n{inner}{FIRST}", subject="WG: Damm").as_bytes(),
        "a.eml",
    )
    assert (draft.title, draft.author, draft.published) == ("Damm", "Bo Chen", date(2020, 5, 1))
    assert draft.evidence() == FIRST


NEWSLETTER = f"""<html><body><h1>The Valley Briefing</h1><p>Good morning. Here is all you need to know today.</p>
<h2><a href="https://v.example/dam">Dam to close</a></h2><p>{FIRST}</p>
<h2><a href="https://v.example/tram">Tram line reopens</a></h2><p>The tram line reopened on Monday. It had been shut.</p>
<p><a href="https://v.example/u">Unsubscribe</a></p></body></html>"""


def test_a_newsletter_is_its_stories_under_the_name_of_its_list() -> None:
    message = letter(
        html=NEWSLETTER, sender="Valley Daily <news@v.example>", List_Unsubscribe="<https://v.example/u>"
    )
    intro, dam, tram = drafts(message.as_bytes(), "a.eml")
    assert (intro.title, intro.outlet) == ("Dam to close – früh", "Valley Daily")
    assert (dam.title, dam.url, dam.outlet, dam.published) == (
        "Dam to close", "https://v.example/dam", "Valley Daily", date(2021, 6, 2),
    )  # fmt: skip
    assert dam.evidence() == FIRST
    assert (tram.title, "tram line reopened" in tram.evidence()) == ("Tram line reopens", True)
    assert len({item.key for item in (intro, dam, tram)}) == 3
    assert not dam.key.startswith("url:")


def test_a_letter_of_one_story_with_subheadings_stays_one() -> None:
    html = f"<h1><a href='https://v.example/1'>Dam</a></h1><p>{FIRST}</p><h2>No danger</h2><p>{SECOND}</p>"
    (draft,) = drafts(letter(html=html).as_bytes(), "a.eml")
    assert FIRST in draft.evidence()
    assert SECOND in draft.evidence()


def test_what_is_attached_is_read_as_files_are() -> None:
    message = letter("The two pieces as agreed. They are attached.")
    message.add_attachment(
        word(paragraph("Dam to close"), paragraph(FIRST)),
        maintype="application",
        subtype="x",
        filename="dam.docx",
    )
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    message.add_attachment(page("Tram"), maintype="text", subtype="html", filename="tram.html")
    titles = [(draft.title, draft.key.rpartition("/")[2]) for draft in drafts(message.as_bytes(), "a.eml")]
    assert titles[1:] == [("Dam to close", "a.eml!dam.docx"), ("Tram", "a.eml!tram.html")]


def test_a_mailbox_is_its_messages(tmp_path: Path) -> None:
    path = tmp_path / "news.mbox"
    messages = [
        letter(f"{text}\n\nFrom here on it is quiet.", Message_ID=f"<{text[:3]}>") for text in (FIRST, SECOND)
    ]
    path.write_bytes(
        b"".join(
            b"From x@y Wed Jun  2 08:00:00 2021\n"
            + one.as_bytes().replace(b"\nFrom here", b"\n>From here")
            + b"\n\n"
            for one in messages
        )
    )
    found = [item for item in read_file(path) if isinstance(item, Draft)]
    assert [draft.text for draft in found] == [
        f"{text}\n\nFrom here on it is quiet." for text in (FIRST, SECOND)
    ]


def test_a_page_saved_as_mhtml_is_that_page() -> None:
    body = quopri.encodestring(page("Dam to close"))
    data = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://v.example/dam\r\nSubject: Dam\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n'
        b"Content-Transfer-Encoding: quoted-printable\r\nContent-Location: https://v.example/dam\r\n\r\n"
        + body
        + b"\r\n--b--\r\n"
    )
    (draft,) = drafts(data, "dam.mhtml")
    assert (draft.title, draft.url, draft.author) == ("Dam to close", "https://v.example/dam", None)
    assert FIRST in draft.evidence()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"From: a\nDate: b\nSubject: c\nMIME-Version: 1.0\n\n", "the text is empty"),
        (
            b"From: a\nDate: b\nSubject: c\nContent-Type: multipart/x; boundary=a\n"
            + b"X: boundary=\n" * 300
            + b"\n--a\n",
            "it has more than 200 parts",
        ),
        (
            b"\xd0\xcf\x11\xe0" + bytes(600),
            "it is not an Outlook message that can be read; it may be broken or cut off",
        ),
    ],
)
def test_mail_that_cannot_be_read_is_told(data: bytes, told: str) -> None:
    (item,) = read_bytes(data, "a.msg")
    assert item == Skipped("a.msg", told)


def test_a_text_that_only_looks_like_a_letter_is_no_mail() -> None:
    (draft,) = drafts(f"From: here\n\n{FIRST}".encode(), "a.txt")
    assert FIRST in draft.text


def test_what_is_answered_and_signed_is_not_the_sender_s_report() -> None:
    text = f"{FIRST}\n\nOn Mon, 1 May 2020, Bo Chen <bo@lenn.example> wrote:\n> {SECOND}\n> Nobody knew.\n\n-- \nThe desk\nCall us at 12.\n"
    (draft,) = drafts(letter(text).as_bytes(), "a.eml")
    assert draft.evidence() == FIRST
    assert SECOND in draft.text
    # Two dashes alone also part stories, and a message may do nothing but pass another on.
    (parted,) = drafts(letter(f"{FIRST}\n\n--\n\n{SECOND}\n").as_bytes(), "b.eml")
    assert parted.evidence() == f"{FIRST}\n\n{SECOND}"
    (passed_on,) = drafts(letter(f"> {FIRST}\n> {SECOND}\n").as_bytes(), "c.eml")
    assert FIRST in passed_on.evidence()
