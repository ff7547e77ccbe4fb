"""Requests that nobody thought of, at every route of a real server, made up from its description.

FUZZ_EXAMPLES is the number of examples a route; `make fuzz` tries 1,000.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import copy_of
from tests.serving import running

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 100,  # in the ordinary suite the same ones every time
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def schema(sample: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = copy_of(sample, tmp_path_factory.mktemp("fuzzing") / "archive")
    with (
        (tmp_path_factory.mktemp("log") / "log").open("w") as log,
        running(folder, models, log=log) as server,
    ):
        yield schemathesis.openapi.from_url(f"{server.address}openapi.json")


def test_no_request_breaks_a_route(schema: Any, subtests: pytest.Subtests) -> None:
    seen = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        cases = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        if operation.body or any(True for _ in operation.iter_parameters()):
            cases |= operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

        @SETTINGS
        @given(case=cases)
        def try_it(case: Any) -> None:
            case.call_and_validate(checks=CHECKS, timeout=60)

        with subtests.test(operation.label):
            try_it()
        seen += 1
    assert seen > 15
