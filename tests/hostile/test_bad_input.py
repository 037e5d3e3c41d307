"""A user's mistakes: a clear message, exit status 2, nothing written, no traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dojang.core.i18n import use_language
from shapes import QUICK, Answer, Dojang, draw_shapes


def _refused(answer: Answer, *parts: str) -> None:
    assert answer.code == 2, answer
    assert "Traceback" not in answer.err
    for part in parts:
        assert part in answer.err, answer.err


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder; afterwards it must hold what the test put there, and no run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _no_run(here: Path) -> None:
    assert not (here / "runs").exists()


def test_missing_folder(here: Path, dojang: Dojang) -> None:
    _refused(dojang("train", "nowhere"), "nowhere", "Check the spelling")
    _no_run(here)


def test_empty_folder(here: Path, dojang: Dojang) -> None:
    (here / "photos").mkdir()
    _refused(dojang("train", "photos"), "photos", "sub-folder per class")
    _no_run(here)


def test_folder_with_unreadable_files_only_names_them(here: Path, dojang: Dojang) -> None:
    for name in ("a", "b"):
        (here / "photos" / name).mkdir(parents=True)
        (here / "photos" / name / "x.jpg").write_bytes(b"")
    _refused(dojang("train", "photos"), "a/x.jpg: empty file", "b/x.jpg: empty file")


def test_one_class_only(here: Path, dojang: Dojang) -> None:
    draw_shapes(here / "photos", count=4)
    for folder in list((here / "photos").iterdir()):
        if folder.name != "circle":
            shutil.rmtree(folder)
    _refused(dojang("train", "photos"), "circle", "at least two")
    _no_run(here)


def test_a_class_with_one_image(here: Path, dojang: Dojang) -> None:
    draw_shapes(here / "photos", count=4)
    for path in sorted((here / "photos" / "고양이").iterdir())[1:]:
        path.unlink()
    _refused(dojang("train", "photos"), "고양이 has a single image")
    _no_run(here)


@pytest.mark.parametrize(
    ("rows", "options", "expected"),
    [
        ("path,label\n", [], ["no usable image"]),
        (
            "file,kind\na.png,x\n",
            [],
            ["no column looks like the class", "file, kind", "--label-col"],
        ),
        ("path,label\na.png,x\n", ["--label-col", "lable"], ["lable", "label"]),
        ("path,label\nphotos/none.png,x\n", [], ["row 2", "photos/none.png"]),
        (
            "path,label\n../../etc/passwd,x\n",
            [],
            ["row 2", "../../etc/passwd", "leaves the folder"],
        ),
        ("path,label\n/etc/passwd,x\n", [], ["row 2", "leaves the folder"]),
        ("path,label\nphotos/circle/사진 00.png,\n", [], ["row 2", "no label"]),
    ],
)
def test_bad_tables(
    here: Path, dojang: Dojang, rows: str, options: list[str], expected: list[str]
) -> None:
    draw_shapes(here / "photos", count=3)
    (here / "t.csv").write_text(rows, encoding="utf-8")
    _refused(dojang("train", "t.csv", *options), *expected)
    _no_run(here)


def test_all_bad_rows_are_in_one_message(here: Path, dojang: Dojang) -> None:
    (here / "t.csv").write_text("path,label\n" + "".join(f"{i}.png,x\n" for i in range(30)))
    answer = dojang("train", "t.csv")
    _refused(answer, "30 rows", "row 2:", "row 21:", "and 10 more")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("train.epoch=3", ["train.epoch", "train.epochs"]),
        ("model.name=resnet19", ["resnet19", "resnet18"]),
        ("optimizer.name=adamm", ["adamm", "adamw"]),
        ("schedule.name=cosin", ["cosin", "cosine"]),
        ("loss.name=crossentropy", ["crossentropy", "cross_entropy"]),
        ("train.epochs=ten", ["train.epochs", "whole number"]),
        ("model.weights=nowhere.safetensors", ["nowhere.safetensors"]),
        ("model.weights=hub", ["convnet", "--weights"]),
        ("train.precision=fp16", ["GPU"]),
        ("split.kind=given", ["split.kind=holdout"]),
        ("split.folds=90", ["validation image"]),
    ],
)
def test_bad_recipes(
    here: Path, photos: Path, dojang: Dojang, setting: str, expected: list[str]
) -> None:
    extra = ["--set", "split.kind=kfold"] if setting == "split.folds=90" else []
    _refused(dojang("train", photos, *QUICK, "--set", setting, *extra), *expected)
    _no_run(here)


def test_recipe_of_a_newer_version(here: Path, dojang: Dojang) -> None:
    (here / "r.yaml").write_text("version: 3\n")
    _refused(dojang("train", "r.yaml"), "version 3", "pip install -U")


def test_recipe_without_a_source(here: Path, dojang: Dojang) -> None:
    (here / "r.yaml").write_text("train: {epochs: 2}\n")
    _refused(dojang("train", "r.yaml"), "data.source")


@pytest.mark.parametrize("command", ["predict", "evaluate", "explain", "report", "resume"])
def test_a_folder_that_is_no_run(here: Path, photos: Path, dojang: Dojang, command: str) -> None:
    image = photos / "circle" / "사진 00.png"
    rest = [image] if command in ("predict", "explain") else []
    (here / "folder").mkdir()
    _refused(dojang(command, "folder", *rest), "folder", "not a run folder")
    _refused(dojang(command, "none", *rest), "no run at none")
    (here / "folder" / "run.json").write_text("{broken")
    _refused(dojang(command, "folder", *rest), "run.json")


def test_a_run_of_a_newer_format(here: Path, trained: Path, dojang: Dojang) -> None:
    run = Path(shutil.copytree(trained, here / "run"))
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(record | {"format": 2, "news": True}))
    _refused(dojang("report", run), "newer Dojang", "pip install -U")


def test_broken_weights_are_named(here: Path, trained: Path, photos: Path, dojang: Dojang) -> None:
    run = Path(shutil.copytree(trained, here / "run"))
    weights = run / "weights" / "fold0.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    _refused(dojang("predict", run, photos), "fold0.safetensors")


def test_an_existing_run_is_never_overwritten(trained: Path, photos: Path, dojang: Dojang) -> None:
    before = {p: p.stat().st_mtime_ns for p in trained.rglob("*")}
    _refused(dojang("train", photos, "--run", trained, *QUICK), "exists already")
    assert {p: p.stat().st_mtime_ns for p in trained.rglob("*")} == before


def test_no_right_to_write(here: Path, photos: Path, dojang: Dojang) -> None:
    (here / "file").write_text("in the way")
    _refused(dojang("train", photos, "--run", here / "file" / "run", *QUICK), "file")
    if Path("/proc").is_dir():  # not even the superuser may write here
        _refused(dojang("train", photos, "--run", "/proc/run", *QUICK), "/proc/run")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_no_space(here: Path) -> None:
    from dojang.core.errors import StorageError
    from dojang.core.store import write_bytes

    target = here / "x.bin"
    write_bytes(target, b"old")
    resource = pytest.importorskip("resource")
    import signal

    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(StorageError) as caught:
            write_bytes(target, b"new" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert str(target) in str(caught.value) and "free" in str(caught.value)
    assert target.read_bytes() == b"old"
    assert [p.name for p in here.iterdir()] == ["x.bin"]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_messages_speak_both_languages(here: Path, dojang: Dojang, lang: str) -> None:
    with use_language(lang):
        answer = dojang("train", "nowhere")
    assert ("없습니다" in answer.err) == (lang == "ko")


@pytest.mark.parametrize("arguments", [["trian"], ["train"], ["train", "x", "--epochs", "3"]])
def test_mistyped_commands(here: Path, dojang: Dojang, arguments: list[str]) -> None:
    _refused(dojang(*arguments), "--help")


def test_explaining_what_is_no_image(trained: Path, here: Path, dojang: Dojang) -> None:
    (here / "x.jpg").write_text("text")
    _refused(dojang("explain", trained, "x.jpg"), "x.jpg", "not an image")
    _refused(dojang("explain", trained, "none.jpg"), "none.jpg")
    assert sorted(p.name for p in here.iterdir()) == ["x.jpg"]


def test_help_is_quick_and_imports_no_torch() -> None:
    code = (
        "import sys; from dojang.app.cli import run; run(['--help']); print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env=os.environ | {"DOJANG_LANG": "ko"},
    )  # fmt: skip
    assert done.stdout.rstrip().endswith("False")
    assert "리포트" in done.stdout
