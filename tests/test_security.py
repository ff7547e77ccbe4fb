"""Who is let in, to what, and what one key may see of another's: every route of the real application."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from starlette.routing import Mount
from starlette.testclient import TestClient

from service.http.app import create_app
from service.http.security import COOKIE, SAFE, needed
from service.settings import Settings, load_settings
from service.storage.keys import FILE, Keys, Role
from tests.conftest import copy_of
from tests.serving import server

BRIDGE = "What does the Harbour Bridge cost?"
ARTICLE = {"id": "weir", "title": "Weir", "text": "The weir at Lenn was closed on Monday, the warden said."}
SAME = {"Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class Case:
    """A route: the least role that may call it (None: whoever), and what is sent to it."""

    role: Role | None
    body: dict[str, Any] | None = None
    owned: bool = False  # its address names what belongs to one key


MESSAGES = [{"role": "user", "content": "And in 2020?"}]
CASES = {
    ("GET", "/"): Case(None),
    ("GET", "/static/words/{locale}.json"): Case(None),
    ("GET", "/healthz"): Case(None),
    ("GET", "/readyz"): Case(None),
    ("GET", "/v1/session"): Case(None),
    ("POST", "/v1/session"): Case(None, {"key": "dl_wrong"}),
    ("DELETE", "/v1/session"): Case(None),
    ("GET", "/docs"): Case("ask"),
    ("GET", "/openapi.json"): Case("ask"),
    ("POST", "/v1/ask"): Case("ask", {"question": "And in 2020?", "conversation_id": "bridge"}),
    ("POST", "/v1/search"): Case("ask", {"query": "bridge"}),
    ("GET", "/v1/answers/{answer_id}"): Case("ask", owned=True),
    ("POST", "/v1/answers/{answer_id}/feedback"): Case("ask", {"rating": "down"}, owned=True),
    ("GET", "/v1/answers/{answer_id}/evidence"): Case("ask", owned=True),
    ("GET", "/v1/conversations"): Case("ask"),
    ("GET", "/v1/conversations/{conversation_id}"): Case("ask", owned=True),
    ("PATCH", "/v1/conversations/{conversation_id}"): Case("ask", {"name": "The bridge"}, owned=True),
    ("DELETE", "/v1/conversations/{conversation_id}"): Case("ask", owned=True),
    ("GET", "/v1/archive"): Case("ask"),
    ("GET", "/v1/archive/holdings"): Case("ask"),
    ("GET", "/v1/archive/facets"): Case("ask"),
    ("GET", "/v1/articles"): Case("ask"),
    ("GET", "/v1/articles/{article_id}"): Case("ask"),
    ("GET", "/v1/articles/{article_id}/versions"): Case("ask"),
    ("GET", "/v1/articles/{article_id}/versions/{number}"): Case("ask"),
    ("POST", "/v1/articles"): Case("edit", ARTICLE),
    ("DELETE", "/v1/articles/{article_id}"): Case("edit"),
    ("POST", "/v1/chat/completions"): Case("ask", {"messages": MESSAGES, "conversation_id": "bridge"}),
    ("POST", "/v1/responses"): Case("ask", {"input": MESSAGES}),
    ("GET", "/v1/models"): Case("ask"),
    ("GET", "/v1/models/{model:path}"): Case("ask"),
    ("GET", "/metrics"): Case("admin"),
}
each_route = pytest.mark.parametrize(
    ("method", "path"), [pytest.param(*route, id=" ".join(route)) for route in CASES]
)
each_change = pytest.mark.parametrize(
    ("method", "path"),
    [pytest.param(*route, id=" ".join(route)) for route in CASES if route[0] not in SAFE],
)


@dataclass
class House:
    """The application over a copy of the sample archive, with a key of each role, and two more that ask."""

    app: FastAPI
    keys: Keys
    secrets: dict[str, str] = field(default_factory=dict)

    def client(self, **headers: str) -> TestClient:
        """A browser or program of its own, without cookies so far."""
        return TestClient(self.app, base_url="http://localhost", headers=headers)

    def call(self, who: str | None, route: tuple[str, str], **beside: str) -> httpx2.Response:
        """A call of a route; what its address names is there only where it is given."""
        method, path = route
        known = {
            "answer_id": "none",
            "conversation_id": "none",
            "article_id": "999",
            "number": "1",
            "locale": "ar",
        }
        named = known | beside
        address = path.replace("{model:path}", "dateline").format(**named)
        headers = {"Authorization": f"Bearer {self.secrets[who]}"} if who else {}
        return self.client().request(method, address, json=CASES[route].body, headers=headers)


@pytest.fixture(scope="module")
def settings(sample: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = copy_of(sample, tmp_path_factory.mktemp("security") / "archive")
    return load_settings(data=folder, models=models)


@pytest.fixture(scope="module")
def house(settings: Settings) -> Iterator[House]:
    app, keys = create_app(settings), settings.open_keys()
    house = House(app, keys)
    roles: dict[str, Role] = {"ask": "ask", "edit": "edit", "admin": "admin", "anna": "ask", "boris": "ask"}
    for name, role in roles.items():
        house.secrets[name] = keys.create(name, role)[1]
    with TestClient(app, base_url="http://localhost"):
        yield house


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_every_route_has_a_case(house: House) -> None:
    found = set()
    for route in iter_route_contexts(house.app.routes):
        if isinstance(route.original_route, Mount):
            assert route.path == "/static"
        else:
            assert route.methods, f"{route.path} is not HTTP, which alone is guarded"
            found |= {(method, str(route.path)) for method in route.methods - {"HEAD"}}
    assert found <= set(CASES)


@each_route
def test_without_a_key_nothing_but_the_page_is_answered(house: House, method: str, path: str) -> None:
    response = house.call(None, (method, path))
    if CASES[method, path].role is None:
        assert response.status_code != 401 or (method, path) == ("POST", "/v1/session")
        return
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="Dateline"'
    assert response.headers["x-request-id"]
    assert "this server asks for a key" in response.text


@each_route
def test_each_role_may_what_it_may(house: House, method: str, path: str) -> None:
    role = CASES[method, path].role
    if role is None:
        return
    order = ["ask", "edit", "admin"]
    for who in order:
        response = house.call(who, (method, path))
        if order.index(who) >= order.index(role):
            assert response.status_code not in (401, 403)
        else:
            assert response.status_code == 403
            assert f"takes a key of role {role}; '{who}' has role {who}" in response.json()["detail"]
            assert 'error="insufficient_scope"' in response.headers["www-authenticate"]


@pytest.mark.parametrize(
    "path", ["/v1/new", "/v1/ask/", "//v1/ask", "/V1/ask", "/v1/articles/1/../..", "/redoc", "/static", "/\n"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "TRACE"])
def test_what_no_one_thought_of_is_for_administrators_alone(method: str, path: str) -> None:
    assert needed(method, path) == "admin"


@pytest.fixture(scope="module")
def annas(house: House) -> dict[str, str]:
    """What Anna has made: an answer in a conversation of hers."""
    asked = {"question": BRIDGE, "conversation_id": "bridge"}
    answer = house.client(**bearer(house.secrets["anna"])).post("/v1/ask", json=asked).json()
    return {"answer_id": answer["id"], "conversation_id": "bridge"}


@pytest.mark.parametrize("who", ["boris", "admin"])
@each_route
def test_no_key_sees_or_changes_what_is_anothers(
    house: House, annas: dict[str, str], who: str, method: str, path: str
) -> None:
    if CASES[method, path].role == "edit":
        return  # articles are everyone's
    anna = house.client(**bearer(house.secrets["anna"]))
    addresses = [f"/v1/answers/{annas['answer_id']}", "/v1/conversations/bridge", "/v1/conversations"]
    before = [anna.get(address).json() for address in addresses]
    others = house.client(**bearer(house.secrets[who]))
    others.delete("/v1/conversations/bridge")  # what they may have asked there themselves
    response = house.call(who, (method, path), **annas)
    if CASES[method, path].owned:
        assert response.status_code == 404
        # As if it were not there: the same is said of what nobody has.
        missing = house.call(who, (method, path))
        assert response.json()["detail"] == missing.json()["detail"].replace(
            "none", annas["answer_id"] if "answers" in path else "bridge"
        )
    else:
        assert annas["answer_id"] not in response.text
    assert [anna.get(address).json() for address in addresses] == before


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/chat/completions"])
def test_nobody_goes_on_with_anothers_conversation(house: House, annas: dict[str, str], path: str) -> None:
    def understood(who: str) -> str:
        answer = house.call(who, ("POST", path)).json()
        return str((answer if path == "/v1/ask" else answer["dateline"])["standalone_question"])

    house.client(**bearer(house.secrets["boris"])).delete("/v1/conversations/bridge")
    assert "Harbour Bridge" not in understood("boris")
    assert "Harbour Bridge" in understood("anna")


def test_what_is_asked_through_openais_api_belongs_to_its_key_too(house: House) -> None:
    answer = house.call("boris", ("POST", "/v1/chat/completions")).json()["dateline"]
    path = f"/v1/answers/{answer['id']}"
    assert house.client(**bearer(house.secrets["boris"])).get(path).status_code == 200
    assert house.client(**bearer(house.secrets["anna"])).get(path).status_code == 404


def test_the_names_of_requests_are_each_keys_own(house: House) -> None:
    def add(who: str, text: str) -> httpx2.Response:
        client = house.client(**bearer(house.secrets[who]), **{"Idempotency-Key": "mine"})
        return client.post("/v1/articles", json={"id": who, "text": text})

    first = add("edit", "The lock at Lenn opened again on Tuesday, the warden said.")
    assert first.status_code == 201
    assert add("edit", "Something else.").status_code == 422
    assert add("admin", "The towpath at Lenn is to be widened, the warden said.").json()["added"] == 1


def shown(secret: str, token: str) -> dict[str, dict[str, str]]:
    """Every way to show a key, or the session that stands for it."""
    return {
        "bearer": {"Authorization": f"Bearer {secret}"},
        "lower": {"authorization": f"bearer {secret}"},
        "spaced": {"Authorization": f"BEARER   {secret} "},
        "header": {"X-API-Key": secret},
        "both": {"Authorization": f"Bearer {secret}", "X-API-Key": secret},
        "cookie": {"Cookie": f"{COOKIE}={token}"},
        "beside": {"Authorization": "Basic cHJveHk6cHc=", "Cookie": f"other=1; {COOKIE}={token}"},
    }


@pytest.mark.parametrize("form", shown("", ""))
def test_every_way_to_show_a_key_is_the_same(house: House, form: str) -> None:
    key, secret = house.keys.create("shown", "ask")
    headers = shown(secret, house.keys.sign_in(key))[form]
    assert house.client(**headers).get("/v1/archive").status_code == 200
    changing = house.client(**headers, **SAME)
    assert changing.post("/v1/articles", json=ARTICLE).status_code == 403
    house.keys.revoke(key.id)
    refused = house.client(**headers).get("/v1/archive")
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    wrong = shown(secret[:-1] + ("a" if secret[-1] != "a" else "b"), "x" * 43)[form]
    assert house.client(**wrong).get("/v1/archive").status_code == 401


def test_where_two_are_shown_neither_helps_the_other(house: House) -> None:
    anna, boris = house.secrets["anna"], house.secrets["boris"]
    found = house.keys.find(anna.encode())
    assert found
    cookie = {"Cookie": f"{COOKIE}={house.keys.sign_in(found)}"}
    for headers in (
        {"Authorization": f"Bearer {anna}", "X-API-Key": boris},
        {"Authorization": f"Bearer {anna}", "X-API-Key": ""},
        {"Authorization": "Bearer", **cookie},
        {"X-API-Key": "dl_wrong", **cookie},
    ):
        assert house.client(**headers).get("/v1/archive").status_code == 401


@given(
    name=st.sampled_from([b"authorization", b"x-api-key", b"cookie"]),
    prefix=st.sampled_from([b"", b"Bearer ", b"bearer dl_", b"Basic ", COOKIE.encode() + b"="]),
    value=st.binary(max_size=300),
)
@examples(max_examples=200, deadline=None)
def test_no_garbage_lets_anyone_in(house: House, name: bytes, prefix: bytes, value: bytes) -> None:
    response = house.client().get("/v1/archive", headers=[(name, prefix + value)])
    assert response.status_code == 401


def test_signing_in_and_out(house: House) -> None:
    client = house.client(**SAME)
    assert client.get("/v1/session").json() == {"required": True, "name": None, "role": None}
    signed = client.post("/v1/session", json={"key": f" {house.secrets['anna']}\n"})
    assert signed.json() == {"required": True, "name": "anna", "role": "ask"}
    name, *attributes = signed.headers["set-cookie"].split("; ")
    assert name.startswith(f"{COOKIE}=")
    assert house.secrets["anna"] not in name
    assert {one.casefold() for one in attributes} == {
        "httponly",
        "samesite=strict",
        "path=/",
        "max-age=604800",
    }
    assert client.get("/v1/session").json() == {"required": True, "name": "anna", "role": "ask"}
    assert client.get("/v1/archive").status_code == 200
    token = client.cookies[COOKIE]
    gone = client.delete("/v1/session")
    assert gone.status_code == 204
    assert COOKIE not in client.cookies
    assert client.get("/v1/session").json()["name"] is None
    stolen = house.client(Cookie=f"{COOKIE}={token}")
    assert stolen.get("/v1/archive").status_code == 401
    assert "your session has ended" in stolen.get("/v1/archive").json()["detail"]


def test_over_https_the_cookie_goes_there_alone(house: House) -> None:
    client = TestClient(house.app, base_url="https://localhost")
    signed = client.post("/v1/session", json={"key": house.secrets["anna"]})
    assert "; secure" in signed.headers["set-cookie"].casefold()


@pytest.mark.parametrize("key", ["", "dl_wrong", "ключ", "\0", "x" * 500_000])
def test_a_wrong_key_signs_nobody_in(house: House, key: str) -> None:
    response = house.client().post("/v1/session", json={"key": key})
    assert response.status_code == 401
    assert response.json()["detail"] == "the key is not known here, or it was revoked"
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "http://localhost.evil.example"}, False),
        ({"Origin": "http://localhost:81"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": "http://localhost"}, True),
    ],
)
@each_change
def test_a_page_elsewhere_changes_nothing_by_the_cookie(
    house: House, method: str, path: str, headers: dict[str, str], passes: bool
) -> None:
    found = house.keys.find(house.secrets["edit"].encode())
    assert found
    client = house.client(Cookie=f"{COOKIE}={house.keys.sign_in(found)}", **headers)
    body = CASES[method, path].body
    named = {"answer_id": "none", "conversation_id": "none", "article_id": "999"}
    response = client.request(method, path.format(**named), json=body)
    refused = "a page of another site may not do this in your name" in response.text
    assert refused is not passes
    assert (response.status_code == 403) is not passes


def test_a_page_elsewhere_cannot_sign_a_reader_in(house: House) -> None:
    body = {"key": house.secrets["boris"]}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}):
        assert house.client(**headers).post("/v1/session", json=body).status_code == 403
    assert house.client().post("/v1/session", json=body).status_code == 200


@pytest.fixture(scope="module")
def open_app(sample: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """An application without keys, whose owner lets one other site call it."""
    folder = copy_of(sample, tmp_path_factory.mktemp("open") / "archive")
    return create_app(load_settings(data=folder, models=models, cors_origins=("https://desk.example",)))


def test_without_keys_a_page_elsewhere_changes_nothing_either(open_app: FastAPI) -> None:
    """A form needs no leave of the browser's to post to this machine."""
    client = TestClient(open_app, base_url="http://localhost")
    file = {"file": ("a.txt", b"The weir at Lenn was closed, the warden said.")}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert client.post("/v1/articles", files=file, headers=headers).status_code == 403
    assert client.post("/v1/articles", files=file).status_code == 201
    trusted = {"Sec-Fetch-Site": "cross-site", "Origin": "https://desk.example"}
    assert client.post("/v1/articles", files=file, headers=trusted).status_code == 201
    assert client.get("/v1/session").json() == {"required": False, "name": None, "role": None}


ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


