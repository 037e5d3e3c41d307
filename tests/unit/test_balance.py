"""Balancing from the recipe to the report: what is chosen, what is learnt, and who decides."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from dojang.analysis.report.balance import points
from dojang.app.balancing import as_begun, exposure, make_loss, sampling_of
from dojang.app.cli import run as run_command
from dojang.core.decision import decide
from dojang.core.i18n import t, use_language
from dojang.core.recipe import BalancePart, Recipe, override, plain
from dojang.core.store import file_hash, read_json, write_json
from dojang.data.sampling import quotas
from dojang.data.split import make_plan
from dojang.recipes.auto import UNEVEN, resolve
from makers import make_manifest
from shapes import QUICK, Dojang

METHODS = [m for m in BalancePart.model_fields["method"].annotation.__args__ if m != "auto"]  # type: ignore[union-attr]
SIZES = {"많음": 60, "some": 24, "<b>few": 9}
BEFORE = ["--set", "balance.method=none"]
AFTER = ["--set", "balance.method=logit-adjustment", "--set", "decide.goal=f_beta",
         "--set", "decide.when=always"]  # fmt: skip


def draw(root: Path) -> Path:
    """Noisy squares of three grey levels that are hard to tell apart, in unlike numbers."""
    rng = np.random.default_rng(0)
    for number, (name, count) in enumerate(SIZES.items()):
        (root / name).mkdir(parents=True)
        for i in range(count):
            pixels = rng.integers(0, 120, (16, 16, 3)) + 12 * number
            Image.fromarray(pixels.astype(np.uint8)).save(root / name / f"{i:02}.png")
    return root


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp("data") / "uneven")


@pytest.fixture(scope="module")
def runs(uneven: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run without balancing, and one with thresholds that takes it as its baseline."""
    parent = tmp_path_factory.mktemp("runs")
    before, after = parent / "before", parent / "after"
    quick = [*QUICK, "--set", "split.valid=0.3"]
    assert run_command(["train", str(uneven), "--run", str(before), *quick, *BEFORE]) == 0
    baseline = ["--set", f"balance.baseline={before}"]
    assert run_command(["train", str(uneven), "--run", str(after), *quick, *AFTER, *baseline]) == 0
    return parent


# --- The rule -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "method"),
    [
        ((40, 40), "none"),
        ((50, 40), "none"),
        ((60, 20), "none"),
        ((90, 10), "sqrt-sampling"),
        ((40,), "none"),
    ],
)
def test_the_rule_looks_at_the_ratio_and_says_why(sizes: tuple[int, ...], method: str) -> None:
    labels = [f"c{i}" for i, size in enumerate(sizes) for _ in range(size)]
    recipe, reasons = resolve(Recipe(), make_manifest(labels, parts=["train"] * len(labels)))
    assert recipe.balance.method == method
    reason = reasons["balance.method"]
    with use_language("en"):
        english = t(reason.key, **reason.values)
    with use_language("ko"):
        assert t(reason.key, **reason.values) != english
    if len(sizes) > 1:
        assert f"{UNEVEN:g} times" in english


def test_labels_outside_the_training_part_have_no_say() -> None:
    labels = ["a"] * 20 + ["b"] * 20 + ["a"] * 90 + ["b"] * 2
    parts = ["train"] * 40 + ["test"] * 90 + ["valid"] * 2
    manifest = make_manifest(labels, parts=parts)
    recipe, _ = resolve(Recipe(), manifest, make_plan(manifest, Recipe().split))
    assert recipe.balance.method == "none"


def test_a_method_that_is_given_stays_and_focal_loss_stays_alone() -> None:
    manifest = make_manifest(["a"] * 90 + ["b"] * 10)
    for settings, expected in (
        ({"balance.method": "upsample"}, "upsample"),
        ({"balance.method": "none"}, "none"),
        ({"loss.name": "focal"}, "none"),
    ):
        assert resolve(override(Recipe(), settings), manifest)[0].balance.method == expected


def test_epochs_follow_the_length_of_an_epoch() -> None:
    manifest = make_manifest(["a"] * 9000 + ["b"] * 1000)
    epochs = {
        method: resolve(override(Recipe(), {"balance.method": method}), manifest)[0].train.epochs
        for method in ("none", "upsample", "downsample")
    }
    assert epochs["upsample"] < epochs["none"] < epochs["downsample"]


