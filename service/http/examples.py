"""An answer, for those who read the API's description."""

from typing import Any

_TEXT = "Tideline, 9 July 2021: “The Harbour Bridge will cost 61 million.” [1]"

ANSWER: dict[str, Any] = {
    "id": "9f1c2a7be0d14c5f8d3a6b7c8d9e0f10",
    "conversation_id": "5b0e6a1f2c3d4e5f8a9b0c1d2e3f4a5b",
    "question": "What does the Harbour Bridge cost?",
    "standalone_question": "What does the Harbour Bridge cost?",
    "status": "answered",
    "text": _TEXT,
    "claims": [
        {
            "text": _TEXT,
            "start": 0,
            "end": len(_TEXT),
            "citations": [1],
            "support": "quoted",
            "score": 0.93,
        }
    ],
    "citations": [
        {
            "number": 1,
            "article_id": "31",
            "version": 1,
            "title": "Harbour Bridge to cost 61 million",
            "outlet": "Tideline",
            "author": "Mirela Stanek",
            "published": "2021-07-09",
            "published_origin": "given",
            "url": "https://tideline.example/2021/07/bridge",
            "quote": "The Harbour Bridge will cost 61 million.",
            "start": 0,
            "end": 40,
            "speaker": None,
            "also_printed_by": ["Radio Seawall"],
        }
    ],
    "disagreements": [],
    "changes": [],
    "notes": [],
    "searched": {
        "articles": 34,
        "passages": 92,
        "since": "2020-01-01",
        "until": "2024-12-31",
        "outlets": ["Radio Seawall", "Tideline"],
        "oldest": "2020-02-21",
        "newest": "2024-11-15",
    },
    "plan": {"standalone_question": "What does the Harbour Bridge cost?", "order": "relevance"},
    "answerer": "quotes",
    "related": [],
    "prompt_version": None,
    "usage": {},
    "timings_ms": {"total": 180.4},
}
