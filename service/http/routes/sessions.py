"""Signing in to the page with a key."""

from fastapi import APIRouter, Request, Response

from service.http.schemas import Session, SignIn
from service.http.security import COOKIE, SESSION, Asking, Credential, encoded, unknown
from service.storage.keys import SESSION as LIFETIME
from service.storage.keys import Key, Keys


def router(keys: Keys) -> APIRouter:
    """The routes of the page's session, which stands for a key in a cookie that no script can read."""
    routes = APIRouter(prefix=SESSION, tags=["session"])

    @routes.get("")
    def show_session(key: Asking) -> Session:
        """Tells whether a key is asked for here, and whose key signed in."""
        return _session(keys, key)

    @routes.post("")
    def sign_in(request: SignIn, http: Request, response: Response) -> Session:
        """Sign in with a key: the cookie that is set stands for it for seven days."""
        given = encoded(request.key)
        key = keys.find(given)
        if key is None:
            raise unknown(Credential(given))
        response.set_cookie(
            COOKIE,
            keys.sign_in(key),
            max_age=int(LIFETIME.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=http.url.scheme == "https",
        )
        return _session(keys, key)

    @routes.delete("", status_code=204)
    def sign_out(http: Request, response: Response) -> None:
        """Sign out: the session ends, and its cookie is worth nothing any more."""
        keys.sign_out(encoded(http.cookies.get(COOKIE, "")))
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")

    return routes


def _session(keys: Keys, key: Key | None) -> Session:
    return Session(required=keys.required(), name=key.name if key else None, role=key.role if key else None)
