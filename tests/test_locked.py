"""requirements.lock: all that Dateline runs on, at the tested versions, with digests."""

import re
import tomllib

from tests.conftest import ROOT

LOCKED = ROOT / "requirements.lock"
PINNED = re.compile(r"^([\w.-]+)==([\w.+!]+)(?: ;[^\\\n]*)?(.*?)(?=^\S|\Z)", re.M | re.S)


def locked() -> dict[str, tuple[str, str]]:
    """The version and the digests of each package."""
    return {name: (version, rest) for name, version, rest in PINNED.findall(LOCKED.read_text())}


def test_every_dependency_is_locked_at_the_tested_version_with_digests() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[^\w.-]", line)[0].lower() for line in project["dependencies"]}
    found = locked()
    assert needed - found.keys() == set()
    tested = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "constraints.txt").read_text(), re.M))
    tested = {re.sub(r"[._]", "-", name).lower(): version for name, version in tested.items()}
    assert {
        name: version for name, (version, _) in found.items() if version != tested.get(name, version)
    } == {}
    assert [name for name, (_, rest) in found.items() if "--hash=sha256:" not in rest] == []
