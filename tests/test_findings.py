"""The table of what an archivist may mend after adding."""

import csv
from pathlib import Path

import pytest

from index.errors import BadValue
from index.readers import read_bytes
from index.records import Draft, Skipped
from service.cli.findings import findings, refused, write

PAGE = "Bridge to close for two weeks\n\nThe har\xadbour bridge closes on Friday, the roads office said."


def test_each_finding_names_its_file_and_article(tmp_path: Path) -> None:
    (draft,) = read_bytes(PAGE.encode(), "a.txt")
    assert isinstance(draft, Draft)
    path = tmp_path / "report.csv"
    write(path, [*findings("a.txt", draft), *refused([Skipped("=b.txt", "the file is empty")])])
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["source"], row["finding"], row["detail"]) for row in csv.DictReader(file)]
    assert rows == [
        ("a.txt", "undated", ""),
        ("a.txt", "without outlet", ""),
        ("a.txt", "mended", "soft hyphens"),
        ("'=b.txt", "refused", "the file is empty"),
    ]


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="cannot be written"):
        write(tmp_path / "none" / "report.csv", [])
