"""Where the time of a training went: a table that adds up, and a trace that browsers draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dojang.core.clock import Clock, Span

PROFILE, TRACE = "profile.json", "trace.json"  # in the run folder
FORMAT = 1
OTHER = "other"
# In the order of the table. The first ones happen to every image that is learnt from.
PER_IMAGE = ("wait", "augment", "forward", "backward", "step")
ROWS = ("prepare", "decode", *PER_IMAGE, "evaluate", "checkpoint", "predict", "profiler", OTHER)


@dataclass(frozen=True)
class Row:
    """One part of the work.

    Attributes:
        seconds: its own time.
        share: of the time that passed, 0 to 1.
        rate: images a second, were there nothing but this; None for what is not done to each.
        count: how often it was begun.
    """

    name: str
    seconds: float
    share: float
    rate: float | None
    count: int


@dataclass(frozen=True)
class Operator:
    """One operator of torch in the steps that were looked at closely: own seconds, on the GPU where
    there is one; its share of all operators' seconds; and how often it ran."""

    name: str
    seconds: float
    share: float
    calls: int


@dataclass(frozen=True)
class Profile:
    """Where the time went.

    Attributes:
        seconds: what passed from the beginning to the end.
        images, steps: what was learnt from meanwhile.
        rows: parts of ``seconds``; their shares add up to 1.
        beside: seconds of other threads and processes by name; several work at a time.
        operators: the costliest, of ``operator_steps`` steps.
        machine: device, precision, batch size and the like, as text.
        dropped: spans between the first and the last that the trace leaves out.
    """

    seconds: float
    images: int
    steps: int
    rows: tuple[Row, ...]
    beside: Mapping[str, float]
    operators: tuple[Operator, ...]
    operator_steps: int
    machine: Mapping[str, str]
    dropped: int = 0

    @property
    def rate(self) -> float:
        """Images a second of the steps alone: waiting, changing and learning."""
        seconds = sum(row.seconds for row in self.rows if row.name in PER_IMAGE)
        return self.images / seconds if seconds > 0 else 0.0

    def to_json(self) -> dict[str, Any]:
        """Return what ``profile.json`` holds."""
        return {"format": FORMAT, **asdict(self), "rate": self.rate}

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> Profile:
        """Read what :meth:`to_json` gave."""
        return cls(
            seconds=float(tree["seconds"]),
            images=int(tree["images"]),
            steps=int(tree["steps"]),
            rows=tuple(Row(**row) for row in tree["rows"]),
            beside={str(name): float(value) for name, value in tree["beside"].items()},
            operators=tuple(Operator(**operator) for operator in tree["operators"]),
            operator_steps=int(tree["operator_steps"]),
            machine={str(name): str(value) for name, value in tree["machine"].items()},
            dropped=int(tree.get("dropped", 0)),
        )


def summarise(
    clock: Clock,
    images: int,
    steps: int,
    operators: Sequence[Operator] = (),
    operator_steps: int = 0,
    machine: Mapping[str, str] | None = None,
) -> Profile:
    """Turn a clock into a table; what no span covers becomes the row ``other``.

    Args:
        clock: what passes after this call is not in the table.
        images, steps: what was learnt from while it ran.
        operators: the costliest of ``operator_steps`` steps.
    """
    elapsed = clock.elapsed
    known = dict(clock.seconds)
    seconds = {name: known.pop(name) for name in ROWS if name in known} | known
    seconds[OTHER] = max(0.0, elapsed - sum(seconds.values()))
    whole = sum(seconds.values())
    rows = [
        Row(
            name,
            value,
            value / whole if whole > 0 else 0.0,
            images / value if name in PER_IMAGE and value > 0 else None,
            clock.counts.get(name, 0),
        )
        for name, value in seconds.items()
    ]
    return Profile(
        whole, images, steps, tuple(rows), dict(clock.beside), tuple(operators), operator_steps,
        dict(machine or {}), clock.dropped,
    )  # fmt: skip


def chrome_trace(spans: Sequence[Span], dropped: int = 0) -> dict[str, Any]:
    """Return spans as Chrome's trace events, which Perfetto and ``about:tracing`` draw.

    Times are in microseconds. Spans of one thread are nested, never crossing.
    """
    threads = sorted({span.thread for span in spans})
    names = [
        {"ph": "M", "name": "thread_name", "pid": 1, "tid": thread,
         "args": {"name": "training" if thread == 0 else f"thread {thread}"}}
        for thread in threads
    ]  # fmt: skip
    events = [
        {"ph": "X", "name": span.name, "cat": "dojang", "pid": 1, "tid": span.thread,
         "ts": round(1e6 * span.start, 3), "dur": round(1e6 * span.seconds, 3)}
        for span in spans
    ]  # fmt: skip
    process = {"ph": "M", "name": "process_name", "pid": 1, "args": {"name": "dojang"}}
    return {
        "traceEvents": [process, *names, *events],
        "displayTimeUnit": "ms",
        "otherData": {"spans left out": dropped},
    }
