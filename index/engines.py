"""Engines that keep an archive's passages to be searched, and the choice among them."""

from urllib.parse import urlsplit

from index.backends.local.generations import Generations
from index.plugins import plugin
from index.protocols import LoadIndex


def index_at(address: str | None, token: str | None = None) -> LoadIndex:
    """Chooses what opens the index at that address: Milvus, or FAISS and tantivy in the folder where None.

    An entry point of `dateline.indexes` opens the addresses whose scheme is its name. Raises BadValue, when
    it is opened, for an address of no kind that is known.
    """
    if address is None:
        return Generations
    if (load := plugin("indexes", urlsplit(address).scheme)) is not None:
        return lambda _, catalogue: load(address, catalogue, token)
    from index.backends.milvus.index import MilvusIndex

    return lambda _, catalogue: MilvusIndex(address, catalogue, token)
