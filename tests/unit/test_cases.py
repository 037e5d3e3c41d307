"""Cases worth looking at: each is what its kind says, in order, once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojang.analysis.cases import Case, confusions, gallery_cases, pick_cases, ranked
from dojang.analysis.labels import review_labels, suspects
from dojang.core.types import Predictions
from tests.makers import make_manifest


def predictions_of(rows: list[tuple[str, list[float], int]]) -> Predictions:
    return Predictions(
        ids=tuple(identifier for identifier, _, _ in rows),
        probabilities=np.array([p for _, p, _ in rows], dtype=np.float32),
        classes=("a", "b", "c"),
        targets=np.array([target for _, _, target in rows]),
        part="valid",
        fold=np.zeros(len(rows), dtype=np.int64),
    )


ROWS = [
    ("1", [0.99, 0.01, 0.00], 0),  # best of a
    ("2", [0.98, 0.02, 0.00], 0),
    ("3", [0.10, 0.80, 0.10], 1),  # best of b, though less confident than 2
    ("4", [0.90, 0.05, 0.05], 2),  # worst of c
    ("5", [0.85, 0.05, 0.10], 2),
    ("6", [0.60, 0.30, 0.10], 1),  # worst of b
    ("7", [0.40, 0.39, 0.21], 0),  # uncertain
    ("8", [0.34, 0.33, 0.33], -1),  # uncertain, target not known
    ("9", [0.99, 0.01, 0.00], -1),
]


def test_cases() -> None:
    assert pick_cases(predictions_of(ROWS), 2) == [
        *(Case("best", 0), Case("best", 2)),
        *(Case("worst", 3), Case("worst", 5)),
        *(Case("uncertain", 7), Case("uncertain", 4)),
    ]


def test_cases_are_few_where_there_is_little() -> None:
    assert pick_cases(predictions_of(ROWS[:1])) == [Case("best", 0)]
    everything = pick_cases(predictions_of(ROWS), 50)
    assert sorted(case.index for case in everything) == list(range(len(ROWS)))


def test_cases_do_not_depend_on_the_order_of_samples() -> None:
    generator = np.random.default_rng(0)
    rows = [(f"{i:02}", [0.5, 0.3, 0.2], i % 3) for i in range(30)]  # nothing but ties
    expected = None
    for _ in range(3):
        table = predictions_of([rows[i] for i in generator.permutation(len(rows))])
        chosen = [(case.kind, table.ids[case.index]) for case in pick_cases(table)]
        expected = expected or chosen
        assert chosen == expected


def test_one_class_has_cases_too() -> None:
    single = Predictions(
        *(("x",), np.ones((1, 1), dtype=np.float32), ("a",)),
        *(np.zeros(1, dtype=np.int64), "valid", np.zeros(1, dtype=np.int64)),
    )
    assert pick_cases(single) == [Case("best", 0)]


def noisy(seed: int, n: int = 200, classes: int = 4, unknown: float = 0.1) -> Predictions:
    """Predictions that are mostly right; some targets are not known, some labels are planted."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, n)
    logits = rng.normal(0, 1, (n, classes))
    logits[np.arange(n), truth] += 3
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    targets = np.where(rng.random(n) < 0.1, (truth + 1) % classes, truth)
    targets = np.where(rng.random(n) < unknown, -1, targets)
    ids = tuple(f"{i:04}.jpg" for i in rng.permutation(n))
    names = tuple(f"c{i}" for i in range(classes))
    fold = np.zeros(n, np.int64)
    return Predictions(ids, shares.astype(np.float32), names, targets, "valid", fold)


@given(st.integers(0, 10_000), st.integers(0, 60), st.integers(2, 6))
@settings(max_examples=40, deadline=None)
def test_every_kind_is_what_it_says(seed: int, n: int, classes: int) -> None:
    said = noisy(seed, n, classes)
    known, right = said.targets >= 0, said.predicted == said.targets
    found = {kind: ranked(said, kind) for kind in ("worst", "uncertain", "label", "pair", "best")}
    for rows in found.values():
        assert len(set(rows.tolist())) == len(rows), "no image twice"
    assert set(found["worst"]) == set(found["pair"]) == set(np.flatnonzero(known & ~right))
    assert set(found["best"]) == set(np.flatnonzero(known & right))
    assert len(found["uncertain"]) == n
    for kind in ("worst", "best"):
        assert (np.diff(said.confidence[found[kind]]) <= 0).all(), "the surest first"
    for pair in confusions(said):
        rows = ranked(said, "pair", (pair.target, pair.predicted))
        assert len(rows) == pair.count and (said.targets[rows] == pair.target).all()
        assert (said.predicted[rows] == pair.predicted).all()
        assert (np.diff(said.confidence[rows]) <= 0).all()
    counts = [pair.count for pair in confusions(said)]
    assert counts == sorted(counts, reverse=True) and sum(counts) == len(found["worst"])


def test_likely_label_errors_are_those_that_dojang_labels_names_in_its_order() -> None:
    said = noisy(3, 600, unknown=0.0)
    manifest = make_manifest([said.classes[target] for target in said.targets])
    said = replace(said, ids=tuple(manifest.samples["id"]))
    table = review_labels(said, manifest).table
    expected = table[table["probable"]]["id"].tolist()
    assert len(expected) > 20
    assert [said.ids[i] for i in suspects(said).tolist()] == expected


def test_a_gallery_shows_no_image_twice_within_a_kind_and_errors_first() -> None:
    said = noisy(5, 400)
    cases = gallery_cases(said)
    kinds = list(dict.fromkeys(case.kind for case in cases))
    assert kinds == ["worst", "uncertain", "label", "pair", "best"]
    for kind in kinds:
        rows = [case.index for case in cases if case.kind == kind]
        assert len(rows) == len(set(rows))
    pairs = [(said.targets[c.index], said.predicted[c.index]) for c in cases if c.kind == "pair"]
    assert list(dict.fromkeys(pairs)) == [(c.target, c.predicted) for c in confusions(said)[:3]]


@pytest.mark.parametrize("n", [0, 1])
def test_next_to_nothing_has_next_to_no_cases(n: int) -> None:
    assert len(gallery_cases(noisy(0, n, unknown=0.0))) <= 2
