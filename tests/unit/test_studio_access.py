"""The gate of the studio: S1 and S9 to S12."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from dojang.app import studio as verb
from dojang.app.studio import StudioError, Wanted, checked_token, is_loopback, listen
from dojang.app.web.access import POLICY, Access
from tests.fakes import fake_run
from tests.studios import HOME, PORT, TOKEN, ids, opened, studio_of


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    root = tmp_path_factory.mktemp("runs")
    fake_run(root / "one", per_class=8, studied=False)
    with opened(root) as found:
        yield found


def addresses(client: TestClient) -> list[tuple[str, str]]:
    """Every route with values that exist, as (method, path)."""
    run = ids(client)["one"]
    values = {"run": run, "part": "valid", "row": "0", "size": "small", "place": "0",
              "page": "report", "name": "studio.css"}  # fmt: skip
    app: Any = client.app
    found = []
    for route in app.routes:
        assert isinstance(route, APIRoute), route  # nothing is mounted past the gate
        found += [(method, route.path.format(**values)) for method in route.methods]
    return found


def test_every_route_but_liveness_needs_the_token(client: TestClient) -> None:
    """S9: files of the pages too."""
    known = addresses(client)
    assert len(known) >= 16
    bare = TestClient(client.app, base_url=HOME)
    for method, path in known:
        headers = {"origin": HOME}
        status = bare.request(method, path, headers=headers).status_code
        assert status == (200 if path == "/live" else 401), path
        wrong = {**headers, "cookie": f"dojang_{PORT}={TOKEN}x"}
        assert bare.request(method, path, headers=wrong).status_code in (200, 401)
        assert (bare.request(method, path, headers=wrong).status_code == 200) == (path == "/live")
    assert bare.get("/no/such/page").status_code == 401


def test_the_token_becomes_a_cookie_and_leaves_the_address(client: TestClient) -> None:
    bare = TestClient(client.app, base_url=HOME, follow_redirects=False)
    answer = bare.get(f"/?token={TOKEN}")
    assert answer.status_code == 303 and answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"dojang_{PORT}=")
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    assert bare.get("/?token=another").status_code == 401
    assert bare.get("/", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    page = client.get("/")
    assert TOKEN not in page.text


@pytest.mark.parametrize(
    "host",
    ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:9999", f"127.0.0.1.:{PORT}",
     "", f"10.0.0.7:{PORT}", f"localhost.evil.example:{PORT}"],
)  # fmt: skip
def test_a_name_that_is_not_ours_is_refused(client: TestClient, host: str) -> None:
    """S10: DNS rebinding."""
    assert client.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"[::1]:{PORT}"])
def test_our_own_names_are_known(client: TestClient, host: str) -> None:
    bearer = {"authorization": f"Bearer {TOKEN}", "host": host}
    assert client.get("/", headers=bearer).status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["", "null", "http://evil.example", f"http://evil.example:{PORT}", "http://127.0.0.1:9999",
     f"https://127.0.0.1:{PORT}", f"http://127.0.0.1:{PORT}.evil.example"],
)  # fmt: skip
def test_writing_needs_our_own_origin(client: TestClient, origin: str) -> None:
    """S10: another page that is open in the same browser."""
    run = ids(client)["one"]
    path = f"/runs/{run}/images/valid/0/label"
    headers = {"origin": origin} if origin else {}
    answer = client.post(path, data={"choice": "1"}, headers=headers)
    assert answer.status_code == 403
    cross = {"origin": HOME, "sec-fetch-site": "cross-site"}
    assert client.post(path, data={"choice": "1"}, headers=cross).status_code == 403
    assert not (studio_of(client).index.roots[0] / "one" / "labels.csv").exists()
    assert client.get(path).status_code == 405


def test_every_answer_has_the_headers(client: TestClient) -> None:
    """S13: strict policy, nothing is kept, nothing is told to others."""
    for method, path in [*addresses(client), ("GET", "/nope"), ("GET", "/runs/zzz")]:
        answer = client.request(method, path, headers={"origin": HOME}, follow_redirects=False)
        policy = answer.headers["content-security-policy"]
        if "/pages/" not in path:
            assert policy == POLICY, path
        assert "'unsafe-eval'" not in policy and "default-src 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        cached = answer.headers["cache-control"]
        assert cached in ("no-store", "private, no-cache"), path
        assert answer.status_code < 500


def test_a_page_of_the_run_is_in_a_sandbox(client: TestClient) -> None:
    root = studio_of(client).index.roots[0]
    page = root / "one" / "report.html"
    digest = "sha256-" + "a" * 43 + "="
    page.write_text(
        f"<meta http-equiv=Content-Security-Policy content=\"script-src '{digest}'\">"
        "<script>fetch('/')</script>", encoding="utf-8")  # fmt: skip
    policy = client.get(f"/runs/{ids(client)['one']}/pages/report").headers[
        "content-security-policy"
    ]
    assert "sandbox allow-scripts;" in policy and "allow-same-origin" not in policy
    assert f"script-src '{digest}'" in policy and "connect-src" not in policy
    page.write_text("<script>1</script>", encoding="utf-8")
    policy = client.get(f"/runs/{ids(client)['one']}/pages/report").headers[
        "content-security-policy"
    ]
    assert "script-src 'none'" in policy
    page.unlink()


@pytest.mark.parametrize(
    "path",
    ["/runs/../../etc/passwd", "/runs/%2e%2e%2f%2e%2e%2fetc", "/static/../server.py",
     "/static/%2e%2e%2fserver.py", "/runs/{run}/pages/..%2frun.json", "/runs/{run}/pages/recipe",
     "/runs/{run}/pictures/valid/..%2f0/small", "/runs/{run}/pictures/valid/-1/small",
     "/runs/{run}/pictures/../0/small", "/runs/{run}/images/valid/1e3", "/runs/%00", "/runs/{run}%00"],
)  # fmt: skip
def test_no_path_comes_from_a_browser(client: TestClient, path: str) -> None:
    """S12."""
    answer = client.get(path.format(run=ids(client)["one"]))
    assert 400 <= answer.status_code < 500
    assert "root:" not in answer.text and "import" not in answer.text


def test_a_long_body_is_refused(client: TestClient) -> None:
    path = f"/runs/{ids(client)['one']}/fixes/undo"
    assert client.post(path, content=b"x" * 70_000, headers={"origin": HOME}).status_code == 413


def test_other_addresses_need_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """S1."""
    monkeypatch.delenv("DOJANG_TOKEN", raising=False)
    for host in ("0.0.0.0", "::", "192.168.0.3", "example.org"):
        assert not is_loopback(host)
        with pytest.raises(StudioError) as error:
            checked_token(Wanted((Path(),), host))
        assert error.value.key == "studio.needs_token"
        assert checked_token(Wanted((Path(),), host, token=TOKEN)) == TOKEN
    first, second = (checked_token(Wanted((Path(),))) for _ in range(2))
    assert first != second and len(first) >= 32
    monkeypatch.setenv("DOJANG_TOKEN", "from-the-environment")
    assert checked_token(Wanted((Path(),), "0.0.0.0")) == "from-the-environment"
    for bad in (
        "short",
        "x" * 15,
        "with a blank in the middle",
        "토큰토큰토큰토큰토큰토큰토큰토큰",
    ):
        with pytest.raises(StudioError):
            checked_token(Wanted((Path(),), token=bad))


def test_an_address_of_every_interface_knows_numbers_but_no_names() -> None:
    access = Access("0.0.0.0", PORT, TOKEN)
    assert access.knows_host(f"192.168.0.3:{PORT}")
    assert not access.knows_host(f"evil.example:{PORT}")
    assert access.url == f"{HOME}/"
    assert TOKEN not in repr(access)


def test_the_next_port_is_taken_where_one_is_busy() -> None:
    with listen("127.0.0.1", 0) as first:
        port = int(first.getsockname()[1])
        with listen("127.0.0.1", port) as second:
            assert int(second.getsockname()[1]) > port
    with pytest.raises(StudioError) as error:
        listen("203.0.113.1", 8010)
    assert error.value.key == "studio.no_port"


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(StudioError) as error:
        verb.serve(Wanted((Path(),)), lambda started: None)
    assert 'pip install "dojang[serve]"' in str(error.value)
