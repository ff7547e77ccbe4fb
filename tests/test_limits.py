"""How often a key may ask: over processes, restarts and windows, with a clock that the test moves."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from index.database.connections import Address
from service.http.problems import Faults
from service.http.security import COOKIE, Limits, Security, TooMany
from service.storage.keys import Keys

MIDNIGHT = 1_772_323_200  # 2026-03-01 00:00 UTC


class Clock:
    """A clock that a test moves, in seconds of Unix time."""

    def __init__(self) -> None:
        self.time = float(MIDNIGHT)

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(database_address: Address) -> Iterator[Keys]:
    keys = Keys(database_address)
    yield keys
    keys.close()


def worker(keys: Keys, limits: Limits) -> TestClient:
    """A server process of its own: it shares with others what is on the disk alone."""

    def answered(_: Request) -> Response:
        return PlainTextResponse("here")

    def broken(_: Request) -> Response:
        raise HTTPException(404)

    paths = ("/", "/healthz", "/static/app.js", "/v1/session", "/v1/archive", "/v1/models")
    routes = [Route(path, answered, methods=["GET", "POST"]) for path in paths]
    security = Middleware(Security, keys=keys, limits=limits)
    around = [security, Middleware(Faults)]
    return TestClient(
        Starlette(routes=[*routes, Route("/v1/ask", broken, methods=["POST"])], middleware=around)
    )


def test_every_response_says_what_is_left(keys: Keys, clock: Clock) -> None:
    client = worker(keys, Limits(keys.address, minute=3, day=100, now=clock))
    clock.time += 25
    for left in (2, 1, 0):
        response = client.get("/v1/archive")
        assert response.headers["ratelimit-policy"] == '"minute";q=3;w=60, "day";q=100;w=86400'
        assert response.headers["ratelimit"] == f'"minute";r={left};t=35, "day";r={97 + left};t=86375'
        assert response.status_code == 200
    refused = client.get("/v1/archive")
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["retry-after"] == "35"
    # What was refused does not count against the day.
    assert refused.headers["ratelimit"] == '"minute";r=0;t=35, "day";r=97;t=86375'
    assert refused.json()["detail"] == "the limit of 3 requests a minute is reached; try again in 35 s"
    clock.time += 35
    assert client.post("/v1/ask").headers["ratelimit"] == '"minute";r=2;t=60, "day";r=96;t=86340'


def test_the_day_outlasts_the_minute(keys: Keys, clock: Clock) -> None:
    client = worker(keys, Limits(keys.address, minute=2, day=3, now=clock))
    answered = []
    for _ in range(4):
        answered.append(client.get("/v1/archive").status_code)
        clock.time += 60
    assert answered == [200, 200, 200, 429]
    assert client.get("/v1/archive").headers["retry-after"] == str(86_400 - 240)
    clock.time = MIDNIGHT + 86_400
    assert client.get("/v1/archive").status_code == 200


def test_neither_another_process_nor_a_restart_has_more(keys: Keys, clock: Clock) -> None:
    first = worker(keys, Limits(keys.address, day=3, now=clock))
    second = worker(Keys(keys.address), Limits(keys.address, day=3, now=clock))
    assert [one.get("/v1/archive").status_code for one in (first, second, first, second)] == [
        200,
        200,
        200,
        429,
    ]
    again = worker(Keys(keys.address), Limits(keys.address, day=3, now=clock))
    assert again.get("/v1/archive").status_code == 429
    fewer = worker(Keys(keys.address), Limits(keys.address, day=1, now=clock))
    assert fewer.get("/v1/archive").headers["ratelimit"] == '"day";r=0;t=86400'


def test_each_key_has_its_own_and_its_session_shares_it(keys: Keys, clock: Clock) -> None:
    client = worker(keys, Limits(keys.address, minute=2, now=clock))
    (anna, annas), (_, boriss) = keys.create("anna", "ask"), keys.create("boris", "ask")
    forms = [
        {"X-API-Key": annas},
        {"Cookie": f"{COOKIE}={keys.sign_in(anna)}"},
        {"Authorization": f"Bearer {annas}"},
        {"X-API-Key": boriss},
    ]
    assert [client.get("/v1/archive", headers=form).status_code for form in forms] == [200, 200, 429, 200]


def test_what_is_refused_or_public_counts_nowhere(keys: Keys, clock: Clock) -> None:
    _, secret = keys.create("desk", "ask")
    client = worker(keys, Limits(keys.address, minute=1, now=clock))
    key = {"X-API-Key": secret}
    for path in ("/", "/healthz", "/static/app.js", "/v1/session"):
        assert "ratelimit" not in client.get(path, headers=key).headers
    assert client.get("/v1/archive").status_code == 401
    assert client.post("/v1/archive", headers=key).status_code == 403
    assert client.get("/v1/archive", headers=key).status_code == 200
    assert client.get("/v1/archive", headers=key).status_code == 429


def test_without_limits_nothing_is_said(keys: Keys) -> None:
    assert "ratelimit" not in worker(keys, Limits(keys.address)).get("/v1/archive").headers


def test_openais_routes_tell_of_limits_in_its_shape(keys: Keys, clock: Clock) -> None:
    client = worker(keys, Limits(keys.address, minute=1, now=clock))
    assert client.get("/v1/models").status_code == 200
    refused = client.get("/v1/models")
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "60"
    assert refused.json()["error"] == {
        "message": "the limit of 1 requests a minute is reached; try again in 60 s",
        "type": "invalid_request_error", "param": None, "code": "rate_limit_exceeded",
    }  # fmt: skip


def test_many_at_once_get_no_more_than_there_is(keys: Keys, clock: Clock) -> None:
    processes = [Limits(keys.address, minute=50, now=clock) for _ in range(2)]

    def take(number: int) -> bool:
        try:
            processes[number % 2].take("desk")
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(80))) == 50


def test_a_clock_that_is_behind_counts_into_the_newer_window(keys: Keys, clock: Clock) -> None:
    ahead = Limits(keys.address, minute=2, now=lambda: clock.time + 61)
    behind = Limits(keys.address, minute=2, now=clock)
    ahead.take("desk")
    behind.take("desk")
    with pytest.raises(TooMany):
        ahead.take("desk")
