"""Prompts as Markdown files: front matter says what a prompt is for and which values it is given.

A value's place is `{{name}}`. What stands above a line of `***` is the system message, what stands
below it the user's; a prompt without such a line is one message of the user's. Values are put in
once, so that braces in an article's text are never read as a place.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import frontmatter
import yaml

PACKAGED = Path(__file__).parent
FIELDS = frozenset({"name", "description", "required"})

_PLACE = re.compile(r"\{\{\s*([^{}\s]*)\s*\}\}")
_BREAK = re.compile(r"^\*\*\*[ \t]*$", re.MULTILINE)

Message = dict[str, str]
"""A message as every provider takes it: `role` and `content`."""


class PromptError(Exception):
    """A prompt that is not there or cannot be used, told in one sentence that is safe to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt. `version` is the first twelve hex digits of the SHA-256 of its file."""

    name: str
    description: str
    required: tuple[str, ...]
    text: str
    version: str

    def messages(self, **values: str) -> list[Message]:
        """The messages to send. Raises PromptError where values are missing or have no place."""
        self._check(values)
        system, user = _parts(self.text)
        parts = (("system", system), ("user", user))
        return [{"role": role, "content": _filled(text, values)} for role, text in parts if text]

    def _check(self, values: Mapping[str, str]) -> None:
        missing = [name for name in self.required if name not in values]
        unknown = [name for name in values if name not in self.required]
        if missing:
            raise PromptError(f"prompt {self.name!r} asks for what it is not given: {', '.join(missing)}")
        if unknown:
            raise PromptError(f"prompt {self.name!r} has no place for: {', '.join(unknown)}")


def names() -> tuple[str, ...]:
    """The prompts there are."""
    return tuple(sorted(file.stem for file in PACKAGED.glob("*.md")))


def load_prompt(name: str, folder: Path | None = None) -> Prompt:
    """The prompt of that name: from `folder`, if its file is there, else the packaged one.

    Raises PromptError for a name that is none, a folder that is not there or holds a file of another
    name, and a file that is not a prompt.
    """
    if name not in names():
        raise PromptError(f"no prompt {name!r}; there are: {', '.join(names())}")
    if folder is None:
        return _read(PACKAGED / f"{name}.md")
    if not folder.is_dir():
        raise PromptError(f"no folder of prompts at {str(folder)!r}")
    strange = sorted(file.stem for file in folder.glob("*.md") if file.stem not in names())
    if strange:
        raise PromptError(f"no prompt {strange[0]!r} (in {folder}); there are: {', '.join(names())}")
    own = folder / f"{name}.md"
    return parsed(own.read_bytes(), name) if own.exists() else _read(PACKAGED / f"{name}.md")


def parsed(data: bytes, name: str) -> Prompt:
    """The prompt in the bytes of a file. Raises PromptError, naming all that is wrong with it."""
    try:
        fields, text = frontmatter.parse(data.decode())
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise PromptError(f"prompt {name!r} cannot be read: {' '.join(str(error).split())}") from error
    faults = [*_faults(fields, name), *_misplaced(fields.get("required"), text)]
    if faults:
        raise PromptError(f"prompt {name!r} is wrong: {'; '.join(faults)}")
    return Prompt(
        name=name,
        description=fields["description"],
        required=tuple(fields["required"]),
        text=text.strip(),
        version=hashlib.sha256(data).hexdigest()[:12],
    )


@lru_cache
def _read(file: Path) -> Prompt:
    return parsed(file.read_bytes(), file.stem)


def _faults(fields: Mapping[str, object], name: str) -> list[str]:
    """Lists what is wrong with the front matter."""
    faults = [f"front matter lacks {field!r}" for field in sorted(FIELDS - set(fields))]
    faults += [f"front matter has an unknown field {field!r}" for field in sorted(set(fields) - FIELDS)]
    if fields.get("name", name) != name:
        faults.append(f"its name is {fields['name']!r}, its file's is {name!r}")
    if not isinstance(fields.get("description", ""), str):
        faults.append("description is not text")
    required = fields.get("required", [])
    if not isinstance(required, list) or not all(isinstance(one, str) for one in required):
        faults.append("required is not a list of names")
    return faults


def _misplaced(required: object, text: str) -> list[str]:
    """Lists the names that stand in the text or the front matter alone."""
    if not isinstance(required, list):
        return []
    places = list(dict.fromkeys(_PLACE.findall(text)))
    faults = [f"{{{{{name}}}}} is not among its required names" for name in places if name not in required]
    faults += [f"the text has no place {{{{{name}}}}}" for name in required if name not in places]
    return faults


def _parts(text: str) -> tuple[str, str]:
    """The system message, which may be empty, and the user's."""
    above, *below = _BREAK.split(text, maxsplit=1)
    return (above.strip(), below[0].strip()) if below else ("", above.strip())


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: values[place[1]], text)
