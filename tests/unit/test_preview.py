"""The preview shows what training will see, and its page is safe to open."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dojang.analysis.preview import BUDGET, LOSSLESS, Preview, Row, Version, render, sheet
from dojang.app.building import augment_settings, preprocess_of
from dojang.app.preview import EPOCHS, make_preview
from dojang.app.screen import Silent
from dojang.core.i18n import use_language
from dojang.core.recipe import load_recipe
from dojang.data.decode import decode
from dojang.data.risk import Move, TransformTest
from dojang.data.transforms import augment
from shapes import Dojang

NASTY = '<script>alert("x")</script>'
MOVE = Move(NASTY, "고양이", 0.02, 0.5, 1e-6, ("a.png",))


def made(count: int = 2, side: int = 8, warning: str = "Careful.") -> Preview:
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    mixed = Version(pixels, ((NASTY, 0.7), ("고양이", 0.3)))
    rows = tuple(Row(f"{i}/{NASTY}.png", NASTY, pixels, (mixed,) * EPOCHS) for i in range(count))
    tests = (
        TransformTest("horizontal", 0.9, 0.4, True, (MOVE,)),
        TransformTest("vertical", 0.9, 0.4, True, ()),
        TransformTest("hue", 0.9, 0.9, False, ()),
    )
    return Preview(NASTY, side, rows, (), tests, (warning, NASTY), "dojang preview x", True)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_page_escapes_names_and_loads_nothing(lang: str) -> None:
    with use_language(lang):
        page = render(made())
    tags = _Tags()
    tags.feed(page)
    names = [name for name, _ in tags.seen]
    assert "script" not in names and "&lt;script&gt;" in page
    pictures = [found["src"] or "" for name, found in tags.seen if name == "img"]
    assert len(pictures) == 2 * (1 + EPOCHS)
    assert all(source.startswith("data:image/png;base64,") for source in pictures)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", page)
    assert "default-src 'none'" in page and f'lang="{lang}"' in page
    assert "70 %" in page and "30 %" in page and "Careful." in page


def test_the_three_verdicts_are_told_apart() -> None:
    page = render(made())
    assert "changes labels: 50 %" in page and "looks foreign" in page and "keeps labels" in page


def test_many_large_pictures_stay_within_the_budget() -> None:
    small = Image.fromarray(made().rows[0].plain).resize((256, 256), Image.Resampling.BICUBIC)
    row = replace(made().rows[0], plain=np.asarray(small))
    row = replace(row, versions=(Version(row.plain, row.versions[0].labels),) * EPOCHS)
    assert len(render(replace(made(), size=256, rows=(row,) * 64))) < 1.3 * BUDGET
    noise = made(64, LOSSLESS)
    assert len(render(noise)) < 5_000_000


def test_the_grid_holds_every_picture_enlarged_pixel_by_pixel() -> None:
    preview = made(3, 8)
    grid = np.asarray(Image.open(io.BytesIO(sheet(preview.rows))))
    assert grid.shape == (3 * 96 + 2 * 4, 7 * 96 + 6 * 4, 3)
    assert np.array_equal(grid[:96:12, :96:12], preview.rows[0].plain)
    assert (grid[96:100] == 255).all()


def test_pictures_are_those_of_a_run(photos: Path, tmp_path: Path, dojang: Dojang) -> None:
    """Same positions in the training part, same numbers, same pixels."""
    from dojang.app.files import load_plan
    from dojang.core.store import RunFolder

    settings = {"augment.min_area": 0.5, "preprocess.contrast": 1.3, "model.width": 8}
    preview = make_preview(str(photos), settings, 5, Silent())
    words = [w for k, v in settings.items() for w in ("--set", f"{k}={v}")]
    run = tmp_path / "run"
    assert dojang("train", photos, "--run", run, "--set", "train.epochs=1", *words).code == 0
    recipe = load_recipe(run / "recipe.yaml")
    learnt = load_plan(RunFolder(run)).ids("train")
    assert [row.label for row in preview.rows[:3]] == ["circle", 'quo"te <b>&', "고양이"]
    for row in preview.rows:
        position = np.array([learnt.index(row.id)])
        how, changes = preprocess_of(recipe), augment_settings(recipe)
        assert isinstance(recipe.model.size, int)
        size = recipe.model.size
        data = (photos / row.id).read_bytes()
        assert np.array_equal(decode(data, size, how)[0], row.plain)
        stored = decode(data, changes.stored_size(size), how)[0]
        image = torch.from_numpy(stored.copy()).permute(2, 0, 1)[None]
        for epoch, version in enumerate(row.versions):
            expected = augment(image, position, changes, size, recipe.train.seed, epoch)[0]
            shown = expected.round().clamp(0, 255).permute(1, 2, 0).numpy().astype(np.uint8)
            assert np.array_equal(shown, version.pixels)


def test_the_command_writes_a_page_a_grid_and_json(
    photos: Path, tmp_path: Path, dojang: Dojang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert dojang("preview", photos, "--count", 3).out.strip() == "Preview: preview.html"
    assert dojang("preview", photos, "--count", 3).out.strip() == "Preview: preview-2.html"
    mix = ["--set", "augment.mixup=1", "--set", "augment.cutmix=1"]
    answer = dojang("preview", photos, "--count", 6, "--out", "p.png", "--json", *mix)
    assert answer.code == 0 and answer.json["path"] == "p.png"
    assert len(answer.json["rows"]) == 6
    for row in answer.json["rows"]:
        assert len(row["labels"]) == EPOCHS
        assert all(sum(shares.values()) == pytest.approx(1) for shares in row["labels"])
    assert answer.json["settings"]["augment.mixup"] == "1.0"
    assert Image.open(tmp_path / "p.png").format == "PNG"


def test_a_file_is_never_overwritten_and_other_endings_are_refused(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    taken = tmp_path / "taken.html"
    taken.write_text("mine")
    assert dojang("preview", photos, "--out", taken).code == 2
    assert taken.read_text() == "mine"
    refused = dojang("preview", photos, "--out", tmp_path / "p.pdf")
    assert refused.code == 2 and ".html or .png" in refused.err
    assert dojang("preview", tmp_path / "nothing").code == 2


def test_a_picture_of_the_page_is_the_picture() -> None:
    preview = made(1, 8)
    found = re.search(r"data:image/png;base64,([A-Za-z0-9+/=]+)", render(preview))
    assert found
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(found.group(1)))))
    assert np.array_equal(shown, preview.rows[0].plain)
