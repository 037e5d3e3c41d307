"""States of a training: whole, exact, and safe from what happens to files and numbers (T2 to T8,
T12 of the promises, in one process)."""

from __future__ import annotations

import errno
import itertools
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from dojang.core.durations import Duration
from dojang.core.errors import ModelError, RunError, StorageError
from dojang.core.faults import Fault
from dojang.core.store import RunFolder, file_hash, only_one, read_json, remove_leftovers
from dojang.core.types import InputSpec, SourceRef
from dojang.data.cache import PixelStore
from dojang.data.loader import Batch, EvalLoader, TrainLoader
from dojang.data.transforms import Augment
from dojang.data.workers import DecodePool
from dojang.nn.factory import Network, build
from dojang.objectives.losses import LOSSES, LossSettings
from dojang.tasks.classify import Classification
from dojang.train.averaging import Ema, Swa
from dojang.train.checkpoint import Checkpoints, State, put_back, take_state
from dojang.train.hardware import make_accelerator
from dojang.train.loop import Event, Place, Step
from dojang.train.plan import Session
from dojang.train.session import load_history, run_session
from dojang.train.step import cut, is_out_of_memory
from dojang.train.trainee import Regularizers, Trainee

CPU = torch.device("cpu")
SPEC = InputSpec(8, "squash", (127.5, 127.5, 127.5), (64.0, 64.0, 64.0))
EPOCHS, PER_EPOCH = 3, 6


def _store(count: int, seed: int) -> tuple[PixelStore, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, 2, count).astype(np.int64)
    pixels = rng.integers(0, 128, (count, 8, 8, 3)) + 100 * targets[:, None, None, None]
    ids = tuple(f"{seed}/{i}.png" for i in range(count))
    pool = DecodePool(SourceRef("files", ""), 0)
    return PixelStore(pool, ids, 8, "squash", torch.from_numpy(pixels.astype(np.uint8))), targets


def _session(optimizer: str = "adamw", network: Network | None = None, **changes: Any) -> Session:
    network = network or build("convnet", 2, SPEC, width=8, dropout=0.2, seed=0)
    accelerator = make_accelerator("fp32")
    task = Classification(("a", "b"), LOSSES["cross_entropy"](LossSettings()))
    model = accelerator.prepare(network)
    kinds: dict[str, Callable[..., torch.optim.Optimizer]] = {
        "adamw": lambda p: torch.optim.AdamW(p, lr=1e-2),
        "sgd": lambda p: torch.optim.SGD(p, lr=5e-2, momentum=0.9),
    }
    plain = kinds[optimizer](model.parameters())
    for group in plain.param_groups:
        group["initial_lr"] = group["lr"]
    trainee = Trainee(
        model, network, {"main": accelerator.prepare(plain)},
        {"main": lambda step: 1 - step / (EPOCHS * PER_EPOCH)},
    )  # fmt: skip
    store, targets = _store(50, 1)
    augment = Augment(flip="horizontal", rotate=15, color=0.3)
    valid = EvalLoader(*_store(20, 2), CPU)
    session = Session(
        fold=0, trainee=trainee, task=task,
        loader=TrainLoader(store, targets, 8, 8, augment, 0, CPU),
        valid=valid, probe=valid, accelerator=accelerator, epochs=EPOCHS, monitor="loss",
        patience=None, limit=None, checkpoint=Duration(1, "st"), contract={},
    )  # fmt: skip
    return replace(session, **changes)


class _Killed(BaseException):
    """Stands for a death that no handler sees."""


def _dies_at(step: int) -> Callable[[Event | Fault, object, float], None]:
    def show(event: Event | Fault, record: object, seconds: float) -> None:
        if isinstance(event, Step) and event.step == step:
            raise _Killed

    return show


def _silent(event: Event | Fault, record: object, seconds: float) -> None:
    pass


def _run(folder: Path, *deaths: int, **changes: Any) -> Session:
    """Train with a death after each of the steps, then to the end."""
    for step in deaths:
        with pytest.raises(_Killed):
            run_session(_session(**changes), RunFolder(folder), _dies_at(step))
    session = _session(**changes)
    assert run_session(session, RunFolder(folder), _silent) == "done"
    return session


def _weights(session: Session) -> dict[str, Tensor]:
    return {k: v.clone() for k, v in session.network.state_dict().items()}


