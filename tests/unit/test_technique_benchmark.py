"""What the benchmark of techniques makes of its rows."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
from scipy import stats

from dojang.core.recipe import Recipe, override

PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "techniques.py"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmarks_techniques", PATH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def row(name: str, seed: int, accuracy: float, speed: float = 100.0) -> dict[str, object]:
    return {"technique": name, "seed": seed, "accuracy": accuracy, "log_loss": 1 - accuracy,
            "epochs": 15, "images_per_second": speed, "megabytes": 900}  # fmt: skip


def test_every_technique_is_settings_of_the_recipe(bench: ModuleType) -> None:
    base = override(Recipe(), bench.BASE)
    changed = [override(base, settings) for settings in bench.TECHNIQUES.values()]
    assert sum(recipe == base for recipe in changed) == 1  # the baseline alone
    assert len(changed) >= 30


def test_differences_are_paired_by_seed_with_students_interval(bench: ModuleType) -> None:
    rows = [row("baseline", 0, 0.5), row("baseline", 1, 0.6), row("baseline", 2, 0.7)]
    rows += [row("sam", 0, 0.52, 50.0), row("sam", 1, 0.61, 40.0), row("sam", 9, 0.0)]
    found = bench.summary(rows)["sam"]
    gain = found["accuracy"]
    expected = stats.t.interval(0.95, 1, loc=0.015, scale=0.005)
    assert found["seeds"] == 2 and gain["difference"] == pytest.approx(0.015)
    assert (gain["low"], gain["high"]) == pytest.approx(expected)
    assert found["time"] == pytest.approx(2.25) and not found["same"]


def test_one_seed_has_no_interval_and_equal_scores_are_named(bench: ModuleType) -> None:
    rows = [row("baseline", 0, 0.5), row("ema", 0, 0.5), row("swa", 3, 0.5)]
    found = bench.summary(rows)
    assert found["ema"]["same"] and "low" not in found["ema"]["accuracy"]
    assert "swa" not in found  # no baseline of its seed


def test_results_are_kept_as_long_as_they_mean_the_same(bench: ModuleType, tmp_path: Path) -> None:
    path, base = tmp_path / "results.json", dict(bench.BASE)
    tree = bench.read(path, base)
    tree["rows"] = [row("baseline", 0, 0.5), row("sam", 0, 0.6)]
    tree["summary"] = bench.summary(tree["rows"])
    bench.write(path, tree)
    assert bench.read(path, base)["rows"] == tree["rows"]
    assert bench.read(path, base | {"train.epochs": 3})["rows"] == []
    tree["summary"]["sam"]["settings"] = {"regularize.sam": 9.0}
    path.write_text(json.dumps(tree))
    assert bench.read(path, base)["rows"] == tree["rows"][:1]
