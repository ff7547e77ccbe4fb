"""Case files: our own questions, as people write them in YAML.

A file is a list of cases. A fact is one spelling, or a list of spellings of which any one will do:

    - id: flood-families
      kind: disagreement
      question: How many families were evacuated in the flood?
      filters: {since: 2020-01-01, until: 2020-12-31}
      expect:
        facts: [[14 families, fourteen families], 23 families]
        sources: [Fourteen families leave homes as Lenn bursts its banks]
        forbidden_text: [200 families]
        disagreement: true

Sources are named by their URL or their title; an outlet means any of its articles. `relevant` names
further articles that a search should find; what is in `sources` is relevant already. `understood` are words
that the last question must have when it stands alone, `misunderstood` words that must not slip into it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from eval.records import Case, Expectation
from index.errors import DatelineError
from index.records import Filters

BLANK = "<fill in>"
"""Marks what a person has yet to write; no case that holds it is ever asked."""

Location = tuple[int | str, ...]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Fact = Annotated[tuple[Text, ...], BeforeValidator(_several), Field(min_length=1)]


class _Sheet(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Filters(_Sheet):
    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    outlets: tuple[Text, ...] = ()
    languages: tuple[Text, ...] = ()


class _Expect(_Sheet):
    facts: tuple[Fact, ...] = ()
    order: tuple[Fact, ...] = ()
    sources: tuple[Text, ...] = ()
    forbidden_sources: tuple[Text, ...] = ()
    forbidden_text: tuple[Text, ...] = ()
    spans: tuple[Text, ...] = ()
    refusal: bool = False
    may_refuse: bool = False
    disagreement: bool = False
    change: bool = False
    newest_source: Text | None = None
    understood: tuple[Fact, ...] = ()
    misunderstood: tuple[Text, ...] = ()


class _Case(_Sheet):
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    kind: Text
    question: Text | None = None
    turns: tuple[Text, ...] = ()
    filters: _Filters = Field(default_factory=_Filters)
    relevant: tuple[Text, ...] = ()
    expect: _Expect


@dataclass(frozen=True, slots=True)
class _Fault:
    """A mistake and the place to mend it."""

    file: Path
    line: int  # from 1
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


def load_cases(path: Path) -> list[Case]:
    """The cases of a YAML file, or of every .yaml and .yml file below a folder, in order.

    Raises DatelineError that names every mistake of every file, with file and line: what is not
    YAML, unknown keys, repeated ids, expectations that contradict each other, and what a drafted
    case still leaves to be filled in.
    """
    read = [result for file in _files(path) for result in _read(file, path)]
    cases = [result for result in read if isinstance(result, Case)]
    faults = [result for result in read if isinstance(result, _Fault)]
    faults += _repeated(cases, path)
    if faults:
        raise DatelineError("\n".join([f"{path} cannot be used:", *map(str, faults)]))
    return cases


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.exists():
        raise DatelineError(f"there is no {path}; a set is a file or folder of cases, or a public set")
    files = sorted(file for file in path.rglob("*") if file.suffix in (".yaml", ".yml"))
    if not files:
        raise DatelineError(f"there is no .yaml file in {path}")
    return files


def _read(file: Path, root: Path) -> Iterator[Case | _Fault]:
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        yield _Fault(file, mark.line + 1 if mark else 1, f"it is not YAML: {problem}")
        return
    except (OSError, UnicodeDecodeError) as error:
        yield _Fault(file, 1, f"it cannot be read: {error}")
        return
    if not isinstance(node, yaml.SequenceNode):
        yield _Fault(file, 1, "it must be a list of cases, each beginning with `- id:`")
        return
    name = file.name if file == root else str(file.relative_to(root))
    for item in node.value:
        try:
            yield from _case(item, file, name)
        except RecursionError:
            yield _Fault(file, item.start_mark.line + 1, "an alias refers to what holds it")


def _case(node: yaml.Node, file: Path, name: str) -> Iterator[Case | _Fault]:
    """The case of one item, or everything that is wrong with it."""
    faults = [_Fault(file, line, sentence) for line, sentence in (*_blanks(node), *_doubled(node))]
    if faults:
        # What else is wrong with an unfinished case would only hide what is to be done.
        yield from faults
        return
    try:
        sheet = _Case.model_validate(_constructed(node))
    except ValidationError as error:
        for wrong in error.errors():
            yield _Fault(file, _line(node, wrong["loc"]), _told(wrong["loc"], wrong))
        return
    except yaml.YAMLError as error:  # a value that is not what it looks like, such as 2021-02-31
        yield _Fault(file, _line(node, ()), f"a value is wrong: {error}")
        return
    faults = [_Fault(file, _line(node, where), sentence) for where, sentence in _contradictions(sheet)]
    if faults:
        yield from faults
    else:
        yield _finished(sheet, f"{name}:{_line(node, ())}")


def _constructed(node: yaml.Node) -> Any:
    constructor = yaml.constructor.SafeConstructor()
    try:
        return constructor.construct_document(node)
    except ValueError as error:
        raise yaml.YAMLError(str(error)) from error


def _finished(sheet: _Case, where: str) -> Case:
    relevant = (*sheet.expect.sources, *filter(None, [sheet.expect.newest_source]), *sheet.relevant)
    return Case(
        id=sheet.id,
        kind=sheet.kind,
        turns=sheet.turns or tuple(filter(None, [sheet.question])),
        expected=Expectation(**dict(sheet.expect)),
        filters=Filters(**dict(sheet.filters)),
        relevant=dict.fromkeys(relevant, 1),
        where=where,
    )


def _contradictions(sheet: _Case) -> Iterator[tuple[Location, str]]:
    """What no answer could fulfil, or says nothing."""
    expect = sheet.expect
    if bool(sheet.question) == bool(sheet.turns):
        yield (), "give either a question or the turns of a conversation"
    beside = ("refusal", "may_refuse", "understood", "misunderstood")
    asked = [name for name, value in expect if value and name not in beside]
    answering = [name for name in asked if not name.startswith("forbidden_")]
    if expect.refusal and answering:
        yield ("expect", answering[0]), f"a refusal is expected and also {', '.join(answering)}"
    if expect.may_refuse and not answering:
        yield ("expect", "may_refuse"), "say what an answer that is no refusal must hold"
    if not (asked or expect.refusal or expect.understood or expect.misunderstood):
        yield ("expect",), "nothing is expected, so nothing could be scored"
    yield from _forbidden_and_expected(expect)
    yield from _impossible_days(sheet.filters)


def _forbidden_and_expected(expect: _Expect) -> Iterator[tuple[Location, str]]:
    wanted = {*expect.sources, *filter(None, [expect.newest_source])}
    for number, source in enumerate(expect.forbidden_sources):
        if source in wanted:
            yield ("expect", "forbidden_sources", number), f"{source!r} is both expected and forbidden"
    for number, text in enumerate(expect.forbidden_text):
        for fact in (*expect.facts, *expect.order):
            if all(text.casefold() in spelling.casefold() for spelling in fact):
                yield (
                    ("expect", "forbidden_text", number),
                    f"{text!r} is forbidden and stands in an expected fact",
                )


def _impossible_days(filters: _Filters) -> Iterator[tuple[Location, str]]:
    last = min((day for day in (filters.until, filters.as_of) if day), default=None)
    if filters.since and last and filters.since > last:
        yield ("filters", "since"), f"since {filters.since} comes after {last}, so no article can pass"


def _repeated(cases: Sequence[Case], path: Path) -> Iterator[_Fault]:
    first: dict[str, Case] = {}
    for case in cases:
        earlier = first.setdefault(case.id, case)
        if earlier is not case:
            name, _, line = case.where.rpartition(":")
            file = path / name if path.is_dir() else path
            yield _Fault(file, int(line), f"id {case.id!r} is already used at {earlier.where}")


def _blanks(node: yaml.Node) -> Iterator[tuple[int, str]]:
    for path, scalar in _scalars(node, ()):
        if BLANK in scalar.value:
            yield scalar.start_mark.line + 1, f"{_dotted(path)} is still to be filled in"


def _doubled(node: yaml.Node) -> Iterator[tuple[int, str]]:
    """Keys that stand twice, of which YAML would silently take the last."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, f"{key.value!r} stands twice in one case"
            seen.add(key.value)
            yield from _doubled(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _doubled(value)


def _scalars(node: yaml.Node, path: Location) -> Iterator[tuple[Location, yaml.ScalarNode]]:
    if isinstance(node, yaml.ScalarNode):
        yield path, node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _scalars(value, (*path, number))


def _line(node: yaml.Node, path: Location) -> int:
    """The line of the part of a case that the path leads to, or comes nearest to."""
    line: int = node.start_mark.line + 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == step), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _told(path: Location, wrong: Any) -> str:
    """A validation error as a sentence that names the key and the value."""
    if wrong["type"] == "extra_forbidden":
        return f"there is no {_dotted(path)}"
    if wrong["type"] == "missing":
        return f"{_dotted(path)} is missing"
    hint = "; put it in quotation marks" if wrong["type"] == "string_type" else ""
    return f"{_dotted(path) or 'the case'}: {wrong['msg'].lower()} (given {wrong['input']!r}{hint})"


def _dotted(path: Location) -> str:
    return ".".join(map(str, path))
