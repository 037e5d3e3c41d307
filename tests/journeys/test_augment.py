"""Pre-processing and augmentation as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from dojang.core.types import InputSpec
from dojang.data.loader import Batch
from shapes import QUICK, Dojang, by_the_rule

CLASSES = ("circle", "고양이")

POLICIES = {
    "pad": ["preprocess.resize=pad", "preprocess.interpolation=lanczos", "preprocess.scale=unit"],
    "crop": ["preprocess.resize=crop", "preprocess.crop_ratio=0.8", "preprocess.scale=minmax"],
    "region": ["preprocess.crop_to=[0.1,0.1,0.8,0.9]", "preprocess.contrast=1.4"],
    "tone": ["preprocess.clahe=2", "preprocess.saturation=0.5", "augment.min_area=0.5"],
}


def _set(pairs: list[str]) -> list[str]:
    return [word for pair in pairs for word in ("--set", pair)]


@pytest.mark.parametrize("name", POLICIES)
def test_predict_equals_evaluation_with_every_policy(
    name: str, photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run, out = tmp_path / "run", tmp_path / "p.csv"
    assert dojang("train", photos, "--run", run, *QUICK, *_set(POLICIES[name])).code == 0
    assert dojang("predict", run, photos, "--out", out).code == 0
    ours = pd.read_csv(out).set_index("id")
    kept = by_the_rule(run, "valid")
    columns = list(kept.columns)
    assert len(kept) >= 9
    difference = ours.loc[kept.index, columns].to_numpy() - kept[columns].to_numpy()
    assert np.abs(difference).max() < 1e-5
    spec = InputSpec.from_json(json.loads((run / "run.json").read_text())["input"])
    assert spec.how.resize == {"pad": "pad", "crop": "crop"}.get(name, "squash")
    assert (
        dojang("explain", run, photos / "고양이" / "사진 00.png", "--out", tmp_path / "w.jpg").code
        == 0
    )


def test_everything_at_once_trains_and_workers_do_not_matter(
    photos: Path, tmp_path: Path, dojang: Dojang
) -> None:
    everything = _set(
        ["augment.mixup=0.4", "augment.cutmix=1", "augment.policy=trivialaugment",
         "augment.noise=0.1", "augment.blur=1", "augment.hue=0.1", "augment.erase=0.3",
         "augment.flip=both", "augment.min_area=0.5", "train.accumulate=2"]
    )  # fmt: skip
    for workers in (0, 2):
        answer = dojang("train", photos, "--run", tmp_path / str(workers), *QUICK, *everything,
                        "--set", f"data.workers={workers}")  # fmt: skip
        assert answer.code == 0
    first, second = (
        (tmp_path / n / "weights" / "fold0.safetensors").read_bytes() for n in ("0", "2")
    )
    assert first == second
    history = json.loads((tmp_path / "0" / "history.json").read_text())
    assert all(np.isfinite(line["objective"]) for line in history)


def test_the_loss_of_mixed_images_is_shared_by_their_labels() -> None:
    import torch
    import torch.nn.functional as F
    from torch import nn

    from dojang.objectives.losses import LOSSES, LossSettings
    from dojang.tasks.classify import Classification

    task = Classification(
        ("a", "b", "c"), LOSSES["cross_entropy"](LossSettings(label_smoothing=0.1))
    )
    logits = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    targets, partners = torch.tensor([0, 1, 2, 0, 1]), torch.tensor([1, 2, 0, 0, 2])
    batch = Batch(logits, targets, np.arange(5), partners, 0.7)
    soft = 0.7 * F.one_hot(targets, 3) + 0.3 * F.one_hot(partners, 3).float()
    expected = F.cross_entropy(logits, soft, label_smoothing=0.1)
    torch.testing.assert_close(task.phases[0].loss(nn.Identity(), batch), expected)


def _arrows(root: Path) -> Path:
    """Left and right arrows: mirrored, one is the other."""
    chance = np.random.default_rng(0)
    for i in range(240):
        pixels = chance.integers(0, 60, (24, 24, 3), dtype=np.uint8)
        at = int(chance.integers(9, 15))
        for step in range(6):
            pixels[at - step : at + step + 1, 4 + step] = chance.integers(150, 255)
        name = CLASSES[i % 2]
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels if i % 2 else pixels[:, ::-1]).save(folder / f"{i:03}.png")
    return root


def test_a_mirror_that_changes_labels_is_left_out_and_warned_of(
    tmp_path: Path, dojang: Dojang
) -> None:
    data = _arrows(tmp_path / "arrows")
    chosen = dojang("init", data)
    assert chosen.code == 0 and "flip: none" in chosen.out
    assert "mirrored images change their class" in chosen.out
    asked = dojang(
        "train", data, "--run", tmp_path / "run", *QUICK, "--set", "augment.flip=horizontal"
    )
    assert asked.code == 0
    assert "Warning: the recipe may change labels: mirroring left and right" in asked.err
    assert "--set augment.flip=none" in asked.err
