"""What is written about Dateline is what Dateline is."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest
import typer
from typer.main import get_command

from service.cli import app
from service.settings import Settings
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text()


def shown(command: str) -> str:
    arguments = [sys.executable, "-c", "from service.cli import main; main()", *command.split()[1:], "--help"]
    environment = os.environ | {"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}
    done = subprocess.run(arguments, capture_output=True, text=True, env=environment, check=True, cwd=ROOT)
    lines = done.stdout.replace("Usage: -c", "Usage: dateline").splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


@pytest.mark.parametrize("command", re.findall(r"<!-- help: (.+) -->", README))
def test_the_readme_shows_the_real_help(command: str) -> None:
    block = re.search(rf"<!-- help: {command} -->\n```\n(.*?)\n?```", README, re.DOTALL)
    assert block
    assert block[1] == shown(command)


def test_the_readme_lists_every_setting() -> None:
    table = settings_table()
    assert table in README


def settings_table() -> str:
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "unset" if field.default in (None, ()) else f"`{field.default}`"
        rows.append(f"| `DATELINE_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


def commands(group: typer.core.TyperGroup, path: str) -> list[tuple[str, str | None]]:
    found = []
    for name, command in group.commands.items():
        found.append((f"{path} {name}", command.help))
        if isinstance(command, typer.core.TyperGroup):
            found += commands(command, f"{path} {name}")
    return found


def test_every_command_says_what_it_does() -> None:
    group = get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    found = commands(group, "dateline")
    assert len(found) > 8
    assert [path for path, help_text in found if not help_text] == []


def test_every_command_that_ends_can_print_json() -> None:
    talks = {"chat", "serve", "demo", "slack", "slack manifest"}  # until Ctrl+C, or prints a file
    group = get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    found = list(programs(group))
    assert len(found) > 15
    without = {name for name, one in found if not any("--json" in option.opts for option in one.params)}
    assert without <= talks


def programs(group: typer.core.TyperGroup, before: str = "") -> Iterator[tuple[str, typer.core.TyperCommand]]:
    """Yields the commands by their names."""
    for name, one in group.commands.items():
        if isinstance(one, typer.core.TyperGroup):
            yield from programs(one, f"{before}{name} ")
        elif isinstance(one, typer.core.TyperCommand):
            yield f"{before}{name}", one


@pytest.mark.parametrize("name", ["service", "index", "prompts", "eval"])
def test_no_other_distribution_claims_our_names(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"dateline"}


def test_no_file_of_the_docs_points_at_nothing() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} points at {target}"


def test_the_page_of_results_is_built_from_the_results() -> None:
    from eval.results_page import PAGE, read_releases, results_page, targets_table

    assert PAGE.read_text() == results_page(read_releases(), targets_table())
