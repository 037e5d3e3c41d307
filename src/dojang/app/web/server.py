"""The routes of the studio. Each reads the address, asks the parts, and fills a template.

Handlers are plain functions, so the framework runs them in threads: a slow disk holds up nobody
else. The one that waits for an explanation is not, so that it notices when its asker leaves.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from starlette.responses import Response as Answer

from dojang.app.web import grid, pages, views
from dojang.app.web.access import LIVENESS, Gate
from dojang.app.web.advice import told
from dojang.app.web.asking import PARTS, Bad, word
from dojang.app.web.compare import MOST_RUNS
from dojang.app.web.images import Picture
from dojang.app.web.studio import Studio
from dojang.core.errors import DojangError
from dojang.core.i18n import Language, language, t, use_language

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
            if request.url.path.startswith("/api/") or _wants_json(request):
                return JSONResponse({"error": text}, status)
            return _page(request, "message.html", status, text=text, status=status)

    return answer


def _page(request: Request, template: str, code: int = 200, **values: Any) -> Answer:
    lang = "en" if language() == "ko" else "ko"
    other = pages.switched(request.url.path, request.query_params, lang)
    if request.method != "GET":
        other = ""
    text = pages.fill(template, spoken=pages.spoken(), other=other, **values)
    return HTMLResponse(text, code)


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


# --- Pages -------------------------------------------------------------------------------------


def _runs(studio: Studio, request: Request) -> Answer:
    return _page(request, "runs.html", **views.runs_page(studio, request.query_params))


def _compare(studio: Studio, request: Request) -> Answer:
    found = views.compare_page(studio, request.query_params.getlist("run"))
    return _page(request, "compare.html", **found)


def _run(studio: Studio, request: Request) -> Answer:
    line = studio.run(request.path_params["run"])
    verdict = studio.adviser.of(line)
    return _page(request, "run.html", verdict=verdict, told=_told(line, verdict),
                 **views.run_page(studio, line))  # fmt: skip


def _advice(studio: Studio, request: Request) -> Answer:
    """The verdict alone; 202 while it is being looked for."""
    line = studio.run(request.path_params["run"])
    verdict = studio.adviser.of(line)
    code = 202 if verdict.pending else 200
    return _page(request, "advice.html", code, line=line, verdict=verdict,
                 told=_told(line, verdict))  # fmt: skip


def _told(line: Any, verdict: Any) -> list[Any]:
    return told(verdict.advice, Path(line.shown), line.active) if verdict.advice else []


def _images(studio: Studio, request: Request) -> Answer:
    line = studio.run(request.path_params["run"])
    return _page(request, "images.html", **grid.grid_page(studio, line, request.query_params))


def _image(studio: Studio, request: Request) -> Answer:
    line = studio.run(request.path_params["run"])
    query = {**request.query_params, "part": request.path_params["part"]}
    found = grid.image_page(studio, line, request.path_params["row"], query)
    return _page(request, "image.html", **found)


def _fixes(studio: Studio, request: Request) -> Answer:
    line = studio.run(request.path_params["run"])
    return _page(request, "fixes.html", **grid.fixes_page(studio, line))


def _fixes_csv(studio: Studio, request: Request) -> Answer:
    line = studio.run(request.path_params["run"])
    studio.fixes.rows(line)  # refuses what is no table of ours
    if not line.folder.labels.is_file():
        raise Bad(404, "studio.fix.none")
    headers = {"content-disposition": f'attachment; filename="labels-{line.id}.csv"'}
    return Answer(line.folder.labels.read_bytes(), 200, headers, "text/csv; charset=utf-8")


def _kept_page(studio: Studio, request: Request) -> Answer:
    """A page that the run folder holds, in a sandbox: it may be anybody's.

    Its own scripts run only where its own policy names them by hash; they have no origin, no
    network and no way back here.
    """
    line = studio.run(request.path_params["run"])
    name = word(request.path_params, "page", tuple(views.KNOWN_PAGES), "report")
    path = getattr(line.folder, views.KNOWN_PAGES[name])
    if not path.is_file() or path.stat().st_size > 256 * 2**20:
        raise Bad(404, "studio.bad.page")
    data = path.read_bytes()
    hashes = " ".join(dict.fromkeys(_HASH.findall(data[:8192].decode("utf-8", "replace"))))
    policy = (
        "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        f"script-src {hashes or chr(39) + 'none' + chr(39)}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return HTMLResponse(data, headers={"content-security-policy": policy})


# --- Numbers and pictures ----------------------------------------------------------------------


def _curves(studio: Studio, request: Request) -> Answer:
    """Curves of runs; of one that the browser has in this version, only that it is the same. A run
    that has gone meanwhile is named, and the others go on."""
    ids = request.query_params.getlist("run")[:MOST_RUNS]
    known = dict(zip(ids, request.query_params.getlist("known"), strict=False))
    found: list[dict[str, Any]] = []
    for run_id in dict.fromkeys(ids):
        line = studio.index.find(run_id)
        if line is None or line.note:
            found.append({"id": run_id, "gone": True})
            continue
        curve = studio.curves.of(line)
        same = known.get(run_id) == curve["version"]
        kept = ("id", "version", "status") if same else tuple(curve)
        found.append({key: curve[key] for key in kept})
    return JSONResponse({"runs": found})


def _picture(studio: Studio, request: Request) -> Answer:
    _, answers, row = _sample(studio, request)
    identifier = answers.said.ids[row]
    size = word(request.path_params, "size", ("small", "large"), "small")
    facts = answers.facts
    found = studio.pictures.of(facts.source, identifier, facts.of(identifier).sha256, size)
    return _drawn(request, found)


def _near(studio: Studio, request: Request) -> Answer:
    line, answers, row = _sample(studio, request)
    near = studio.neighbours.of(line, answers, answers.said.ids[row])
    place = request.path_params["place"]
    if not (place.isascii() and place.isdecimal() and len(place) < 3 and int(place) < len(near)):
        raise Bad(404, "studio.bad.row")
    other = near[int(place)]
    return _drawn(
        request, studio.pictures.of(answers.facts.source, other.id, other.sha256, "small")
    )


def _sample(studio: Studio, request: Request) -> tuple[Any, Any, int]:
    line = studio.run(request.path_params["run"])
    part = word(request.path_params, "part", PARTS, "valid")
    answers = grid.opened_part(studio, line, {"part": part})
    return line, answers, studio.row(answers, request.path_params["row"])


def _drawn(request: Request, picture: Picture) -> Answer:
    """A picture, or a drawing of the reason why there is none."""
    if not picture.data:
        return Answer(_blank(picture.reason), 200, {"x-reason": picture.reason}, "image/svg+xml")
    headers = {"etag": picture.tag, "cache-control": "private, no-cache"}
    if request.headers.get("if-none-match") == picture.tag:
        return Answer(status_code=304, headers=headers)
    return Answer(picture.data, 200, headers, "image/webp")


def _blank(reason: str) -> str:
    from markupsafe import escape

    words = pages.message_or(reason, reason).split()
    lines: list[str] = []
    for found in words:
        if lines and len(lines[-1]) + len(found) < 22:
            lines[-1] += f" {found}"
        else:
            lines.append(found[:40])
    top = 84 - 8 * len(lines[:5])
    texts = "".join(f'<text x="80" y="{top + 16 * i}">{escape(text)}</text>'
                    for i, text in enumerate(lines[:5]))  # fmt: skip
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160" width="160" height="160">'
        '<rect width="160" height="160" fill="#8884"/><g font-family="sans-serif" font-size="11" '
        f'fill="#777c88" text-anchor="middle">{texts}</g></svg>'
    )


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
        return _drawn(request, picture)

    return answer


def _explained_sample(studio: Studio, request: Request) -> tuple[Any, ...]:
    line, answers, row = _sample(studio, request)
    classes = answers.said.classes
    target = request.query_params.get("class", str(int(answers.predicted[row])))
    if not (target.isascii() and target.isdecimal() and int(target[:9]) < len(classes)):
        raise Bad(400, "studio.bad.row")
    identifier = answers.said.ids[row]
    sha256 = answers.facts.of(identifier).sha256
    source = studio.pictures.where(answers.facts.source)
    return line, identifier, sha256, source, classes[int(target)]


def _static(studio: Studio, request: Request) -> Answer:
    try:
        data, kind = pages.static(request.path_params["name"])
    except KeyError:
        raise Bad(404, "studio.bad.404") from None
    tag = Picture(data).tag
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Answer(status_code=304, headers=headers)
    return Answer(data, 200, headers, kind)


def _live() -> Answer:
    return PlainTextResponse("ok")


# --- Writing -----------------------------------------------------------------------------------


def _set_label(studio: Studio, request: Request) -> Answer:
    line, answers, row = _sample(studio, request)
    mark = studio.fixes.set(line, answers, row, request.state.form.get("choice", ""))
    if _wants_json(request):
        text = grid.fix_text(mark, answers.label_of(row))
        return JSONResponse({"action": mark.action, "new_label": mark.new_label, "text": text})
    back = _back(request, f"/runs/{line.id}/images/{answers.said.part}/{row}")
    return RedirectResponse(back, 303)


def _undo(studio: Studio, request: Request) -> Answer:
    line = studio.run(request.path_params["run"])
    undone = studio.fixes.undo(line)
    if _wants_json(request):
        return JSONResponse({"id": undone, "more": studio.fixes.can_undo(line)})
    return RedirectResponse(_back(request, f"/runs/{line.id}/fixes"), 303)


def _back(request: Request, usual: str) -> str:
    """Where the form was, if that is a page of ours."""
    given = request.state.form.get("back", "")
    parts = urlsplit(given)
    ours = given.startswith("/runs/") and not parts.scheme and not parts.netloc
    return given if ours and "\\" not in given and given.isprintable() else usual


GETS: Mapping[str, Handler] = {
    "/": _runs,
    "/compare": _compare,
    "/runs/{run}": _run,
    "/runs/{run}/advice": _advice,
    "/runs/{run}/pages/{page}": _kept_page,
    "/runs/{run}/images": _images,
    "/runs/{run}/images/{part}/{row}": _image,
    "/runs/{run}/pictures/{part}/{row}/{size}": _picture,
    "/runs/{run}/near/{part}/{row}/{place}": _near,
    "/runs/{run}/fixes": _fixes,
    "/runs/{run}/fixes.csv": _fixes_csv,
    "/api/curves": _curves,
    "/static/{name}": _static,
}
POSTS: Mapping[str, Handler] = {
    "/runs/{run}/images/{part}/{row}/label": _set_label,
    "/runs/{run}/fixes/undo": _undo,
}
