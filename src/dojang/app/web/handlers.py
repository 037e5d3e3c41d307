"""What each page of the studio answers: plain functions of the studio and a request."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.responses import Response as Answer

from dojang.app.web import grid, pages, views
from dojang.app.web.advice import told
from dojang.app.web.asking import PARTS, Bad, word
from dojang.app.web.compare import MOST_RUNS
from dojang.app.web.images import Picture
from dojang.app.web.studio import Studio
from dojang.core.i18n import language

_HASH = re.compile(r"'sha256-[A-Za-z0-9+/=]{43,44}'")


def page(request: Request, template: str, code: int = 200, **values: Any) -> Answer:
    """Fill the template of a page."""
    lang = "en" if language() == "ko" else "ko"
    other = pages.switched(request.url.path, request.query_params, lang)
    if request.method != "GET":
        other = ""
    text = pages.fill(template, spoken=pages.spoken(), other=other, **values)
    return HTMLResponse(text, code)


def wants_json(request: Request) -> bool:
    """Does a script ask, which reads the answer by itself?"""
    return "application/json" in request.headers.get("accept", "")


# --- Pages -------------------------------------------------------------------------------------


def runs(studio: Studio, request: Request) -> Answer:
    return page(request, "runs.html", **views.runs_page(studio, request.query_params))


def compare(studio: Studio, request: Request) -> Answer:
    found = views.compare_page(studio, request.query_params.getlist("run"))
    return page(request, "compare.html", **found)


def run(studio: Studio, request: Request) -> Answer:
    line = studio.run(request.path_params["run"])
    verdict = studio.adviser.of(line)
    return page(request, "run.html", verdict=verdict, told=_told(line, verdict),
                 **views.run_page(studio, line))  # fmt: skip


def advice(studio: Studio, request: Request) -> Answer:
    """The verdict alone; 202 while it is being looked for."""
    line = studio.run(request.path_params["run"])
    verdict = studio.adviser.of(line)
    code = 202 if verdict.pending else 200
    return page(request, "advice.html", code, line=line, verdict=verdict,
                 told=_told(line, verdict))  # fmt: skip


def _told(line: Any, verdict: Any) -> list[Any]:
    return told(verdict.advice, Path(line.shown), line.active) if verdict.advice else []


def images(studio: Studio, request: Request) -> Answer:
    line = studio.run(request.path_params["run"])
    return page(request, "images.html", **grid.grid_page(studio, line, request.query_params))


def image(studio: Studio, request: Request) -> Answer:
    line = studio.run(request.path_params["run"])
    query = {**request.query_params, "part": request.path_params["part"]}
    found = grid.image_page(studio, line, request.path_params["row"], query)
    return page(request, "image.html", **found)


def fixes(studio: Studio, request: Request) -> Answer:
    line = studio.run(request.path_params["run"])
    return page(request, "fixes.html", **grid.fixes_page(studio, line))


def fixes_csv(studio: Studio, request: Request) -> Answer:
    line = studio.run(request.path_params["run"])
    studio.fixes.rows(line)  # refuses what is no table of ours
    if not line.folder.labels.is_file():
        raise Bad(404, "studio.fix.none")
    headers = {"content-disposition": f'attachment; filename="labels-{line.id}.csv"'}
    return Answer(line.folder.labels.read_bytes(), 200, headers, "text/csv; charset=utf-8")


def kept_page(studio: Studio, request: Request) -> Answer:
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


def curves(studio: Studio, request: Request) -> Answer:
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


def picture(studio: Studio, request: Request) -> Answer:
    _, answers, row = sample(studio, request)
    identifier = answers.said.ids[row]
    size = word(request.path_params, "size", ("small", "large"), "small")
    facts = answers.facts
    found = studio.pictures.of(facts.source, identifier, facts.of(identifier).sha256, size)
    return drawn(request, found)


def near(studio: Studio, request: Request) -> Answer:
    line, answers, row = sample(studio, request)
    near = studio.neighbours.of(line, answers, answers.said.ids[row])
    place = request.path_params["place"]
    if not (place.isascii() and place.isdecimal() and len(place) < 3 and int(place) < len(near)):
        raise Bad(404, "studio.bad.row")
    other = near[int(place)]
    return drawn(request, studio.pictures.of(answers.facts.source, other.id, other.sha256, "small"))


def sample(studio: Studio, request: Request) -> tuple[Any, Any, int]:
    line = studio.run(request.path_params["run"])
    part = word(request.path_params, "part", PARTS, "valid")
    answers = grid.opened_part(studio, line, {"part": part})
    return line, answers, studio.row(answers, request.path_params["row"])


def drawn(request: Request, picture: Picture) -> Answer:
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


def static(studio: Studio, request: Request) -> Answer:
    try:
        data, kind = pages.static(request.path_params["name"])
    except KeyError:
        raise Bad(404, "studio.bad.404") from None
    tag = Picture(data).tag
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Answer(status_code=304, headers=headers)
    return Answer(data, 200, headers, kind)


# --- Writing -----------------------------------------------------------------------------------


def set_label(studio: Studio, request: Request) -> Answer:
    line, answers, row = sample(studio, request)
    mark = studio.fixes.set(line, answers, row, request.state.form.get("choice", ""))
    if wants_json(request):
        text = grid.fix_text(mark, answers.label_of(row))
        return JSONResponse({"action": mark.action, "new_label": mark.new_label, "text": text})
    back = _back(request, f"/runs/{line.id}/images/{answers.said.part}/{row}")
    return RedirectResponse(back, 303)


def undo(studio: Studio, request: Request) -> Answer:
    line = studio.run(request.path_params["run"])
    undone = studio.fixes.undo(line)
    if wants_json(request):
        return JSONResponse({"id": undone, "more": studio.fixes.can_undo(line)})
    return RedirectResponse(_back(request, f"/runs/{line.id}/fixes"), 303)


def _back(request: Request, usual: str) -> str:
    """Where the form was, if that is a page of ours."""
    given = request.state.form.get("back", "")
    parts = urlsplit(given)
    ours = given.startswith("/runs/") and not parts.scheme and not parts.netloc
    return given if ours and "\\" not in given and given.isprintable() else usual
