# ruff: noqa: E501 - a page is easier to read unbroken
"""Pages of print as character recognition writes them."""

from index.readers import read_bytes
from index.records import Draft, Skipped

PAGE = """<?xml version="1.0"?><alto xmlns="http://www.loc.gov/standards/alto/ns-v3#"><Layout><Page><PrintSpace>
<TextBlock><TextLine><String CONTENT="Dam"/><SP/><String CONTENT="to"/><SP/><String CONTENT="close"/></TextLine></TextBlock>
<TextBlock><TextLine><String CONTENT="2"/><SP/><String CONTENT="June"/><SP/><String CONTENT="1921"/></TextLine></TextBlock>
<TextBlock><TextLine><String CONTENT="Engineers"/><SP/><String CONTENT="will"/><SP/><String CONTENT="close"/><SP/>
<String CONTENT="the"/><SP/><String CONTENT="val" SUBS_TYPE="HypPart1" SUBS_CONTENT="valley"/><HYP CONTENT="-"/></TextLine>
<TextLine><String CONTENT="ley" SUBS_TYPE="HypPart2" SUBS_CONTENT="valley"/><SP/><String CONTENT="dam,"/><SP/>
<String CONTENT="they"/><SP/><String CONTENT="said."/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>"""


def test_a_page_of_alto_is_its_blocks() -> None:
    (draft,) = read_bytes(PAGE.encode(), "page.xml")
    assert isinstance(draft, Draft)
    assert (draft.title, draft.evidence()) == (
        "Dam to close",
        "Engineers will close the valley dam, they said.",
    )
    assert str(draft.published) == "1921-06-02"
    assert draft.notes == ("it is a page of print; what its blocks belong to is not told",)


def test_a_page_without_words_is_told() -> None:
    for data in (PAGE.replace("String", "Shape"), PAGE[:60]):
        (told,) = read_bytes(data.encode(), "page.xml")
        assert told == Skipped("page.xml", "it is ALTO without words")
