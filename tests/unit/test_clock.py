"""The clock: own times add up, whatever is nested, and a clock that is off keeps nothing."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojang.core.clock import OFF, Clock

Tree = list[tuple[str, "Tree"]]
TREES = st.recursive(
    st.just([]), lambda inner: st.lists(st.tuples(st.sampled_from("abc"), inner), max_size=3)
)


def _walk(clock: Clock, tree: Tree) -> None:
    for name, inner in tree:
        with clock.span(name):
            _walk(clock, inner)


def _count(tree: Tree) -> int:
    return sum(1 + _count(inner) for _, inner in tree)


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_own_times_add_up_to_the_outermost_spans(tree: Tree) -> None:
    clock = Clock(keep=1000)
    _walk(clock, tree)
    spans = clock.spans
    assert len(spans) == _count(tree) == sum(clock.counts.values())
    outermost, end = 0.0, -1.0
    for span in spans:
        if span.start >= end:
            outermost, end = outermost + span.seconds, span.start + span.seconds
        else:
            assert span.start + span.seconds <= end + 1e-9  # inside the one that is open
    assert sum(clock.seconds.values()) == pytest.approx(outermost, abs=1e-6)
    assert outermost <= clock.elapsed
    assert not clock.beside and clock.dropped == 0


def test_what_is_inside_a_span_is_not_its_own() -> None:
    clock = Clock()
    with clock.span("outer"):
        time.sleep(0.02)
        with clock.span("inner"):
            time.sleep(0.05)
    assert 0.02 <= clock.seconds["outer"] < 0.05 <= clock.seconds["inner"]


def test_an_error_closes_the_spans_that_it_passes() -> None:
    clock = Clock()
    with pytest.raises(KeyError), clock.span("outer"), clock.span("inner"):
        raise KeyError
    with clock.span("after"):
        pass
    assert clock.counts == {"outer": 1, "inner": 1, "after": 1}
    assert clock._stack() == []


def test_other_threads_and_processes_are_counted_beside() -> None:
    clock, both = Clock(keep=4), threading.Barrier(2)  # a thread that ended may lend its number

    def work() -> None:
        both.wait()
        with clock.span("decode"):
            time.sleep(0.01)
        both.wait()

    threads = [threading.Thread(target=work) for _ in range(2)]
    with clock.span("wait"):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    clock.add("decode", 3.0)
    assert set(clock.seconds) == {"wait"}
    assert 3.02 <= clock.beside["decode"] < 4
    assert clock.counts == {"decode": 3, "wait": 1}
    assert sorted(span.thread for span in clock.spans) == [0, 1, 2]


def test_the_first_and_the_last_spans_are_kept() -> None:
    clock = Clock(keep=3)
    for i in range(10):
        with clock.span(str(i)):
            pass
    assert [span.name for span in clock.spans] == ["0", "1", "2", "7", "8", "9"]
    assert clock.dropped == 4


def test_a_device_is_waited_for_at_both_ends_only_where_asked() -> None:
    calls: list[int] = []
    clock = Clock(synchronise=lambda: calls.append(1))
    with clock.span("forward"):
        pass
    assert len(calls) == 2


def test_a_clock_that_is_off_keeps_nothing_and_costs_next_to_nothing() -> None:
    started = time.perf_counter()
    for _ in range(10_000):
        with OFF.span("step"):
            pass
    assert time.perf_counter() - started < 0.5  # 10,000 steps; 2 ms on an idle machine
    OFF.add("decode", 1.0)
    assert not OFF.seconds and not OFF.beside and not OFF.counts and OFF.spans == ()
