"""The table of runs and the page of one: whatever is on the disk, and whatever happens to it."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dojang.app.web.files import Kept
from dojang.core.store import RunFolder, at_work, only_one, read_json, write_json
from tests.fakes import fake_run
from tests.studios import ids, opened, studio_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made")
    fake_run(root / "one", per_class=8, studied=False)
    fake_run(root / "folds", folds=2, per_class=8, studied=False)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made / "one", tmp_path / "runs" / "one")
    shutil.copytree(made / "folds", tmp_path / "runs" / "deep" / "er" / "folds")
    return tmp_path / "runs"


@pytest.fixture
def client(root: Path) -> Iterator[TestClient]:
    with opened(root) as found:
        yield found


def every_page(client: TestClient, run: str) -> list[str]:
    return [
        "/", f"/runs/{run}", f"/runs/{run}/advice", f"/runs/{run}/images", f"/runs/{run}/fixes",
        f"/runs/{run}/images/valid/0", f"/runs/{run}/pictures/valid/0/small",
        f"/runs/{run}/near/valid/0/0", f"/compare?run={run}", f"/api/curves?run={run}",
        f"/runs/{run}/images?slice=0&sort=suspicion", f"/runs/{run}/pages/report",
    ]  # fmt: skip


def test_runs_are_found_in_nested_folders_with_what_they_came_to(client: TestClient) -> None:
    lines = {line.name: line for line in studio_of(client).index.lines()}
    assert set(lines) == {"one", "folds"}
    folder = lines["one"].folder
    accuracy = read_json(folder.evaluation("valid"))["metrics"]["accuracy"]["value"]
    assert lines["one"].accuracy is not None and lines["one"].accuracy.value == accuracy
    assert (lines["one"].epochs, lines["one"].network) == (30, "convnet")
    assert lines["one"].dataset == "clothing.zip" and lines["one"].status == "finished"
    assert str(client.get("/").text).count('name="run"') == 2


def test_runs_are_filtered_sorted_and_paged(client: TestClient) -> None:
    def names(query: str) -> list[str]:
        text = client.get(f"/?{query}").text
        return [n for n in ("one", "folds") if f">{n}</a>" in text]

    assert names("text=FOLD") == ["folds"]
    assert names("status=running") == [] and len(names("status=finished")) == 2
    assert len(names("dataset=clothing.zip&network=convnet")) == 2
    assert names("network=resnet18") == []
    for sort in ("new", "old", "score", "name", "time", "epochs"):
        assert len(names(f"sort={sort}&page=99")) == 2
    for bad in ("page=0", "page=x", "sort=size", "status=asleep", "text=" + "x" * 300):
        answer = client.get(f"/?{bad}")
        assert answer.status_code == 400 and "<h1>400</h1>" in answer.text, bad


def test_a_run_that_nobody_is_at_work_on_was_killed(root: Path, client: TestClient) -> None:
    folder = RunFolder(root / "one")
    write_json(folder.record, read_json(folder.record) | {"status": "running"})
    run = ids(client)["one"]
    assert client.get(f"/api/curves?run={run}").json()["runs"][0]["status"] == "killed"
    assert "dojang resume" in client.get(f"/runs/{run}").text
    with (root / "one" / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert client.get(f"/api/curves?run={run}").json()["runs"][0]["status"] == "running"
        assert at_work(root / "one") is True
    assert at_work(root / "one") is False
    assert at_work(root / "nowhere") is False and not (root / "nowhere").exists()


def test_asking_does_not_turn_a_writer_away(root: Path) -> None:
    import threading

    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            at_work(root / "one")

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        for _ in range(100):
            with only_one(root / "one"):
                pass
    finally:
        stop.set()
        thread.join()


def test_epochs_of_live_are_added_to_those_of_the_history(root: Path, client: TestClient) -> None:
    folder = RunFolder(root / "one")
    rows = read_json(folder.history)
    write_json(folder.history, rows[:10])
    write_json(folder.record, read_json(folder.record) | {"status": "running"})
    live = {"fold": 0, "folds": 1, "epochs": 30, "steps": 900, "epoch": 11, "step": 400,
            "share": 0.4, "seconds": 5.0, "left": 7.0, "images_per_second": 12.5,
            "losses": {"step": [1, 2], "objective": [2.0, None]}, "ended": rows[9:12]}  # fmt: skip
    run = ids(client)["one"]
    with (root / "one" / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        write_json(folder.live, live)
        first = client.get(f"/api/curves?run={run}").json()["runs"][0]
        assert first["folds"]["0"]["epoch"] == list(range(1, 13))
        assert first["live"]["left"] == 7.0 and first["live"]["losses"]["objective"] == [2.0, None]
        query = {"run": run, "known": first["version"]}
        same = client.get("/api/curves", params=query).json()["runs"][0]
        assert set(same) == {"id", "version", "status"}
        write_json(folder.live, live | {"ended": rows[9:13]})
        again = client.get("/api/curves", params=query).json()["runs"][0]
        assert len(again["folds"]["0"]["epoch"]) == 13


def test_a_run_that_is_deleted_is_gone_and_the_others_stay(root: Path, client: TestClient) -> None:
    run, other = ids(client)["one"], ids(client)["folds"]
    shutil.rmtree(root / "one")
    for path in every_page(client, run)[1:]:
        assert client.get(path).status_code in (200, 404), path
    assert client.get(f"/runs/{run}").status_code == 404
    found = client.get(f"/api/curves?run={run}&run={other}").json()["runs"]
    assert found[0] == {"id": run, "gone": True} and found[1]["id"] == other
    assert client.get("/").text.count('name="run"') == 1


BROKEN = (b"", b"[]", b'{"a": NaN}', b"[" * 100_000, b'{"metrics": {"accuracy": "high"}}',
          b'[{"fold": "a"}]', b'{"slices": [1, {"kind": []}, {"kind": "range"}]}',
          b"\xff\xfe\x00")  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["run.json", "history.json", "live.json", "recipe.yaml", "manifest.parquet", "split.json",
     "predictions/valid.parquet", "evaluation/valid.json", "slices/valid.json", "labels.csv",
     "neighbours/valid.parquet", "faults.json", "report.html", "measures.parquet"],
)  # fmt: skip
def test_a_broken_file_gives_a_note_and_never_an_error(
    root: Path, client: TestClient, name: str
) -> None:
    run = ids(client)["one"]
    path = root / "one" / name
    path.parent.mkdir(exist_ok=True)
    for content in BROKEN:
        path.write_bytes(content)
        for page in every_page(client, run):
            status = client.get(page).status_code
            assert status < 500, (page, content[:20])
    path.unlink()
    path.mkdir()
    assert all(client.get(page).status_code < 500 for page in every_page(client, run))


def test_a_head_of_the_wrong_kinds_is_named(root: Path, client: TestClient) -> None:
    path = root / "one" / "run.json"
    tree = json.loads(path.read_text("utf-8"))
    for change in ({"classes": [1]}, {"status": "flying"}, {"seconds": "x"}, {"data": []},
                   {"folds": None}, {"created": 7}, {"format": 99}, {"environment": 3}):  # fmt: skip
        path.write_text(json.dumps(tree | change), "utf-8")
        line = next(li for li in [studio_of(client).index.find(ids(client)["one"])] if li)
        assert line.note in ("broken", "newer"), change
        answer = client.get(f"/runs/{line.id}")
        assert answer.status_code == 409 and "<h1>409</h1>" in answer.text


def test_files_too_large_are_not_read(
    root: Path, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dojang.app.web.files.LONGEST_TABLE", 100)
    page = client.get(f"/runs/{ids(client)['one']}/images")
    assert page.status_code == 200 and "too large to show" in page.text


def test_links_that_lead_out_are_refused(root: Path, client: TestClient, tmp_path: Path) -> None:
    """S12: in a run, and as a run."""
    secret = tmp_path / "secret.json"
    secret.write_text('{"metrics": {}}', "utf-8")
    outside = shutil.copytree(root / "one", tmp_path / "outside")
    (root / "linked").symlink_to(outside)
    assert set(ids(client)) == {"one", "folds"}
    run = ids(client)["one"]
    (root / "one" / "labels.csv").symlink_to(secret)
    studio_of(client).index._links.clear()
    for page in every_page(client, run)[1:]:
        answer = client.get(page)
        assert answer.status_code == 409 or page.startswith("/api"), page
    (root / "one" / "labels.csv").unlink()
    (root / "one" / "run.json").unlink()
    (root / "one" / "run.json").symlink_to(secret)
    assert client.get(f"/runs/{run}").status_code == 409


def test_both_languages_say_every_page(client: TestClient) -> None:
    run = ids(client)["one"]
    for page in every_page(client, run)[:6]:
        english, korean = (client.get(page, params={"lang": lang}) for lang in ("en", "ko"))
        if 'lang="' in english.text:
            assert '<html lang="en">' in english.text and '<html lang="ko">' in korean.text
    client.get("/?lang=ko")
    assert "실행 2개" in client.get("/").text  # it is remembered
    client.get("/?lang=en")
    assert "2 runs" in client.get("/").text
    assert client.get("/?lang=xx").status_code == 200


def test_recipes_are_compared_by_the_keys_that_differ(root: Path, client: TestClient) -> None:
    path = root / "one" / "recipe.yaml"
    path.write_text(path.read_text("utf-8").replace("epochs: 30", "epochs: 31"), "utf-8")
    found = ids(client)
    text = client.get(f"/compare?run={found['folds']}&run={found['one']}").text
    assert "train.epochs" in text and "split.kind" in text and "train.batch_size" not in text
    assert client.get("/compare").status_code == 200
    assert client.get("/compare?run=zzz").status_code == 404
    many = "&".join(f"run={i}" for i in range(11))
    assert client.get(f"/compare?{many}").status_code == 400
    bomb = "a: &a [x, x]\n" + "".join(f"k{i}: &k{i} [*a, *a, *a]\n" for i in range(50))
    path.write_text(bomb, "utf-8")
    assert client.get(f"/compare?run={found['one']}&run={found['folds']}").status_code == 200


def test_memory_is_bounded() -> None:
    kept: Kept[bytes] = Kept(100, len)
    for i in range(50):
        kept.put(i, b"x" * 30)
        assert kept.held <= 100
    assert kept.get(49) and kept.get(0) is None
    kept.put("large", b"x" * 101)
    assert kept.get("large") is None
    assert kept.made("a", lambda: b"1") == kept.made("a", lambda: b"2") == b"1"
