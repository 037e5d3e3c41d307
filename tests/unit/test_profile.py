"""A profile adds up, its trace is one that browsers draw, and it survives being written."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dojang.analysis.profile import PER_IMAGE, PROFILE, Operator, Profile, chrome_trace, summarise
from dojang.analysis.report import write_report
from dojang.analysis.report.profile import make_times
from dojang.app.profile import CLOSE_STEPS, MOST_OPERATORS, Probe
from dojang.app.screen import Silent
from dojang.core.clock import Clock, Span
from dojang.core.errors import RunError
from dojang.core.i18n import use_language
from dojang.core.store import write_json, write_text
from dojang.train.loop import Place, Step
from tests.fakes import fake_run


def require_nested(events: list[dict[str, Any]]) -> None:
    """Spans of one thread lie inside each other or apart."""
    open_until: dict[int, list[float]] = defaultdict(list)
    for event in sorted(events, key=lambda e: (e["tid"], e["ts"], -e["dur"])):
        stack = open_until[event["tid"]]
        while stack and stack[-1] <= event["ts"] + 2e-3:  # times are rounded to a nanosecond
            stack.pop()
        end = event["ts"] + event["dur"]
        assert not stack or end <= stack[-1] + 2e-3
        stack.append(end)


def _clock() -> Clock:
    clock = Clock(keep=100)
    with clock.span("prepare"):
        time.sleep(0.01)
    for _ in range(3):
        with clock.span("wait"), clock.span("augment"):
            time.sleep(0.002)
        for name in ("forward", "backward", "step"):
            with clock.span(name):
                time.sleep(0.001)
    clock.add("decode", 2.5)
    time.sleep(0.01)
    return clock


def _profile() -> Profile:
    operators = (Operator("aten::mm", 0.5, 0.75, 12), Operator("aten::add", 0.1, 0.15, 3))
    return summarise(_clock(), 96, 3, operators, 2, {"device": "cpu", "size": "32"})


def test_shares_add_up_and_the_rest_is_named() -> None:
    profile = _profile()
    assert sum(row.share for row in profile.rows) == pytest.approx(1)
    assert sum(row.seconds for row in profile.rows) == pytest.approx(profile.seconds)
    names = [row.name for row in profile.rows]
    assert names == ["prepare", "wait", "augment", "forward", "backward", "step", "other"]
    assert profile.rows[-1].seconds >= 0.01
    assert profile.beside == {"decode": 2.5}


def test_rates_are_of_what_happens_to_every_image() -> None:
    profile = _profile()
    for row in profile.rows:
        assert (row.rate is not None) == (row.name in PER_IMAGE)
        if row.rate is not None:
            assert row.rate == pytest.approx(96 / row.seconds)
    steps = sum(row.seconds for row in profile.rows if row.name in PER_IMAGE)
    assert profile.rate == pytest.approx(96 / steps)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from([*PER_IMAGE, "new"]), st.floats(0, 1e-3), max_size=6))
def test_any_clock_gives_a_whole(seconds: dict[str, float]) -> None:
    """Names that a later version adds keep their place in the sum."""
    clock = Clock()
    clock.started -= 1.0
    clock.seconds.update(seconds)
    profile = summarise(clock, 0, 0)
    assert sum(row.share for row in profile.rows) == pytest.approx(1)
    assert {row.name for row in profile.rows} == {*seconds, "other"}
    assert profile.rate == 0.0 or profile.images


def test_the_file_says_what_the_profile_said(tmp_path: Path) -> None:
    profile = _profile()
    text = json.dumps(profile.to_json())
    assert Profile.from_json(json.loads(text)) == profile


def test_the_trace_is_json_of_nested_spans() -> None:
    clock = _clock()
    tree = json.loads(json.dumps(chrome_trace(clock.spans, clock.dropped)))
    spans = [event for event in tree["traceEvents"] if event["ph"] == "X"]
    assert len(spans) == 16
    require_nested(spans)
    assert {"name", "cat", "ph", "ts", "dur", "pid", "tid"} <= set(spans[0])
    inner = next(e for e in spans if e["name"] == "augment")
    outer = next(e for e in spans if e["name"] == "wait")
    assert outer["ts"] <= inner["ts"] and inner["dur"] <= outer["dur"]
    with pytest.raises(AssertionError):
        require_nested([dict(inner, ts=0.0, dur=5.0), dict(inner, ts=3.0, dur=5.0)])


def test_a_trace_of_several_threads_names_them() -> None:
    spans = [Span("wait", 0.0, 1.0, 0), Span("read", 0.5, 1.0, 1)]
    tree = chrome_trace(spans, 7)
    names = {e["tid"]: e["args"]["name"] for e in tree["traceEvents"] if e["name"] == "thread_name"}
    assert names == {0: "training", 1: "thread 1"}
    assert tree["otherData"] == {"spans left out": 7}


def _steps(probe: Probe, epochs: int, per_epoch: int) -> None:
    done = 0
    for epoch in range(epochs):
        for i in range(per_epoch):
            torch.ones(8, 8).mm(torch.ones(8, 8))
            done += 1
            probe.see(Step(done, Place(epoch), (i + 1) / per_epoch, 1.0, 1.0, 0.1, 4))


@pytest.mark.parametrize("per_epoch", [5, 6, 20])
def test_operators_are_looked_at_for_a_few_steps(per_epoch: int) -> None:
    probe = Probe(True, torch.device("cpu"))
    _steps(probe, 3, per_epoch)
    close = probe._close
    close.stop()
    assert probe.steps == 3 * per_epoch and probe.images == 12 * per_epoch
    assert close.steps == CLOSE_STEPS
    assert 0 < len(close.operators) <= MOST_OPERATORS
    products = [o for o in close.operators if o.name == "aten::mm"]
    assert products and products[0].calls == CLOSE_STEPS
    seconds = [o.seconds for o in close.operators]
    assert seconds == sorted(seconds, reverse=True)
    assert sum(o.share for o in close.operators) <= 1 + 1e-9
    assert probe.clock.seconds["profiler"] > 0


def test_a_training_of_a_step_or_two_has_no_operators() -> None:
    probe = Probe(True, torch.device("cpu"))
    _steps(probe, 1, 2)
    probe._close.stop()
    assert probe._close.operators == ()


def test_without_the_option_nothing_stands_between_training_and_screen() -> None:
    probe, screen = Probe(False, torch.device("cpu")), Silent()
    assert probe.watching(screen) is screen
    assert not probe.clock.on


def test_the_report_shows_it_in_both_languages_and_only_where_it_is(tmp_path: Path) -> None:
    folder, record = fake_run(tmp_path / "run")
    for language, words in (("en", "Where the time went"), ("ko", "시간 사용 내역")):
        with use_language(language):
            assert words not in write_report(folder, record, language).read_text("utf-8")
    write_json(folder.path / PROFILE, _profile().to_json())
    english = write_report(folder, record, "en").read_text("utf-8")
    assert 'id="profile"' in english and "aten::mm" in english and "trace.json" in english
    korean = write_report(folder, record, "ko").read_text("utf-8")
    assert "순전파" in korean and "역전파" in korean and "증강" in korean
    assert "forward" not in korean[korean.index('id="profile"') : korean.index('id="reproduce"')]


@pytest.mark.parametrize("text", ["{", "[]", '{"seconds": 1}', '{"seconds": null}', '"x"'])
def test_a_broken_profile_is_named(tmp_path: Path, text: str) -> None:
    folder, _ = fake_run(tmp_path / "run")
    write_text(folder.path / PROFILE, text)
    with pytest.raises(RunError, match="profile"):
        make_times(folder)
