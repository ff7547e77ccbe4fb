"""Keeping an archive in step with folders: what was removed from them is removed from it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from index import durable
from index.archive import Archive
from index.errors import BadValue, Damaged
from index.readers.following import is_address


@dataclass(slots=True)
class Mirror:
    """The articles that the files of some folders gave, in this run and in those before it.

    `manifest` keeps them. An article goes where its file is gone, or was read to its end without a
    fault and no longer holds it; never because a file could not be read.
    """

    folders: tuple[Path, ...]
    manifest: Path
    before: dict[str, list[str]]
    given: dict[str, set[str]] = field(default_factory=dict)
    faulty: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, archive: Archive, named: Sequence[str]) -> "Mirror":
        """Reads what the archive knows of those folders. Raises BadValue for what is none or has no file."""
        folders = tuple(Path(name).resolve() for name in named if not is_address(name))
        for name, folder in zip(named, folders, strict=False):
            if not folder.is_dir():
                raise BadValue(f"{name!r} is not a folder; --mirror keeps folders in step")
            if not any(folder.iterdir()):
                raise BadValue(f"{name!r} is empty, as where a disk is not mounted; nothing was removed")
        if len(folders) < len(named):
            raise BadValue("--mirror keeps folders in step and takes no address")
        mark = sha256("\0".join(sorted(map(str, folders))).encode()).hexdigest()[:16]
        manifest = archive.directory / f"mirror-{mark}.json"
        return cls(folders, manifest, _kept(manifest))

    def note(self, source: str, key: str) -> None:
        """Takes note of an article that a file gave."""
        self.given.setdefault(_resolved(source), set()).add(key)

    def fault(self, source: str) -> None:
        """Takes note that not all of a file could be read."""
        self.faulty.add(_resolved(source))

    def finish(self, archive: Archive, sources: Iterable[str]) -> int:
        """Removes what is gone and keeps what is there for the next run; gives how many were removed."""
        there = set(map(_resolved, sources))
        kept = {file: sorted(self.given.get(file, set()) | self._held(file)) for file in sorted(there)}
        staying = {key for keys in kept.values() for key in keys}
        own = (key for folder in self.folders for key in archive.keys_below(f"file:{folder}/"))
        gone = {key for keys in self.before.values() for key in keys}
        gone |= {key for key in own if _file_of(key) not in there}
        removed = archive.remove_keys(sorted(gone - staying))
        unfinished = self.manifest.with_suffix(".unfinished")
        durable.write(unfinished, json.dumps(kept).encode())
        durable.rename(unfinished, self.manifest)
        return removed

    def _held(self, file: str) -> set[str]:
        """Keys that a file which could not be read whole gave before."""
        return set(self.before.get(file, ())) if file in self.faulty else set()


def _file_of(key: str) -> str:
    """The file that a key names, without the place of the article in it."""
    return key.removeprefix("file:").partition("#")[0].partition("!")[0]


def _resolved(source: str) -> str:
    return str(Path(source).resolve())


def _kept(manifest: Path) -> dict[str, list[str]]:
    try:
        kept: dict[str, list[str]] = json.loads(manifest.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, OSError) as error:
        raise Damaged(f"{manifest} cannot be read; remove it, and --mirror starts anew") from error
    return kept
