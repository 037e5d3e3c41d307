"""Writes what was measured into the cards of ``docs/techniques*.md``.

Each card has ``<!-- measured: NAME … -->`` with names of ``benchmarks/techniques.py``. With
``--check`` nothing is written, and the status says whether the pages are up to date.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
CARD = re.compile(r"<!-- measured: ([\w -]+?) -->.*?<!-- /measured -->", re.S)
SETUP = re.compile(r"<!-- setup -->.*?<!-- /setup -->", re.S)
SAME_COST = {"momentum": "sgd", "nesterov": "sgd", "swa": "ema"}

WORDS = {
    "techniques.md": {
        "none": "*Measured here:* not yet.",
        "line": "*Measured here:* `{settings}`: {points} points of accuracy{interval}, {seeds}"
        " seeds, {time:.2f} times the time of training. {verdict}",
        "cost": " ResNet-18: {milliseconds:.0f} ms beside a step of {step:.0f} ms,"
        " {megabytes:.0f} MB.",
        "better": "It helped.",
        "worse": "It did harm.",
        "unclear": "No difference that the seeds are sure of.",
        "same": "It changed nothing: the same scores to the last digit.",
        "epochs": " Stopped after {epochs:.0f} of {planned} epochs.",
        "setup": "Accuracy: {train:,} training images of CIFAR-10 (JPEG), 32 pixels, `convnet` of"
        " width {width}, {epochs} epochs; {test:,} test images; baseline {accuracy:.1f} %. {cpu},"
        " cores: {cores}. Settings of the baseline: {settings}. `benchmarks/techniques.py`",
        "step": "Cost: ResNet-18 with {weights:,} weights, {images} images of {size} pixels a step"
        " in {precision}, {cpu}, cores: {cores}. `benchmarks/technique_costs.py`",
    },
    "techniques.ko.md": {
        "none": "*직접 잰 결과:* 아직 없음.",
        "line": "*직접 잰 결과:* `{settings}`: 정확도 {points}%p{interval}, 시드 {seeds}개,"
        " 학습 시간 {time:.2f}배. {verdict}",
        "cost": " ResNet-18: {step:.0f} ms인 스텝에 {milliseconds:.0f} ms, {megabytes:.0f} MB.",
        "better": "도움이 됐습니다.",
        "worse": "오히려 나빠졌습니다.",
        "unclear": "시드 사이의 흔들림을 넘는 차이는 없습니다.",
        "same": "달라진 것이 없습니다. 점수가 끝자리까지 같습니다.",
        "epochs": " {planned}에폭 가운데 {epochs:.0f}에폭에서 멈췄습니다.",
        "setup": "정확도: CIFAR-10(JPEG) 학습 이미지 {train:,}장, 32픽셀, 폭 {width}인 `convnet`,"
        " {epochs}에폭, 테스트 이미지 {test:,}장, 기준 모델 {accuracy:.1f}%. {cpu}, 코어 {cores}개."
        " 기준 모델의 설정: {settings}. `benchmarks/techniques.py`",
        "step": "비용: 가중치 {weights:,}개인 ResNet-18, 한 스텝에 {size}픽셀 이미지 {images}장,"
        " {precision}, {cpu}, 코어 {cores}개. `benchmarks/technique_costs.py`",
    },
}
Tree = dict[str, Any]


def page(text: str, words: dict[str, str], measured: Tree, costs: Tree) -> str:
    """Return a page with the figures of today."""

    def card(match: re.Match[str]) -> str:
        lines = [line(name, words, measured, costs) for name in match[1].split()]
        body = "\n\n".join(dict.fromkeys(lines))
        return f"<!-- measured: {match[1]} -->\n{body}\n<!-- /measured -->"

    text = SETUP.sub(
        lambda _: f"<!-- setup -->\n{setup(words, measured, costs)}\n<!-- /setup -->", text
    )
    return CARD.sub(card, text)


def line(name: str, words: dict[str, str], measured: Tree, costs: Tree) -> str:
    """Say what one technique did and costs."""
    found = measured.get("summary", {}).get(name)
    cost = costs.get("costs", {}).get(SAME_COST.get(name, name))
    spent = words["cost"].format(**cost, step=costs["step"]["milliseconds"]) if cost else ""
    if found is None:
        return words["none"] + spent
    change = found["accuracy"]
    planned = measured["baseline"]["train.epochs"]
    values = {
        "settings": shown(found["settings"]),
        "points": f"{100 * change['difference']:+.1f}",
        "interval": interval(change),
        "seeds": found["seeds"],
        "time": found["time"],
        "verdict": words[verdict(found)],
    }
    stopped = words["epochs"].format(epochs=found["epochs"], planned=planned)
    return words["line"].format(**values) + (stopped if found["epochs"] < planned else "") + spent


def interval(change: Tree) -> str:
    if "low" not in change:
        return ""
    return f" [{100 * change['low']:+.1f}, {100 * change['high']:+.1f}]"


def verdict(found: Tree) -> str:
    """Better or worse only where the interval leaves no doubt."""
    change = found["accuracy"]
    if found["same"]:
        return "same"
    if change.get("low", 0) > 0:
        return "better"
    return "worse" if change.get("high", 0) < 0 else "unclear"


def setup(words: dict[str, str], measured: Tree, costs: Tree) -> str:
    """Say on what everything was measured."""
    parts = []
    if measured.get("summary"):
        base = measured["baseline"]
        mean = measured["summary"]["baseline"]["accuracy"]["mean"]
        values = measured["data"] | measured["machine"] | {"accuracy": 100 * mean}
        sizes = {"width": base["model.width"], "epochs": base["train.epochs"]}
        parts.append(words["setup"].format(**values, **sizes, settings=f"`{shown(base)}`"))
    if costs:
        machine = {"cpu": costs["machine"]["processor"], "cores": costs["machine"]["cores"]}
        parts.append(words["step"].format(**costs["step"], **machine))
    return "\n\n".join(parts) or words["none"]


def shown(settings: Tree) -> str:
    """Write settings as a recipe does."""

    def word(value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        return f"{value:g}" if isinstance(value, float) else str(value)

    return ", ".join(f"{key}: {word(value)}" for key, value in settings.items())


def result(name: str) -> Tree:
    """Return a file of results; empty where nothing was measured."""
    path = RESULTS / f"{name}.json"
    tree: Tree = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return tree


def main() -> int:
    """Write or check both pages."""
    measured, costs = result("techniques"), result("technique_costs")
    stale = 0
    for name, words in WORDS.items():
        path = ROOT / "docs" / name
        text = path.read_text(encoding="utf-8")
        fresh = page(text, words, measured, costs)
        if fresh != text and "--check" in sys.argv:
            sys.stderr.write(f"docs/{name} is not up to date: make docs\n")
            stale = 1
        elif fresh != text:
            path.write_text(fresh, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
