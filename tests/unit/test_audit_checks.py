"""The checks of files, copies, classes and single pictures: each finds what it names, no more."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from dojang.core.check import Check, Result, run_check, say
from dojang.core.errors import DataError, Problem
from dojang.core.i18n import use_language
from dojang.core.messages import CATALOGUE
from dojang.core.types import Finding, Refusal
from dojang.data.audit import CHECKS, run_all
from dojang.data.audit.outcome import Audit, check_allowed
from tests.subjects import make_subject, reason, run, thumbs_of, with_refused

ROOT = Path(__file__).resolve().parents[2]
TWO = ["cat"] * 40 + ["dog"] * 40


# --- The registry -----------------------------------------------------------------------------


def test_codes_and_names_are_fixed() -> None:
    assert [(CHECKS[name].code, name) for name in CHECKS] == [
        ("DATA001", "unreadable"),
        ("DATA002", "exact-duplicates"),
        ("DATA003", "near-duplicates"),
        ("DATA004", "label-conflict"),
        ("DATA005", "leak"),
        ("DATA006", "group-leak"),
        ("DATA007", "imbalance"),
        ("DATA008", "tiny-class"),
        ("DATA009", "odd-size"),
        ("DATA010", "odd-aspect"),
        ("DATA011", "blur"),
        ("DATA012", "dark"),
        ("DATA013", "bright"),
        ("DATA014", "blank"),
        ("DATA015", "gray-among-color"),
        ("DATA016", "shortcut"),
        ("DATA017", "part-drift"),
        ("DATA018", "wrong-extension"),
        ("DATA019", "decode-notes"),
    ]


@pytest.mark.parametrize("name", list(CHECKS))
def test_every_check_has_its_texts_and_its_section(name: str) -> None:
    check = CHECKS[name]
    assert {f"{check.key}.{part}" for part in ("title", "meaning", "advice")} <= set(CATALOGUE)
    assert any(key.startswith(f"{check.key}.found") for key in CATALOGUE)
    for page in ("checks.md", "checks.ko.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        assert re.search(rf"^## {check.code} `{name}`", text, re.M), page


def test_commands_quote_the_source() -> None:
    commands = CHECKS["leak"].pasted("my photos; rm -rf x")
    assert "dojang train 'my photos; rm -rf x' --set audit.leaks=drop" in commands


def test_a_check_that_does_not_apply_says_why_and_does_not_run() -> None:
    def fails(subject: object) -> list[Finding]:
        raise AssertionError

    check: Check[object] = Check("X1", "leak", lambda s: Problem("audit.na.no_parts"), fails)
    result = run_check(check, object())
    assert result.status == "skipped"
    assert "without parts" in result.to_json()["reason"]
    assert Result(check).status == "passed"


def test_findings_speak_both_languages() -> None:
    subject = make_subject(["cat"] * 100 + ["dog"] * 5)
    (finding, *_) = run("imbalance", subject)
    with use_language("en"):
        assert "“cat” has 100 images" in say(finding)
    with use_language("ko"):
        assert "‘cat’ 이미지는 100장" in say(finding)


def test_unknown_names_are_answered_with_the_nearest() -> None:
    with pytest.raises(DataError) as caught:
        check_allowed(["leek", "shortcut", "zzzz"], CHECKS)
    assert len(caught.value.problems) == 2
    assert "Did you mean leak" in str(caught.value)


# --- Files ------------------------------------------------------------------------------------


def test_refused_files_are_named_with_their_reasons() -> None:
    refused = (Refusal("a.jpg", "decode.truncated", "3 bytes"), Refusal("b.jpg", "decode.empty"))
    (found,) = run("unreadable", with_refused(make_subject(TWO), refused))
    assert found.severity == "warning"
    assert found.files == ("a.jpg", "b.jpg")
    assert found.evidence["reasons"] == {"a.jpg": "decode.truncated", "b.jpg": "decode.empty"}
    assert found.evidence["details"] == {"a.jpg": "3 bytes"}


def test_notes_of_decoding_are_reported_where_there_are_any() -> None:
    assert reason("wrong-extension", make_subject(TWO)) == "audit.na.no_notes"
    notes = [None] * 78 + ["decode.note.extension decode.note.repaired", "decode.note.animated"]
    subject = make_subject(TWO, notes=notes)
    (wrong,) = run("wrong-extension", subject)
    assert wrong.files == (subject.survey.ids[78],)
    told = {f.evidence["kind"]: f for f in run("decode-notes", subject)}
    assert told["repaired"].severity == "warning"
    assert told["animated"].files == (subject.survey.ids[79],)
    assert "first frame" in say(told["animated"])


# --- Copies -----------------------------------------------------------------------------------


def test_equal_files_are_found() -> None:
    hashes = ["same"] * 3 + [f"{i}" for i in range(77)]
    subject = make_subject(TWO, hashes=hashes)
    (found,) = run("exact-duplicates", subject)
    assert set(found.files) == set(subject.survey.ids[:3])
    assert all(row["kind"] == "exact" for row in found.evidence["pairs"])


def test_copies_with_different_labels_are_shown_beside_each_other() -> None:
    thumbs = thumbs_of(80)
    thumbs[79] = thumbs[0]
    subject = make_subject(TWO, thumbs=thumbs)
    (found,) = run("label-conflict", subject)
    (row,) = found.evidence["pairs"]
    assert {row["label_a"], row["label_b"]} == {"cat", "dog"}
    assert {row["a"], row["b"]} == {subject.survey.ids[0], subject.survey.ids[79]}


def test_labels_of_a_given_test_part_are_not_looked_at() -> None:
    thumbs = thumbs_of(80)
    thumbs[79], thumbs[1] = thumbs[0], thumbs[0]
    parts = ["train"] * 79 + ["test"]
    subject = make_subject(TWO, thumbs=thumbs, parts=parts)
    assert run("label-conflict", subject) == []
    assert len(run("leak", subject)) == 1  # content alone


# --- Classes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "severity"),
    [((100, 90), None), ((100, 35), None), ((100, 30), "note"), ((300, 30), "warning")],
)
def test_imbalance_is_judged_by_the_ratio(sizes: tuple[int, int], severity: str | None) -> None:
    found = run("imbalance", make_subject(["a"] * sizes[0] + ["b"] * sizes[1]))
    assert [f.severity for f in found] == ([severity] if severity else [])


def test_a_ratio_that_chance_explains_is_no_finding() -> None:
    assert run("imbalance", make_subject(["a"] * 6 + ["b"] * 2)) == []


def test_the_test_part_does_not_count() -> None:
    labels = ["a"] * 50 + ["b"] * 50 + ["a"] * 900
    parts = ["train"] * 100 + ["test"] * 900
    assert run("imbalance", make_subject(labels, parts=parts)) == []
    assert run("tiny-class", make_subject(labels, parts=parts)) == []


def test_tiny_classes_are_named() -> None:
    found = run("tiny-class", make_subject(["a"] * 60 + ["b"] * 30 + ["c"] * 1))
    assert [(f.severity, f.evidence["names"]) for f in found] == [
        ("warning", ["c"]),
        ("note", ["b"]),
    ]


# --- Pictures ---------------------------------------------------------------------------------


def test_odd_sizes_and_aspects_are_found_worst_first() -> None:
    width, height = np.full(80, 320), np.full(80, 240)
    width[:3], height[:3] = (40, 30, 320), (30, 20, 60)
    subject = make_subject(TWO, width=width, height=height)
    (size,) = run("odd-size", subject)
    assert size.files == (subject.survey.ids[1], subject.survey.ids[0], subject.survey.ids[2])
    (aspect,) = run("odd-aspect", subject)
    assert aspect.files == (subject.survey.ids[2],)


def test_portrait_among_landscape_is_not_odd() -> None:
    width = np.tile([320, 240], 40)
    subject = make_subject(TWO, width=width, height=560 - width)
    assert run("odd-aspect", subject) == []
    assert run("odd-size", subject) == []


def test_blank_dark_bright_and_gray_pictures_are_told_apart() -> None:
    thumbs = thumbs_of(80)
    thumbs[0] = 7
    thumbs[1] = thumbs[1] // 6
    thumbs[2] = 210 + thumbs[2] // 8
    thumbs[3] = thumbs[3].mean(axis=2, keepdims=True).astype(np.uint8)
    subject = make_subject(TWO, thumbs=thumbs)
    ids = subject.survey.ids
    for name, place in (("blank", 0), ("dark", 1), ("bright", 2), ("gray-among-color", 3)):
        (found,) = run(name, subject)
        assert found.files == (ids[place],), name


def test_gray_pictures_are_no_finding_where_all_are_gray() -> None:
    gray = np.repeat(thumbs_of(80).mean(axis=3, keepdims=True), 3, axis=3).astype(np.uint8)
    assert run("gray-among-color", make_subject(TWO, thumbs=gray)) == []


def test_a_blurred_picture_is_found_and_a_blank_one_left_to_its_own_check() -> None:
    thumbs = thumbs_of(80)
    ramp = np.linspace(30, 220, 32)
    thumbs[5] = ramp[None, :, None]
    thumbs[6] = 100
    subject = make_subject(TWO, thumbs=thumbs)
    (found,) = run("blur", subject)
    assert found.files == (subject.survey.ids[5],)


@pytest.mark.parametrize("seed", range(5))
def test_clean_pictures_give_no_finding(seed: int) -> None:
    subject = make_subject(TWO, thumbs=thumbs_of(80, seed))
    results = run_all(subject)
    assert [f.name for r in results for f in r.findings if f.severity != "note"] == []
    names = {r.check.name for r in results if r.status == "found"}
    assert names <= {"tiny-class"}  # 40 images a class are few


# --- The outcome ------------------------------------------------------------------------------


def test_the_outcome_has_the_keys_that_others_read() -> None:
    thumbs = thumbs_of(80)
    thumbs[79] = thumbs[0]
    subject = make_subject(TWO, thumbs=thumbs, parts=["train"] * 60 + ["test"] * 20)
    found = Audit("photos", subject, run_all(subject))
    tree = found.to_json()
    assert {"findings", "clusters", "checks"} <= set(tree)
    leak = next(f for f in tree["findings"] if f["name"] == "leak")
    assert set(leak) == {"code", "name", "severity", "files", "evidence"}
    assert tree["clusters"] == [sorted([subject.survey.ids[0], subject.survey.ids[79]])]
    assert found.failed and found.verdict == "error"
    allowed = Audit("photos", subject, found.results, ("leak",))
    assert not allowed.failed and allowed.verdict == "warning"


def test_data_without_pictures_are_audited_by_content() -> None:
    from dataclasses import replace

    subject = replace(
        make_subject(TWO, hashes=["x"] * 2 + [str(i) for i in range(78)]), survey=None
    )
    results = {r.check.name: r for r in run_all(subject)}
    assert results["exact-duplicates"].status == "found"
    assert results["shortcut"].status == results["blur"].status == "skipped"
