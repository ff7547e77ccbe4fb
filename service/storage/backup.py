"""Backups: one file that holds every database of an archive's folder, proved whole.

Each database is copied by SQLite's own backup in one step, which sees one moment of it while others read and
write. The catalogue is copied last, so that it holds every version that a copied answer cites. Indexes are
not in it: they are made anew from the vectors.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from index import durable
from index.archive import CATALOGUE
from index.catalogue.catalogue import Catalogue
from index.check import catalogue_faults
from index.errors import BadValue, Damaged, DatelineError, NoSpace, NotFound
from index.lock import alone
from service.storage.stores import STORES

FORMAT = 1
MANIFEST = "backup.json"
UNFINISHED = "restore.unfinished"  # the folder that what was unpacked waits in, until all is proved
FILES = (*sorted({store.file for store in STORES} - {CATALOGUE}), CATALOGUE)
_AT_ONCE = 1 << 20  # bytes


def backup(folder: Path, file: Path) -> dict[str, int]:
    """Writes a backup of the archive in the folder; returns the bytes of each database in it.

    Whatever was acknowledged before the call is in it. The file appears whole or not at all. Raises NotFound
    where there is no archive, BadValue where the file is there, Damaged where the copy is not sound.
    """
    if not (folder / CATALOGUE).exists():
        raise NotFound(f"there is no archive in {folder}; DATELINE_DATA or --data names another folder")
    if file.exists():
        raise BadValue(f"{file} is there already; name another file, or remove it first")
    unfinished = file.with_name(f"{file.name}.unfinished")
    with _written(file), TemporaryDirectory(prefix=f".{file.name}-", dir=file.parent) as copies:
        there = [name for name in FILES if (folder / name).exists()]
        for name in there:
            _copy(folder / name, Path(copies, name))
        _prove(Path(copies, CATALOGUE), f"the archive in {folder} is not sound")
        known = {name: _measured(Path(copies, name)) for name in there}
        try:
            with ZipFile(unfinished, "w", ZIP_DEFLATED, compresslevel=1) as packed:
                made = datetime.now(UTC).isoformat(timespec="seconds")
                packed.writestr(
                    MANIFEST, json.dumps({"format": FORMAT, "made": made, "files": known}, indent=1)
                )
                for name in there:
                    packed.write(Path(copies, name), name)
            with _opened(unfinished) as packed:
                for name in there:
                    _unpack(packed, name, known[name]["sha256"], None, file)
            unfinished.chmod(0o600)  # it holds what readers asked, and the digests of keys
            durable.sync(unfinished)
            durable.rename(unfinished, file)
        finally:
            unfinished.unlink(missing_ok=True)
    return {name: int(known[name]["size"]) for name in there}


def restore(file: Path, folder: Path) -> dict[str, int]:
    """Puts back what a backup holds into a folder without an archive; returns the bytes of each database.

    One that was interrupted goes on where it was. Raises NotFound where there is no such file, BadValue
    where the folder holds an archive, Damaged where the backup is not whole.
    """
    if not file.exists():
        raise NotFound(f"there is no backup {file}")
    if (folder / CATALOGUE).exists():
        raise BadValue(
            f"there is an archive in {folder}; name another folder with --data, or move it away first"
        )
    waiting = folder / UNFINISHED
    with _written(folder), _opened(file) as packed:
        waiting.mkdir(parents=True, exist_ok=True)
        known = _manifest(packed, file)
        with alone(folder):
            for name, entry in known.items():
                placed = [path for path in (waiting / name, folder / name) if path.exists()]
                if not any(_measured(path) == entry for path in placed):
                    _unpack(packed, name, entry["sha256"], waiting / name, file)
            for name in known:  # the catalogue last: until it is there, there is no archive
                if (waiting / name).exists():
                    if name == CATALOGUE:
                        _prove(waiting / name, f"the backup {file} is not sound")
                    durable.rename(waiting / name, folder / name)
            shutil.rmtree(waiting)
    return {name: int(entry["size"]) for name, entry in known.items()}


def _copy(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
            read.backup(written)
            written.execute("PRAGMA journal_mode=DELETE")  # all of it stands in one file
    except sqlite3.DatabaseError as error:
        if "full" in str(error):
            raise NoSpace(f"the disk of {target.parent.parent} is full; the archive is as it was") from error
        raise Damaged(
            f"{source} cannot be copied ({error}); see what is damaged with: dateline check"
        ) from error


def _prove(catalogue: Path, told: str) -> None:
    with closing(Catalogue(catalogue)) as opened:
        try:
            faults = list(catalogue_faults(opened))
        except Damaged:
            faults = ["its database cannot be read"]
    for left in ("-wal", "-shm"):
        catalogue.with_name(catalogue.name + left).unlink(missing_ok=True)
    if faults:
        raise Damaged(
            f"{told}: {len(faults)} faults, and first: {faults[0]}; see them all with: dateline check"
        )


def _measured(file: Path) -> dict[str, str | int]:
    with file.open("rb") as opened:
        return {
            "sha256": hashlib.file_digest(opened, "sha256").hexdigest(),
            "size": os.fstat(opened.fileno()).st_size,
        }


@contextmanager
def _written(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NoSpace(
            f"{target} could not be written ({error.strerror}); what was there is as it was"
        ) from error


@contextmanager
def _opened(file: Path) -> Iterator[ZipFile]:
    """The backup, whose every fault is told as Damaged."""
    try:
        with ZipFile(file) as packed:
            yield packed
    except (BadZipFile, EOFError, KeyError, NotImplementedError, ValueError) as error:
        raise Damaged(f"{file} is not a whole backup ({error}); take another") from error


def _manifest(packed: ZipFile, file: Path) -> dict[str, dict[str, str | int]]:
    manifest = json.loads(packed.read(MANIFEST))
    if manifest["format"] != FORMAT:
        raise DatelineError(
            f"{file} has format {manifest['format']!r}; restore it with the Dateline that made it"
        )
    known: dict[str, dict[str, str | int]] = manifest["files"]
    if CATALOGUE not in known or not known.keys() <= set(FILES):
        raise BadZipFile("it holds other files than an archive's")
    return {name: known[name] for name in FILES if name in known}


def _unpack(packed: ZipFile, name: str, digest: str | int, target: Path | None, file: Path) -> None:
    """Reads a database of a backup and proves it; writes it where a target is given."""
    seen = hashlib.sha256()
    unfinished = target.with_suffix(".tmp") if target else Path(os.devnull)
    with packed.open(name) as read, unfinished.open("wb") as written:
        _pour(read, written, seen)
        if target:
            written.flush()
            os.fsync(written.fileno())
    if seen.hexdigest() != digest:
        with suppress(OSError):
            if target:
                unfinished.unlink()
        raise Damaged(f"{name} in {file} is not what was backed up; take another backup")
    if target:
        durable.rename(unfinished, target)


def _pour(read: IO[bytes], written: IO[bytes], seen: "hashlib._Hash") -> None:
    while some := read.read(_AT_ONCE):
        seen.update(some)
        written.write(some)
