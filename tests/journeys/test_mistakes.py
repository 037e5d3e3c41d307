"""Mistakes and similarity as a user types them: lists, pages, older runs, what cannot be."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from dojang.analysis.nearest import directions
from dojang.analysis.report.render import script
from dojang.app.cli import run as run_command
from dojang.app.features import features_of
from dojang.app.files import load_manifest, load_plan, save_manifest
from dojang.app.predicting import load_networks
from dojang.app.stages import open_pool
from dojang.core.i18n import use_language
from dojang.core.recipe import load_recipe
from dojang.core.store import open_run_folder, read_json
from dojang.data.cache import PixelStore
from shapes import QUICK, Dojang, draw_shapes
from tests.fakes import fake_run

FOLDS = ["--set", "split.kind=kfold", "--set", "split.folds=2"]


@pytest.fixture(scope="module")
def flipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shapes of which some lie in the wrong folder: errors are sure to be made."""
    photos = draw_shapes(tmp_path_factory.mktemp("data") / "photos")
    for i in range(6):
        (photos / "고양이" / f"사진 {i:02}.png").rename(photos / "circle" / f"flipped {i}.png")
    return photos


@pytest.fixture(scope="module")
def run(flipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("runs") / "one"
    settings = ["--set", "split.valid=0.4", "--set", "split.test=0.2"]
    assert run_command(["train", str(flipped), "--run", str(path), *QUICK, *settings]) == 0
    yield path


@pytest.fixture(scope="module")
def folded(flipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "folds"
    assert run_command(["train", str(flipped), "--run", str(path), *QUICK, *FOLDS]) == 0
    return path


def seen(run: Path, ids: list[str]) -> np.ndarray:
    """Directions of the features of images, computed apart from the run's own."""
    folder, record = open_run_folder(run)
    recipe, manifest = load_recipe(folder.recipe), load_manifest(folder)
    network = load_networks(folder, record, recipe)[0]
    with open_pool(recipe, manifest.source, [network], manifest) as pool:
        store = PixelStore(pool, tuple(ids), network.spec.size, network.spec.how)
        with torch.inference_mode():
            return directions(features_of(network, store, "fp32").numpy()).astype(np.float64)


def test_neighbours_are_the_nearest_of_the_training_part(run: Path) -> None:
    folder, _ = open_run_folder(run)
    table = pd.read_parquet(folder.neighbours("valid"))
    plan = load_plan(folder)
    assert sorted(table["id"]) == sorted(plan.ids("valid"))
    learnt = plan.ids("train")
    places = [f"near:{k}" for k in range(1, 6)]
    assert set(table[places].to_numpy().ravel()) <= set(learnt)
    away = 1 - seen(run, table["id"].tolist()) @ seen(run, learnt).T
    found = table[[f"distance:{k}" for k in range(1, 6)]].to_numpy()
    # The training part was seen in the precision of the training: bf16 on some machines.
    np.testing.assert_allclose(found, np.sort(away, axis=1)[:, :5], atol=0.01)
    assert (np.diff(found, axis=1) >= 0).all()


def test_with_folds_neighbours_are_of_another_fold(folded: Path) -> None:
    folder, _ = open_run_folder(folded)
    table = pd.read_parquet(folder.neighbours("valid"))
    folds = load_plan(folder).assignment.set_index("id")["fold"]
    assert len(table) == int((folds >= 0).sum())
    for row in table.to_dict("records"):
        near = [row[f"near:{k}"] for k in range(1, 6)]
        assert all(folds[name] >= 0 and folds[name] != folds[row["id"]] for name in near)


def test_a_list_as_json(run: Path, dojang: Dojang) -> None:
    found = dojang("mistakes", run, "--json", "--top", 50)
    assert found.code == 0, found.err
    tree = found.json
    assert set(tree["kinds"]) == {"worst", "uncertain", "label", "pair", "best"}
    assert tree["errors"] == len(tree["kinds"]["worst"]) == sum(p["count"] for p in tree["pairs"])
    assert tree["errors"] > 0 and tree["neighbours"]
    assert all(line["target"] != line["predicted"] for line in tree["kinds"]["worst"])
    assert all(line["target"] == line["predicted"] for line in tree["kinds"]["best"])
    surest = [line["confidence"] for line in tree["kinds"]["worst"]]
    assert surest == sorted(surest, reverse=True)
    for lines in tree["kinds"].values():
        assert len({line["id"] for line in lines}) == len(lines)
        assert all(len(line["near"]) == 5 and line["leaning"] for line in lines)
    pair = tree["pairs"][0]
    asked = f"{pair['target']},{pair['predicted']}"
    only = dojang("mistakes", run, "--pair", asked, "--json").json["kinds"]
    assert list(only) == ["pair"] and len(only["pair"]) == pair["count"]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_list_and_a_page_for_people(run: Path, tmp_path: Path, dojang: Dojang, lang: str) -> None:
    page = tmp_path / f"{lang}.html"
    with use_language(lang):
        found = dojang("mistakes", run, "--kind", "worst", "--out", page)
    assert found.code == 0, found.err
    worst = dojang("mistakes", run, "--kind", "worst", "--json").json["kinds"]["worst"]
    assert all(line["id"] in found.out for line in worst)
    text = page.read_text(encoding="utf-8")
    assert text.count("data:image/jpeg") >= 6 * len(worst)
    assert not re.search(r"https?://", text) and 'quo"te' not in text
    assert text.count("<script") == 1 and f"<script>{script()}</script>" in text, "our own"
    assert dojang("mistakes", run, "--out", page).code == 2, "a page is never overwritten"


def test_the_gallery_of_the_report_has_them(run: Path, folded: Path) -> None:
    for path in (run, folded):
        lines = read_json(path / "gallery" / "valid.json")
        assert {"worst", "uncertain", "pair"} <= {line["kind"] for line in lines}
        assert all((path / line["image"]).is_file() for line in lines)
        near = [n for line in lines for n in line["near"]]
        assert near and all((path / n["image"]).is_file() for n in near)
        report = (path / "report.html").read_text(encoding="utf-8")
        assert "Nearest training images" in report and "Most frequent confusions" in report


def test_an_older_run_is_told_what_is_missing(run: Path, tmp_path: Path, dojang: Dojang) -> None:
    old = tmp_path / "old"
    shutil.copytree(run, old)
    shutil.rmtree(old / "neighbours")
    found = dojang("mistakes", old)
    assert found.code == 0 and "--near" in found.out and str(old) in found.out
    assert dojang("mistakes", old, "--json").json["neighbours"] is False
    assert dojang("mistakes", old, "--near", "--json").json["neighbours"] is True
    again, first = (pd.read_parquet(p / "neighbours" / "valid.parquet") for p in (old, run))
    assert (again.set_index("id")["near:1"] == first.set_index("id")["near:1"]).mean() > 0.9


def test_the_test_part_only_once_it_was_opened(run: Path, tmp_path: Path, dojang: Dojang) -> None:
    opened = tmp_path / "opened"
    shutil.copytree(run, opened)
    sealed = dojang("mistakes", opened, "--part", "test")
    assert sealed.code == 2 and "sealed" in sealed.err and "dojang evaluate" in sealed.err
    assert dojang("mistakes", opened, "--part", "test", "--near").code == 2
    assert dojang("similarity", opened, opened, "--part", "test").code == 2
    assert not (opened / "neighbours" / "test.parquet").exists()
    assert dojang("evaluate", opened).code == 0
    found = dojang("mistakes", opened, "--part", "test", "--json")
    assert found.code == 0 and found.json["neighbours"] and found.json["n"] > 10
    learnt = set(load_plan(open_run_folder(opened)[0]).ids("train"))
    near = {n["id"] for line in found.json["kinds"]["best"] for n in line["near"]}
    assert near <= learnt


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--pair", "circle"], "two different classes"),
        (["--pair", "circle,circle"], "two different classes"),
        (["--pair", "circel,고양이"], "Did you mean circle?"),
        (["--pair", "circle,고양이", "--kind", "best"], "does not go with"),
        (["--kind", "wrost"], "--kind"),
        (["--top", "0"], "--top"),
    ],
)
def test_what_cannot_be_shown_is_said(
    run: Path, dojang: Dojang, words: list[str], told: str
) -> None:
    found = dojang("mistakes", run, *words)
    assert found.code == 2 and told in found.err and "Traceback" not in found.err


