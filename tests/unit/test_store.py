"""Files are whole or not there at all; run folders say what they are."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from dojang.core import store
from dojang.core.errors import RunError, StorageError
from dojang.core.tables import from_frame, to_frame
from dojang.core.types import Predictions


def test_json_is_readable_by_anyone(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    store.write_json(path, {"a": float("nan"), "b": [float("inf"), 1.5], "한글": "<b>\"'"})
    strict = json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert strict == {"a": None, "b": [None, 1.5], "한글": "<b>\"'"}
    assert "한글" in path.read_text(encoding="utf-8")


def test_a_failed_write_leaves_the_old_file_and_no_orphan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.json"
    store.write_json(path, {"old": 1})

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError) as caught:
        store.write_json(path, {"new": 2})
    message = str(caught.value)
    assert (
        str(path) in message
        and "No space left" in message
        and "Needed" in message
        and "free" in message
    )
    assert store.read_json(path) == {"old": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


def _write_for_ever(path: str) -> None:
    number = 0
    while True:
        number += 1
        store.write_tensors(
            Path(path), {"x": torch.full((20_000,), float(number))}, {"n": str(number)}
        )


def test_a_writer_killed_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    rng = np.random.default_rng(0)
    for _ in range(5):
        writer = multiprocessing.get_context("fork").Process(
            target=_write_for_ever, args=(str(path),)
        )
        writer.start()
        while not path.exists():
            time.sleep(0.005)
        time.sleep(float(rng.uniform(0.01, 0.1)))
        writer.kill()
        writer.join()
        tensors, metadata = store.read_tensors(path)
        assert (tensors["x"] == float(metadata["n"])).all()


@pytest.mark.parametrize("damage", ["truncate", "empty", "text", "missing"])
def test_broken_tensors_are_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "w.safetensors"
    store.write_tensors(path, {"x": torch.zeros(100)}, {})
    data = path.read_bytes()
    {"truncate": lambda: path.write_bytes(data[:-10]), "empty": lambda: path.write_bytes(b""),
     "text": lambda: path.write_text("hello"), "missing": path.unlink}[damage]()  # fmt: skip
    with pytest.raises(RunError) as caught:
        store.read_tensors(path)
    assert str(path) in str(caught.value)


def test_broken_tables_and_json_are_named(tmp_path: Path) -> None:
    for name, read in (("t.parquet", store.read_parquet), ("t.json", store.read_json)):
        path = tmp_path / name
        with pytest.raises(RunError) as caught:
            read(path)
        assert caught.value.key == "run.file_missing"
        path.write_bytes(b"\x00broken")
        with pytest.raises(RunError) as caught:
            read(path)
        assert str(path) in str(caught.value)


def test_predictions_survive_the_table(tmp_path: Path) -> None:
    classes = ("p:odd", "고양이", "<b>")
    rng = np.random.default_rng(0)
    predictions = Predictions(
        ids=("가/1.png", "b.png"),
        probabilities=rng.dirichlet(np.ones(3), 2).astype(np.float32),
        classes=classes,
        targets=np.array([2, -1]),
        part="valid",
        fold=np.array([0, 1]),
    )
    path = tmp_path / "p.parquet"
    store.write_parquet(path, to_frame(predictions), {"k": "v"})
    back = from_frame(store.read_parquet(path), "valid")
    assert back.ids == predictions.ids and back.classes == classes
    np.testing.assert_array_equal(back.probabilities, predictions.probabilities)
    np.testing.assert_array_equal(back.targets, predictions.targets)
    assert pd.read_parquet(path)["target"].isna().tolist() == [False, True]


def test_next_run_path_takes_the_first_free_number(tmp_path: Path) -> None:
    assert store.next_run_path(tmp_path, "a").name == "a-1"
    (tmp_path / "a-1").mkdir()
    assert store.next_run_path(tmp_path, "a").name == "a-2"
