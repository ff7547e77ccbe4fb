"""Every regular expression of the packages, how it is used, and the texts that it may be slow on."""

import ast
import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

codes: Any = importlib.import_module("re._constants")
_parser: Any = importlib.import_module("re._parser")

METHODS = frozenset({"match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split"})
SEARCHES = METHODS - {"match", "fullmatch"}
_TRIED = "a0 \n.A-,“'\"]<é\u0301ب一"  # characters, one of which most sets of characters hold


@dataclass(frozen=True)
class Used:
    """A pattern and the method that it is called by: one that only matches needs no linear search."""

    place: str
    pattern: re.Pattern[Any]
    method: str

    def work(self) -> Callable[[str], object]:
        """Returns the pattern's work on a text, with a search read to its end."""

        def on(text: str) -> object:
            given: Any = text.encode() if isinstance(self.pattern.pattern, bytes) else text
            if self.method in SEARCHES:
                return sum(1 for _ in self.pattern.finditer(given))
            return getattr(self.pattern, self.method)(given)

        return on

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yields (what stands first, what is repeated behind it) for each repeat of the pattern."""
        source = self.pattern.pattern
        tree = _parser.parse(source, self.pattern.flags & ~re.DEBUG)
        return iter(dict.fromkeys(_repeats(list(tree), "")))


@dataclass(frozen=True)
class _Module:
    name: str
    loaded: ModuleType

    @cached_property
    def nodes(self) -> list[ast.AST]:
        spec = importlib.util.find_spec(self.name)
        assert spec is not None
        assert spec.origin is not None
        return list(ast.walk(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))))

    def named(self) -> Iterator[tuple[str, re.Pattern[Any]]]:
        """Yields the patterns that the module's names hold, and those of its tables made once."""
        for name, value in vars(self.loaded).items():
            if not isinstance(value, ModuleType | type):
                yield from ((name, pattern) for pattern in _within(value, 4))
        for node in self.nodes:
            if isinstance(node, ast.FunctionDef) and node.decorator_list and not node.args.args:
                made = getattr(self.loaded, node.name, None)
                if callable(made) and hasattr(made, "cache_info") and "re.compile" in ast.unparse(node):
                    yield from ((node.name, pattern) for pattern in _within(made(), 4))

    def inline(self) -> Iterator[Used]:
        """Yields what calls of `re` name by a literal or by the module's own names."""
        for node in self.nodes:
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            if (
                isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.func.attr in METHODS
            ):
                try:
                    source = eval(ast.unparse(node.args[0]), vars(self.loaded))
                    told = [keyword.value for keyword in node.keywords if keyword.arg == "flags"]
                    place = {"sub": 4, "subn": 4, "split": 3}.get(node.func.attr, 2)
                    flags = [*told, *node.args[place:]]
                    given = eval(ast.unparse(flags[0]), vars(self.loaded)) if flags else 0
                except NameError:  # it is made of what a function is given
                    continue
                yield Used(f"{self.name}:{node.lineno}", re.compile(source, given), node.func.attr)

    def methods(self, name: str) -> set[str]:
        """Returns the methods that are called of a pattern's name, or of `pattern` for those in a table."""
        return {
            node.attr
            for node in self.nodes
            if isinstance(node, ast.Attribute)
            and node.attr in METHODS
            and isinstance(node.value, ast.Name)
            and (node.value.id == name or (node.value.id == "pattern" and self._is_table(name)))
        }

    def _is_table(self, name: str) -> bool:
        return not isinstance(getattr(self.loaded, name, None), re.Pattern)


def _within(value: Any, depth: int) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        yield from _within(list(value.values()), depth - 1)
    elif depth and isinstance(value, list | tuple | set | frozenset) and len(value) < 2000:
        for inner in value:
            yield from _within(inner, depth - 1)
    elif depth and is_dataclass(value) and not isinstance(value, type):
        names = {"pattern", *(field.name for field in fields(value))}  # it may be made on its first use
        yield from _within([getattr(value, name, None) for name in names], depth - 1)


