"""Vectors of passages by row: which lie nearest to a question.

Few vectors are compared one by one, as 16-bit floats, which is how the catalogue keeps them. Of many,
short codes say which are worth it: product quantisation with 4 bits for each four dimensions, compared
in registers (André, Kermarrec & Le Scouarnec 2015; FAISS calls it fast scan). eval/benchmarks/scale.py
has the measurements behind the numbers here.
"""

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.backends.local.columns import Ids, Mask
from index.models.embedding import Vectors

Halves = NDArray[np.float16]

EXACT_UP_TO = 30_000  # vectors; comparing them one by one takes about a millisecond
FEW = 1 / 24  # a share that passes a filter so small that its vectors are compared one by one
COMPARED = 8  # for each vector asked for, so many that the codes find are compared exactly
LEAST_COMPARED = 400  # however few are asked for: a fifth of a millisecond
MARGIN = 2  # how many more are taken before a filter than it should need
TRAINING = 32_768  # vectors that the codes are learned from
# One query is too little work for two threads, and on cores that others use too, threads that share any
# work spin while they wait for each other. FAISS keeps the setting for the thread that calls.
THREADS = 1
BATCH = 8192  # vectors that are 32-bit floats at one time

VECTORS, CODES = "vectors.faiss", "codes.faiss"


class FaissIndex:
    """Vectors of unit length by row, searched by inner product. It never changes."""

    def __init__(self, exact: Any, codes: Any | None) -> None:
        """Wraps FAISS indexes; `build` and `open` make one."""
        self._exact = exact
        self._codes = codes
        self.dimension: int = exact.d

    @classmethod
    def build(cls, halves: Halves, coded: bool | None = None) -> Self:
        """An index of those vectors, of shape (rows, dimension), with codes if they are worth it.

        Raises ValueError for a vector that is not finite.
        """
        import faiss

        faiss.omp_set_num_threads(THREADS)
        count, dimension = halves.shape
        exact = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        codes = None
        if (cls.worth_coding(count) if coded is None else coded) and dimension % 4 == 0:
            codes = faiss.IndexPQFastScan(dimension, dimension // 4, 4, faiss.METRIC_INNER_PRODUCT)
            codes.train(halves[:: -(-count // TRAINING)].astype(np.float32))
        for first in range(0, count, BATCH):
            vectors = halves[first : first + BATCH].astype(np.float32)
            if not np.isfinite(vectors).all():
                raise ValueError("a vector with NaN or infinity would be found by every search")
            for index in (exact, codes) if codes else (exact,):
                index.add(vectors)
        return cls(exact, codes)

    @staticmethod
    def worth_coding(count: int) -> bool:
        """Tells whether so many vectors are searched by codes first."""
        return count > EXACT_UP_TO

    @classmethod
    def open(cls, directory: Path) -> Self:
        """The index written there. The files must have been verified: parsers trust them.

        The vectors are mapped, so that only those compared are read; the codes are in memory.
        """
        import faiss

        codes = directory / CODES
        return cls(
            faiss.read_index(str(directory / VECTORS), faiss.IO_FLAG_MMAP_IFC),
            faiss.read_index(str(codes)) if codes.exists() else None,
        )

    def write(self, directory: Path) -> None:
        """Writes it into that directory."""
        _write(self._exact, directory / VECTORS)
        if self._codes is not None:
            _write(self._codes, directory / CODES)

    def __len__(self) -> int:
        count: int = self._exact.ntotal
        return count

    @property
    def halves(self) -> Halves:
        """The vectors themselves, of shape (rows, dimension), good for as long as the index lives."""
        import faiss

        if not len(self):
            return np.empty((0, self.dimension), dtype=np.float16)
        data = faiss.rev_swig_ptr(self._exact.codes.data(), len(self) * self.dimension * 2)
        view: Halves = data.view("<f2").reshape(len(self), self.dimension)
        return view

    def search(self, vector: Vectors, k: int, allowed: Mask | None = None) -> list[tuple[int, float]]:
        """At most k (row, inner product), best first, among `allowed` where it is given."""
        import faiss

        faiss.omp_set_num_threads(THREADS)
        count = len(self) if allowed is None else int(np.count_nonzero(allowed))
        k = min(k, count)
        if not k:
            return []
        rows = None
        if self._codes is not None and count > FEW * len(self):
            wanted = min(max(k * COMPARED, LEAST_COMPARED), count)
            rows = self._likely(vector, wanted, allowed, count)
        if rows is None:
            rows, scores = _nearest(self._exact, vector, k, allowed)
            return list(zip(rows.tolist(), scores.tolist(), strict=True))
        scores = self.halves[rows].astype(np.float32) @ vector
        best = np.argsort(-scores, kind="stable")[:k]
        return list(zip(rows[best].tolist(), scores[best].tolist(), strict=True))

    def _likely(self, vector: Vectors, wanted: int, allowed: Mask | None, count: int) -> Ids | None:
        """The allowed rows whose codes are nearest, or None where the codes are not worth asking.

        FAISS cannot filter while it scans codes, so more are taken and filtered after. What lies near
        may pass the filter less often than the rest; then more are taken again.
        """
        fetch = wanted if allowed is None else MARGIN * wanted * len(self) // count
        while fetch < len(self) // MARGIN:
            rows, _ = _nearest(self._codes, vector, fetch)
            found = rows if allowed is None else rows[allowed[rows]]
            if len(found) >= wanted:
                return found[:wanted]
            fetch *= 4
        return None


def _nearest(index: Any, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[Ids, Vectors]:
    """The rows that a FAISS index finds, best first, and their scores."""
    import faiss

    parameters = None
    if allowed is not None:
        selected = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))  # type: ignore[call-arg, arg-type]
        parameters = faiss.SearchParameters(sel=selected)  # type: ignore[call-arg]
    scores, rows = index.search(vector[np.newaxis], k, params=parameters)
    found = rows[0] >= 0  # FAISS fills up with row -1 where it finds fewer than k
    return rows[0][found], scores[0][found]


def _write(index: Any, path: Path) -> None:
    """Not by the path, with which FAISS reports no error on a full disk."""
    import faiss

    with path.open("wb") as file:
        faiss.write_index(index, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]