def test_a_run_from_before_there_was_balancing_goes_on_without() -> None:
    assert as_begun(Recipe()).balance.method == "none"
    given = override(Recipe(), {"balance.method": "upsample"})
    assert as_begun(given) is given


# --- What training does -----------------------------------------------------------------------


def test_every_method_changes_the_loss_or_the_sampling_and_none_does_not() -> None:
    counts = np.array([50, 5, 1])
    logits, targets = torch.randn(8, 3), torch.tensor([0, 1, 2, 0, 0, 1, 2, 0])
    base = override(Recipe(), {"balance.method": "none"})
    before = make_loss(base, counts)(logits, targets)
    assert len(METHODS) == 8
    for method in METHODS:
        recipe = override(Recipe(), {"balance.method": method})
        loss = make_loss(recipe, counts)(logits, targets)
        changed = not torch.equal(loss, before)
        assert changed + (sampling_of(recipe.balance) != "none") == (method != "none"), method


@pytest.mark.parametrize(
    ("key", "values", "more"),
    [
        ("balance.beta", (0.5, 0.999), {"balance.method": "effective-number"}),
        ("balance.tau", (0.5, 1.0), {"balance.method": "logit-adjustment"}),
        ("loss.gamma", (0.5, 2.0), {"loss.name": "focal", "balance.method": "none"}),
    ],
)
def test_no_number_is_parsed_and_ignored(
    key: str, values: tuple[float, float], more: dict[str, str]
) -> None:
    logits, targets = torch.randn(8, 3), torch.tensor([0, 1, 2, 0, 0, 1, 2, 0])
    found = [
        make_loss(override(Recipe(), {**more, key: v}), np.array([900, 50, 3]))(logits, targets)
        for v in values
    ]
    assert not torch.equal(*found)


@pytest.mark.parametrize("method", METHODS)
def test_exposure_adds_up(method: str) -> None:
    counts = {"a": 50, "b": 5, "c": 2}
    rows = exposure(BalancePart(method=method), counts)
    assert [row["images"] for row in rows] == [50, 5, 2]
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    even = method in ("class-weights", "balanced-sampling", "upsample", "downsample")
    if even:
        np.testing.assert_allclose([row["share"] for row in rows], 1 / 3, atol=0.01)
    if method == "none":
        assert all(row["weight"] is None and row["shift"] is None for row in rows)


