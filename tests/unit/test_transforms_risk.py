"""Transforms that change labels are found, and the others are left alone."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from dojang.core.recipe import Recipe, override
from dojang.core.types import Manifest
from dojang.data.risk import (
    FEWEST_OF_CLASS,
    TRANSFORMS,
    TransformTest,
    at_risk,
    findings,
    risky_transforms,
    warning_values,
)
from dojang.data.transforms import Augment
from dojang.recipes.auto import resolve
from tests.makers import make_manifest

Thumbs = NDArray[np.uint8]


@functools.cache
def digits() -> tuple[Thumbs, list[str], list[str]]:
    found = load_digits()
    small = np.round(found.images * 255 / 16).astype(np.uint8)
    thumbs = small.repeat(4, axis=1).repeat(4, axis=2)[..., None].repeat(3, axis=3)
    return thumbs, [str(v) for v in found.target], [f"{i:04}.png" for i in range(len(small))]


@functools.cache
def digit_tests() -> dict[str, TransformTest]:
    return {test.transform: test for test in risky_transforms(*digits())}


def symmetric(
    count: int = 600, classes: int = 3, seed: int = 0
) -> tuple[Thumbs, list[str], list[str]]:
    """Blobs whose height tells the class, left or right by chance: mirrors change nothing."""
    chance = np.random.default_rng(seed)
    y = chance.integers(0, classes, count)
    rows, columns = np.mgrid[0:32, 0:32]
    middle = 6 + y * 20 // (classes - 1) + chance.normal(0, 2.5, count)
    across = chance.uniform(4, 28, count)
    distance = (rows - middle[:, None, None]) ** 2 + (columns - across[:, None, None]) ** 2
    gray = 200 * np.exp(-distance / 40) + chance.normal(20, 15, (count, 32, 32))
    thumbs = np.clip(gray, 0, 255).astype(np.uint8)[..., None].repeat(3, axis=3)
    return thumbs, [f"c{v}" for v in y], [f"{i}.png" for i in range(count)]


@pytest.mark.parametrize("name", ["horizontal", "vertical", "rotate90", "rotate180"])
def test_turned_digits_are_other_digits(name: str) -> None:
    test = digit_tests()[name]
    assert test.moves and test.foreign
    assert test.plain > 0.9 and test.changed < 0.5
    worst = test.moves[0]
    assert worst.after - worst.before >= 0.3 and worst.chance < 1e-6
    _, labels, ids = digits()
    assert all(labels[ids.index(file)] == worst.source for file in worst.files)


def test_pairs_are_those_that_people_know() -> None:
    half = {(m.source, m.target) for m in digit_tests()["rotate180"].moves}
    assert {("6", "9"), ("9", "6")} <= half
    assert ("5", "2") in {(m.source, m.target) for m in digit_tests()["vertical"].moves}


def test_colours_do_not_matter_to_grey_digits() -> None:
    for name in ("gray", "hue"):
        assert digit_tests()[name].moves == ()
        assert digit_tests()[name].plain == digit_tests()[name].changed


def test_a_mirror_that_changes_nothing_is_not_flagged_and_turning_upside_down_is() -> None:
    for seed in range(4):
        tests = {test.transform: test for test in risky_transforms(*symmetric(seed=seed))}
        assert tests["horizontal"].moves == () and not tests["horizontal"].foreign
        assert {(m.source, m.target) for m in tests["vertical"].moves} == {
            ("c0", "c2"),
            ("c2", "c0"),
        }


def test_a_turn_of_the_hue_makes_red_green() -> None:
    thumbs, labels, ids = symmetric(400, 2)
    colored = np.zeros_like(thumbs)
    for i, name in enumerate(labels):
        colored[i, :, :: -1 if i % 2 else 1, int(name[1])] = thumbs[i, :, :, 0].mean() + i % 7
    tests = {test.transform: test for test in risky_transforms(colored, labels, ids)}
    assert ("c0", "c1") in {(m.source, m.target) for m in tests["hue"].moves}
    assert tests["horizontal"].moves == tests["vertical"].moves == ()


def test_nothing_is_said_where_nothing_can_be_known() -> None:
    thumbs, labels, ids = symmetric(200, 2)
    shuffled = list(np.random.default_rng(0).permutation(labels))
    assert risky_transforms(thumbs, shuffled, ids) == []
    few = FEWEST_OF_CLASS - 1
    assert risky_transforms(thumbs[:few], labels[:few], ids[:few]) == []
    assert risky_transforms(thumbs, ["only"] * 200, ids) == []


def test_the_same_data_give_the_same_answer() -> None:
    assert risky_transforms(*symmetric()) == risky_transforms(*symmetric())


def test_only_what_the_recipe_asks_for_is_warned_of() -> None:
    tests = list(digit_tests().values())

    def names(**settings: object) -> set[str]:
        return {test.transform for test in at_risk(Augment(**settings), tests)}  # type: ignore[arg-type]

    assert names() == names(rotate=15.0, color=0.5, min_area=0.3) == set()
    assert names(flip="horizontal") == {"horizontal"}
    assert names(flip="both") == {"horizontal", "vertical", "rotate180"}
    assert names(rotate=180.0) == {"rotate90", "rotate180"}
    assert names(policy="trivialaugment") == {"rotate90"}
    assert names(policy="randaugment") == set()
    assert set(TRANSFORMS) == {test.transform for test in tests}


def test_findings_and_warnings_carry_their_evidence() -> None:
    tests = list(digit_tests().values())
    found = findings(tests)
    assert [f.evidence["transform"] for f in found] == [
        "horizontal",
        "vertical",
        "rotate90",
        "rotate180",
    ]
    assert all(f.files and f.evidence["pairs"] for f in found)
    values = warning_values(tests[0])
    assert values["after"] > values["before"] and values["fix"] == "augment.flip=none"


def manifest(mode: str) -> Manifest:
    made = make_manifest(["a"] * 50 + ["b"] * 50)
    made.samples["mode"] = mode
    return made


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_the_data_decide_on_the_mirror(mode: str) -> None:
    flagged = digit_tests()["horizontal"]
    fine = TransformTest("horizontal", 0.6, 0.6, False, ())
    foreign = TransformTest("horizontal", 0.6, 0.2, True, ())
    for tests, flip, key in (
        ([flagged], "none", "auto.flip_changes"),
        ([fine], "horizontal", "auto.flip_tested"),
        ([foreign], "none", "auto.flip_foreign"),
        (
            [],
            "none" if mode == "L" else "horizontal",
            "auto.flip_gray" if mode == "L" else "auto.flip",
        ),
    ):
        recipe, reasons = resolve(Recipe(), manifest(mode), tests=tests)
        assert (recipe.augment.flip, reasons["augment.flip"].key) == (flip, key)


def test_a_given_mirror_is_kept_and_policies_take_over() -> None:
    asked = override(Recipe(), {"augment.flip": "both", "augment.policy": "randaugment"})
    recipe, reasons = resolve(asked, manifest("RGB"), tests=[digit_tests()["horizontal"]])
    assert recipe.augment.flip == "both" and "augment.flip" not in reasons
    assert recipe.augment.rotate == recipe.augment.color == 0.0
    assert reasons["augment.rotate"].key == "auto.by_policy"
