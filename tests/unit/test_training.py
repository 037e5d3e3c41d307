"""The loop and what stands around it: steps, schedules, groups, observers, checkpoints."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from dojang.analysis.feed import feed_and_model
from dojang.core.durations import Duration
from dojang.core.types import EpochRecord, InputSpec, SourceRef
from dojang.data.cache import PixelStore
from dojang.data.loader import Batch, Early, TrainLoader
from dojang.data.transforms import Augment
from dojang.data.workers import DecodePool
from dojang.nn.factory import Network, build
from dojang.objectives.losses import LOSSES, LossSettings
from dojang.tasks.classify import Classification
from dojang.train.faults import NotFinite
from dojang.train.hardware import make_accelerator, resolve_precision
from dojang.train.loop import EpochEnd, Event, Step, fit
from dojang.train.observers import is_best, reason_to_stop
from dojang.train.optimizers import OPTIMIZERS, OptimizerSettings, parameter_groups
from dojang.train.schedules import SCHEDULES, SchedulePlan
from dojang.train.trainee import Regularizers, Trainee

SPEC = InputSpec(8, "squash", (127.5, 127.5, 127.5), (64.0, 64.0, 64.0))


def _loader(count: int = 40, batch: int = 8, augment: Augment | None = None) -> TrainLoader:
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 2, count).astype(np.int64)
    pixels = rng.integers(0, 128, (count, 8, 8, 3)) + 100 * targets[:, None, None, None]
    store = PixelStore(
        DecodePool(SourceRef("files", ""), 0),
        tuple(map(str, range(count))),
        8,
        "squash",
        torch.from_numpy(pixels.astype(np.uint8)),
    )
    return TrainLoader(store, targets, 8, batch, augment or Augment(), 0, torch.device("cpu"))


def test_the_first_epochs_see_smaller_images_of_the_same_batches() -> None:
    loader = _loader(augment=Augment(flip="horizontal", cutmix=1.0))
    early = replace(loader, early=Early(4, 2))
    for epoch, side in ((0, 4), (1, 4), (2, 8)):
        large, small = list(loader.epoch(epoch)), list(early.epoch(epoch))
        assert {b.images.shape[-1] for b in small} == {side} == {early.size_in(epoch)}
        for one, other in zip(large, small, strict=True):
            assert np.array_equal(one.positions, other.positions)
        rest = list(early.epoch(epoch, 2))
        assert all(torch.equal(a.images, b.images) for a, b in zip(rest, small[2:], strict=True))


def test_an_epoch_can_be_resumed_at_any_batch() -> None:
    loader = _loader(augment=Augment(flip="horizontal", rotate=20, color=0.3))
    whole = list(loader.epoch(3))
    for start in (0, 2, 4, 5):
        rest = list(loader.epoch(3, start))
        assert len(rest) == len(whole) - start
        for one, other in zip(rest, whole[start:], strict=True):
            assert torch.equal(one.images, other.images)
            assert torch.equal(one.targets, other.targets)
            assert np.array_equal(one.positions, other.positions)


def test_feed_and_model_are_timed_apart() -> None:
    class Slow(TrainLoader):
        def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
            for batch in super().epoch(number, start):
                time.sleep(0.02)
                yield batch

    trainee, _, task, accelerator = _trainee()
    loader = Slow(**vars(_loader()))
    ends, slept, began = [], 0.0, time.perf_counter()
    for event in fit(trainee, task, loader, accelerator, epochs=1):
        if isinstance(event, EpochEnd):
            ends.append(event)
        else:
            time.sleep(0.05)  # what the consumer does counts for neither
            slept += 0.05
    (end,) = ends
    assert end.feed_seconds > 0.1 and end.model_seconds > 0
    assert end.feed_seconds + end.model_seconds + slept <= time.perf_counter() - began


def test_rates_over_epochs_are_images_over_seconds() -> None:
    records = [replace(_record(e, 1.0, 0.5), feed_rate=f, model_rate=m)
               for e, (f, m) in enumerate([(100.0, 50.0), (300.0, 50.0), (0.0, 0.0)])]  # fmt: skip
    feed, model = feed_and_model(records) or (0, 0)
    assert feed == pytest.approx(150)  # 2 epochs of n images in n/100 + n/300 seconds
    assert model == pytest.approx(50)
    assert feed_and_model(records[2:]) is None


def _trainee(
    optimizer: str = "adamw", lr: float = 1e-2, decay: float = 0.01, clip: float | None = None
) -> tuple[Trainee, Network, Classification, object]:
    network = build("convnet", 2, SPEC, width=8, seed=0)
    accelerator = make_accelerator("fp32")
    task = Classification(("a", "b"), LOSSES["cross_entropy"](LossSettings()))
    model = accelerator.prepare(network)
    groups = parameter_groups([list(model.parameters())], [1.0], decay)
    plain = OPTIMIZERS[optimizer](groups, OptimizerSettings(lr))
    for group in plain.param_groups:
        group["initial_lr"] = lr
    rates = {"main": lambda step: SCHEDULES["onecycle"](step, SchedulePlan(15, 4))}
    optimizers = {"main": accelerator.prepare(plain)}
    trainee = Trainee(model, network, optimizers, rates, Regularizers(clip_norm=clip))
    return trainee, network, task, accelerator


def _run(**changes: object) -> tuple[list[Event], Network]:
    trainee, network, task, accelerator = _trainee(**changes)  # type: ignore[arg-type]
    return list(fit(trainee, task, _loader(), accelerator, epochs=3)), network  # type: ignore[arg-type]


def test_events_come_in_order_and_count_steps() -> None:
    events, _ = _run()
    steps = [e for e in events if isinstance(e, Step)]
    ends = [e for e in events if isinstance(e, EpochEnd)]
    assert [s.step for s in steps] == list(range(1, 16))
    assert [(e.epoch, e.step) for e in ends] == [(0, 5), (1, 10), (2, 15)]
    assert all(s.images == 8 for s in steps)
    assert isinstance(events[-1], EpochEnd)


def test_a_seeded_run_gives_the_expected_losses() -> None:
    """Golden numbers of this tiny run; a change here is a change of everybody's results."""
    events, _ = _run()
    objectives = [e.objective for e in events if isinstance(e, EpochEnd)]
    np.testing.assert_allclose(objectives, GOLDEN, rtol=1e-2)


