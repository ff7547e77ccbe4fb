"""What produced a run, so that two runs that differ can be told apart by more than their scores."""

import json
import os
import platform
import re
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from eval.asking import OverHttp
from service.settings import Settings


def of_archive(settings: Settings, answerer: str) -> dict[str, Any]:
    """What an in-process run is made with; the index is the manifest of the current generation."""
    return {
        "via": "in process",
        "answerer": answerer,
        "index": index_manifest(settings.data),
        "settings": settings.model_dump(mode="json"),
        **_here(),
    }


def of_server(server: OverHttp, answerer: str | None) -> dict[str, Any]:
    """What a run over HTTP is made with: what the server tells of its archive.

    The packages are those of the side that asks. Raises DatelineError where no server answers.
    """
    return {
        "via": server.url,
        "answerer": answerer,
        "index": server.fetch("GET", "/v1/archive"),
        "settings": None,
        **_here(),
    }


def index_manifest(archive: Path) -> Mapping[str, Any] | None:
    """The manifest of an archive's current generation; None where nothing is published yet."""
    try:
        current = (archive / "indexes" / "CURRENT").read_text().strip()
        manifest: Mapping[str, Any] = json.loads(
            (archive / "indexes" / current / "manifest.json").read_text()
        )
    except (OSError, ValueError):
        return None
    return manifest


def packages() -> dict[str, str]:
    """The versions of the packages that Dateline runs on; those that are not installed are left out."""
    names = (
        re.split(r"[^A-Za-z0-9._-]", line)[0] for line in requires("dateline") or () if "extra ==" not in line
    )
    found = {}
    for name in sorted(names):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def revision() -> str | None:
    """The git commit that the code was checked out at, with "+changes" where it has been changed since.

    None outside a checkout.
    """
    here = Path(__file__).parent.parent
    if not (here / ".git").exists():
        return None
    commit = _git(here, "rev-parse", "HEAD")
    changed = _git(here, "status", "--porcelain")
    return f"{commit}+changes" if commit and changed else commit


def _here() -> dict[str, Any]:
    return {
        "prompt_version": None,
        "revision": revision(),
        "dateline": version("dateline"),
        "packages": packages(),
        "platform": f"{platform.platform()}, Python {platform.python_version()}",
        "cpus": os.cpu_count(),
    }


def _git(folder: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None
