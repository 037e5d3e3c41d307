"""Remembered measurements, the choices that rest on them, and compilation with its way back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from dojang.core.recipe import Recipe, override, parse_settings
from dojang.core.types import InputSpec
from dojang.data import shelves
from dojang.nn.factory import Network, build
from dojang.train import compiling, stopwatch
from dojang.train.batches import measure_batch
from dojang.train.choices import (
    PROBE_BATCH,
    Way,
    fastest,
    measure_ways,
    pays,
    ways,
    worth_trying,
)
from dojang.train.compiling import compile_if, compiled, first_line, measure_compiling
from dojang.train.probes import BUSY, fingerprint, is_busy, known, machine, remembered
from dojang.train.stopwatch import out_of_memory, time_step

CPU = torch.device("cpu")
SPEC = InputSpec(8, "squash", (127.5, 127.5, 127.5), (64.0, 64.0, 64.0))


class Counter:
    """Measures something else each time."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> dict[str, float]:
        self.calls += 1
        return {"seconds": float(self.calls)}


def _network(width: int = 8) -> Network:
    return build("convnet", 2, SPEC, width=width)


# --- Memory ---------------------------------------------------------------------------------------


def test_what_was_measured_once_is_not_measured_again(tmp_path: Path) -> None:
    measure = Counter()
    first = remembered("step", {"batch": 8}, measure, tmp_path)
    assert remembered("step", {"batch": 8}, measure, tmp_path) == first == {"seconds": 1.0}
    assert remembered("step", {"batch": 16}, measure, tmp_path) == {"seconds": 2.0}
    assert remembered("other", {"batch": 8}, measure, tmp_path) == {"seconds": 3.0}
    assert known("step", {"batch": 8}, tmp_path) == first
    assert known("step", {"batch": 9}, tmp_path) is None
    assert measure.calls == 3 and not list(tmp_path.rglob("*.tmp"))


@pytest.mark.parametrize(
    "damage",
    ["", "{", "null", "[]", '{"key": 1, "numbers": {}}', '{"numbers": {"seconds": 1}}', "\x00\xff"],
)
def test_a_damaged_file_counts_for_nothing(tmp_path: Path, damage: str) -> None:
    measure = Counter()
    remembered("step", {}, measure, tmp_path)
    (path,) = (tmp_path / shelves.MEASURED).iterdir()
    path.write_text(damage, encoding="utf-8")
    assert remembered("step", {}, measure, tmp_path) == {"seconds": 2.0}
    assert remembered("step", {}, measure, tmp_path) == {"seconds": 2.0}


def test_numbers_that_are_none_or_of_another_key_count_for_nothing(tmp_path: Path) -> None:
    measure = Counter()
    remembered("step", {"a": 1}, measure, tmp_path)
    (path,) = (tmp_path / shelves.MEASURED).iterdir()
    tree = json.loads(path.read_text(encoding="utf-8"))
    for broken in ({"numbers": {"seconds": "NaN"}}, {"key": {"a": 2}}, {"numbers": [1]}):
        path.write_text(json.dumps(tree | broken), encoding="utf-8")
        assert known("step", {"a": 1}, tmp_path) is None


