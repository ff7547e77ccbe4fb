"""The least that a hybrid search can be: one model, one vector index, one lexical index, no archive.

It reads the files that Dateline made and proves, checks and filters nothing. What Dateline takes
beyond it is the price of everything else.

    python eval/benchmarks/bare.py FOLDER QUESTION
"""

import json
import sys
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import onnxruntime
import tantivy
from tokenizers import Tokenizer

CANDIDATES = 50


class Bare:
    """A folder of model.onnx, tokenizer.json, vectors.faiss, lexical and texts.json, held in memory."""

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._vectors = faiss.read_index(str(folder / "vectors.faiss"))
        self._texts: dict[str, str] = json.loads((folder / "texts.json").read_text())
        self._lexical = tantivy.Index.open(str(folder / "lexical"))
        self._analyzer = _analyzer()
        self._lexical.register_tokenizer("stemmed", self._analyzer)
        self._searcher = self._lexical.searcher()

    def search(self, question: str, limit: int = 10) -> list[str]:
        """The texts of the best passages, by the mean of both scores."""
        dense = self._nearest(question)
        lexical = self._matching(question)
        top = max(lexical.values(), default=1.0)
        low, high = min(dense.values()), max(dense.values())
        scores = {
            passage: (dense.get(passage, low) - low) / (high - low or 1) + lexical.get(passage, 0.0) / top
            for passage in dense.keys() | lexical.keys()
        }
        best = sorted(scores, key=scores.__getitem__, reverse=True)[:limit]
        return [self._texts[str(passage)] for passage in best]

    def _nearest(self, question: str) -> dict[int, float]:
        encoding = self._tokenizer.encode(question)
        inputs = {
            "input_ids": np.array([encoding.ids], dtype=np.int64),
            "attention_mask": np.array([encoding.attention_mask], dtype=np.int64),
        }
        vector = self._session.run(None, inputs)[0]
        # One question is too little for two threads, which then wait for each other. For each thread anew.
        faiss.omp_set_num_threads(1)
        scores, ids = self._vectors.search(vector, CANDIDATES)
        return {int(i): float(s) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0}

    def _matching(self, question: str) -> dict[int, float]:
        schema = self._lexical.schema
        words = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "words", word))
            for word in self._analyzer.analyze(question)
        ]
        found = self._searcher.search(tantivy.Query.boolean_query(words), CANDIDATES, count=False)
        ids: list[Any] = self._searcher.fast_field_values("passage", [address for _, address in found.hits])
        return {int(i): score for i, (score, _) in zip(ids, found.hits, strict=True)}


def _analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(80),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


if __name__ == "__main__":
    print("\n\n".join(Bare(Path(sys.argv[1])).search(sys.argv[2])))
