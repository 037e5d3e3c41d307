"""What a training tells its watchers while it runs."""

from __future__ import annotations

import itertools
import math
import threading
import time
from pathlib import Path

import pytest

from dojang.app.run import train
from dojang.core.store import RunFolder, read_json
from dojang.core.types import EpochRecord
from dojang.train import live as module
from dojang.train.live import Live, Thinned
from dojang.train.loop import EpochEnd, Place, Step


def test_a_long_series_stays_short_and_keeps_its_mean() -> None:
    thin = Thinned(50)
    values = [math.sin(i / 40) + 2 for i in range(5000)]
    for step, value in enumerate(values, start=1):
        thin.add(step, value)
    found = thin.to_json()
    assert 25 <= len(found["step"]) <= 50 and found["step"] == sorted(found["step"])
    every = found["every"]
    for step, mean in zip(found["step"], found["objective"], strict=True):
        assert mean == pytest.approx(sum(values[step - every : step]) / every)


def test_going_back_forgets_what_came_after() -> None:
    thin = Thinned(50)
    for step in (1, 2, 3, 4, 3, 4):
        thin.add(step, float(step))
    assert thin.to_json()["step"] == [1, 2, 3, 4]


def _record(epoch: int) -> EpochRecord:
    return EpochRecord(0, epoch, 10 * epoch, 0.1, 1.0, 1.0, 0.5, 1.0, 0.5, 10.0, 1.0, True)


def test_it_is_written_at_most_once_in_a_while_and_gone_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.15)
    written: list[float] = []
    real = module.write_json

    def count(path: Path, tree: object, compact: bool) -> None:
        written.append(time.monotonic())
        real(path, tree, compact)

    monkeypatch.setattr(module, "write_json", count)
    folder = RunFolder(tmp_path)
    told: list[object] = []
    with Live(folder, 0, 1, 5, 100) as live:
        show = live.told(lambda event, record, seconds: told.append(event))
        began = time.monotonic()
        step = 0
        while time.monotonic() - began < 0.6:
            step += 1
            place = Place(0, step)
            show(Step(step, place, step / 100, 1.5, 1.0, 0.1, 8), None, time.monotonic() - began)
            time.sleep(0.002)
        show(EpochEnd(step, Place(0, step), 1.5, 1.0, 0.1), _record(0), 0.6)
        time.sleep(0.35)
        tree = read_json(folder.live)
        assert tree["ended"][0]["epoch"] == 0 and tree["step"] == step
        assert tree["losses"]["objective"] and tree["images_per_second"] > 100
    assert len(told) == step + 1
    assert 3 <= len(written) <= 8
    assert all(b - a >= 0.14 for a, b in itertools.pairwise(written))
    assert not folder.live.exists()


def test_a_training_tells_each_epoch_when_it_ends(photos: Path, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    seen: list[int] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            if folder.live.is_file():
                try:
                    seen.append(len(read_json(folder.live)["ended"]))
                except Exception as error:  # renamed away between the two
                    assert "live.json" in str(error)
            time.sleep(0.002)

    thread = threading.Thread(target=watch)
    thread.start()
    settings = {"train.epochs": 2, "model.width": 8, "train.batch_size": 16}
    train(photos, run=folder.path, settings=settings, progress=False)
    stop.set()
    thread.join()
    assert seen, "live.json was never there"
    assert not folder.live.exists()
    assert len(read_json(folder.history)) == 2