def test_without_a_cache_each_run_measures(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    measure = Counter()
    assert [remembered("step", {}, measure, blocked)["seconds"] for _ in range(2)] == [1, 2]


def test_another_run_that_measured_meanwhile_is_believed(tmp_path: Path) -> None:
    def slow() -> dict[str, float]:
        remembered("step", {}, lambda: {"seconds": 7.0}, tmp_path)
        return {"seconds": 9.0}

    assert remembered("step", {}, slow, tmp_path) == {"seconds": 7.0}


def test_clearing_the_cache_forgets(tmp_path: Path) -> None:
    remembered("step", {}, Counter(), tmp_path)
    shelves.clear(tmp_path)
    assert known("step", {}, tmp_path) is None


def test_a_fingerprint_is_of_layers_not_of_weights() -> None:
    one, two = _network(), _network()
    nn.init.zeros_(two.get_parameter("head.weight"))
    assert fingerprint(one) == fingerprint(two) != fingerprint(_network(16))
    assert {"processor", "cores", "torch", "threads", "device"} == set(machine(CPU))


def test_what_a_busy_machine_measured_holds_until_it_is_measured_again(tmp_path: Path) -> None:
    assert is_busy(remembered("step", {}, lambda: BUSY, tmp_path))
    measure = Counter()
    assert remembered("step", {}, measure, tmp_path) == BUSY and not measure.calls
    assert remembered("step", {}, measure, tmp_path, again=True) == {"seconds": 1.0}
    assert remembered("step", {}, measure, tmp_path, again=True) == {"seconds": 1.0}


def test_a_busy_machine_measures_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOJANG_CACHE", str(tmp_path))
    ticks = iter(range(10_000))
    monkeypatch.setattr(stopwatch, "waited_seconds", lambda: float(100 * next(ticks)))
    assert time_step(_network(), 4, 8, CPU, "fp32", channels_last=False).busy
    assert measure_ways(_network, 8, ways(("fp32",), "auto"), CPU) == BUSY
    assert measure_compiling(_network, 4, 8, Way("fp32", False), CPU) == BUSY
    assert measure_batch(_network(), 4, 8, Way("fp32", False), CPU) is None
    monkeypatch.setattr(stopwatch, "waited_seconds", lambda: 0.0)
    assert is_busy(measure_ways(_network, 8, ways(("fp32",), "auto"), CPU))
    assert not is_busy(measure_ways(_network, 8, ways(("fp32",), "auto"), CPU, again=True))


def test_waiting_is_read_from_the_kernel(tmp_path: Path) -> None:
    for name, text in (("1", "5 2000000000 7"), ("2", "5 500000000 7"), ("3", "broken"), ("4", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "schedstat").write_text(text)
    assert stopwatch.waited_seconds(tmp_path) == 2.5
    assert stopwatch.waited_seconds(tmp_path / "none") == 0
    assert stopwatch.waited_seconds() >= 0


# --- Choices --------------------------------------------------------------------------------------


def test_ways_to_compute() -> None:
    auto = ways(("bf16", "fp32"), "auto")
    assert [way.name for way in auto] == [
        "bf16 channels-last",
        "fp32 contiguous",
        "fp32 channels-last",
    ]
    assert ways(("fp32",), "contiguous") == (Way("fp32", False),)
    assert ways(("bf16", "fp32"), "channels-last") == (Way("bf16", True), Way("fp32", True))


@pytest.mark.parametrize(
    ("seconds", "chosen"),
    [((1.0, 1.0, 1.0), 0), ((1.0, 0.95, 0.95), 0), ((1.0, 0.5, 0.9), 1), ((1.0, 0.8, 0.5), 2)],
)
def test_the_rule_holds_unless_another_way_is_clearly_faster(
    seconds: tuple[float, ...], chosen: int
) -> None:
    tried = ways(("bf16", "fp32"), "auto")
    measured = {way.name: value for way, value in zip(tried, seconds, strict=True)}
    assert fastest(tried, measured) == tried[chosen]


def test_ways_are_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOJANG_CACHE", str(tmp_path))
    monkeypatch.setattr(stopwatch, "waited_seconds", lambda: 0.0)
    tried = ways(("fp32",), "auto")
    first = measure_ways(_network, 8, tried, CPU)
    assert measure_ways(_network, 8, tried, CPU) == first
    assert set(first) == {way.name for way in tried} and all(v > 0 for v in first.values())


@given(st.integers(0, 10**6), st.floats(0, 10), st.floats(-1, 1), st.floats(0, 1000))
def test_compiling_pays_only_where_it_is_repaid_twice(
    steps: int, eager: float, saving: float, cost: float
) -> None:
    if pays(steps, eager, saving, cost):
        assert saving > 0 and steps * eager > 2 * cost
        assert pays(2 * steps, eager, saving, cost)
    assert not pays(steps, eager, -abs(saving), cost)


def test_a_trial_needs_a_long_training() -> None:
    assert not worth_trying(1000, 0.4, 60, 0.03)
    assert worth_trying(10_000, 0.4, 60, 0.03)


# --- The stopwatch --------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_step_is_timed_and_the_random_numbers_stay(precision: str) -> None:
    network = build("convnet", 2, SPEC, width=8, dropout=0.5)
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    small = time_step(network, 4, 8, CPU, precision, channels_last=True, optimise=True)
    large = time_step(network, 16, 8, CPU, precision, channels_last=True, optimise=True)
    assert torch.equal(torch.rand(2), expected)
    assert small.seconds > 0 and large.memory > small.memory > 0


def test_memory_that_does_not_suffice_is_known_from_other_mistakes() -> None:
    told = "DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes"
    assert out_of_memory(RuntimeError(told)) and out_of_memory(MemoryError())
    assert not out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not out_of_memory(ValueError("out of memory"))


# --- Compilation ----------------------------------------------------------------------------------


def _fake(monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> list[str]:
    """Replace the compiler by one that only notes who called, or fails."""
    calls: list[str] = []

    def fake(function: object, **options: object) -> object:
        assert options == {"dynamic": False}

        def run(*images: object, **more: object) -> object:
            calls.append("compiled")
            if error:
                raise error
            return function(*images, **more)  # type: ignore[operator]

        return run

    monkeypatch.setattr(torch, "compile", fake)
    return calls


def test_only_training_passes_are_compiled_and_names_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _fake(monkeypatch, None)
    network, images = _network(), torch.zeros(4, 3, 8, 8)
    names = list(network.state_dict())
    expected = network.eval()(images)
    told: list[str] = []
    assert compiled(network, told.append) is network
    assert torch.equal(network(images), expected) and not calls
    network.train()(images)
    assert calls == ["compiled"] and not told
    assert list(network.state_dict()) == names


def test_a_compiler_that_fails_is_told_once_and_the_network_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from torch._dynamo.exc import Unsupported

    calls = _fake(monkeypatch, Unsupported("no such thing\nmore", case_name="x"))
    network, told = _network(), list[str]()
    compiled(network, told.append)
    for _ in range(3):
        assert network(torch.zeros(4, 3, 8, 8)).shape == (4, 2)
    assert calls == ["compiled"] and len(told) == 1 and "\n" not in told[0]


def test_an_error_of_the_network_passes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    _fake(monkeypatch, RuntimeError("out of memory"))
    network, told = _network(), list[str]()
    compiled(network, told.append)
    with pytest.raises(RuntimeError, match="out of memory"):
        network(torch.zeros(4, 3, 8, 8))
    assert not told


def test_without_a_compiler_the_network_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling.shutil, "which", lambda name: None)
    assert compiling.compiler_missing(CPU) == "g++"
    network, told = _network(), list[str]()
    before = network.forward
    compile_if("on", network, CPU, told.append)
    assert told == ["g++"] and network.forward == before
    for wanted in ("off", "auto"):
        compile_if(wanted, network, CPU, told.append)
    assert told == ["g++"]


def test_the_first_line_of_an_error_is_short() -> None:
    assert first_line(ValueError("\n\n  one \ntwo")) == "ValueError: one"
    assert len(first_line(ValueError("x" * 999))) <= 200


@pytest.mark.parametrize(("typed", "value"), [("on", "on"), ("off", "off"), ("auto", "auto")])
def test_yaml_booleans_are_words_here(typed: str, value: str) -> None:
    recipe = override(Recipe(), parse_settings([f"train.compile={typed}"]))
    assert recipe.train.compile == value


def test_a_probe_is_small() -> None:
    assert PROBE_BATCH <= 16
