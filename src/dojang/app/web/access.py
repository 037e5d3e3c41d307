"""Who may ask: the gate before every page of the studio.

A page of somebody else's that is open in the same browser can send requests here. It does not know
the token, its cookie is not sent along (``SameSite=Strict``), and its ``Origin`` and, where it
points a name of its own at this machine (DNS rebinding), its ``Host`` betray it. All four are
looked at, for every path but :data:`LIVENESS`; files of the pages are no exception.
"""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LIVENESS = "/live"
LONGEST_BODY = 64 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
ANYWHERE = ("0.0.0.0", "::")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True)
class Access:
    """Where the studio listens, and the word that opens it.

    Attributes:
        host: the address that it is bound to.
    """

    host: str
    port: int
    token: str = field(repr=False)

    @property
    def cookie(self) -> str:
        """Name of the cookie; browsers do not keep cookies of two ports apart."""
        return f"dojang_{self.port}"

    @property
    def url(self) -> str:
        """Where a browser finds it on this machine."""
        host = "127.0.0.1" if self.host in ANYWHERE else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    def knows_host(self, host: str) -> bool:
        """Is ``host``, as a browser sends it, a name of ours? A name that points here for the
        moment is not; where it listens on every address, any address may be one of them."""
        name, _, port = host.lower().rpartition(":")
        if port != str(self.port):
            name, port = host.lower(), "80"
            if self.port != 80:
                return False
        if name in LOOPBACK or name in (self.host.lower(), f"[{self.host.lower()}]"):
            return True
        return self.host in ANYWHERE and _is_address(name.strip("[]"))

    def knows_origin(self, origin: str) -> bool:
        """May a page of ``origin`` change something here?"""
        scheme, _, host = origin.partition("://")
        return scheme == "http" and self.knows_host(host)

    def opens(self, given: str) -> bool:
        """Is ``given`` the token? Takes as long whatever it is."""
        return secrets.compare_digest(given.encode(), self.token.encode())


class Gate:
    """Lets through who has the token, and puts the headers on every answer."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        guarded = _with_headers(send)
        status, more = self._verdict(scope)
        if status:
            await _answer(guarded, status, more)
            return
        await self._app(scope, _limited(receive), guarded)

    def _verdict(self, scope: Scope) -> tuple[int, dict[str, str]]:
        """Return the status of a refusal or of the welcome, with its headers; 0 to go on."""
        sent = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if not self._access.knows_host(sent.get("host", "")):
            return 421, {}
        if scope["path"] == LIVENESS:
            return 0, {}
        query = parse_qsl(scope["query_string"].decode("latin-1"))
        given = next((value for name, value in query if name == "token"), None)
        if given is not None and scope["path"] == "/" and scope["method"] == "GET":
            return (303, self._welcome()) if self._access.opens(given) else (401, {})
        if not self._access.opens(_token_of(sent, self._access.cookie)):
            return 401, {}
        if _length(sent) > LONGEST_BODY:
            return 413, {}
        if scope["method"] not in ("GET", "HEAD"):
            origin = sent.get("origin", "")
            if not self._access.knows_origin(origin) or sent.get("sec-fetch-site") == "cross-site":
                return 403, {}
        return 0, {}

    def _welcome(self) -> dict[str, str]:
        parts = (f"{self._access.cookie}={self._access.token}", "HttpOnly", "SameSite=Strict",
                 "Path=/")  # fmt: skip
        return {"location": "/", "set-cookie": "; ".join(parts)}


def _token_of(sent: dict[str, str], cookie: str) -> str:
    kind, _, given = sent.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return given
    try:
        found = SimpleCookie(sent.get("cookie", "")).get(cookie)
    except CookieError:
        return ""
    return found.value if found else ""


def _length(sent: dict[str, str]) -> int:
    text = sent.get("content-length", "0")
    return int(text) if text.isdecimal() and len(text) < 12 else LONGEST_BODY + 1


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _limited(receive: Receive) -> Receive:
    """Stop reading a body that says nothing of its length and is too long."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > LONGEST_BODY else message

    return limited


def _with_headers(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            named = {name.lower() for name, _ in message["headers"]}
            ours = HEADERS | {"content-security-policy": POLICY, "cache-control": "no-store"}
            extra = [(k.encode(), v.encode()) for k, v in ours.items() if k.encode() not in named]
            message["headers"] = [*message["headers"], *extra]
        await send(message)

    return guarded


async def _answer(send: Send, status: int, more: dict[str, str]) -> None:
    from dojang.core.i18n import t

    text = "" if status == 303 else t(f"studio.gate.{status}")
    headers = {"content-type": "text/plain; charset=utf-8", "content-length": ""} | more
    body = text.encode()
    headers["content-length"] = str(len(body))
    encoded = [(k.encode(), v.encode()) for k, v in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
