"""Engines of another package: an embedder, an index and an answerer, found through its entry points."""

import asyncio
from pathlib import Path

import pytest

from index.errors import BadValue
from service.answering import Desk, ask, final
from service.answers import Answer
from service.pipeline import open_desk
from service.questions.plan import Question
from service.settings import load_settings
from tests.conftest import DraftMaker

PACKAGE = '''
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from index.backends.local.generations import Generations
from service.evidence import Quote, Report, Statement


class Letters:
    """Counts letters."""

    id, dimension = "letters@1", 26

    def encode_documents(self, texts):
        counts = [[1 + text.casefold().count(chr(97 + place)) for place in range(26)] for text in texts]
        vectors = np.array(counts, dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def encode_query(self, text):
        return self.encode_documents([text])[0]


class Openings:
    """Quotes the first sentence of the best passage."""

    name = "own/openings"

    def __init__(self, settings):
        self.settings = settings

    async def answer(self, evidence):
        best = evidence.hits[0]
        quote = Quote(article=best.article, span=best.passage.sentences[0])
        yield Statement(text=f"“{quote.text}”", quotes=(quote,), support="quoted", score=1.0)
        yield Report(notes=("One sentence was read.",))


def elsewhere(address, catalogue, token):
    return Generations(Path(urlsplit(address).path), catalogue)
'''
ENTRIES = """
[dateline.embedders]
letters = own_engines:Letters

[dateline.answerers]
own/openings = own_engines:Openings

[dateline.indexes]
folder = own_engines:elsewhere
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a package that registers the three."""
    place = tmp_path / "site-packages"
    about = place / "own_engines-1.0.dist-info"
    about.mkdir(parents=True)
    (place / "own_engines.py").write_text(PACKAGE)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: own-engines\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.syspath_prepend(str(place))
    return place


async def asked(desk: Desk, question: str) -> Answer:
    return await final(ask(desk, Question(question=question)))


def test_the_engines_of_another_package_are_found_by_their_names(
    installed: Path, tmp_path: Path, draft: DraftMaker
) -> None:
    index = tmp_path / "elsewhere"
    settings = load_settings(
        data=tmp_path / "archive", embedder="letters", index=f"folder://{index}", answerer="own/openings"
    )
    archive = settings.create_archive()
    for _ in archive.add([draft("a", "The harbour bridge opened on 4 May 2021. Crowds came.")]):
        pass
    archive.close()
    assert any(index.iterdir())
    desk = open_desk(settings)
    given = asyncio.run(asked(desk, "When did the harbour bridge open?"))
    assert desk.archive.embedder.id == "letters@1"
    assert given.answerer == "own/openings"
    assert [citation.quote for citation in given.citations] == ["The harbour bridge opened on 4 May 2021."]
    desk.archive.close()


def test_a_name_that_no_package_registers_is_a_model_s(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path, index="folder:///elsewhere")
    with pytest.raises(BadValue, match="folder:///elsewhere"):
        settings.create_archive()
