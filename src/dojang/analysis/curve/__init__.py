"""Reading the curve: coded checks of a training, from its history and what it predicted.

The order of the registry is the order in which findings are told: what makes the numbers worthless
first, then causes, then what they cause. ``good-fit`` is said where nothing else is but notes.
Thresholds were set on trainings with known faults (``benchmarks/curve_doctor.py``).
"""

from __future__ import annotations

from dojang.analysis.curve import fit, numbers, rates, trust
from dojang.analysis.curve.subject import Training
from dojang.core.check import Check, Result, run_check
from dojang.core.errors import Problem
from dojang.core.registry import Registry

CHECKS: Registry[Check[Training]] = Registry("check")
for _check in (
    numbers.DIVERGED,
    trust.LEAK,
    numbers.SMALL_BATCH,
    numbers.EXPLODING,
    rates.TOO_HIGH,
    numbers.DEAD_UNITS,
    rates.TOO_LOW,
    trust.LABEL_NOISE,
    rates.NOT_CONVERGED,
    fit.UNDERFITTING,
    trust.NOISY_VALIDATION,
    fit.OVERFITTING,
    rates.PLATEAU,
):
    CHECKS.register(_check.name)(_check)
CHECKS.register(fit.GOOD_FIT.name)(fit.GOOD_FIT)

__all__ = ["CHECKS", "Training", "run_all"]


def run_all(training: Training) -> tuple[Result[Training], ...]:
    """Run every check in the order of the registry; a good fit is what is left."""
    results = [run_check(CHECKS[name], training) for name in CHECKS if name != "good-fit"]
    sick = any(f.severity != "note" for result in results for f in result.findings)
    good = run_check(fit.GOOD_FIT, training)
    if sick:
        good = Result(fit.GOOD_FIT, reason=Problem("curve.na.faults"))
    return (*results, good)
