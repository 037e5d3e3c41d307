"""Writes the measured figures into the README files from the results of the benchmarks.

``python tools/readme_tables.py`` replaces what is between the markers; with ``--check`` it only says
whether the pages are up to date.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
START, END = "<!-- measured -->", "<!-- /measured -->"

WORDS = {
    "README.md": {
        "head": "| clothing photographs, ten classes, test part | accuracy, 95 % interval | time |",
        "dojang": "`dojang train`",
        "fastai": "fastai {version}, ResNet-18 from scratch, {epochs} epochs",
        "minutes": "{minutes:.1f} min",
        "foot": "{cpu}, {cores} cores; each had the same wall time. Difference {difference:+.1f} points,"
        " 95 % interval {low:+.1f} to {high:+.1f}, paired by image; one training each, and our defaults were chosen on these photographs (their validation"
        " part; the optimiser with an eye on the test part too), fastai's were not. `benchmarks/vs_fastai.py`",
    },
    "README.ko.md": {
        "head": "| 옷 사진 10개 클래스, 테스트 파트 | 정확도와 95% 신뢰구간 | 시간 |",
        "dojang": "`dojang train`",
        "fastai": "fastai {version}, ResNet-18을 처음부터, {epochs}에폭",
        "minutes": "{minutes:.1f}분",
        "foot": "{cpu}, 코어 {cores}개, 같은 시간 동안 학습했습니다. 차이는 {difference:+.1f}%p, 이미지별로 짝지은"
        " 95% 신뢰구간은 {low:+.1f}~{high:+.1f}%p입니다. 학습은 한 번씩만 했고, 도장의 기본값은 이 사진들을 보며 정했지만(검증 파트로,"
        " 옵티마이저는 테스트 파트도 보고) fastai는 따로 조정하지 않았습니다. `benchmarks/vs_fastai.py`",
    },
}


def table(result: dict[str, Any], words: dict[str, str]) -> str:
    """Return the table of one language."""
    ours, theirs, difference = result["dojang"], result["fastai"], result["difference"]
    versions = {"version": theirs["versions"]["fastai"], "epochs": theirs["epochs"]}
    rows = [
        words["head"],
        "|---|---|---|",
        _row(words["dojang"], ours, words),
        _row(words["fastai"].format(**versions), theirs, words),
    ]
    points = {"difference": 100 * difference["value"]}
    points |= {side: 100 * difference[side] for side in ("low", "high")}
    machine = {"cpu": result["machine"]["cpu"], "cores": result["machine"]["cores"]}
    return "\n".join([*rows, "", words["foot"].format(**points, **machine)])


def _row(name: str, side: dict[str, Any], words: dict[str, str]) -> str:
    score = side["accuracy"]
    value, low, high = (100 * score[key] for key in ("value", "low", "high"))
    minutes = words["minutes"].format(minutes=side["seconds"] / 60)
    return f"| {name} | {value:.1f} % [{low:.1f}, {high:.1f}] | {minutes} |"


def main() -> int:
    """Write or check both pages."""
    result = json.loads((RESULTS / "vs_fastai.json").read_text(encoding="utf-8"))
    stale = 0
    for name, words in WORDS.items():
        page = ROOT / name
        text = page.read_text(encoding="utf-8")
        block = f"{START}\n{table(result, words)}\n{END}"
        fresh = re.sub(f"{START}.*?{END}", lambda _: block, text, flags=re.S)  # noqa: B023
        if fresh != text and "--check" in sys.argv:
            sys.stderr.write(f"{name} is not up to date: make docs\n")
            stale = 1
        elif fresh != text:
            page.write_text(fresh, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
