"""Shortcuts and drift: what is planted is found and named; clean data stay silent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_curve, roc_auc_score

from dojang.data.audit import evidence as stats
from dojang.data.audit.features import bare_name, number_features
from tests.subjects import make_subject, reason, run, thumbs_of

COUNT = 60
LABELS = ["cat"] * COUNT + ["dog"] * COUNT + ["owl"] * COUNT


def bordered(places: range) -> np.ndarray:
    """Clean pictures, those at ``places`` with a light border one pixel wide."""
    thumbs = thumbs_of(len(LABELS))
    for i in places:
        thumbs[i, [0, -1]] = 245
        thumbs[i, :, [0, -1]] = 245
    return thumbs


def by_family(found: list) -> dict:
    return {finding.evidence["family"]: finding for finding in found}


# --- Planted shortcuts ------------------------------------------------------------------------


def test_clean_data_have_no_shortcut() -> None:
    assert run("shortcut", make_subject(LABELS)) == []


def test_a_border_on_one_class_is_found_and_named() -> None:
    found = by_family(run("shortcut", make_subject(LABELS, thumbs=bordered(range(COUNT)))))
    assert {"border"} <= set(found) <= {"border", "light"}  # a light border makes a light picture
    evidence = found["border"].evidence
    assert found["border"].severity == "error"
    assert (evidence["label"], evidence["direction"]) == ("cat", "higher")
    assert evidence["feature"] in ("border_mean", "border_step")
    assert evidence["auc"] > 0.98 > evidence["content_auc"]
    assert evidence["balanced_accuracy"] > evidence["chance"]
    assert all(i.startswith("cat/") for i in evidence["examples"]["inside"])
    assert not any(i.startswith("cat/") for i in evidence["examples"]["outside"])


def test_a_border_on_half_a_class_is_found() -> None:
    found = by_family(run("shortcut", make_subject(LABELS, thumbs=bordered(range(COUNT // 2)))))
    assert found["border"].severity == "warning"
    assert found["border"].evidence["given"] >= 0.4


def test_names_that_betray_the_source_are_found() -> None:
    rng = np.random.default_rng(0)
    numbers = rng.permutation(9000)[: len(LABELS)] + 1000
    heads = {"cat": "IMG_", "dog": "DSC_", "owl": "DSC_"}
    names = [f"{heads[c]}{n}.jpg" for c, n in zip(LABELS, numbers, strict=True)]
    found = by_family(run("shortcut", make_subject(LABELS, names=names)))
    assert set(found) == {"name"}
    assert found["name"].severity == "warning"  # a network never sees the name
    assert found["name"].evidence["label"] == "cat"
    assert {row["severity"] for row in found["name"].evidence["classes"]} == {"warning"}
    assert found["name"].evidence["feature"].rstrip("0.") in ("img_", "dsc_")


def test_a_label_repeated_in_the_name_is_no_finding() -> None:
    numbers = np.random.default_rng(0).permutation(len(LABELS))
    names = [f"{c}.{n}.jpg" for c, n in zip(LABELS, numbers, strict=True)]
    assert run("shortcut", make_subject(LABELS, names=names)) == []


def test_files_numbered_class_by_class_are_a_note() -> None:
    names = [f"{n:05d}.jpg" for n in range(len(LABELS))]
    found = by_family(run("shortcut", make_subject(LABELS, names=names)))
    assert set(found) == {"number"}
    assert found["number"].severity == "note"


def test_sizes_are_found_and_brightness_too() -> None:
    width = np.where(np.array(LABELS) == "dog", 300, 320)
    found = by_family(run("shortcut", make_subject(LABELS, width=width)))
    assert found["size"].evidence["label"] == "dog"
    assert found["size"].evidence["feature"] in ("width", "aspect")
    thumbs = thumbs_of(len(LABELS))
    thumbs[-COUNT:] = thumbs[-COUNT:] // 3
    light = by_family(run("shortcut", make_subject(LABELS, thumbs=thumbs)))["light"]
    assert (light.evidence["label"], light.evidence["direction"]) == ("owl", "lower")


def test_copies_do_not_fake_a_shortcut() -> None:
    thumbs = thumbs_of(len(LABELS))
    for i in range(0, len(LABELS), 2):
        thumbs[i + 1] = thumbs[i]
    width = np.repeat(np.random.default_rng(3).integers(200, 400, len(LABELS) // 2), 2)
    assert run("shortcut", make_subject(LABELS, thumbs=thumbs, width=width)) == []


def test_groups_do_not_fake_a_shortcut() -> None:
    """Each group has one size and one class: sizes tell the group, and by it the class."""
    rng = np.random.default_rng(4)
    groups = [f"g{i // 3}" for i in range(len(LABELS))]
    width = np.repeat(rng.integers(200, 400, len(LABELS) // 3), 3)
    assert run("shortcut", make_subject(LABELS, width=width, groups=groups)) == []


def test_labels_of_the_test_part_are_not_used() -> None:
    """Only test pictures of one class have the border: nothing to find."""
    parts = (["train"] * 40 + ["test"] * 20) * 3
    thumbs = bordered(range(40, 60))
    subject = make_subject(LABELS, thumbs=thumbs, parts=parts)
    assert run("shortcut", subject) == []


def test_too_few_samples_say_so() -> None:
    assert reason("shortcut", make_subject(["a"] * 10 + ["b"] * 10)) == "audit.na.few_in_classes"
    assert reason("part-drift", make_subject(["a", "b"])) == "audit.na.no_parts"
    parts = ["train"] * 50 + ["test"] * 10
    few = make_subject(["a"] * 60, parts=parts)
    assert reason("part-drift", few) == "audit.na.few_in_parts"


# --- Drift ------------------------------------------------------------------------------------


def test_parts_drawn_alike_do_not_differ_and_labels_do_not_matter() -> None:
    parts = ["train", "train", "test"] * COUNT
    assert run("part-drift", make_subject(LABELS, parts=parts)) == []


def test_a_darker_test_part_is_found_and_named() -> None:
    parts = ["train", "train", "test"] * COUNT
    thumbs = thumbs_of(len(LABELS))
    thumbs[2::3] = thumbs[2::3] // 2
    (found,) = run("part-drift", make_subject(LABELS, thumbs=thumbs, parts=parts))
    assert found.severity == "warning"
    assert found.evidence["part"] == "test"
    assert found.evidence["direction"] == "lower"
    assert found.evidence["low"] > 0.9
    assert set(found.evidence["examples"]) == {"train", "test"}


# --- Statistics -------------------------------------------------------------------------------

SCORES = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=60).filter(
    lambda rows: len({positive for _, positive in rows}) == 2
)


@settings(max_examples=100, deadline=None)
@given(SCORES)
def test_auc_and_sure_share_agree_with_scikit_learn(rows: list[tuple[int, bool]]) -> None:
    scores = np.array([score for score, _ in rows], dtype=float)
    positive = np.array([p for _, p in rows])
    assert stats.auc(scores, positive) == pytest.approx(roc_auc_score(positive, scores))
    precision, recall, _ = precision_recall_curve(positive, scores)
    sure = recall[:-1][precision[:-1] >= 0.75]
    assert stats.given_away(scores, positive, 0.75) == pytest.approx(sure.max(initial=0))


def test_the_bound_of_chance_agrees_with_permuted_labels() -> None:
    rng = np.random.default_rng(0)
    scores = rng.random(200)
    positive = np.arange(200) < 30
    drawn = [stats.auc(scores, rng.permutation(positive)) for _ in range(4000)]
    for level in (0.05, 0.01):
        exceeded = np.mean(np.array(drawn) > stats.chance_bound(30, 170, level))
        assert exceeded == pytest.approx(level, abs=3.5 * np.sqrt(level / 4000))


def test_a_sample_is_even_over_classes_and_does_not_depend_on_order() -> None:
    targets = ["a"] * 500 + ["b"] * 50 + ["c"] * 3
    units = [str(i) for i in range(len(targets))]
    sample = stats.draw_sample(targets, units, 120, 20, 10, seed=0)
    assert sample.names == ("a", "b")
    assert np.bincount(sample.targets).tolist() == [60, 50]
    again = stats.draw_sample(targets, units, 120, 20, 10, seed=0)
    assert (sample.rows == again.rows).all()


def test_names_are_bared_of_folder_label_and_digits() -> None:
    assert bare_name("train/cat/IMG_0042.JPG", "cat") == "^img_0.jpg$"
    assert bare_name("Hot Dog_17.png", "hot dog") == "^\0_0.png$"
    columns = number_features(["a/7_0012.png", "x.png"], ["7", "b"])
    assert columns["first_number"].tolist() == [12, -1]
    assert columns["digits"].tolist() == [5, 0]