GOLDEN = [0.663125, 0.396998, 0.238207]


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_each_optimiser_learns(optimizer: str) -> None:
    events, _ = _run(optimizer=optimizer, lr=1e-2 if optimizer == "adamw" else 0.05)
    ends = [e.objective for e in events if isinstance(e, EpochEnd)]
    assert ends[-1] < 0.5 * ends[0]


def test_accumulated_gradients_equal_those_of_the_whole_batch() -> None:
    """Two micro-batches of 4 give the mean gradient of 8, apart from batch norm, so without it."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(192, 2))
    state = {k: v.clone() for k, v in model.state_dict().items()}
    weights = []
    for accumulate in (1, 2):
        accelerator = make_accelerator("fp32")
        net = nn.Sequential(nn.Flatten(), nn.Linear(192, 2))
        net.load_state_dict(state)
        task = Classification(("a", "b"), LOSSES["cross_entropy"](LossSettings()))
        prepared = accelerator.prepare(net)
        plain = torch.optim.SGD(prepared.parameters(), lr=1e-6)
        plain.param_groups[0]["initial_lr"] = 1e-6
        optimizers = {"main": accelerator.prepare(plain)}
        trainee = Trainee(prepared, net, optimizers, {"main": lambda step: 1.0})
        loader = _Floats(_loader(batch=8 // accumulate))
        events = list(
            fit(trainee, task, loader, accelerator, epochs=1, accumulate=accumulate)  # type: ignore[arg-type]
        )
        assert sum(isinstance(e, Step) for e in events) == 5
        weights.append(net[1].weight.detach().clone())
    torch.testing.assert_close(weights[0], weights[1], rtol=1e-5, atol=1e-7)


class _Floats:
    """A loader whose images are floats, for a model that does not normalise."""

    def __init__(self, loader: TrainLoader) -> None:
        self._loader = loader
        self.seed = loader.seed
        self.batches_per_epoch = loader.batches_per_epoch

    def epoch(self, number: int, start: int = 0) -> object:
        return (replace(b, images=b.images.float()) for b in self._loader.epoch(number, start))


def test_a_loss_that_is_no_number_stops_the_loop_before_it_does_harm() -> None:
    trainee, network, task, accelerator = _trainee()
    nothing = replace(task.loss, mean=lambda logits, targets: logits.sum() * float("nan"))
    broken = replace(task, loss=nothing)
    before = [p.detach().clone() for p in network.parameters()]
    loader = _loader()
    events = list(fit(trainee, broken, loader, accelerator, epochs=3))  # type: ignore[arg-type]
    files = tuple(loader.store.ids[i] for i in loader.order(0)[0])
    assert events == [NotFinite(step=0, epoch=0, where="loss", files=files)]
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))


def test_clipping_bounds_the_step() -> None:
    trainee, network, task, accelerator = _trainee(optimizer="sgd", lr=1.0, decay=0.0, clip=1e-4)
    before = [p.detach().clone() for p in network.parameters()]
    events = fit(trainee, task, _loader(), accelerator, epochs=1)  # type: ignore[arg-type]
    next(events)
    moved = math.sqrt(
        sum(
            float((a - b).detach().norm()) ** 2
            for a, b in zip(before, network.parameters(), strict=True)
        )
    )
    assert 0 < moved < 1e-3


def test_every_epoch_has_its_own_order_and_each_sample_once() -> None:
    loader = _loader()
    orders = [np.concatenate(loader.order(epoch)) for epoch in (0, 1, 0)]
    assert (orders[0] == orders[2]).all() and (orders[0] != orders[1]).any()
    assert sorted(orders[0]) == list(range(40))


def test_processes_share_a_batch_between_them() -> None:
    whole = _loader()
    parts = [replace(whole, rank=rank, world=2) for rank in (0, 1)]
    for full, first, second in zip(whole.epoch(0), *(p.epoch(0) for p in parts), strict=True):
        assert sorted([*first.positions, *second.positions]) == sorted(full.positions)


def test_label_smoothing_equals_torch() -> None:
    logits, targets = torch.randn(6, 3), torch.tensor([0, 1, 2, 0, 1, 2])
    expected = nn.CrossEntropyLoss(label_smoothing=0.1)(logits, targets)
    loss = LOSSES["cross_entropy"](LossSettings(label_smoothing=0.1))
    torch.testing.assert_close(loss(logits, targets), expected)


def _record(epoch: int, loss: float, accuracy: float = 0.5, best: bool = False) -> EpochRecord:
    return EpochRecord(0, epoch, 10 * (epoch + 1), 0.1, loss, loss, accuracy, loss, accuracy, 1.0,
                       60.0 * (epoch + 1), best)  # fmt: skip


def _history(losses: list[float]) -> list[EpochRecord]:
    records: list[EpochRecord] = []
    for epoch, loss in enumerate(losses):
        record = _record(epoch, loss)
        records.append(replace(record, best=is_best(record, records, "loss")))
    return records


def test_best_is_strictly_better_by_the_monitor() -> None:
    assert [r.best for r in _history([3, 2, 2, 1, 4])] == [True, True, False, True, False]
    better = _record(1, loss=9.0, accuracy=0.9)
    assert is_best(better, [_record(0, 1.0, 0.8)], "accuracy")
    assert not is_best(better, [_record(0, 1.0, 0.8)], "loss")


@pytest.mark.parametrize(
    ("patience", "limit", "reason"),
    [(None, None, None), ("2ep", None, "patience"), ("3ep", None, None), ("20st", None, "patience"),
     ("2min", None, "patience"), (None, "4ep", "limit"), (None, "41st", None), (None, "4min", "limit"),
     (None, "1h", None)],
)  # fmt: skip
def test_reasons_to_stop(patience: str | None, limit: str | None, reason: str | None) -> None:
    history = _history([3, 1, 2, 2])
    parse = [Duration.parse(text) if text else None for text in (patience, limit)]
    assert reason_to_stop(history, parse[0], parse[1], 10) == reason
    assert reason_to_stop([], parse[0], parse[1], 10) is None


def test_trainings_of_one_process_may_differ_in_precision() -> None:
    found = [make_accelerator(p).mixed_precision for p in ("bf16", "fp32", "bf16")]
    assert found == ["bf16", "no", "bf16"]


def test_precision_is_chosen_by_what_the_hardware_says() -> None:
    cpu = torch.device("cpu")
    assert resolve_precision("fp32", cpu, False) == "fp32"
    assert resolve_precision("bf16", cpu, True) == "bf16"
    assert resolve_precision("auto", cpu, depthwise=True) == "fp32"
    assert resolve_precision("auto", cpu, False) in ("fp32", "bf16")
