"""Reference of the HTTP API as one page, made of its OpenAPI description; it loads and runs nothing."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1.1rem; margin-top: 2rem; padding-top: 0.75rem; border-top: 1px solid; }
h3 { font-size: 1rem; }
table { border-collapse: collapse; width: 100%; }
:is(th, td) { text-align: start; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; }
th { font-weight: 400; }
:is(h2, th) { overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid; }
"""
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
)
_SCHEMAS = "#/components/schemas/"

Described = Mapping[str, Any]


def reference(described: Described) -> str:
    """The page: each call with its parameters, what it takes and gives, then the shapes these are made of."""
    info = described["info"]
    title = f"{escape(info['title'])} {escape(info['version'])}"
    body = [
        f"<h1>{title}: HTTP API</h1><p>{escape(info.get('summary', ''))}</p>",
        '<p>The whole contract, for programs: <a href="/openapi.json">openapi.json</a></p>',
        "<h2>Calls</h2><ul>",
        *(
            f'<li><a href="#{name}"><code>{escape(call)}</code></a></li>'
            for name, call, _ in _calls(described)
        ),
        "</ul>",
    ]
    for name, call, operation in _calls(described):
        body += [f'<h2 id="{name}"><code>{escape(call)}</code></h2>', *_call(operation)]
    body.append("<h2>Shapes</h2>")
    for name, schema in sorted(described["components"]["schemas"].items()):
        body.append(f'<h3 id="shape-{escape(name)}">{escape(name)}</h3>')
        body += [*_paragraphs(schema.get("description", "")), _table(_fields(schema))]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    whole = "\n".join(filter(None, body))
    top = f'<!DOCTYPE html>\n<html lang="en"><head>{head}<style>{STYLE}</style></head>'
    return f"{top}\n<body>\n{whole}\n</body></html>\n"


def _calls(described: Described) -> Iterator[tuple[str, str, Described]]:
    for path, calls in described["paths"].items():
        for method, operation in calls.items():
            yield escape(operation["operationId"]), f"{method.upper()} {path}", operation


def _call(operation: Described) -> Iterator[str]:
    yield from _paragraphs(operation.get("description", ""))
    yield _table(
        (one["name"], f"{one['in']}: {_type(one['schema'])}", one.get("description", ""))
        for one in operation.get("parameters", ())
    )
    contents = [("Takes", operation.get("requestBody", {}))]
    contents += [
        (f"Gives {status}", one) for status, one in operation["responses"].items() if status[0] == "2"
    ]
    for heading, one in contents:
        for kind, content in one.get("content", {}).items():
            yield f"<p>{heading}, as <code>{escape(kind)}</code>: {_type(content.get('schema', {}))}</p>"
            if "example" in content:
                told = json.dumps(content["example"], indent=1, ensure_ascii=False)
                shown = told if isinstance(content["example"], dict) else str(content["example"])
                yield f"<details><summary>Example</summary><pre>{escape(shown)}</pre></details>"


def _fields(schema: Described) -> Iterator[tuple[str, str, str]]:
    """The fields of a shape, each with its type and description; the values of one that lists them."""
    needed = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        told = f"{_type(field)}{' (required)' if name in needed else ''}"
        yield name, told, field.get("description", "")
    for value in schema.get("enum", ()):
        yield str(value), "", ""


def _type(schema: Described) -> str:
    """The type of a value in HTML, with links to the shapes it is made of."""
    if "$ref" in schema:
        name = escape(schema["$ref"].removeprefix(_SCHEMAS))
        return f'<a href="#shape-{name}">{name}</a>'
    for joined in ("anyOf", "oneOf", "allOf"):
        if joined in schema:
            return " or ".join(map(_type, schema[joined]))
    if "enum" in schema or "const" in schema:
        return ", ".join(
            f"<code>{escape(str(one))}</code>" for one in schema.get("enum", [schema.get("const")])
        )
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(str(schema.get("format") or schema.get("type") or "any"))


def _table(rows: Iterator[tuple[str, str, str]]) -> str:
    """A table of names, types in HTML, and descriptions; empty for no rows."""
    cells = "".join(
        f'<tr><th scope="row"><code>{escape(name)}</code></th><td>{kind}</td><td>{escape(told)}</td></tr>'
        for name, kind, told in rows
    )
    return f"<table>{cells}</table>" if cells else ""


def _paragraphs(text: str) -> Iterator[str]:
    yield from (f"<p>{escape(' '.join(part.split()))}</p>" for part in text.split("\n\n") if part.strip())