def test_what_is_no_run_or_has_no_predictions(run: Path, tmp_path: Path, dojang: Dojang) -> None:
    for command in (["mistakes", tmp_path], ["similarity", run, tmp_path]):
        assert dojang(*command).code == 2
    bare = tmp_path / "bare"
    shutil.copytree(run, bare)
    shutil.rmtree(bare / "predictions")
    found = dojang("mistakes", bare)
    assert found.code == 2 and "no validation predictions" in found.err
    names = ("<b>,x", "y,<i>")
    folder, _ = fake_run(tmp_path / "fake", classes=names)
    assert dojang("mistakes", folder.path, "--pair", ",".join(names), "--json").code == 0


def test_images_that_are_gone_are_named(
    run: Path, flipped: Path, tmp_path: Path, dojang: Dojang
) -> None:
    away = flipped.rename(tmp_path / "away")
    try:
        listed = dojang("mistakes", run, "--kind", "worst")
        assert listed.code == 0, "a list needs no images"
        page = dojang("mistakes", run, "--out", tmp_path / "page.html")
        for found in (page, dojang("similarity", run, run)):
            assert found.code == 2 and "Traceback" not in found.err
            assert "png" in found.err or str(flipped) in found.err
        assert not (tmp_path / "page.html").exists()
    finally:
        away.rename(flipped)


def test_two_networks_are_likened(run: Path, folded: Path, tmp_path: Path, dojang: Dojang) -> None:
    page = tmp_path / "page.html"
    found = dojang("similarity", run, folded, "--images", 30, "--out", page, "--json")
    assert found.code == 0, found.err
    tree = found.json
    cka = np.array(tree["cka"])
    assert cka.shape == tuple(map(len, tree["layers"])) and cka.max() <= 1
    assert 0 < tree["images"] <= 30 and 0 <= tree["learnt_by_second"] <= tree["images"]
    text = page.read_text(encoding="utf-8")
    assert text.count("<rect") == cka.size + len(cka) and not re.search(r"https?://", text)
    assert text.count("<script") == 1 and f"<script>{script()}</script>" in text, "our own"
    own = dojang("similarity", run, run)
    assert own.code == 0 and "neither was trained" in own.out
    assert np.allclose(np.diag(dojang("similarity", run, run, "--json").json["cka"]), 1)
    with use_language("ko"):
        assert "가장 닮았습니다" in dojang("similarity", run, run).out


def test_runs_on_other_data_have_nothing_in_common(
    run: Path, trained: Path, tmp_path: Path, dojang: Dojang
) -> None:
    path = tmp_path / "other"
    shutil.copytree(run, path)
    manifest = load_manifest(open_run_folder(path)[0])
    others = manifest.samples.assign(sha256=[f"{i:064x}" for i in range(len(manifest))])
    save_manifest(open_run_folder(path)[0], replace(manifest, samples=others))
    found = dojang("similarity", run, path)
    assert found.code == 2 and "no image in common" in found.err
    assert dojang("similarity", run, trained).code == 0, "moved files are the same images"
