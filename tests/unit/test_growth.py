"""The curve of training-set sizes: known laws are found, unknown ones refused."""

from __future__ import annotations

import numpy as np
import pytest

from dojang.analysis.growth import fit_law, grow

SIZES = [100.0, 200.0, 400.0, 800.0, 1600.0]


def points(a: float, b: float, c: float, seeds: int, noise: float, seed: int = 0) -> np.ndarray:
    """Errors of a law with the noise of a share."""
    law = a * np.array(SIZES) ** -b + c
    drawn = np.random.default_rng(seed).normal(size=(len(SIZES), seeds))
    return law[:, None] + noise * drawn * np.sqrt(law * (1 - law))[:, None]


@pytest.mark.parametrize(("a", "b", "c"), [(2.0, 0.5, 0.1), (1.0, 0.2, 0.0), (8.0, 0.9, 0.3)])
def test_a_law_without_noise_is_found_exactly(a: float, b: float, c: float) -> None:
    found = fit_law(SIZES, points(a, b, c, 1, 0)[:, 0], np.ones(5))
    assert (found.a, found.b, found.c) == pytest.approx((a, b, c), rel=0.02, abs=0.003)
    assert found(3200) == pytest.approx(a * 3200**-b + c, abs=1e-4)


def test_the_fit_is_the_one_that_scipy_finds() -> None:
    from scipy.optimize import curve_fit

    errors = points(3.0, 0.5, 0.08, 1, 0.02)[:, 0]
    weights = 1 / (errors * (1 - errors))
    theirs, _ = curve_fit(
        lambda n, a, b, c: a * n**-b + c, SIZES, errors, (1.0, 0.5, 0.1),
        sigma=weights**-0.5, bounds=([0, 0.05, 0], [100, 3, 1]),
    )  # fmt: skip
    ours = fit_law(SIZES, errors, weights)

    def left(law: tuple[float, ...]) -> float:
        a, b, c = law
        return float((weights * (errors - a * np.array(SIZES) ** -b - c) ** 2).sum())

    assert left((ours.a, ours.b, ours.c)) <= left(tuple(theirs)) * (1 + 1e-3) + 1e-12


def test_floor_and_scale_are_never_negative() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        law = fit_law(SIZES, rng.random(5), np.ones(5))
        assert law.a >= 0 and law.c >= 0 and law.b > 0


def test_twice_the_data_is_covered() -> None:
    inside, given = 0, 0
    for seed in range(150):
        found = grow(SIZES, points(3.0, 0.35, 0.05, 3, 0.02, seed), 3200, seed=seed)
        if found.expected:
            given += 1
            inside += found.expected.low <= 3 * 3200**-0.35 + 0.05 <= found.expected.high
    assert given > 140 and inside / given >= 0.9


def test_no_fall_is_refused_as_flat() -> None:
    flat = [grow(SIZES, points(0, 0.3, 0.2, 3, 0.02, seed), 3200, seed=seed) for seed in range(40)]
    assert sum(found.law is None for found in flat) >= 36
    rising = grow(SIZES, points(2.0, 0.4, 0.1, 3, 0.01)[::-1].copy(), 3200)
    assert rising.refusal == "flat" and rising.expected is None


def test_too_few_points_are_refused() -> None:
    errors = points(2.0, 0.4, 0.1, 3, 0.01)
    assert grow(SIZES[:3], errors[:3], 3200).refusal == "few"
    assert grow(SIZES, errors[:, :1], 3200).refusal == "few"
    close = [100.0, 150.0, 200.0, 250.0, 300.0]
    assert grow(close, errors, 600).refusal == "few"


def test_a_guess_as_wide_as_the_fall_is_refused() -> None:
    found = [grow(SIZES, points(0.6, 0.3, 0.1, 2, 0.09, s), 3200, seed=s) for s in range(30)]
    assert {f.refusal for f in found} >= {"flat", "wide"} or all(f.refusal for f in found)
    assert all(f.law is None and f.expected is None for f in found if f.refusal)


def test_redrawn_samples_widen_the_interval() -> None:
    errors = points(3.0, 0.35, 0.05, 3, 0.01)
    shift = np.random.default_rng(5).normal(size=(1000, 1)) * 0.03
    alone, both = (
        grow(SIZES, errors, 3200, redrawn) for redrawn in (None, errors.mean(axis=1) + shift)
    )
    assert alone.expected and both.expected
    assert both.expected.high - both.expected.low > 2 * (alone.expected.high - alone.expected.low)
