"""``dojang model``: the table of layers, what training keeps, and how it is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from dojang.app.show_model import amount, cells, size
from dojang.core.i18n import use_language
from dojang.nn.arithmetic import layer_costs
from dojang.nn.arithmetic.memory import with_kept
from shapes import Dojang


def test_the_table_of_alexnet_with_its_arithmetic(dojang: Dojang) -> None:
    answer = dojang("model", "dojang/alexnet", "--arithmetic")
    assert answer.code == 0
    assert "Total: 60,965,224 parameters, 724,406,816 multiply-adds" in answer.out
    assert "  conv1     ⌊(224 − 11 + 2·2)/4⌋ + 1 = 55\n" in answer.out
    assert "  maxpool3  (13 − 3)/2 + 1 = 6\n" in answer.out
    (line,) = (row for row in answer.out.splitlines() if row.startswith("conv2 "))
    assert line.split() == [
        "conv2",
        "Conv2d",
        "256×27×27",
        "307,456",
        "224",
        "M",
        "51",
        "746",
        "kB",
        "280",
        "kB",
    ]
    assert "weights 244 MB" in answer.out and "state of adamw 488 MB" in answer.out


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("name", ["torchvision/googlenet", "vit_tiny_patch16_224", "lenet5"])
def test_columns_stand_under_one_another_on_any_terminal(
    dojang: Dojang, monkeypatch: pytest.MonkeyPatch, lang: str, columns: int, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    with use_language(lang):
        lines = dojang("model", name).out.splitlines()
    table = lines[2 : lines.index("", 2)]
    head, rule, *rows = table
    assert len(rows) > 8 and set(rule) == {"─"}
    assert max(map(cells, table)) <= columns
    assert {cells(line) for line in rows} == {cells(head)}, (
        "every cell of the last column is filled"
    )


def test_widths_and_numbers() -> None:
    assert cells("층 a") == 4 and cells("é") == 1 and cells("e\u0301") == 1
    assert [amount(n) for n in (0, 812, 1850, 99_500, 104_544_000, 1.85e9, 3e15)] == [
        "0", "812", "1.85 k", "99.5 k", "105 M", "1.85 G", "3000 T",
    ]  # fmt: skip
    assert size(812) == "812 B" and size(3_110_000) == "3.11 MB"


def test_json_holds_the_same(dojang: Dojang) -> None:
    tree = json.loads(dojang("model", "lenet5", "--classes", 10, "--json").out)
    assert (tree["parameters"], tree["size"]) == (61_706, 32)
    assert sum(row["parameters"] for row in tree["layers"]) == 61_706
    conv = next(row for row in tree["layers"] if row["name"] == "features.conv1")
    assert conv["arithmetic"] == ["(32 − 5)/1 + 1 = 28"] * 2
    assert conv["kept_bytes"] == 32 * 32 * 4 and conv["forward_bytes"] == 6 * 28 * 28 * 4
    assert tree["described"][0] == {"path": "layers[0]", "layer": "grey"}
    assert tree["memory_bytes"]["optimizer_state"] == 2 * 4 * 61_706


def test_a_recipe_shows_its_own_layers_size_and_optimiser(dojang: Dojang, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "model:\n  size: 24\n  layers:\n    - conv 8 3x5 stride 2\n    - gap\n"
        "optimizer: {name: sgd, momentum: 0}\n",
        encoding="utf-8",
    )
    answer = dojang("model", path, "--arithmetic", "--classes", 3)
    assert "images of 24×24 pixels, 3 classes" in answer.out
    assert "height ⌊(24 − 3 + 2·1)/2⌋ + 1 = 12; width ⌊(24 − 5 + 2·2)/2⌋ + 1 = 12" in answer.out
    assert "state of sgd 0 B" in answer.out
    path.write_text("model: {layers: [conv 8 3x3 strid 2, gap]}\n", encoding="utf-8")
    wrong = dojang("model", path)
    assert wrong.code == 2 and "Did you mean stride" in wrong.err and not wrong.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["model", "resnet19"], "Did you mean"),
        (["model", "dojang/alexnet", "--size", 32], "does not fit images of 32×32"),
        (["model", "missing.yaml"], "missing.yaml"),
        (["model", "torchvision/inception_v3", "--size", 32], "32×32"),
        (["model", "lenet5", "--size", 0], "size"),
        (["model", "lenet5", "--classes", 0], "classes"),
        (["model"], "TARGET"),
    ],
)
def test_mistakes_are_explained(dojang: Dojang, arguments: list[object], told: str) -> None:
    answer = dojang(*arguments)
    assert answer.code == 2 and told in answer.err and "Traceback" not in answer.err


def test_models_lists_ours_with_a_line_each(dojang: Dojang) -> None:
    lines = dojang("models", "net").out.splitlines()
    assert any(line.startswith("lenet5 ") and "LeCun" in line for line in lines)
    assert any(line.startswith("dojang/alexnet ") and "two towers" in line for line in lines)
    assert "timm/resnet18" in lines and "torchvision/resnet18" in lines
    assert "lenet5" in json.loads(dojang("models", "lenet", "--json").out)


def test_what_training_keeps_is_what_autograd_saves() -> None:
    """By hand: the input of a convolution, the input of a batch norm, the output of a ReLU."""
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64, 5),
    )  # fmt: skip
    before = {k: v.clone() for k, v in model.state_dict().items()}
    model.eval()
    costs, total = with_kept(layer_costs(model, 8), model, 8)
    kept = [cost.kept for cost in costs]
    floats = 4
    assert kept[0] == 3 * 64 * floats
    assert kept[1] == 4 * 64 * floats + 4 * 2 * floats // 2, "and mean and spread of the batch"
    assert kept[2] == 4 * 64 * floats, "once for the ReLU and the pool"
    assert kept[3] == 4 * 16 * 8, "the places of the largest, 64 bits each"
    assert kept[4] == 0 and kept[5] == 64 * floats
    assert total == sum(kept) and not model.training
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


def test_shapes_alone_tell_the_same_as_a_run() -> None:
    def both(device: str) -> tuple[list[object], int]:
        with torch.device(device):
            model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.GELU(), nn.Dropout(0.3), nn.Flatten())
        costs, total = with_kept(layer_costs(model, 8), model, 8)
        return [(c.row, c.kept, c.windows) for c in costs], total

    assert both("meta") == both("cpu")


def test_measuring_leaves_the_global_generator_alone() -> None:
    model = nn.Sequential(nn.Dropout(0.5), nn.Flatten(), nn.Linear(48, 2))
    before = torch.random.get_rng_state()
    with_kept(layer_costs(model, 4), model, 4)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_layers_that_pad_by_themselves_show_no_wrong_formula() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 4, padding="same"), nn.AvgPool2d(3, 2, 1))
    costs = layer_costs(model, 9)
    assert costs[0].windows is None
    assert costs[1].windows is not None and costs[1].windows[0].formula == "(9 − 3 + 2·1)/2 + 1 = 5"
