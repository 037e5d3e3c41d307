"""Named seeds. There is no global generator: every random number has an address.

A number is a pure function of ``(seed, stream, epoch, sample, draw)``. So it does not matter which
worker prepares a sample, in which order, or after how many interruptions: the same address gives
the same number. The mixing function is SplitMix64 (Steele, Lea & Flood, "Fast Splittable
Pseudorandom Number Generators", OOPSLA 2014), applied to the address as a counter.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_TO_UNIT = 2.0**-53


def seed_of(seed: int, *names: str | int) -> int:
    """Return a 63-bit seed for the stream called ``names`` under ``seed``."""
    text = "\0".join([str(seed), *map(str, names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") >> 1


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """Return a NumPy generator of the stream called ``names`` under ``seed``."""
    return np.random.default_rng(seed_of(seed, *names))


def uniforms(stream: int, samples: NDArray[np.int64], draws: int) -> NDArray[np.float64]:
    """Return ``draws`` numbers in [0, 1) for each sample, whatever the order of the samples.

    Args:
        stream: the seed of the stream, from :func:`seed_of`.
        samples: sample numbers, shape ``(n,)``.
        draws: how many numbers each sample needs.

    Returns:
        Shape ``(n, draws)``.
    """
    keys = _mix(samples.astype(np.uint64) + _mix(np.full(1, stream, dtype=np.uint64)))
    counters = np.arange(1, draws + 1, dtype=np.uint64) * _GOLDEN
    bits = _mix(keys[:, None] + counters[None, :])
    return (bits >> np.uint64(11)).astype(np.float64) * _TO_UNIT


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64-bit words so that neighbouring inputs give unrelated outputs."""
    with np.errstate(over="ignore"):
        x = x + _GOLDEN
        x = (x ^ (x >> _SHIFTS[0])) * _MIX1
        x = (x ^ (x >> _SHIFTS[1])) * _MIX2
        return x ^ (x >> _SHIFTS[2])
