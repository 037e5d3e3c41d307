"""The routes of the studio. Each reads the address, asks the parts, and fills a template.

Handlers are plain functions, so the framework runs them in threads: a slow disk holds up nobody
else. The one that waits for an explanation is not, so that it notices when its asker leaves.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.responses import Response as Answer

from dojang.app.web import handlers, pages
from dojang.app.web.access import LIVENESS, Gate
from dojang.app.web.asking import Bad
from dojang.app.web.studio import Studio
from dojang.core.errors import DojangError
from dojang.core.i18n import Language, t, use_language

LANG_COOKIE = "dojang_lang"
YEAR = 365 * 24 * 3600
_HASH = re.compile(r"'sha256-[A-Za-z0-9+/=]{43,44}'")
Handler = Callable[[Studio, Request], Answer]


def make_app(studio: Studio) -> FastAPI:
    """Return the application; everything but :data:`LIVENESS` is behind the gate."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.studio = studio
    for path, handler in GETS.items():
        app.add_api_route(path, _spoken(studio, handler), methods=["GET"], response_model=None)
    for path, handler in POSTS.items():
        app.add_api_route(path, _written(studio, handler), methods=["POST"], response_model=None)
    app.add_api_route("/runs/{run}/why/{part}/{row}", _why(studio), methods=["GET"],
                      response_model=None)  # fmt: skip
    app.add_api_route(LIVENESS, _live, methods=["GET"], response_model=None)
    app.add_exception_handler(Bad, _refused(studio))
    app.add_exception_handler(DojangError, _refused(studio))
    app.add_exception_handler(HTTPException, _refused(studio))
    app.add_middleware(Gate, access=studio.access)
    return app


def language_of(studio: Studio, request: Request) -> Language:
    """The language that the address asks for, else the one chosen before, else the user's."""
    for name in (request.query_params.get("lang"), request.cookies.get(LANG_COOKIE)):
        if name and pages.is_language(name):
            return name  # type: ignore[return-value]
    return studio.lang


def _spoken(studio: Studio, handler: Handler) -> Callable[[Request], Answer]:
    def answer(request: Request) -> Answer:
        with use_language(language_of(studio, request)):
            found = handler(studio, request)
        chosen = request.query_params.get("lang")
        if chosen and pages.is_language(chosen):
            found.set_cookie(LANG_COOKIE, chosen, max_age=YEAR, httponly=True, samesite="strict")
        return found

    return answer


def _written(studio: Studio, handler: Handler) -> Any:
    async def answer(request: Request) -> Answer:
        form = {k: v[-1] for k, v in parse_qs((await request.body()).decode("latin-1")).items()}
        request.state.form = form
        return await run_in_threadpool(_spoken(studio, handler), request)

    return answer


def _refused(studio: Studio) -> Any:
    """Return the page that says what is wrong with a request."""

    def answer(request: Request, error: Exception) -> Answer:
        with use_language(language_of(studio, request)):
            if isinstance(error, Bad):
                status, text = error.status, t(error.key, **error.values)
            elif isinstance(error, DojangError):
                status, text = 409, pages.said(error)
            else:
                status = getattr(error, "status_code", 500)
                key = f"studio.bad.{status}"
                text = pages.message_or(key, t("studio.bad.404"))
            if request.url.path.startswith("/api/") or handlers.wants_json(request):
                return JSONResponse({"error": text}, status)
            return handlers.page(request, "message.html", status, text=text, status=status)

    return answer


def _why(studio: Studio) -> Any:
    async def answer(request: Request) -> Answer:
        prepared = await run_in_threadpool(_explained_sample, studio, request)
        line, identifier, sha256, source, target = prepared
        if source is None:
            raise Bad(404, "studio.image.gone")
        key = (line.id, source, identifier, sha256, target)
        left = threading.Event()
        picture = studio.explainer.known(key)
        if picture is None:
            work = asyncio.ensure_future(asyncio.to_thread(
                studio.explainer.explain, line.path, source, identifier, sha256, target, key, left,
            ))  # fmt: skip
            try:
                while not work.done():
                    await asyncio.wait({work}, timeout=0.25)
                    if await request.is_disconnected():
                        left.set()
            finally:
                left.set()
            picture = work.result()
        if picture is None:
            return Answer(status_code=204)
        if not picture.data:
            with use_language(language_of(studio, request)):
                return JSONResponse(
                    {"error": pages.message_or(picture.reason, picture.reason)}, 409
                )
        return handlers.drawn(request, picture)

    return answer


def _explained_sample(studio: Studio, request: Request) -> tuple[Any, ...]:
    line, answers, row = handlers.sample(studio, request)
    classes = answers.said.classes
    target = request.query_params.get("class", str(int(answers.predicted[row])))
    if not (target.isascii() and target.isdecimal() and int(target[:9]) < len(classes)):
        raise Bad(400, "studio.bad.row")
    identifier = answers.said.ids[row]
    sha256 = answers.facts.of(identifier).sha256
    source = studio.pictures.where(answers.facts.source)
    return line, identifier, sha256, source, classes[int(target)]


def _live() -> Answer:
    return PlainTextResponse("ok")


GETS: Mapping[str, Handler] = {
    "/": handlers.runs,
    "/compare": handlers.compare,
    "/runs/{run}": handlers.run,
    "/runs/{run}/advice": handlers.advice,
    "/runs/{run}/pages/{page}": handlers.kept_page,
    "/runs/{run}/images": handlers.images,
    "/runs/{run}/images/{part}/{row}": handlers.image,
    "/runs/{run}/pictures/{part}/{row}/{size}": handlers.picture,
    "/runs/{run}/near/{part}/{row}/{place}": handlers.near,
    "/runs/{run}/fixes": handlers.fixes,
    "/runs/{run}/fixes.csv": handlers.fixes_csv,
    "/api/curves": handlers.curves,
    "/static/{name}": handlers.static,
}
POSTS: Mapping[str, Handler] = {
    "/runs/{run}/images/{part}/{row}/label": handlers.set_label,
    "/runs/{run}/fixes/undo": handlers.undo,
}
