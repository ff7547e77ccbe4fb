"""Dateline beside LangChain, txtai, Haystack and Chroma: the same articles, model and questions.

    python -m eval.benchmarks.peers [--install] [--data FOLDER]

docs/peers.md has the table and says how to read it.
"""
