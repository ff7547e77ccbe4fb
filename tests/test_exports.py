# ruff: noqa: E501 - exports stand in these tests as databases print them
"""Exports of press databases, in the layouts that these print."""

from datetime import date
from pathlib import Path

import pytest

from index.readers import read_bytes
from index.records import Draft

OLD_NEXIS = """
                               1 of 2 DOCUMENTS


                             The Quay Post (Lenn)

                            February 5, 2023 Sunday
                                 Final Edition

BYLINE: By Ann Lee

SECTION: NEWS; Section A;
   Column 2; Pg. 3

LENGTH: 61 words

HEADLINE: Ferry to stop at noon;
   Crew told by letter

DATELINE: LENN, Feb. 4

BODY:
   The ferry will stop at noon on Friday, the harbour office said. Its crew of
nine was told by letter.

   Source: the office's own figures. Nobody was asked.

   The last boat leaves at 11.40.

LOAD-DATE: February 6, 2023

LANGUAGE: ENGLISH

GRAPHIC: Photo, The ferry in dock. (ANN LEE)

                   Copyright 2023 Quay Media Limited
                          All Rights Reserved


                               2 of 2 DOCUMENTS


                              Tideline

                          August 9, 2021 Monday 6:00 PM GMT

Tram line reopens in the old town

SECTION: CITY; Pg. 7

LENGTH: 12 words

The tram line reopened on Monday. It had been shut for a year.

LOAD-DATE: August 9, 2021
"""

NEXIS_UNI = """User Name: Reader
Date and Time: Friday, March 3, 2023 10:00:00 AM EST
Job Number: 190000001

Documents (2)

1. Ferry to stop at noon
Client/Matter: -None-
2. Tram line reopens in the old town
Client/Matter: -None-
About LexisNexis | Privacy Policy | Terms & Conditions | Copyright © 2023 LexisNexis

Ferry to stop at noon

The Quay Post (Lenn)
February 5, 2023 Sunday
Copyright 2023 Quay Media Limited All Rights Reserved
Section: NEWS; Pg. 3
Length: 61 words
Byline: Ann Lee
Highlight: No boat after Friday.

Body

The ferry will stop at noon on Friday, the harbour office said. Its crew of nine was told by letter.
The last boat leaves at 11.40.

Page 2 of 3

Nobody was asked.

Classification

Language: ENGLISH
Publication-Type: Newspaper
Subject: FERRIES (90%); HARBORS & PORTS (78%)
Load-Date: February 6, 2023

End of Document

Tram line reopens in the old town

Tideline
August 9, 2021 Monday 6:00 PM GMT
Copyright 2021 Tideline All Rights Reserved
Length: 12 words

Body

The tram line reopened on Monday. It had been shut for a year.

Classification

Language: ENGLISH
Load-Date: August 9, 2021

End of Document
"""

FACTIVA_CODES = """HD  Ferry to stop at noon
BY  By Ann Lee
WC  61 words
PD  5 February 2023
ET  06:30
SN  The Quay Post
SC  QUAYPO
PG  3
LA  English
CY  (c) 2023 Quay Media Limited
LP
The ferry will stop at noon on Friday, the harbour office said. Its crew of nine was told by letter.
TD
The last boat leaves at 11.40.

Nobody was asked.
CO quaym : Quay Media Limited
NS c13 : Regulation
RE uk : United Kingdom
AN  Document QUAYPO0020230205ej25000xx

HD  Tram line reopens in the old town
WC  12 words
PD  9 August 2021
SN  Tideline
LA  English
LP
The tram line reopened on Monday. It had been shut for a year.
AN  Document TIDEL00020210809eh8900001
"""

FACTIVA = """News
Ferry to stop at noon
By Ann Lee
61 words
5 February 2023
06:30
The Quay Post
QUAYPO
3
English
(c) 2023 Quay Media Limited

The ferry will stop at noon on Friday, the harbour office said. Its crew of nine was told by letter.

The last boat leaves at 11.40. Nobody was asked.

Document QUAYPO0020230205ej25000xx

Tram line reopens in the old town
12 words
9 August 2021
Tideline
TIDEL
English
Copyright 2021 Tideline

The tram line reopened on Monday. It had been shut for a year.

Document TIDEL00020210809eh8900001

Page 1 of 1 © 2023 Factiva, Inc. All rights reserved.
"""

