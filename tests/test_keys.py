"""Keys and sessions as they are kept, and the commands that make them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from index.database.connections import Address
from index.errors import BadValue, NotFound
from service.cli import app
from service.storage.keys import COARSE, FILE, SESSION, Keys
from tests.conftest import ROOT


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(database_address: Address, clock: Clock) -> Iterator[Keys]:
    keys = Keys(database_address, now=clock)
    yield keys
    keys.close()


def test_a_key_opens_until_it_is_revoked(keys: Keys, clock: Clock) -> None:
    key, secret = keys.create("desk", "edit")
    assert secret.startswith(f"dl_{key.id}_")
    assert len(secret) == len("dl_") + 12 + 1 + 43
    found = keys.find(secret.encode())
    assert found
    assert (found.id, found.name, found.role, found.created) == (key.id, "desk", "edit", clock.time)
    revoked = keys.revoke(key.id)
    assert revoked.revoked == clock.time
    assert keys.find(secret.encode()) is None
    clock.time += timedelta(days=1)
    assert keys.revoke(key.id) == revoked  # a second time changes nothing


def test_what_opens_is_not_kept(tmp_path: Path) -> None:
    keys = Keys(tmp_path / FILE)
    key, secret = keys.create("desk", "ask")
    token = keys.sign_in(key)
    keys.close()
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert key.id.encode() in held
    assert secret.rpartition("_")[2].encode() not in held
    assert token.encode() not in held


@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8", "backslashreplace"))))
@settings(max_examples=100, deadline=None)
def test_no_garbage_is_a_key(tmp_path_factory: pytest.TempPathFactory, garbage: bytes) -> None:
    keys = Keys(tmp_path_factory.getbasetemp() / FILE)
    key, secret = keys.create("desk", "admin")
    for wrong in (garbage, f"dl_{key.id}_".encode() + garbage, secret.encode() + (garbage or b"x")):
        assert keys.find(wrong) is None
        assert keys.signed_in(wrong) is None
    keys.close()


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"dl_",
        "dl_ключ".encode(),
        b"\xff" * 67,
        b"x" * 1_000_000,
        b"dl_' OR 1=1 --_" + b"a" * 43,
        b"dl_000000000000_" + b"a" * 43,
    ],
)
def test_a_wrong_key_is_just_wrong(keys: Keys, wrong: bytes) -> None:
    _, secret = keys.create("desk", "ask")
    assert keys.find(wrong) is None
    assert keys.find(secret.encode() + b"\n") is None
    assert keys.find(secret.encode()[:-1]) is None
    assert keys.find(secret.swapcase().encode()) is None


def test_another_process_sees_at_once_what_changes(keys: Keys) -> None:
    other = Keys(keys.address)
    assert not other.required()
    key, secret = keys.create("desk", "ask")
    assert other.required()
    assert other.find(secret.encode())
    keys.revoke(key.id)
    assert other.find(secret.encode()) is None
    assert not other.any()
    assert other.required()  # who revokes the last key lets nobody in
    assert not Keys(keys.address).required()
    assert Keys(keys.address, required=True).required()
    other.close()


def test_the_last_use_is_noted_now_and_then(keys: Keys, clock: Clock) -> None:
    _, secret = keys.create("desk", "ask")
    first = clock.time
    assert keys.all()[0].last_used is None
    keys.find(secret.encode())
    clock.time += COARSE - timedelta(seconds=1)
    keys.find(secret.encode())
    assert keys.all()[0].last_used == first
    clock.time += timedelta(seconds=1)
    keys.find(secret.encode())
    assert keys.all()[0].last_used == clock.time


def test_a_session_stands_for_its_key_until_it_ends(keys: Keys, clock: Clock) -> None:
    key, _ = keys.create("desk", "ask")
    tokens = [keys.sign_in(key).encode() for _ in range(2)]
    assert tokens[0] != tokens[1]
    clock.time += SESSION - timedelta(seconds=1)
    opened = keys.signed_in(tokens[0])
    assert opened
    assert opened.id == key.id
    keys.sign_out(tokens[0])
    assert keys.signed_in(tokens[0]) is None
    assert keys.signed_in(tokens[1])
    clock.time += timedelta(seconds=1)
    assert keys.signed_in(tokens[1]) is None


def test_a_session_dies_with_its_key(keys: Keys) -> None:
    key, _ = keys.create("desk", "ask")
    other, _ = keys.create("other", "ask")
    token, others = keys.sign_in(key).encode(), keys.sign_in(other).encode()
    keys.revoke(key.id)
    assert keys.signed_in(token) is None
    assert keys.signed_in(others)


def test_a_role_may_what_the_smaller_ones_may(keys: Keys) -> None:
    ask, edit, admin = (keys.create("desk", role)[0] for role in ("ask", "edit", "admin"))
    assert [ask.may("ask"), ask.may("edit"), ask.may("admin")] == [True, False, False]
    assert [edit.may("ask"), edit.may("edit"), edit.may("admin")] == [True, True, False]
    assert [admin.may("ask"), admin.may("edit"), admin.may("admin")] == [True, True, True]


def test_what_cannot_be_made_or_revoked_is_told(keys: Keys) -> None:
    with pytest.raises(BadValue, match="no role 'owner'; there are: ask, edit, admin"):
        keys.create("desk", "owner")  # type: ignore[arg-type]
    for name in ("", "a\x1b[2J", "x" * 101):
        with pytest.raises(BadValue, match="printable name of up to 100 characters"):
            keys.create(name, "ask")
    with pytest.raises(NotFound, match="there is no key 'x'; see `dateline keys list`"):
        keys.revoke("x")
    assert keys.all() == []


def test_the_commands(tmp_path: Path) -> None:
    def dateline(*words: str) -> str:
        result = CliRunner().invoke(app, ["keys", *words, "--data", str(tmp_path)], catch_exceptions=False)
        assert result.exit_code == 0
        return result.output

    made = json.loads(dateline("create", "--name", "the desk", "--role", "edit", "--json"))
    assert set(made) == {"id", "name", "role", "created", "last_used", "revoked", "key"}
    shown = dateline("create", "--name", "page", "--role", "ask").splitlines()
    assert shown[0].startswith("dl_")
    assert shown[1] == f"Keep it: it cannot be shown again. Its id is {shown[0].split('_')[1]}."
    listed = json.loads(dateline("list", "--json"))
    assert [(key["name"], key["role"]) for key in listed] == [("the desk", "edit"), ("page", "ask")]
    assert listed[0] == {name: value for name, value in made.items() if name != "key"}
    assert dateline("revoke", made["id"]) == f"revoked {made['id']}  the desk\n"
    assert "No key is left" in dateline("revoke", listed[1]["id"])
    lines = dateline("list").splitlines()
    assert len(lines) == 2
    assert all(", revoked " in line for line in lines)
    assert made["key"] not in "".join(lines)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["create", "--name", "x", "--role", "root"], "no role 'root'; there are: ask, edit, admin"),
        (["revoke", "nothing"], "there is no key 'nothing'"),
        (["list", "--data", "nowhere"], "there is no archive in nowhere"),
    ],
)
def test_what_a_command_cannot_do_is_told_in_a_line(tmp_path: Path, words: list[str], told: str) -> None:
    command = [sys.executable, "-m", "service.cli", "keys", words[0], "--data", str(tmp_path), *words[1:]]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == (2 if "root" in words else 1)
    assert done.stderr.startswith(f"dateline: {told}")
    assert "Traceback" not in done.stderr