def test_other_sites_may_call_where_they_are_named_and_nowhere_else(house: House, open_app: FastAPI) -> None:
    named = {"Origin": "https://desk.example"}
    for response in (
        house.client(**named).options("/v1/ask", headers=ASKED),
        house.client(**named).get("/v1/archive"),
        house.client(**named, **bearer(house.secrets["ask"])).get("/v1/archive"),
    ):
        assert not [name for name in response.headers if name.startswith("access-control")]
    client = TestClient(open_app, base_url="http://localhost")
    allowed = client.options("/v1/ask", headers=named | ASKED)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://desk.example"
    assert "access-control-allow-credentials" not in allowed.headers
    assert "RateLimit" in client.get("/v1/archive", headers=named).headers["access-control-expose-headers"]
    other = client.options("/v1/ask", headers={"Origin": "https://evil.example"} | ASKED)
    assert "access-control-allow-origin" not in other.headers


def test_with_keys_any_host_is_answered_for_unless_some_are_named(house: House, settings: Settings) -> None:
    key = bearer(house.secrets["ask"])
    anywhere = house.client(**key, Host="news.example:8000")
    assert anywhere.get("/v1/archive").status_code == 200
    app = create_app(settings.model_copy(update={"hosts": ("News.example",)}))
    client = TestClient(app, base_url="http://localhost", headers=key)
    for host in ("news.example", "NEWS.example:8000", "localhost:8000"):
        assert client.get("/v1/archive", headers={"Host": host}).status_code == 200
    for host in ("evil.example", "news.example.evil.example", ""):
        refused = client.get("/v1/archive", headers={"Host": host})
        assert refused.status_code == 421
        assert "answers for localhost, news.example, not for" in refused.json()["detail"]


