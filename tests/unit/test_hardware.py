"""Cores that a container really has, from control groups of both versions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from dojang.train import hardware
from dojang.train.hardware import container_quota, cores, resolve_precision, use_all_cores


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _quota(tmp_path: Path, own: str, **files: str) -> int | None:
    for name, text in files.items():
        _write(tmp_path / "cg" / name.replace("__", "/"), text)
    _write(tmp_path / "own", own)
    return container_quota(tmp_path / "cg", tmp_path / "own")


@pytest.mark.parametrize(
    ("text", "found"),
    [("200000 100000\n", 2), ("max 100000\n", None), ("50000 100000", 1), ("350000 100000", 3),
     ("broken", None), ("", None), ("-1 100000", None), ("1 0", None)],
)  # fmt: skip
def test_version_2(tmp_path: Path, text: str, found: int | None) -> None:
    _write(tmp_path / "cg" / "cpu.max", text)
    _write(tmp_path / "own", "0::/\n")
    assert container_quota(tmp_path / "cg", tmp_path / "own") == found


def test_version_2_the_narrowest_group_around_counts(tmp_path: Path) -> None:
    _write(tmp_path / "cg" / "a" / "cpu.max", "400000 100000")
    _write(tmp_path / "cg" / "a" / "b" / "cpu.max", "max 100000")
    _write(tmp_path / "own", "0::/a/b\n")
    assert container_quota(tmp_path / "cg", tmp_path / "own") == 4
    _write(tmp_path / "cg" / "cpu.max", "200000 100000")
    assert container_quota(tmp_path / "cg", tmp_path / "own") == 2


@pytest.mark.parametrize("folder", ["cpu", "cpu,cpuacct"])
@pytest.mark.parametrize(("quota", "found"), [("300000", 3), ("-1", None), ("?", None)])
def test_version_1(tmp_path: Path, folder: str, quota: str, found: int | None) -> None:
    _write(tmp_path / "cg" / folder / "docker" / "x" / "cpu.cfs_quota_us", quota)
    _write(tmp_path / "cg" / folder / "docker" / "x" / "cpu.cfs_period_us", "100000")
    _write(tmp_path / "own", f"4:memory:/elsewhere\n3:{folder}:/docker/x\nnonsense\n")
    assert container_quota(tmp_path / "cg", tmp_path / "own") == found


def test_version_1_where_the_container_sees_only_its_own_group(tmp_path: Path) -> None:
    _write(tmp_path / "cg" / "cpu" / "cpu.cfs_quota_us", "150000")
    _write(tmp_path / "cg" / "cpu" / "cpu.cfs_period_us", "100000")
    _write(tmp_path / "own", "3:cpu,cpuacct:/docker/not-mounted-here\n")
    assert container_quota(tmp_path / "cg", tmp_path / "own") == 1


def test_no_control_groups(tmp_path: Path) -> None:
    assert container_quota(tmp_path / "nothing", tmp_path / "none") is None


def test_cores_are_within_affinity_and_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = len(os.sched_getaffinity(0))
    for quota, found in ((None, allowed), (1, 1), (10_000, allowed)):
        monkeypatch.setattr(hardware, "container_quota", lambda quota=quota: quota)
        assert cores() == found


def test_threads_follow_the_cores_unless_the_user_said_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", chosen.append)
    monkeypatch.setattr(hardware, "cores", lambda: 6)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    use_all_cores()
    assert not chosen
    monkeypatch.delenv("OMP_NUM_THREADS")
    use_all_cores()
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    use_all_cores()
    assert chosen == [6, 1]


def test_the_rule_of_precision() -> None:
    cpu = torch.device("cpu")
    assert resolve_precision("bf16", cpu, depthwise=True) == "bf16"
    assert resolve_precision("auto", cpu, depthwise=True) == "fp32"
