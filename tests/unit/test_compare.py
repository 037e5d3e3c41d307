"""Comparisons of models: rarely taken in by chance, and seeing what is there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ttest_rel

from dojang.analysis.compare import Comparison, compare
from dojang.app.comparing import contest
from dojang.app.show import print_json
from dojang.app.show_compare import sentence
from dojang.core.errors import DataError, RunError
from dojang.core.i18n import use_language
from dojang.core.recipe import load_recipe, override, write_recipe
from dojang.core.store import RunFolder, read_json, read_parquet, write_json, write_parquet
from dojang.core.tables import from_frame
from dojang.core.types import Predictions
from dojang.objectives.evaluate import evaluate
from tests.conftest import Dojang
from tests.fakes import fake_run

CLASSES = ("a", "b", "c", "d")


def pair(
    n: int, gain: float, rng: np.random.Generator, shared: float = 0.7, base: float = 0.8
) -> tuple[Predictions, Predictions, dict[str, str]]:
    """Two models whose mistakes are partly the same; the second is right ``gain`` more often."""
    targets = rng.integers(0, 4, n)
    hardness = rng.random(n)
    said = []
    for share in (base, base + gain):
        own = np.where(rng.random(n) < shared, hardness, rng.random(n))
        right = own < share
        answers = np.where(right, targets, (targets + rng.integers(1, 4, n)) % 4)
        shares = np.full((n, 4), 0.1, np.float32)
        shares[np.arange(n), answers] = 0.7
        said.append(predictions_of(targets, shares))
    return said[0], said[1], {i: CLASSES[t] for i, t in zip(said[0].ids, targets, strict=True)}


def predictions_of(
    targets: np.ndarray, shares: np.ndarray, fold: np.ndarray | None = None
) -> Predictions:
    ids = tuple(f"{i:05}" for i in range(len(targets)))
    folds = np.zeros(len(targets), dtype=np.int64) if fold is None else fold
    return Predictions(ids, shares, CLASSES, targets, "valid", folds)


def verdict(comparison: Comparison, metric: str = "accuracy") -> str:
    return next(g.verdict for g in comparison.gains if g.metric == metric)


def test_equal_models_are_rarely_called_different() -> None:
    rng = np.random.default_rng(0)
    called = 0
    for _ in range(200):
        before, after, labels = pair(300, 0.0, rng)
        called += verdict(compare([before], [after], labels)) in ("better", "worse")
    assert called / 200 <= 0.08


def test_three_points_are_found_among_two_thousand_samples() -> None:
    rng = np.random.default_rng(1)
    found = 0
    for _ in range(40):
        before, after, labels = pair(2000, 0.03, rng)
        found += verdict(compare([before], [after], labels)) == "better"
    assert found / 40 >= 0.75


def test_models_that_surely_differ_by_less_than_a_point_are_the_same() -> None:
    before, after, labels = pair(20_000, 0.0, np.random.default_rng(2), shared=0.95)
    assert verdict(compare([before], [after], labels)) == "same"
    same = compare([before], [before], labels)
    assert verdict(same) == "same" and same.switches is not None
    assert (same.switches.gained, same.switches.lost, same.switches.p) == (0, 0, 1.0)


def test_switched_answers_add_up_to_the_difference() -> None:
    before, after, labels = pair(1000, 0.05, np.random.default_rng(3))
    found = compare([before], [after], labels)
    gain = next(g for g in found.gains if g.metric == "accuracy")
    assert found.switches is not None
    assert gain.difference.value * 1000 == pytest.approx(
        found.switches.gained - found.switches.lost
    )
    assert found.errors_saved == pytest.approx(gain.difference.value / (1 - gain.before))
    assert found.switches.p < 0.01


def test_several_trainings_bring_the_chance_of_the_seed_into_the_interval() -> None:
    rng = np.random.default_rng(4)
    targets = rng.integers(0, 4, 4000)

    def trained(level: float) -> Predictions:
        right = rng.random(4000) < level
        answers = np.where(right, targets, (targets + 1) % 4)
        return predictions_of(targets, np.eye(4, dtype=np.float32)[answers])

    labels = {f"{i:05}": CLASSES[t] for i, t in enumerate(targets)}
    # Seeds move a model by two points; one training each makes that look like a difference.
    levels = rng.normal(0.8, 0.02, (2, 4))
    sides = [[trained(level) for level in side] for side in levels]
    one = compare(sides[0][:1], sides[1][:1], labels).gains[0].difference
    many = compare(sides[0], sides[1], labels).gains[0].difference
    assert many.high - many.low > 1.3 * (one.high - one.low) / 2
    assert compare(sides[0], sides[1], labels).trainings == (4, 4)


def test_folds_are_judged_by_the_corrected_t_test() -> None:
    rng = np.random.default_rng(5)
    before, after, labels = pair(1000, 0.04, rng)
    fold = np.arange(1000) % 5
    before, after = (predictions_of(p.targets, p.probabilities, fold) for p in (before, after))
    found = compare([before], [after], labels).gains[0]
    assert found.folds is not None
    right = [p.predicted == p.targets for p in (before, after)]
    scores = [[r[fold == k].mean() for k in range(5)] for r in right]
    plain = ttest_rel(scores[1], scores[0]).confidence_interval(0.95)
    # The variance is 1/5 + 1/4 in place of 1/5 of that between folds.
    width = (plain.high - plain.low) * np.sqrt((1 / 5 + 1 / 4) / (1 / 5))
    assert found.folds.high - found.folds.low == pytest.approx(width)
    assert found.folds.value == found.difference.value


def test_different_folds_are_not_paired() -> None:
    before, after, labels = pair(300, 0.0, np.random.default_rng(6))
    one = predictions_of(before.targets, before.probabilities, np.arange(300) % 5)
    other = predictions_of(after.targets, after.probabilities, np.arange(300) // 60)
    assert compare([one], [other], labels).gains[0].folds is None


def test_groups_widen_the_interval() -> None:
    rng = np.random.default_rng(7)
    targets = np.repeat(rng.integers(0, 4, 60), 10)
    right = np.repeat(rng.random((2, 60)) < 0.8, 10, axis=1)
    said = [
        predictions_of(
            targets, np.eye(4, dtype=np.float32)[np.where(r, targets, (targets + 1) % 4)]
        )
        for r in right
    ]
    labels = {f"{i:05}": CLASSES[t] for i, t in enumerate(targets)}
    groups = {f"{i:05}": f"g{i // 10}" for i in range(600)}
    alone = compare([said[0]], [said[1]], labels).gains[0].difference
    together = compare([said[0]], [said[1]], labels, groups).gains[0].difference
    assert together.high - together.low > 2.5 * (alone.high - alone.low)


# --- Runs -----------------------------------------------------------------------------------------


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    """Three runs of one recipe with different seeds, and one of another that is better."""
    made = []
    for number in range(4):
        path = tmp_path / f"run-{number}"
        folder, _ = fake_run(path, per_class=30)
        recipe = override(load_recipe(folder.recipe), {"train.seed": number})
        if number == 3:
            recipe = override(recipe, {"optimizer.name": "sgd"})
            _improve(folder)
        write_recipe(recipe, folder.recipe)
        made.append(path)
    return made


def _improve(folder: RunFolder) -> None:
    """Make one in ten wrong answers right."""
    path = folder.predictions("valid")
    frame = read_parquet(path)
    wrong = frame.index[frame["predicted"] != frame["target"]][::2]
    for row in wrong:
        target, answer = frame.at[row, "target"], frame.at[row, "predicted"]
        columns = [f"p:{target}", f"p:{answer}"]
        frame.loc[row, columns] = frame.loc[row, columns[::-1]].to_numpy()
        frame.at[row, "predicted"] = target
    write_parquet(path, frame, {"part": "valid"})
    write_json(folder.evaluation("valid"), evaluate(from_frame(frame, "valid")).to_json())


def test_runs_that_differ_in_the_seed_alone_are_one_model(runs: list[Path]) -> None:
    found = contest(runs)
    assert found.first.paths == tuple(runs[:3]) and len(found.results) == 1
    assert found.results[0].comparison.trainings == (3, 1)
    with pytest.raises(DataError, match="seed alone"):
        contest(runs[:3])
    with pytest.raises(DataError, match="One run"):
        contest(runs[:1])


def test_runs_marks_what_cannot_be_told_apart_from_the_best(
    runs: list[Path], dojang: Dojang
) -> None:
    # The first three say the same; the last has half of their mistakes.
    told = dojang("runs", runs[0].parent)
    assert told.out.count("≈") == 1, "the best alone, and no word on it"
    tree = dojang("runs", runs[0].parent, "--json").json
    assert [line["as_good_as_best"] for line in tree] == [True, False, False, False]
    shutil.rmtree(runs[3])
    assert dojang("runs", runs[0].parent).out.count("≈") == 4, "three alike, and what it means"
    RunFolder(runs[0]).predictions("valid").unlink()
    again = dojang("runs", runs[0].parent, "--json").json
    assert [line["as_good_as_best"] for line in again][1:] == [None] * 2


def test_a_part_that_was_not_opened_is_not_compared_on(runs: list[Path]) -> None:
    for run in runs:
        RunFolder(run).predictions("test").unlink(missing_ok=True)
    with pytest.raises(RunError, match="has not been opened"):
        contest([runs[0], runs[3]], "test")


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_compare_prints_and_draws(
    runs: list[Path], tmp_path: Path, dojang: Dojang, lang: str
) -> None:
    page = tmp_path / "compare.html"
    with use_language(lang):
        told = dojang("compare", runs[0], runs[3], "--out", page)
    assert told.code == 0 and str(runs[3]) in told.out and str(page) in told.out
    text = page.read_text(encoding="utf-8")
    assert text.count('class="track"') == 4 and "http" not in text.split("</style>")[1]
    assert ("Better" if lang == "en" else "더 낫습니다") in told.out
    again = dojang("compare", runs[0], runs[3], "--out", page)
    assert again.code == 2 and str(page) in again.err


def test_what_is_not_defined_is_null_in_json_and_no_number_in_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    right = predictions_of(np.arange(200) % 4, np.eye(4, dtype=np.float32)[np.arange(200) % 4])
    wrong = predictions_of(np.arange(200) % 4, np.eye(4, dtype=np.float32)[np.arange(200) % 3])
    labels = {i: CLASSES[t] for i, t in zip(right.ids, right.targets, strict=True)}
    found = compare([right], [wrong], labels)
    assert np.isnan(found.errors_saved) and "nan" not in sentence(found).lower()
    print_json(found.to_json())
    assert json.loads(capsys.readouterr().out)["errors_saved"] is None
    absent = predictions_of(np.arange(90) % 3, np.full((90, 4), 0.25, np.float32))
    print_json(evaluate(absent).to_json())
    told = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert told["per_class"][3]["scores"]["roc_auc"]["value"] is None


def test_compare_in_json(runs: list[Path], dojang: Dojang) -> None:
    tree = dojang("compare", runs[0], runs[3], "--json").json
    (found,) = tree["compared"]
    accuracy = found["metrics"]["accuracy"]
    before = read_json(RunFolder(runs[0]).evaluation("valid"))["metrics"]["accuracy"]["value"]
    assert accuracy["before"] == pytest.approx(before)
    assert accuracy["low"] <= accuracy["difference"] <= accuracy["high"]
    assert found["trainings"] == [1, 1] and found["switches"]["lost"] == 0