def patterns_of(packages: Iterable[str]) -> list[Used]:
    """Returns every pattern of the packages, once for each way in which it is used."""
    modules = [_Module(name, loaded) for name, loaded in _modules(packages)]
    found: dict[tuple[str | bytes, int, bool], Used] = {}
    for module in modules:
        uses = list(module.inline())
        for name, pattern in module.named():
            known = [
                other for other in modules if vars(other.loaded).get(name) is vars(module.loaded).get(name)
            ]
            methods = set().union(*(other.methods(name) for other in known)) or {"search"}
            uses += [Used(f"{module.name}.{name}", pattern, method) for method in sorted(methods)]
        for used in uses:
            key = used.pattern.pattern, used.pattern.flags, used.method in SEARCHES
            found.setdefault(key, used)
    return list(found.values())


def _modules(packages: Iterable[str]) -> Iterator[tuple[str, ModuleType]]:
    for package in packages:
        top = importlib.import_module(package)
        for info in pkgutil.walk_packages(top.__path__, f"{package}."):
            if "migrations" in info.name or info.name.endswith("__main__"):
                continue
            try:
                yield info.name, importlib.import_module(info.name)
            except ImportError:  # it needs an engine that is not installed
                continue


def _repeats(tree: Iterable[Any], before: str) -> Iterator[tuple[str, str]]:
    """Yields for each repeat in a parsed pattern (a text that leads to it, what it repeats)."""
    led = before
    for code, given in tree:
        for inner in _bodies(code, given):
            yield from _repeats(inner, led)
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            for unit in _samples(given[2]):
                yield led, unit
        led += next(iter(_samples([(code, given)])), "")


def _bodies(code: Any, given: Any) -> list[list[Any]]:
    if code is codes.BRANCH:
        return [list(inner) for inner in given[1]]
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        return [list(given[2])]
    if code is codes.SUBPATTERN:
        return [list(given[3])]
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return [list(given[1])]
    return [list(given)] if code is codes.ATOMIC_GROUP else []


def _samples(tree: Iterable[Any]) -> list[str]:
    """Returns up to two texts that a parsed pattern matches, apart from what it asserts."""
    first, second = "", ""
    for code, given in tree:
        inner = _of_one(code, given)
        first, second = first + (inner[0] if inner else ""), second + (inner[-1] if inner else "")
    return list(dict.fromkeys(text for text in (first, second) if text))


def _of_one(code: Any, given: Any) -> list[str]:
    if code is codes.LITERAL:
        return [chr(given)]
    if code in (codes.IN, codes.ANY, codes.NOT_LITERAL):
        named = [chr(item[1] if item[0] is codes.LITERAL else item[1][0]) for item in _named(code, given)]
        held = [letter for letter in (*_TRIED, *named) if _holds(code, given, letter)]
        return held[:2]
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        return [text * max(1, min(given[0], 20)) for text in _samples(given[2])]
    if code is codes.BRANCH:
        return [text for inner in given[1][:3] for text in _samples(inner)]
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return []
    return [text for inner in _bodies(code, given) for text in _samples(inner)]


def _named(code: Any, given: Any) -> list[Any]:
    """Returns the items of a set that name letters."""
    return [item for item in given if item[0] in (codes.LITERAL, codes.RANGE)] if code is codes.IN else []


def _holds(code: Any, given: Any, letter: str) -> bool:
    if code is codes.ANY:
        return letter != "\n"
    if code is codes.NOT_LITERAL:
        return bool(ord(letter) != given)
    negated = given[0][0] is codes.NEGATE
    return negated != any(_is_in(item, letter) for item in given)


def _is_in(item: Any, letter: str) -> bool:
    kind, value = item
    if kind is codes.LITERAL:
        return bool(ord(letter) == value)
    if kind is codes.RANGE:
        return bool(value[0] <= ord(letter) <= value[1])
    if kind is codes.CATEGORY:
        word, digit, space = letter.isalnum() or letter == "_", letter.isdigit(), letter.isspace()
        name = str(value)
        holds = word if name.endswith("WORD") else digit if name.endswith("DIGIT") else space
        return holds != ("_NOT_" in name)
    return False