PROQUEST = """Document 1 of 2
Ferry to stop at noon
Author: Lee, Ann
Publication info: The Quay Post ; Lenn (UK) [Lenn (UK)]. 05 Feb 2023: 3.
ProQuest document link
Abstract: No boat after Friday.
Full text: The ferry will stop at noon on Friday, the harbour office said. Its crew of nine was told by letter.
The last boat leaves at 11.40.

Nobody was asked.
Subject: Ferries; Harbors
Location: Lenn
Title: Ferry to stop at noon
Publication title: The Quay Post; Lenn (UK)
Pages: 3
Publication year: 2023
Publication date: Feb 5, 2023
ISSN: 00000000
Source type: Newspaper
Language of publication: English
ProQuest document ID: 270000001
Document URL: https://db.example/270000001
Copyright: Copyright Quay Media Limited Feb 5, 2023
Last updated: 2023-02-06
Database: UK Newsstream
____________________________________________________________
Document 2 of 2
Tram line reopens in the old town
Publication info: Tideline ; Port Ostrel [Port Ostrel]. 09 Aug 2021.
Full text: The tram line reopened on Monday. It had been shut for a year.
Title: Tram line reopens in the old town
Publication title: Tideline; Port Ostrel
Publication date: Aug 9, 2021
ProQuest document ID: 270000002
"""

EXPORTS = {
    "Nexis": OLD_NEXIS,
    "Nexis Uni": NEXIS_UNI,
    "Factiva, codes": FACTIVA_CODES,
    "Factiva, display": FACTIVA,
    "ProQuest": PROQUEST,
}


@pytest.mark.parametrize("name", EXPORTS)
def test_every_article_of_an_export_has_its_own_head_and_words(name: str) -> None:
    first, second = (item for item in read_bytes(EXPORTS[name].encode(), "export.txt"))
    assert isinstance(first, Draft)
    assert isinstance(second, Draft)
    assert first.title is not None
    assert first.title.startswith("Ferry to stop at noon")
    assert (first.outlet, first.author, first.published) == ("The Quay Post", "Ann Lee", date(2023, 2, 5))
    evidence = " ".join(first.evidence().split())
    assert evidence.startswith(
        "The ferry will stop at noon on Friday, the harbour office said. Its crew of nine"
    )
    assert evidence.endswith(("Nobody was asked.", "The last boat leaves at 11.40."))
    assert "Nobody was asked." in evidence
    for junk in (
        "Copyright",
        "Ferries",
        "FERRIES",
        "ENGLISH",
        "Photo",
        "quaym",
        "Page 2",
        "Highlight",
        "words",
    ):
        assert junk not in first.text
    assert (second.title, second.outlet, second.author) == (
        "Tram line reopens in the old town",
        "Tideline",
        None,
    )
    assert second.published == date(2021, 8, 9)
    assert second.evidence() == "The tram line reopened on Monday. It had been shut for a year."
    assert first.key != second.key


def test_the_same_article_in_two_exports_is_one_where_the_database_names_it() -> None:
    one = [item.key for item in read_bytes(PROQUEST.encode(), "a.txt") if isinstance(item, Draft)]
    other = PROQUEST.partition("_" * 60)[2]
    assert [item.key for item in read_bytes(other.encode(), "b.txt") if isinstance(item, Draft)] == one[1:]


@pytest.mark.parametrize(
    "text",
    [
        "Ferry to stop\n\nSubject: the ferry. Location: Lenn.\n\nThe ferry will stop at noon, the office said.",
        "Ferry to stop\n5 February 2023\n\nThe ferry will stop at noon.\n\n____________________\n\nNobody was asked.",
        "Ferry to stop\n\nQ: Will it stop?\n\nA: It will.\n\nQ: When?\n\nA: At noon, the office said on Friday.",
    ],
)
def test_other_texts_stay_one_article(tmp_path: Path, text: str) -> None:
    assert len(list(read_bytes(text.encode(), "a.txt"))) == 1


RIS = """TY  - NEWS
TI  - Dam to close for
 repairs
AU  - Lee, Ann
AU  - Chen, Bo
T2  - Valley Daily
DA  - 2021/06/02/
AB  - The dam will close for repairs, the ministry said.
UR  - https://valley.example/dam
N1  - Copyright - Valley Media 2021
ER  -

TY  - NEWS
T1  - Tram line reopens
JO  - Lenn Herald
PY  - 2022/08/09
N2  - The line reopened on Tuesday, its owner said.
ER  -
"""


@pytest.mark.parametrize("name", ["a.ris", "a.txt"])
def test_references_are_articles_of_what_they_say(name: str) -> None:
    one, two = (item for item in read_bytes(RIS.encode(), name) if isinstance(item, Draft))
    assert (one.title, one.author, one.outlet, one.published, one.url) == (
        "Dam to close for repairs",
        "Ann Lee, Bo Chen",
        "Valley Daily",
        date(2021, 6, 2),
        "https://valley.example/dam",
    )
    assert one.text == "The dam will close for repairs, the ministry said."
    assert any("not its text" in note for note in one.notes)
    assert (two.title, two.outlet, two.published) == ("Tram line reopens", "Lenn Herald", date(2022, 8, 9))
