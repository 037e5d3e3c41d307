"""Reading the curve of a run from the command line and in its report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dojang.core.i18n import use_language
from dojang.core.store import read_json
from shapes import QUICK, Dojang


def test_a_run_is_advised_in_words_and_as_json(trained: Path, dojang: Dojang) -> None:
    answer = dojang("advise", trained)
    assert answer.code == 0 and "What to do:" in answer.out
    tree = dojang("advise", trained, "--json").json
    assert tree["verdict"] == tree["findings"][0]["name"]
    assert len(tree["checks"]) == 14
    assert {c["status"] for c in tree["checks"]} <= {"found", "passed", "skipped"}
    assert all(c.get("reason") for c in tree["checks"] if c["status"] == "skipped")
    with use_language("ko"):
        assert "할 일:" in dojang("advise", trained).out


def test_what_is_pasted_trains(trained: Path, tmp_path: Path, dojang: Dojang) -> None:
    found = dojang("advise", trained, "--json").json["findings"]
    pairs = next(f["set"] for f in found if f["set"])
    settings = [part for pair in pairs for part in ("--set", pair)]
    short = ["--set", "train.epochs=1", "--set", "model.width=8"]
    recipe = trained / "recipe.yaml"
    answer = dojang("train", recipe, *settings, *short, "--run", tmp_path / "again")
    assert answer.code == 0, answer.err


def test_a_training_ends_with_its_verdict(photos: Path, tmp_path: Path, dojang: Dojang) -> None:
    run = tmp_path / "run"
    shown = dojang("train", photos, "--run", run, *QUICK)
    assert f"What to do: dojang advise {run}" in shown.out
    tree = dojang("train", photos, "--run", tmp_path / "again", *QUICK, "--json").json
    assert tree["verdict"] == dojang("advise", run, "--json").json["verdict"]


def test_the_report_says_the_same(trained: Path, dojang: Dojang) -> None:
    verdict = dojang("advise", trained, "--json").json["findings"][0]
    html = (trained / "report.html").read_text(encoding="utf-8")
    assert verdict["title"] in html and "--set" in html


def test_units_are_measured_while_training(trained: Path) -> None:
    tree = read_json(trained / "units.json")
    assert tree["images"] > 0 and all(0 <= u["dead"] <= u["units"] for u in tree["layers"])
    rows = read_json(trained / "history.json")
    assert all(0 < r["gradient_first"] <= r["gradient_peak"] for r in rows)


def test_a_lost_training_is_advised_too(photos: Path, tmp_path: Path, dojang: Dojang) -> None:
    run = tmp_path / "lost"
    layers = "model.layers=[conv 8 3x3, flatten, linear 32]"
    answer = dojang("train", photos, "--run", run, *QUICK, "--set", "optimizer.name=sgd",
                    "--set", "optimizer.lr=1e8", "--set", "train.on_nan=stop", "--set", layers,
                    "--set", "train.precision=fp32")  # fmt: skip
    assert answer.code == 2
    tree = dojang("advise", run, "--json").json
    assert tree["verdict"] == "diverged" and "optimizer.lr=1e+07" in tree["findings"][0]["set"]


def test_older_runs_lack_some_checks_and_say_so(
    trained: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = Path(shutil.copytree(trained, tmp_path / "old"))
    (run / "units.json").unlink()
    shutil.rmtree(run / "predictions")
    rows = read_json(run / "history.json")
    old = [{k: v for k, v in row.items() if not k.startswith("gradient")} for row in rows]
    (run / "history.json").write_text(json.dumps(old))
    checks = {c["name"]: c for c in dojang("advise", run, "--json").json["checks"]}
    assert checks["dead-units"]["status"] == checks["label-noise"]["status"] == "skipped"


@pytest.mark.parametrize("what", ["nothing", "no history", "broken history"])
def test_what_cannot_be_read_is_named(
    what: str, trained: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "run"
    if what == "nothing":
        run.mkdir()
    else:
        shutil.copytree(trained, run)
        (run / "history.json").unlink()
        if what == "broken history":
            (run / "history.json").write_text("[{")
    answer = dojang("advise", run)
    assert answer.code == 2 and str(run) in answer.err and "Traceback" not in answer.err