def test_weights_are_those_of_the_training_part_of_a_fold(
    uneven: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "folds"
    extra = ["--set", "split.kind=kfold", "--set", "split.folds=2", "--set", "train.epochs=1"]
    method = ["--set", "balance.method=class-weights", "--set", "loss.name=focal"]
    assert dojang("train", uneven, "--run", run, *QUICK, *extra, *method).code == 0
    split = pd.read_parquet(run / "split.parquet")
    learnt = split[(split["part"] == "cv") & (split["fold"] != 0)]["id"]
    counts = learnt.str.split("/").str[0].value_counts().to_dict()
    saved = read_json(run / "balance.json")
    assert {row["name"]: row["images"] for row in saved["classes"]} == counts
    assert saved["method"] == "class-weights" and saved["loss"] == "focal"
    # Two models: their folds are the inner folds.
    assert read_json(run / "decisions.json")["inner_folds"] == 2


def test_sampling_gives_the_same_weights_for_any_number_of_workers(
    uneven: Path, tmp_path: Path, dojang: Dojang
) -> None:
    """T10 with an epoch that repeats images; ``auto`` chooses it here."""
    hashes = set()
    for workers, cache in ((0, "none"), (2, "none"), (2, "memory")):
        run = tmp_path / f"{workers}-{cache}"
        extra = [f"data.workers={workers}", f"data.cache={cache}", "train.epochs=2"]
        settings = [word for pair in extra for word in ("--set", pair)]
        assert dojang("train", uneven, "--run", run, *QUICK, *settings).code == 0
        assert "method: sqrt-sampling" in (run / "recipe.yaml").read_text(encoding="utf-8")
        hashes.add(file_hash(run / "weights" / "fold0.safetensors"))
    assert len(hashes) == 1
    saved = read_json(run / "balance.json")["classes"]
    counts = np.array([row["images"] for row in saved])
    assert [row["shown"] for row in saved] == quotas(counts, "sqrt").tolist()


# --- Thresholds in a run --------------------------------------------------------------------------


def offsets_of(run: Path) -> np.ndarray:
    saved = read_json(run / "decisions.json")["rule"]["offsets"]
    return np.array([saved[name] for name in sorted(SIZES)])


def test_the_most_probable_class_is_the_answer_unless_a_goal_is_asked_for(runs: Path) -> None:
    saved = read_json(runs / "before" / "decisions.json")
    assert saved["used"] is False and saved["part"] == "valid" and saved["gain"] is None
    frame = pd.read_parquet(runs / "before" / "predictions" / "valid.parquet")
    columns = [f"p:{name}" for name in sorted(SIZES)]
    answers = np.array(sorted(SIZES))[frame[columns].to_numpy().argmax(axis=1)]
    assert (frame["predicted"] == answers).all()
    assert saved["read"]["valid.parquet"] == file_hash(
        runs / "before" / "predictions" / "valid.parquet"
    )


def test_validation_scores_with_thresholds_are_the_cross_fitted_ones(runs: Path) -> None:
    saved = read_json(runs / "after" / "decisions.json")
    scores = read_json(runs / "after" / "evaluation" / "valid.json")
    assert saved["used"] is True
    crossed = saved["crossed"]["scores"]["macro_f1"]["after"]["value"]
    assert scores["metrics"]["macro_f1"]["value"] == pytest.approx(crossed)
    recall = {entry["name"]: entry["scores"]["recall"]["value"] for entry in scores["per_class"]}
    assert [recall[n] for n in sorted(SIZES)] == pytest.approx(saved["crossed"]["after"])


def test_evaluate_predict_and_explain_agree_on_the_answer(
    runs: Path, uneven: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = Path(shutil.copytree(runs / "after", tmp_path / "run"))
    # Offsets so large that the answers certainly change.
    saved = read_json(run / "decisions.json")
    saved["rule"]["offsets"] = {"많음": -3.0, "some": 0.5, "<b>few": 2.5}
    write_json(run / "decisions.json", saved)
    before = file_hash(run / "decisions.json")
    assert dojang("evaluate", run, "--json").code == 0
    assert file_hash(run / "decisions.json") == before, "nothing is fitted on the test part"
    test = pd.read_parquet(run / "predictions" / "test.parquet").set_index("id")
    out = tmp_path / "p.csv"
    assert dojang("predict", run, uneven, "--out", out).code == 0
    ours = pd.read_csv(out).set_index("id").loc[test.index]
    columns = [f"p:{name}" for name in sorted(SIZES)]
    expected = np.array(sorted(SIZES))[decide(test[columns].to_numpy(), offsets_of(run))]
    plain_answers = np.array(sorted(SIZES))[test[columns].to_numpy().argmax(axis=1)]
    assert (expected != plain_answers).any()
    assert (test["predicted"] == expected).all() and (ours["predicted"] == expected).all()
    np.testing.assert_allclose(ours["confidence"], test["confidence"], atol=1e-5)
    sample = tmp_path / "sample.csv"
    pd.DataFrame({"id": test.index, "label": "some"}).to_csv(sample, index=False)
    filled = tmp_path / "filled.csv"
    assert dojang("predict", run, uneven, "--like", sample, "--out", filled).code == 0
    assert (pd.read_csv(filled)["label"] == expected).all()
    moved = test.index[np.flatnonzero(expected != plain_answers)[0]]
    picture = ("explain", run, uneven / moved, "--out", tmp_path / "why.jpg")
    told = dojang(*picture, "--json").json
    assert told["predicted"] == test.loc[moved, "predicted"] != told["classes"][0]["class"]
    (tmp_path / "why.jpg").unlink()
    assert f"Answer: {told['predicted']}" in dojang(*picture).out
    shown = json.loads((run / "gallery" / "test.json").read_text(encoding="utf-8"))
    assert all(case["predicted"] == test.loc[case["id"], "predicted"] for case in shown)


def test_thresholds_of_other_predictions_are_refused(
    runs: Path, uneven: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = Path(shutil.copytree(runs / "after", tmp_path / "run"))
    shutil.copy(runs / "before" / "predictions" / "valid.parquet", run / "predictions")
    answer = dojang("predict", run, uneven)
    assert answer.code == 2 and "fitted on other predictions" in answer.err
    shutil.copy(runs / "after" / "predictions" / "valid.parquet", run / "predictions")
    assert dojang("predict", run, uneven).code == 0
    saved = read_json(run / "decisions.json")
    rules = ({"offsets": {}}, {"offsets": dict.fromkeys(SIZES, "x")}, {"costs": {"some": {}}})
    for broken in (*({**saved, "rule": saved["rule"] | part} for part in rules), [], {}):
        write_json(run / "decisions.json", broken)
        answer = dojang("predict", run, uneven)
        assert answer.code == 2 and "decisions.json" in answer.err
        assert "Traceback" not in answer.err


# --- The baseline ---------------------------------------------------------------------------------


def test_the_baseline_is_compared_on_the_same_images(runs: Path) -> None:
    saved = read_json(runs / "after" / "balance.json")["baseline"]
    before, after = (
        read_json(runs / name / "evaluation" / "valid.json") for name in ("before", "after")
    )
    assert saved["name"] == "before" and saved["method"] == "none"
    for name in ("balanced_accuracy", "macro_f1", "accuracy"):
        change = saved["scores"][name]
        assert change["before"]["value"] == pytest.approx(before["metrics"][name]["value"])
        assert change["after"]["value"] == pytest.approx(after["metrics"][name]["value"])
        assert change["gain"]["low"] <= change["gain"]["value"] <= change["gain"]["high"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (["balance.baseline=nowhere"], "nowhere"),
        (["split.seed=5"], "validated on other images"),
        (["split.valid=0.2"], "validated on other images"),
    ],
)
def test_a_baseline_that_cannot_be_compared_with_is_refused_before_training(
    runs: Path, uneven: Path, tmp_path: Path, dojang: Dojang, settings: list[str], expected: str
) -> None:
    pairs = ["split.valid=0.3", f"balance.baseline={runs / 'before'}", *settings]
    words = [word for pair in pairs for word in ("--set", pair)]
    answer = dojang("train", uneven, "--run", tmp_path / "run", *QUICK, *words)
    assert answer.code == 2 and expected in answer.err
    assert not (tmp_path / "run").exists()


def test_a_baseline_of_other_data_is_refused(runs: Path, tmp_path: Path, dojang: Dojang) -> None:
    other = draw(tmp_path / "other")
    (other / "some" / "00.png").unlink()
    setting = f"balance.baseline={runs / 'before'}"
    answer = dojang("train", other, "--run", tmp_path / "run", *QUICK, "--set", setting)
    assert answer.code == 2 and "other data" in answer.err


# --- The report ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_report_shows_recall_before_and_after(runs: Path, tmp_path: Path, lang: str) -> None:
    import dojang

    page = dojang.load(runs / "after").report(lang, tmp_path / "r.html").read_text("utf-8")
    part = page[page.index('<section id="balance"') :].split("</section>")[0]
    with use_language(lang):
        for key in ("shares", "shift"):
            assert t(f"report.balance.{key}") in part, key
        decision = page[page.index('<section id="decision"') :].split("</section>")[0]
        for key in ("recall", "factor"):
            assert t(f"report.balance.{key}") in decision, key
        assert t("report.decision.goal.used", goal=t("decision.word.f_beta")) in decision
        assert t("report.balance.baseline", name="before") in part
    assert "&lt;b&gt;few" in part and "<b>few" not in part
    change = read_json(runs / "after" / "balance.json")["baseline"]["scores"]["macro_f1"]["gain"]
    assert points(change["value"]) in part and points(change["low"]) in part


def test_the_report_of_a_run_without_these_files_says_so(runs: Path, tmp_path: Path) -> None:
    import dojang

    run = Path(shutil.copytree(runs / "before", tmp_path / "run"))
    (run / "balance.json").unlink()
    (run / "decisions.json").unlink()
    page = dojang.load(run).report("en").read_text("utf-8")
    assert t("report.balance.absent") in page and t("report.decision.absent") in page


def test_values_of_the_recipe_are_no_words_that_yaml_takes_for_others() -> None:
    import yaml

    tree = plain(Recipe())["balance"]
    assert yaml.safe_load(yaml.safe_dump(tree)) == tree
    assert all(yaml.safe_load(method) == method for method in METHODS)
