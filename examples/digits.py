"""Handwritten digits from files to a report, through the Python API. ``make demo`` runs it.

scikit-learn brings 1,797 scanned digits of 8 × 8 pixels (Alpaydin & Kaynak, UCI 1998). They are
written as PNG files, one folder a class, as photographs of your own would lie; the rest is what one
does with any images.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

import dojang
from dojang.core.i18n import language
from dojang.core.store import next_run_path

DEMO = Path("demo")
WORDS = {
    "en": {
        "data": "{n} images in {path}, one folder a class",
        "sealed": "Now the sealed test part is opened, once:",
        "test": "test accuracy {value:.1%} on {n} images, 95 % interval {low:.1%} to {high:.1%}",
        "explain": "The least certain image, {id}: {found}. Where the model looked: {path}",
        "report": "Report: {path}",
        "seconds": "{seconds:.0f} seconds in all",
    },
    "ko": {
        "data": "{path}에 이미지 {n}장, 클래스마다 폴더 하나",
        "sealed": "이제 봉인된 테스트 파트를 한 번 엽니다:",
        "test": "테스트 정확도 {value:.1%} (이미지 {n}장, 95% 신뢰구간 {low:.1%}~{high:.1%})",
        "explain": "가장 자신 없어 한 이미지 {id}: {found}. 모델이 본 곳: {path}",
        "report": "리포트: {path}",
        "seconds": "모두 {seconds:.0f}초 걸렸습니다",
    },
}


def main() -> None:
    """Write the images, train, evaluate, explain, report."""
    started = time.monotonic()
    folder = DEMO / "digits"
    say("data", n=write_images(folder), path=folder)

    run = dojang.train(folder, run=next_run_path(DEMO / "runs", "digits"))

    say("sealed")
    scores = run.evaluate()
    accuracy = scores.metrics["accuracy"]
    say("test", value=accuracy.value, n=scores.n, low=accuracy.low, high=accuracy.high)

    kept = run.predictions("valid")
    hardest = kept.loc[kept["confidence"].idxmin(), "id"]
    explanation = run.explain(folder / hardest)
    picture = run.path.with_name(f"{run.path.name}-why.jpg")
    Image.fromarray(explanation.picture).save(picture)
    found = ", ".join(f"{name} {share:.0%}" for name, share in explanation.classes[:3])
    say("explain", id=hardest, found=found, path=picture)

    say("report", path=run.report())
    say("seconds", seconds=time.monotonic() - started)


def write_images(folder: Path) -> int:
    """Write ``<class>/<number>.png`` for every digit that is not there yet; return how many."""
    digits = load_digits()
    for number, (pixels, label) in enumerate(zip(digits.images, digits.target, strict=True)):
        path = folder / str(label) / f"{number:04}.png"
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        # Brightness goes from 0 to 16; a file has 0 to 255.
        Image.fromarray(np.round(pixels * 255 / 16).astype(np.uint8)).save(path)
    return len(digits.images)


def say(key: str, **values: object) -> None:
    """Print a line in the user's language."""
    sys.stdout.write(WORDS[language()][key].format(**values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
