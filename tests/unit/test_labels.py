"""Wrong labels are found, counted honestly, corrected in a table, and nothing else is touched."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dojang.analysis.compare import compare
from dojang.analysis.label_table import is_edited, read_decisions, to_csv
from dojang.analysis.labels import LabelReview, filtered, quality, review_labels
from dojang.analysis.noise import estimate_noise
from dojang.analysis.relabel import LABELS_KEY, relabel
from dojang.core.errors import DataError
from dojang.core.recipe import DataPart, SplitPart
from dojang.core.types import Manifest, Predictions
from dojang.data.collect import collect
from dojang.data.sources.manifest import is_manifest, write_manifest
from dojang.data.split import make_plan
from tests.makers import files_of, make_folder, make_manifest, make_zip

Shares = NDArray[np.float32]


def simulate(
    n: int, classes: int, noise: float, seed: int, sharpness: float = 2.0, temperature: float = 1.0
) -> tuple[NDArray[np.int64], Shares, NDArray[np.bool_]]:
    """Draw calibrated probabilities, true labels from them, and flip a share of the labels.

    The probabilities that are returned are those of a model that is off by ``temperature``.
    """
    rng = np.random.default_rng(seed)
    logits = sharpness * rng.normal(size=(n, classes)) * 2
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    true = np.array([rng.choice(classes, p=row) for row in shares])
    wrong = rng.random(n) < noise
    labels = np.where(wrong, (true + rng.integers(1, classes, n)) % classes, true)
    tilted = shares ** (1 / temperature)
    tilted /= tilted.sum(axis=1, keepdims=True)
    return labels, tilted.astype(np.float32), wrong


def predictions_of(
    labels: NDArray[np.int64], shares: Shares, ids: list[str] | None = None
) -> Predictions:
    count, classes = shares.shape
    return Predictions(
        ids=tuple(ids or [f"{i:05d}.png" for i in range(count)]),
        probabilities=shares,
        classes=tuple("abcdefghij"[:classes]),
        targets=labels,
        part="valid",
        fold=np.arange(count) % 3,
    )


def manifest_for(predictions: Predictions, hashes: list[str] | None = None) -> Manifest:
    labels = [predictions.classes[t] for t in predictions.targets]
    made = make_manifest(labels, hashes=hashes)
    samples = made.samples.assign(id=list(predictions.ids))
    return Manifest(samples, predictions.classes, (), made.source)


def review(n: int = 300, seed: int = 0, noise: float = 0.1) -> LabelReview:
    predictions = predictions_of(*simulate(n, 4, noise, seed)[:2])
    return review_labels(predictions, manifest_for(predictions))


# --- How many labels are wrong -----------------------------------------------------------------


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("temperature", [0.6, 1.0, 1.8])
def test_share_is_found_however_sure_the_model_is(noise: float, temperature: float) -> None:
    labels, shares, _ = simulate(4000, 5, noise, 1, temperature=temperature)
    found = estimate_noise(labels, shares)
    assert found.share.low <= found.share.value <= found.share.high
    assert abs(found.share.value - noise) < 0.02
    # The model's own temperature is taken out: T is its inverse.
    assert found.temperature == pytest.approx(1 / temperature, rel=0.12)


def test_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(40):
        labels, shares, _ = simulate(400, 4, 0.08, seed)
        share = estimate_noise(labels, shares).share
        covered += share.low <= 0.08 <= share.high
    assert covered >= 33


def test_probability_to_be_wrong_is_what_it_says() -> None:
    labels, shares, wrong = simulate(20_000, 5, 0.1, 3)
    found = estimate_noise(labels, shares).wrong
    for low, high in ((0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.01)):
        inside = (found >= low) & (found < high)
        assert inside.sum() > 50
        assert abs(wrong[inside].mean() - found[inside].mean()) < 0.07


def test_large_tables_are_sampled_and_still_judged_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    labels, shares, _ = simulate(3000, 4, 0.1, 4)
    monkeypatch.setattr("dojang.analysis.noise.MOST_NUMBERS", 4 * 1500)
    found = estimate_noise(labels, shares)
    assert len(found.wrong) == 3000 and abs(found.share.value - 0.1) < 0.04


@given(
    st.integers(1, 12), st.integers(2, 5), st.integers(0, 10_000), st.sampled_from([0.0, 1.0, 30.0])
)
@settings(max_examples=40, deadline=None)
def test_any_probabilities_give_shares(n: int, classes: int, seed: int, sharpness: float) -> None:
    labels, shares, _ = simulate(n, classes, 0.3, seed, sharpness)
    found = estimate_noise(labels, shares)
    assert np.isfinite(found.wrong).all()
    assert ((found.wrong >= 0) & (found.wrong <= 1)).all()
    assert 0 <= found.share.low <= found.share.value <= found.share.high <= 0.5


# --- Which labels are wrong ---------------------------------------------------------------------


def test_order_is_cleanlabs_self_confidence_and_flips_come_first() -> None:
    labels, shares, wrong = simulate(2000, 5, 0.05, 5, sharpness=3.0)
    predictions = predictions_of(labels, shares)
    found = review_labels(predictions, manifest_for(predictions))
    table = found.table
    expected = shares[np.arange(2000), labels] / shares.sum(axis=1)
    np.testing.assert_allclose(np.sort(expected), table["quality"], atol=1e-6)
    flipped = {identifier for identifier, bad in zip(predictions.ids, wrong, strict=True) if bad}
    top = set(table["id"].head(200))
    assert len(top & flipped) / len(flipped) > 0.8
    sure = set(table.loc[table["probable"], "id"])
    assert sure and len(sure & flipped) / len(sure) > 0.6
    assert sum(pair.count for pair in found.pairs) == found.probable == len(sure)


def test_suggestion_differs_from_the_label_or_is_none() -> None:
    table = review().table
    both = table[table["suggested"].notna()]
    assert (both["suggested"] != both["label"]).all()
    assert table.loc[table["probable"], "suggested"].notna().all()
    assert (both["p_suggested"] >= both["quality"]).all()


def test_order_of_the_samples_does_not_matter() -> None:
    labels, shares, _ = simulate(200, 4, 0.1, 6)
    ids = [f"{i:05d}.png" for i in range(200)]
    turned = np.random.default_rng(0).permutation(200)
    one = predictions_of(labels, shares, ids)
    other = predictions_of(labels[turned], shares[turned], [ids[i] for i in turned])
    first, second = (review_labels(p, manifest_for(p)).table for p in (one, other))
    assert list(first["id"]) == list(second["id"])
    np.testing.assert_allclose(first["wrong"], second["wrong"], atol=1e-6)


def test_a_class_without_labels_and_a_single_class_are_no_obstacle() -> None:
    labels, shares, _ = simulate(60, 4, 0.1, 7)
    labels = np.where(labels == 3, 0, labels)
    assert filtered(labels, shares.astype(np.float64)).shape == (60,)
    assert not filtered(np.zeros(60, dtype=np.int64), shares.astype(np.float64)).any()
    single = predictions_of(labels[:1], shares[:1])
    assert len(review_labels(single, manifest_for(single))) == 1
    assert quality(labels, shares.astype(np.float64)).shape == (60,)


def test_a_model_that_knows_nothing_admits_it() -> None:
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.full(4, 50.0), 300).astype(np.float32)
    predictions = predictions_of(rng.integers(0, 4, 300), shares)
    found = review_labels(predictions, manifest_for(predictions))
    assert found.unclear and found.probable == 0
    assert not review(2000, noise=0.05).unclear


def test_samples_without_a_label_are_not_judged() -> None:
    labels, shares, _ = simulate(50, 3, 0.1, 8)
    hidden = predictions_of(np.where(np.arange(50) < 10, -1, labels), shares)
    manifest = manifest_for(predictions_of(labels, shares))
    assert len(review_labels(hidden, manifest)) == 40
    nothing = predictions_of(np.full(50, -1), shares)
    with pytest.raises(DataError, match="has a label"):
        review_labels(nothing, manifest)


def test_copies_with_another_label_are_named_and_the_test_part_is_not_asked() -> None:
    shares = np.full((4, 2), 0.5, dtype=np.float32)
    predictions = predictions_of(np.array([0, 1, 0, 1]), shares)
    manifest = manifest_for(predictions, hashes=["x", "x", "y", "z"])
    found = review_labels(predictions, manifest)
    rivals = dict(zip(found.table["id"], found.table["conflict"], strict=True))
    assert rivals["00000.png"] == ("b",) and rivals["00001.png"] == ("a",)
    assert rivals["00002.png"] == () and found.conflicts == 2
    clustered = manifest.samples.assign(cluster=[None, None, "k", "k"])
    near = Manifest(clustered, manifest.classes, (), manifest.source)
    assert review_labels(predictions, near).conflicts == 4
    sealed = Predictions(
        predictions.ids[1:], shares[1:], ("a", "b"), predictions.targets[1:], "valid",
        predictions.fold[1:],
    )  # fmt: skip
    assert review_labels(sealed, manifest).conflicts == 0


# --- The table to edit ---------------------------------------------------------------------------


def edit(tmp_path: Path, found: LabelReview, changes: dict[int, dict[str, str]]) -> Path:
    """Write the table with ``changes`` by number of the row."""
    frame = pd.read_csv(io.StringIO(to_csv(found)), dtype=str, keep_default_na=False)
    for row, cells in changes.items():
        for column, value in cells.items():
            frame.loc[row, column] = value
    path = tmp_path / "labels.csv"
    frame.to_csv(path, index=False)
    return path


def test_decisions_are_read_as_they_were_written(tmp_path: Path) -> None:
    found = review()
    path = edit(
        tmp_path, found,
        {0: {"action": "accept"}, 1: {"action": "Drop"}, 2: {"action": "?"}, 3: {"action": "수락"},
         4: {"action": "keep"}, 5: {"new_label": found.table["label"][5]}},
    )  # fmt: skip
    decided = read_decisions(path, found.table, found.classes)
    rows = found.table
    assert [(d.id, d.new_label) for d in decided.changes] == [
        (rows["id"][0], rows["suggested"][0]), (rows["id"][1], None),
        (rows["id"][3], rows["suggested"][3]),
    ]  # fmt: skip
    assert decided.unsure == 1 and decided.kept == len(found) - 3


def test_every_bad_row_is_named_in_one_message(tmp_path: Path) -> None:
    found = review()
    agreed = int(np.flatnonzero(found.table["suggested"].isna())[0])
    other = next(c for c in found.classes if c != found.table["label"][9])
    path = edit(
        tmp_path, found,
        {0: {"id": "nowhere.png"}, 1: {"action": "remove"}, 2: {"new_label": "zebra"},
         3: {"action": "drop", "new_label": "a"}, 4: {"label": "someone else's"},
         8: {"id": found.table["id"][9], "label": found.table["label"][9], "action": "drop"},
         9: {"new_label": other}, agreed: {"action": "accept"}},
    )  # fmt: skip
    with pytest.raises(DataError) as caught:
        read_decisions(path, found.table, found.classes)
    text = str(caught.value)
    for row in (2, 3, 4, 5, 6, 11, agreed + 2):
        assert f"row {row}:" in text, text
    assert len(caught.value.problems) == 7
    assert "nowhere.png" in text and "zebra" in text and "remove" in text


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("id,label\nx.png,a\n")
    with pytest.raises(DataError, match="new_label"):
        read_decisions(path, review().table, ("a", "b"))
    assert is_edited(path)  # not ours, so never overwritten


@pytest.mark.parametrize(
    "name",
    ["=1+2.png", "+x.png", "-x.png", "@x.png", "'x.png", 'a"b,c.png', "고양이.png", " y.png"],
)
def test_names_go_through_a_spreadsheet_unharmed(tmp_path: Path, name: str) -> None:
    labels, shares, _ = simulate(30, 3, 0.2, 1)
    predictions = predictions_of(labels, shares, [name, *(f"{i}.png" for i in range(29))])
    found = review_labels(predictions, manifest_for(predictions))
    text = to_csv(found)
    cells = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)["id"]
    assert not cells.str.startswith(("=", "+", "-", "@")).any()
    row = int(np.flatnonzero(found.table["id"] == name)[0])
    path = edit(tmp_path, found, {row: {"action": "drop"}})
    decided = read_decisions(path, found.table, found.classes)
    assert [d.id for d in decided.changes] == [name]


def test_an_untouched_table_may_be_written_again(tmp_path: Path) -> None:
    found = review()
    assert not is_edited(edit(tmp_path, found, {}))
    assert is_edited(edit(tmp_path, found, {3: {"action": "?"}}))
    assert is_edited(edit(tmp_path, found, {3: {"new_label": "a"}}))


# --- The corrected manifest ------------------------------------------------------------------------


def decided(tmp_path: Path, manifest: Manifest, rows: list[tuple[str, str, str]]) -> Manifest:
    path = tmp_path / "edited.csv"
    pd.DataFrame(rows, columns=["id", "action", "new_label"]).to_csv(path, index=False)
    plan = make_plan(manifest, SplitPart(kind="holdout", valid=0.2, test=0.2))
    decisions = read_decisions(path, manifest.samples, manifest.classes)
    return relabel(manifest, plan, decisions, "old").manifest


def test_relabelling_changes_what_was_decided_and_seals_the_same_test_part(tmp_path: Path) -> None:
    manifest = make_manifest(["cat"] * 30 + ["dog"] * 30)
    plan = make_plan(manifest, SplitPart(kind="holdout", valid=0.2, test=0.2))
    before = manifest.samples.copy()
    fixed = decided(
        tmp_path, manifest, [("cat/00001.png", "", "dog"), ("dog/00031.png", "drop", "")]
    )
    pd.testing.assert_frame_equal(manifest.samples, before)
    rows = fixed.samples.set_index("id")
    assert rows.loc["cat/00001.png", "label"] == "dog"
    assert rows["label_before"].dropna().to_dict() == {"cat/00001.png": "cat"}
    assert "dog/00031.png" not in rows.index and len(rows) == 59
    again = make_plan(fixed, SplitPart())
    assert again.kind == "given"
    old = plan.assignment.set_index("id")["part"]
    new = again.assignment.set_index("id")["part"]
    assert (old.loc[new.index] == new).all()


def test_folds_are_dealt_again_but_the_test_part_stays(tmp_path: Path) -> None:
    manifest = make_manifest(["cat"] * 30 + ["dog"] * 30)
    split = SplitPart(kind="kfold", folds=3)
    plan = make_plan(manifest, split)
    first = plan.ids("train", 0)[0]
    path = tmp_path / "edited.csv"
    path.write_text(f"id,action,new_label\n{first},drop,\n")
    decisions = read_decisions(path, manifest.samples, manifest.classes)
    fixed = relabel(manifest, plan, decisions, "old").manifest
    assert make_plan(fixed, split).ids("test") == plan.ids("test")
    assert set(fixed.samples["part"]) == {"train", "test"}


def test_nothing_decided_and_an_emptied_class_are_refused(tmp_path: Path) -> None:
    manifest = make_manifest(["cat"] * 6 + ["dog"] * 6)
    with pytest.raises(DataError, match="changes nothing"):
        decided(tmp_path, manifest, [("cat/00000.png", "", "cat")])
    rows = [(f"cat/{i:05d}.png", "", "dog") for i in range(6)]
    with pytest.raises(DataError, match="cat: "):
        decided(tmp_path, manifest, rows)


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_a_manifest_is_a_source(tmp_path: Path, kind: str) -> None:
    root = make_folder(tmp_path / "photos", {"cat": 6, "dog": 6})
    source = root if kind == "folder" else make_zip(tmp_path / "photos.zip", files_of(root))
    manifest = collect(DataPart(source=str(source)), 0)
    path = tmp_path / "fixed.parquet"
    fixed = manifest.samples.assign(label=["dog", *manifest.samples["label"][1:]])
    write_manifest(path, Manifest(fixed, manifest.classes, (), manifest.source), {LABELS_KEY: "{}"})
    assert is_manifest(path)
    assert pq.read_schema(path).metadata[LABELS_KEY.encode()] == b"{}"
    again = collect(DataPart(source=str(path)), 0)
    assert again.source == manifest.source
    assert list(again.samples["label"]) == list(fixed["label"])
    assert list(again.samples["sha256"]) == list(manifest.samples["sha256"])


def test_changed_and_missing_files_are_named(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "photos", {"cat": 4, "dog": 4})
    manifest = collect(DataPart(source=str(root)), 0)
    path = tmp_path / "fixed.parquet"
    write_manifest(path, manifest)
    (root / "cat" / "1.png").write_bytes((root / "dog" / "1.png").read_bytes())
    (root / "dog" / "2.png").unlink()
    with pytest.raises(DataError) as caught:
        collect(DataPart(source=str(path)), 0)
    assert len(caught.value.problems) == 2
    assert "cat/1.png" in str(caught.value) and "dog/2.png" in str(caught.value)


def test_a_manifest_from_elsewhere_is_checked(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "photos", {"cat": 4, "dog": 4})
    manifest = collect(DataPart(source=str(root)), 0)
    path = tmp_path / "m.parquet"
    data = DataPart(source=str(path))

    def write(frame: pd.DataFrame, **source: str) -> None:
        import pyarrow as pa

        table = pa.Table.from_pandas(frame, preserve_index=False)
        tree = manifest.source.to_json() | source
        pq.write_table(table.replace_schema_metadata({"dojang.source": json.dumps(tree)}), path)

    good = manifest.samples
    for frame, expected in (
        (good.assign(id=["x.png", "x.png", *good["id"][2:]]), "twice"),
        (good.assign(label=[None, *good["label"][1:]]), "row 1"),
        (good.assign(part="everything"), "everything"),
        (good.assign(sha256=[None, *good["sha256"][1:]]), "SHA-256"),
        (good.drop(columns="label"), "cannot be read"),
    ):
        write(frame)
        with pytest.raises(DataError, match=expected):
            collect(data, 0)
    write(good, root=str(tmp_path / "gone"))
    with pytest.raises(DataError, match="nothing is there"):
        collect(data, 0)
    write(good, kind="files")
    with pytest.raises(DataError, match="cannot be read"):
        collect(data, 0)
    write(good.assign(id=["../m.parquet", *good["id"][1:]]))
    with pytest.raises(DataError, match="leads out"):
        collect(data, 0)
    write(good)
    with pytest.raises(DataError, match=r"data\.label_col"):
        collect(DataPart(source=str(path), label_col="label"), 0)
    assert len(collect(data, 0)) == 8


# --- Whether it helped -------------------------------------------------------------------------------


def test_comparison_says_better_worse_or_cannot_tell() -> None:
    labels, shares, _ = simulate(600, 4, 0.0, 2)
    good = predictions_of(labels, shares)
    bad = predictions_of(labels, np.roll(shares, 1, axis=1))
    truth = {i: good.classes[t] for i, t in zip(good.ids, labels, strict=True)}
    assert {g.verdict for g in compare([bad], [good], truth).gains} == {"better"}
    assert {g.verdict for g in compare([good], [bad], truth).gains} == {"worse"}
    same = compare([good], [good], truth)
    assert {g.verdict for g in same.gains if g.metric != "log_loss"} == {"same"}
    assert same.relabelled == 0


def test_comparison_is_by_id_on_common_samples_with_the_new_labels() -> None:
    shares = np.eye(3, dtype=np.float32)
    old = predictions_of(np.array([0, 1, 2]), shares, ["x", "y", "z"])
    new = predictions_of(np.array([2, 1, 0]), shares[[2, 1, 0]], ["z", "y", "w"])
    found = compare([old], [new], {"z": "b", "y": "b"})
    assert (found.n, found.relabelled) == (2, 1)
    assert found.gains[0].before == found.gains[0].after == 0.5
    with pytest.raises(DataError, match="in common"):
        compare([old], [predictions_of(np.array([0]), shares[:1], ["q"])], {"q": "a"})
