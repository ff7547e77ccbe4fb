# ruff: noqa: E501 - whole files stand in these tests as they are written
"""CSV, TSV and WordPress exports, as files made here."""

from datetime import date
from pathlib import Path

import pytest

from index.readers import LARGEST_FILE, built_in, read_bytes, read_file
from index.records import Draft, Origin, Skipped

FIRST = "Engineers will close the old dam for repairs before the spring floods, the ministry said."
SECOND = "The work is expected to take eleven weeks and to employ sixty people from the valley."


def drafts(text: str, name: str, encoding: str = "utf-8") -> list[Draft]:
    return [item for item in read_bytes(text.encode(encoding), name) if isinstance(item, Draft)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_an_article_a_row(delimiter: str, encoding: str) -> None:
    header = delimiter.join(("stories_id", "publish_date", "media_name", "title", "url", "text"))
    first = delimiter.join(
        (
            "7",
            "2021-06-02",
            "Valley Daily",
            '"The ""old"" dam"',
            "https://v.example/1",
            f'"{FIRST}\n\n{SECOND}"',
        )
    )
    second = delimiter.join(("8", "soon", "VNA", "Dam", "https://v.example/2", SECOND))
    one, two = drafts(
        f"{header}\r\n\r\n{first}\r\n{second}\r\n", "all.tsv" if delimiter == "\t" else "all.csv", encoding
    )
    assert (one.title, one.outlet, one.published, one.url) == (
        'The "old" dam',
        "Valley Daily",
        date(2021, 6, 2),
        "https://v.example/1",
    )
    assert one.evidence() == f"{FIRST}\n\n{SECOND}"
    assert (two.published, two.text) == (None, SECOND)
    assert any("publish_date 'soon' is not a date" in note for note in two.notes)


def test_columns_are_mapped_and_bad_rows_are_told() -> None:
    table = f"Kopf,Wort\nDam,{FIRST}\nDam,\n\nshort\n"
    items = list(read_bytes(table.encode(), "a.csv", built_in((("title", "Kopf"), ("text", "Wort")))))
    assert [item.title if isinstance(item, Draft) else item.reason for item in items] == [
        "Dam",
        "it has no text in the field Wort, to which text is mapped",
        "it has no text in the field Wort, to which text is mapped",
    ]
    (told,) = read_bytes(b"a,b\n1,2", "a.csv")
    assert isinstance(told, Skipped)
    assert told.reason == "its first row names no text; name the columns, as text, title, published, url"


def test_a_large_table_is_read_a_row_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write("id,text,filler\n")
        file.writelines(
            f"{number},{FIRST},{'x' * 5_000_000}\n" for number in range(LARGEST_FILE // 5_000_000 + 1)
        )
    assert len([item for item in read_file(path) if isinstance(item, Draft)]) == LARGEST_FILE // 5_000_000 + 1


WXR = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>Valley Daily</title><wp:author><wp:author_login>alee</wp:author_login><wp:author_display_name><![CDATA[Ann Lee]]></wp:author_display_name></wp:author>
{}</channel></rss>"""


def post(number: int, content: str, status: str = "publish", kind: str = "post", password: str = "") -> str:
    return f"""<item><title>Post {number}</title><link>https://v.example/{number}</link><pubDate>Mon, 30 Nov -0001 00:00:00 +0000</pubDate>
<dc:creator>alee</dc:creator><content:encoded><![CDATA[{content}]]></content:encoded><excerpt:encoded><![CDATA[Short.]]></excerpt:encoded>
<wp:post_date>2021-06-02 10:00:00</wp:post_date><wp:post_password>{password}</wp:post_password><wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type></item>"""


def test_of_a_wordpress_export_the_published_posts_go_in() -> None:
    blocks = f'<!-- wp:paragraph --><p>{FIRST}</p><!-- /wp:paragraph -->[caption id="x" width="3"]<img src="a.jpg"/> The dam[/caption]<p>{SECOND} [sic]</p>[gallery ids="1,2"]'
    classic = f"{FIRST} <em>Soon.</em>\n\n{SECOND}"
    export = WXR.format("".join((
        post(1, blocks), post(2, classic), post(3, FIRST, "draft"), post(4, SECOND, "private"), post(5, FIRST, "future"),
        post(6, SECOND, password="x"), post(7, "", "inherit", "attachment"), post(8, FIRST, "publish", "wp_template"),
    )))  # fmt: skip
    items = list(read_bytes(export.encode(), "export.xml"))
    one, two = (item for item in items if isinstance(item, Draft))
    assert (one.title, one.outlet, one.author, one.published) == (
        "Post 1",
        "Valley Daily",
        "Ann Lee",
        date(2021, 6, 2),
    )
    assert one.key == "url:https://v.example/1"
    assert "The dam" in one.evidence()
    assert f"{SECOND} [sic]" in one.evidence()
    assert not any(junk in one.text for junk in ("caption", "gallery", "wp:", "Short"))
    assert two.evidence() == f"{FIRST} Soon.\n\n{SECOND}"
    assert [item.reason.split("'")[1] for item in items if isinstance(item, Skipped)] == [
        "draft",
        "private",
        "future",
        "private",
    ]


def test_a_wordpress_export_that_breaks_off_gives_what_it_has() -> None:
    export = WXR.format(post(1, FIRST) + post(2, SECOND))
    first, *_ = read_bytes(export[:-300].encode(), "export.xml")
    assert isinstance(first, Draft)
    (told,) = read_bytes(WXR.format("").encode(), "export.xml")
    assert told == Skipped("export.xml", "the export holds no post")


def test_a_table_that_is_named_text_is_read_as_one() -> None:
    table = (
        f"title|outlet|published|text\nDam|Valley Daily|2021-06-02|{FIRST}\nTram|VNA|2021-06-03|{SECOND}\n"
    )
    assert [one.outlet for one in drafts(table, "dump.txt")] == ["Valley Daily", "VNA"]
    (prose,) = drafts(f"Title, text and date of the book\n\n{FIRST}\n{SECOND}", "a.txt")
    assert prose.title == "Title, text and date of the book"


def test_days_that_could_be_two_are_read_in_the_order_of_their_column() -> None:
    rows = "".join(f"{day},Dam {day},{FIRST} {day}\n" for day in ("6/2/2021", "6/14/2021"))
    first, second = drafts(f"date,title,text\n{rows}", "a.csv")
    assert (first.published, first.origins["published"]) == (date(2021, 6, 2), Origin.INFERRED)
    assert first.notes[0] == "6/2/2021 was read month first, as in the other rows"
    assert (second.published, second.origins["published"]) == (date(2021, 6, 14), Origin.GIVEN)
    (alone,) = drafts(f"date,title,text\n6/2/2021,Dam,{FIRST}\n", "a.csv")
    assert alone.published is None
    both = rows + f"14/6/2021,Dam,{SECOND}\n"
    assert drafts(f"date,title,text\n{both}", "a.csv")[0].published is None


def test_a_column_of_prose_is_the_text_whatever_its_name() -> None:
    (draft,) = drafts(f"Titre;Texte;Lien\nLe barrage;{FIRST};https://v.example/1\n", "a.csv")
    assert draft.evidence() == FIRST
    assert draft.notes == ("fields: text from Texte; not read: Titre, Lien",)
    # Without a row of names the first article would be lost.
    (told,) = read_bytes(f"Dam,{FIRST}\nTram,{SECOND}\n".encode(), "a.csv")
    assert isinstance(told, Skipped)