def test_where_others_reach_it_the_last_key_leaves_the_door_shut(settings: Settings, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(settings.data, tmp_path / "archive"))
    (folder / FILE).unlink()
    shut = create_app(settings.model_copy(update={"data": folder, "host": "0.0.0.0"}))
    client = TestClient(shut, base_url="http://localhost")
    assert client.get("/v1/archive").status_code == 401
    assert client.get("/v1/session").json()["required"] is True


def test_a_client_generator_learns_how_a_key_is_sent(house: House) -> None:
    described = house.client(**bearer(house.secrets["ask"])).get("/openapi.json").json()
    schemes = described["components"]["securitySchemes"]
    assert schemes["bearer"] == {"type": "http", "scheme": "bearer"}
    assert schemes["header"] == {"type": "apiKey", "in": "header", "name": "X-API-Key"}
    assert described["security"] == [{"bearer": []}, {"header": []}, {}]


def test_openais_routes_refuse_in_its_shape(house: House) -> None:
    key, secret = house.keys.create("mute", "ask")
    house.keys.revoke(key.id)
    for response, status, code in (
        (house.client().get("/v1/models"), 401, "invalid_api_key"),
        (house.client(**bearer(secret)).post("/v1/chat/completions"), 401, "invalid_api_key"),
        (house.client(**bearer(house.secrets["ask"])).put("/v1/models"), 403, "insufficient_permissions"),
    ):
        assert response.status_code == status
        assert response.headers["www-authenticate"].startswith("Bearer ")
        error = response.json()["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert (error["type"], error["code"]) == ("invalid_request_error", code)


def test_a_running_server_sees_what_becomes_of_keys(sample: Path, models: Path, tmp_path: Path) -> None:
    folder = copy_of(sample, tmp_path / "archive")
    keys = Keys(folder / FILE)
    with server(folder, models) as address, httpx2.Client(base_url=address, trust_env=False) as client:
        assert client.get("v1/archive").status_code == 200
        key, secret = keys.create("desk", "ask")
        assert client.get("v1/archive").status_code == 401
        assert client.get("v1/archive", headers={"X-API-Key": secret}).status_code == 200
        with openai.OpenAI(base_url=f"{address}v1", api_key=secret, max_retries=0) as good:
            assert good.models.list().data
            keys.revoke(key.id)
            with pytest.raises(openai.AuthenticationError) as refused:
                good.models.list()
        assert refused.value.code == "invalid_api_key"
        assert client.get("v1/archive").status_code == 401
        assert client.get("healthz").status_code == 200
    keys.close()
