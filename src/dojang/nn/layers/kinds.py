"""The kinds of layers: what each is called, what it takes, and within what bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Pair = tuple[int, int]
MOST_CHANNELS = 65_536
MOST_PIXELS = 4_096
MOST_REPEATS = 1_000


class BadValue(ValueError):
    """A value that an option cannot take; the text is what was expected, as a message key."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


Reader = Callable[[Any], Any]


@dataclass(frozen=True)
class Option:
    """One thing that can be said of a layer.

    Attributes:
        read: turns what is written into a value; raises BadValue.
        default: the value where nothing is written; ``REQUIRED`` where something must be.
        flag: a word that stands alone and means this value (``ceil``), or None.
    """

    read: Reader
    default: Any = None
    flag: Mapping[str, Any] | None = None


REQUIRED = object()


@dataclass(frozen=True)
class Kind:
    """A kind of layer.

    Attributes:
        first: the option that a plain number after the kind means: channels, a share, groups.
        shape: the option that ``3x3`` means.
        lists: the options that hold layers of their own.
    """

    options: Mapping[str, Option]
    first: str | None = None
    shape: str | None = None
    lists: tuple[str, ...] = ()


def whole(low: int, high: int) -> Reader:
    """A whole number from ``low`` to ``high``."""

    def read(value: Any) -> int:
        text = str(value)
        if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,9}", text):
            raise BadValue("layers.expect.whole", low=low, high=high)
        if not low <= int(text) <= high:
            raise BadValue("layers.expect.whole", low=low, high=high)
        return int(text)

    return read


def pair(low: int, high: int) -> Reader:
    """A number for both sides, or height × width: 3, ``3x5``, ``3×5``, ``[3, 5]``."""
    one = whole(low, high)

    def read(value: Any) -> Pair:
        parts = value if isinstance(value, list | tuple) else re.split("[x×]", str(value))
        try:
            if isinstance(value, bool) or len(parts) not in (1, 2):
                raise BadValue("")
            sides = [one(part.strip() if isinstance(part, str) else part) for part in parts]
        except BadValue:
            raise BadValue("layers.expect.pair", low=low, high=high) from None
        return sides[0], sides[-1]

    return read


def number(low: float, high: float) -> Reader:
    """A number of at least ``low`` and below ``high``."""

    def read(value: Any) -> float:
        try:
            found = float(value) if not isinstance(value, bool) else None
        except (TypeError, ValueError):
            found = None
        if found is None or not low <= found < high:
            raise BadValue("layers.expect.number", low=f"{low:g}", high=f"{high:g}")
        return found

    return read


def truth(value: Any) -> bool:
    """True or false, as YAML reads them."""
    if not isinstance(value, bool):
        raise BadValue("layers.expect.truth")
    return value


_CHANNELS = Option(whole(1, MOST_CHANNELS), REQUIRED)
_KERNEL = Option(pair(1, MOST_PIXELS), REQUIRED)
_STRIDE = Option(pair(1, MOST_PIXELS), (1, 1))
_PAD = Option(pair(0, MOST_PIXELS))  # none given: half the kernel
_BIAS = Option(truth, None, {"bias": True, "nobias": False})  # none given: unless a norm follows
_SLIDING = {"kernel": _KERNEL, "stride": _STRIDE, "pad": _PAD}
_POOL = {
    "kernel": _KERNEL,
    "stride": Option(pair(1, MOST_PIXELS)),  # none given: the kernel
    "pad": Option(pair(0, MOST_PIXELS), (0, 0)),
    "ceil": Option(truth, False, {"ceil": True}),
}
_DILATION = {"dilation": Option(pair(1, MOST_PIXELS), (1, 1))}
_PLAIN = Kind({})

KINDS: dict[str, Kind] = {
    "conv": Kind(
        {
            "channels": _CHANNELS, **_SLIDING, **_DILATION,
            "groups": Option(whole(1, MOST_CHANNELS), 1), "bias": _BIAS,
            "identity": Option(truth, False, {"identity": True}),
        },
        "channels", "kernel",
    ),
    "depthwise": Kind({**_SLIDING, **_DILATION, "bias": _BIAS}, None, "kernel"),
    "separable": Kind(
        {"channels": _CHANNELS, **_SLIDING, **_DILATION, "bias": _BIAS}, "channels", "kernel"
    ),
    "maxpool": Kind(_POOL | _DILATION, None, "kernel"),
    "avgpool": Kind(_POOL, None, "kernel"),
    "adaptive": Kind({"side": Option(pair(1, MOST_PIXELS), REQUIRED)}, None, "side"),
    "gap": _PLAIN,
    "gmp": _PLAIN,
    "grey": _PLAIN,
    "whiten": Kind({"kernel": _KERNEL}, None, "kernel"),
    "bn": Kind(
        {
            "eps": Option(number(1e-12, 1), 1e-5),
            "momentum": Option(number(1e-3, 1), 0.1),
            "scale": Option(truth, True, {"scale": True, "noscale": False}),
        }
    ),
    "gn": Kind({"groups": Option(whole(1, MOST_CHANNELS), REQUIRED)}, "groups"),
    "ln": _PLAIN,
    "lrn": Kind(
        {
            "size": Option(whole(1, MOST_CHANNELS), 5),
            "alpha": Option(number(0, 100), 1e-4),
            "beta": Option(number(0, 100), 0.75),
            "k": Option(number(1e-6, 100), 2.0),
        },
        "size",
    ),
    **dict.fromkeys(("relu", "gelu", "silu", "tanh", "sigmoid"), _PLAIN),
    "dropout": Kind({"share": Option(number(0, 1), REQUIRED)}, "share"),
    "se": Kind({"reduction": Option(whole(1, MOST_CHANNELS), 16)}, "reduction"),
    "flatten": _PLAIN,
    "linear": Kind({"channels": _CHANNELS, "bias": _BIAS}, "channels"),
    "residual": Kind({}, None, None, ("residual", "shortcut")),
    "branches": Kind({}, None, None, ("branches",)),
    "repeat": Kind({}, None, None, ("layers",)),
}  # fmt: skip
ACTIVATIONS = frozenset({"relu", "gelu", "silu", "tanh", "sigmoid"})
NORMS = frozenset({"bn", "gn", "ln"})