def _same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_a_training_that_died_anywhere_ends_as_if_it_had_not(
    tmp_path: Path, optimizer: str
) -> None:
    """T1 and T12, in one process: after each step of the training, the last of an epoch too."""
    straight = _run(tmp_path / "straight", optimizer=optimizer)
    want, history = _weights(straight), read_json(tmp_path / "straight/history.json")
    for step in range(1, EPOCHS * PER_EPOCH + 1, 2):
        folder = tmp_path / f"died{step}"
        died = _run(folder, step, optimizer=optimizer)
        assert _same(want, _weights(died)), step
        clocks = ("seconds", "images_per_second", "feed_rate", "model_rate")
        for one, other in zip(history, read_json(folder / "history.json"), strict=True):
            assert {k: v for k, v in one.items() if k not in clocks} == {
                k: v for k, v in other.items() if k not in clocks
            }
        assert died.network.training is straight.network.training
        assert load_history(RunFolder(folder))[-1].step == EPOCHS * PER_EPOCH


def test_many_deaths_in_one_training(tmp_path: Path) -> None:
    """T2: five of them, one right after a resume."""
    want = _weights(_run(tmp_path / "straight"))
    assert _same(want, _weights(_run(tmp_path / "many", 2, 3, 9, 10, 16)))


def test_states_less_often_than_steps(tmp_path: Path) -> None:
    want = _weights(_run(tmp_path / "straight"))
    for checkpoint in (Duration(4, "st"), Duration(1, "ep"), Duration(1, "h")):
        folder = tmp_path / str(checkpoint)
        assert _same(want, _weights(_run(folder, 3, 11, 17, checkpoint=checkpoint)))


def test_accumulated_steps_resume_too(tmp_path: Path) -> None:
    want = _weights(_run(tmp_path / "straight", accumulate=2))
    assert _same(want, _weights(_run(tmp_path / "died", 4, accumulate=2)))


EXTRAS: dict[str, Callable[[Network], dict[str, Any]]] = {
    "sam": lambda n: {"regularizers": Regularizers(sam=0.1)},
    "penalties": lambda n: {"regularizers": Regularizers(l1=1e-4, l2=1e-3, clip_norm=0.5)},
    "weight noise": lambda n: {"regularizers": Regularizers(weight_noise=0.1)},
    "ema": lambda n: {"average": Ema(n, 0.9)},
    "swa": lambda n: {"average": Swa(n, 7, 2)},
}


@pytest.mark.parametrize("name", EXTRAS)
def test_every_extra_changes_the_training_and_resumes_exactly(tmp_path: Path, name: str) -> None:
    def extra() -> dict[str, Any]:
        session = _session()
        return {"trainee": replace(session.trainee, **EXTRAS[name](session.network)),
                "refresh_norms": name == "swa"}  # fmt: skip

    plain = _run(tmp_path / "plain")
    straight = _run(tmp_path / "straight", **extra())
    folder = RunFolder(tmp_path / "died")
    for step in (4, 9, 15):
        with pytest.raises(_Killed):
            run_session(_session(**extra()), folder, _dies_at(step))
    again = _session(**extra())
    assert run_session(again, folder, _silent) == "done"
    assert _same(_weights(straight), _weights(again))
    kept = [file_hash(tmp_path / run / "weights/fold0.safetensors") for run in ("straight", "died")]
    assert kept[0] == kept[1] != file_hash(tmp_path / "plain/weights/fold0.safetensors")
    averaged = name in ("ema", "swa")  # an average changes what is kept, not what is trained
    assert _same(_weights(plain), _weights(straight)) == averaged


def test_a_plateau_lowers_the_rate_and_is_remembered(tmp_path: Path) -> None:
    def plateau(values: Sequence[float]) -> float:
        return 0.5 ** len(values)

    rates: dict[int, float] = {}

    def show(event: Event | Fault, record: object, seconds: float) -> None:
        if isinstance(event, Step):
            rates[event.step] = event.lr / (1e-2 * (1 - (event.step - 1) / (EPOCHS * PER_EPOCH)))
            if event.step == 8:
                raise _Killed

    with pytest.raises(_Killed):
        run_session(_session(plateau=plateau), RunFolder(tmp_path), show)
    rest = _session(plateau=plateau)
    run_session(rest, RunFolder(tmp_path), lambda e, r, s: None if _is(e, 8) else show(e, r, s))
    assert [rates[s] for s in (6, 7, 9, 12, 13)] == pytest.approx([1, 0.5, 0.5, 0.5, 0.25])


def _is(event: Event | Fault, step: int) -> bool:
    return isinstance(event, Step) and event.step == step


def test_the_files_of_states_are_few(tmp_path: Path) -> None:
    _run(tmp_path / "run", 5)
    assert len(Checkpoints(tmp_path / "run/checkpoints", 0).files()) <= 3


def _damage(path: Path, how: str, place: int) -> None:
    data = bytearray(path.read_bytes())
    if how == "flip":
        data[place % len(data)] ^= 1 << (place % 8)
    path.write_bytes(bytes(data) if how == "flip" else bytes(data[: place % len(data)]))


@pytest.mark.parametrize("how", ["flip", "cut"])
def test_a_damaged_state_is_named_and_the_one_before_is_used(tmp_path: Path, how: str) -> None:
    """T5: 100 flipped bits and 100 cuts, emptiness among them, in the newest file."""
    session = _session()
    files = Checkpoints(tmp_path, 0)
    for steps in (1, 2):
        files.write(take_state(session.trainee, Place(0, steps), {"n": steps}))
    newest = files.files()[0]
    whole = newest.read_bytes()
    rng = np.random.default_rng(0)
    for place in [0, *rng.integers(1, len(whole), 99)]:
        _damage(newest, how, int(place))
        found = files.read()
        assert found is not None
        state, path, _, damaged = found
        assert damaged == [newest] and path != newest and state.place.steps == 1
        newest.write_bytes(whole)


def test_all_states_damaged_is_an_error_that_names_them(tmp_path: Path) -> None:
    session = _session()
    files = Checkpoints(tmp_path, 0)
    for steps in (1, 2):
        _damage(files.write(take_state(session.trainee, Place(0, steps), {})), "cut", 100)
    with pytest.raises(RunError) as caught:
        files.read()
    assert all(path.name in str(caught.value) for path in files.files())


def test_a_training_goes_on_from_the_state_before_a_damaged_one(tmp_path: Path) -> None:
    want = _weights(_run(tmp_path / "straight"))
    folder = tmp_path / "run"
    with pytest.raises(_Killed):
        run_session(_session(), RunFolder(folder), _dies_at(10))
    newest = Checkpoints(folder / "checkpoints", 0).files()[0]
    _damage(newest, "flip", 12345)
    told: list[Event | Fault] = []
    session = _session()
    run_session(session, RunFolder(folder), lambda e, r, s: told.append(e))
    assert isinstance(told[0], Fault) and told[0].files == (str(newest),)
    assert newest.with_suffix(".damaged").is_file() and not newest.exists()
    assert _same(want, _weights(session))


def _save_without_end(folder: Path, ready: Any) -> None:
    """Do nothing but save, in a process that will be killed."""
    files = Checkpoints(folder, 0)
    tensors = {"model/w": torch.arange(500_000.0)}
    for step in itertools.count(1):
        files.write(State(tensors, {"optimizers": {}, "pace": {}}, Place(0, step), {}))
        if step == 3:
            ready.set()


@pytest.mark.slow
def test_death_inside_a_save_leaves_nothing_unreadable(tmp_path: Path) -> None:
    """T3: a hundred kills at random instants of a process that does nothing but save."""
    rng = np.random.default_rng(0)
    # Forked from a process that has imported torch already, so that a hundred take seconds.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["dojang.train.checkpoint"])
    leftovers = 0
    for _ in range(100):
        ready = context.Event()
        process = context.Process(target=_save_without_end, args=(tmp_path, ready))
        process.start()
        assert ready.wait(60)
        time.sleep(float(rng.uniform(0, 0.1)))
        process.kill()
        process.join()
        found = Checkpoints(tmp_path, 0).read()
        assert found is not None and found[3] == []
        leftovers += len(remove_leftovers(tmp_path))
        assert not list(tmp_path.glob(".*"))
    assert leftovers > 0, "no kill met a save, so nothing was tested"


@pytest.mark.parametrize("at", range(20))
def test_a_full_disk_leaves_the_last_good_state(
    tmp_path: Path, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T4: the disk fills up at 20 points of a write."""
    import safetensors.torch

    session = _session()
    files = Checkpoints(tmp_path, 0)
    good = files.write(take_state(session.trainee, Place(0, 1), {}))
    size = good.stat().st_size
    real = safetensors.torch.save_file

    def full(tensors: Any, name: str, metadata: Any) -> None:
        real(tensors, name, metadata=metadata)
        os.truncate(name, size * at // 20)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    with pytest.raises(StorageError) as caught:
        files.write(take_state(session.trainee, Place(0, 2), {}))
    text = str(caught.value)
    assert str(tmp_path) in text and text.count(" MB") == 2
    found = files.read()
    assert found is not None and found[0].place.steps == 1
    assert [p.name for p in tmp_path.iterdir()] == [good.name]


def test_no_room_is_found_out_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = _session()
    stats = os.statvfs(tmp_path)
    few = os.statvfs_result((*stats[:4], 1, *stats[5:]))
    monkeypatch.setattr(os, "statvfs", lambda path: few)
    with pytest.raises(StorageError):
        Checkpoints(tmp_path, 0).write(take_state(session.trainee, Place(), {}))
    assert list(tmp_path.iterdir()) == []


def test_a_state_is_of_one_network(tmp_path: Path) -> None:
    state = take_state(_session().trainee, Place(), {})
    with pytest.raises(RuntimeError):
        put_back(state, _session(network=build("convnet", 2, SPEC, width=16)).trainee)


class _Poisoned(TrainLoader):
    """Gives NaN pixels for one image of chosen steps, the first ``times`` times."""

    def __init__(self, of: TrainLoader, steps: set[tuple[int, int]], times: int) -> None:
        super().__init__(**vars(of))
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "left", [times])

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        for step, batch in enumerate(super().epoch(number, start), start):
            if (number, step) in self.steps and self.left[0] > 0:  # type: ignore[attr-defined]
                self.left[0] -= 1  # type: ignore[attr-defined]
                images = batch.images.clone()
                images[3, 0, 2, 2] = float("nan")
                batch = replace(batch, images=images)
            yield batch


def _poisoned(times: int, on_nan: str, **changes: Any) -> Session:
    session = _session(on_nan=on_nan, **changes)
    return replace(session, loader=_Poisoned(session.loader, {(1, 2)}, times))


def test_nan_goes_back_to_the_good_state_at_half_the_rate(tmp_path: Path) -> None:
    """T7, rollback: the file is named, the rate halved, all steps are done, weights are finite."""
    session = _poisoned(1, "rollback")
    rates: dict[int, float] = {}

    def show(event: Event | Fault, record: object, seconds: float) -> None:
        if isinstance(event, Step):
            rates.setdefault(event.step, event.lr)

    assert run_session(session, RunFolder(tmp_path), show) == "done"
    (line,) = read_json(tmp_path / "faults.json")
    fault = Fault.from_json({k: v for k, v in line.items() if k != "fold"})
    third = int(session.loader.order(1)[2][3])
    assert (fault.kind, fault.action, fault.rate) == ("pixels", "rollback", 0.5)
    assert (fault.step, fault.to_step) == (8, 6)
    assert fault.files == (session.loader.store.ids[third],)
    assert load_history(RunFolder(tmp_path))[-1].step == EPOCHS * PER_EPOCH
    assert all(bool(torch.isfinite(v).all()) for v in _weights(session).values())
    plain = _session().trainee
    plain.set_rates(12)
    assert rates[13] == pytest.approx(plain.rate / 2)


def test_a_run_that_went_back_resumes_exactly(tmp_path: Path) -> None:
    straight = _poisoned(1, "rollback")
    run_session(straight, RunFolder(tmp_path / "a"), _silent)
    for death in (8, 11, 14):
        folder = RunFolder(tmp_path / str(death))
        with pytest.raises(_Killed):
            run_session(_poisoned(1, "rollback"), folder, _dies_at(death))
        # A process that begins anew meets the bad pixels again only where it has yet to meet them.
        again = _poisoned(1 if death == 8 else 0, "rollback")
        assert run_session(again, folder, _silent) == "done"
        assert _same(_weights(straight), _weights(again)), death


def test_three_returns_and_then_a_clear_stop(tmp_path: Path) -> None:
    session = _poisoned(99, "rollback")
    assert run_session(session, RunFolder(tmp_path), _silent) == "diverged"
    faults = read_json(tmp_path / "faults.json")
    assert [f["action"] for f in faults] == ["rollback"] * 3 + ["stop"]
    assert [f["rate"] for f in faults] == [0.5, 0.25, 0.125, 1.0]
    assert all(bool(torch.isfinite(v).all()) for v in _weights(session).values())


def test_weights_without_numbers_are_never_saved(tmp_path: Path) -> None:
    session = _session(on_nan="stop")

    def show(event: Event | Fault, record: object, seconds: float) -> None:
        if isinstance(event, Step) and event.step == 4:
            next(session.network.parameters()).data.fill_(float("nan"))

    run_session(session, RunFolder(tmp_path), show)
    found = Checkpoints(tmp_path / "checkpoints", 0).read()
    assert found is not None and found[0].place.steps == 4
    assert all(bool(torch.isfinite(v).all()) for v in found[0].tensors.values())


def test_skip_leaves_the_step_out_and_stop_stops(tmp_path: Path) -> None:
    session = _poisoned(1, "skip")
    assert run_session(session, RunFolder(tmp_path / "skip"), _silent) == "done"
    assert [f["action"] for f in read_json(tmp_path / "skip/faults.json")] == ["skip"]
    assert load_history(RunFolder(tmp_path / "skip"))[-1].step == EPOCHS * PER_EPOCH
    session = _poisoned(1, "stop")
    assert run_session(session, RunFolder(tmp_path / "stop"), _silent) == "diverged"
    assert [f["action"] for f in read_json(tmp_path / "stop/faults.json")] == ["stop"]
    assert len(load_history(RunFolder(tmp_path / "stop"))) == 1


@pytest.mark.parametrize("where", ["weights", "loss", "gradient"])
def test_lost_numbers_are_found_where_they_are(tmp_path: Path, where: str) -> None:
    session = _session(on_nan="stop")
    name = "head.1.weight"

    def show(event: Event | Fault, record: object, seconds: float) -> None:
        if isinstance(event, Step) and event.step == 4:
            if where == "weights":
                dict(session.network.named_parameters())[name].data[0, 0] = float("inf")
            elif where == "gradient":
                parameter = dict(session.network.named_parameters())[name]
                parameter.register_hook(lambda g: g * float("nan"))

    if where == "loss":
        calls = [0]
        plain = session.task.loss  # type: ignore[attr-defined]

        def mean(logits: Tensor, targets: Tensor) -> Tensor:
            calls[0] += 1
            return plain(logits, targets) * (float("inf") if calls[0] == 5 else 1.0)

        task = replace(session.task, loss=replace(plain, mean=mean))  # type: ignore[type-var]
        session = replace(session, task=task)
    assert run_session(session, RunFolder(tmp_path), show) == "diverged"
    (fault,) = read_json(tmp_path / "faults.json")
    assert (fault["kind"], fault["step"]) == (where, 4)
    assert len(fault["files"]) == 8
    assert any(name in layer for layer in fault["layers"]) == (where == "weights")


class _Greedy(nn.Module):
    """Runs out of memory on more than ``most`` images."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.layer = nn.Linear(192, 16)
        self.num_features = 16

    def forward(self, x: Tensor) -> Tensor:
        if self.training and len(x) > self.most:
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
        return torch.tanh(self.layer(x.flatten(1)))


def _greedy(most: int) -> Network:
    torch.manual_seed(0)
    return Network(_Greedy(most), nn.Linear(16, 2), SPEC)


def test_out_of_memory_makes_the_pieces_smaller_and_nothing_else(tmp_path: Path) -> None:
    """T8: same batch that counts, same number of steps, weights equal to rounding, said so."""
    straight = _run(tmp_path / "a", network=_greedy(99))
    told: list[Event | Fault] = []
    session = _session(network=_greedy(2))
    run_session(session, RunFolder(tmp_path / "b"), lambda e, r, s: told.append(e))
    faults = [e for e in told if isinstance(e, Fault)]
    assert [(f.action, f.pieces) for f in faults] == [("pieces", 4)]
    steps = [e for e in told if isinstance(e, Step)]
    assert len(steps) == EPOCHS * PER_EPOCH and all(e.images == 8 for e in steps)
    for name, value in _weights(straight).items():
        torch.testing.assert_close(value, _weights(session)[name], rtol=2e-4, atol=2e-5)


def test_one_image_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        run_session(_session(network=_greedy(0)), RunFolder(tmp_path), _silent)


def test_other_errors_are_not_taken_for_memory() -> None:
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))


def test_pieces_hold_every_image_once() -> None:
    batch = next(iter(_session().loader.epoch(0)))
    for pieces in (1, 2, 3, 8, 20):
        parts = list(cut(batch, pieces))
        assert len(parts) <= pieces
        assert np.array_equal(np.concatenate([p.positions for p in parts]), batch.positions)


def test_one_run_has_one_writer(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(RunError), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass


def test_faults_survive_json() -> None:
    fault = Fault("pixels", 3, 0, "rollback", ("a", "b"), (), 1, 0.5)
    assert Fault.from_json(json.loads(json.dumps(fault.to_json()))) == fault
