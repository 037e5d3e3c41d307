"""What is said when runs are compared."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "compare.head": (
        "{second} against {first}, {part}, {n} images:",
        "{first} 대비 {second}, {part}, 이미지 {n}장:",
    ),
    "compare.verdict.better": (
        "Better: {points} points more accurate [{low}, {high}]; that is {saved} % of the mistakes.",
        "더 낫습니다. 정확도가 {points}%p 높습니다 [{low}, {high}]. 오답의 {saved}%가 줄었습니다.",
    ),
    "compare.verdict.worse": (
        "Worse: {points} points less accurate [{low}, {high}]; that is {saved} % more mistakes.",
        "더 나쁩니다. 정확도가 {points}%p 낮습니다 [{low}, {high}]. 오답이 {saved}% 늘었습니다.",
    ),
    "compare.verdict.no_more": (
        "Worse: {points} points less accurate [{low}, {high}]; the first made no mistake.",
        "더 나쁩니다. 정확도가 {points}%p 낮습니다 [{low}, {high}]. 첫 모델은 하나도 틀리지 않았습니다.",
    ),
    "compare.verdict.same": (
        "The same for practical purposes: they surely differ by less than a point [{low}, {high}].",
        "사실상 같습니다. 차이가 1%p 미만인 것이 확실합니다 [{low}, {high}].",
    ),
    "compare.verdict.unclear": (
        "Cannot be told apart: the difference may be anything from {low} to {high} points. More "
        "images or more seeds would say more.",
        "차이가 있다고 말할 수 없습니다. 차이는 {low}에서 {high}%p 사이일 수 있습니다. 이미지나 "
        "시드를 늘리면 더 분명해집니다.",
    ),
    "compare.switches": (
        "{gained} images are right now that were wrong, {lost} the other way round "
        "(McNemar, exact: p = {p}).",
        "틀렸다가 맞게 된 이미지 {gained}장, 맞았다가 틀리게 된 이미지 {lost}장"
        "(정확 McNemar 검정 p = {p}).",
    ),
    "compare.one_training": (
        "Trained {first} and {second} times: how much the seed of the training matters is not, or not "
        "wholly, in the interval. Runs that differ in train.seed alone count as one model.",
        "학습 횟수 {first}회와 {second}회: 학습 시드에 따른 변동은 신뢰구간에 다 들어 있지 않습니다. "
        "train.seed만 다른 실행은 한 모델로 묶습니다.",
    ),
    "compare.trainings": (
        "Trained {first} and {second} times; the interval holds the chance of the seed too.",
        "학습 횟수 {first}회와 {second}회: 신뢰구간에 학습 시드에 따른 변동도 들어 있습니다.",
    ),
    "compare.folds": (
        "Between folds: [{low}, {high}] points (corrected resampled t-test).",
        "폴드 사이: [{low}, {high}]%p (보정 재표집 t-검정).",
    ),
    "compare.relabelled": (
        "{n} labels differ between the runs; the last run's are used.",
        "두 실행에서 라벨이 다른 이미지가 {n}장 있습니다. 마지막 실행의 라벨로 판정합니다.",
    ),
    "compare.written": ("Page: {path}", "페이지: {path}"),
    "compare.word.better": ("better", "더 나음"),
    "compare.word.worse": ("worse", "더 나쁨"),
    "compare.word.same": ("the same", "사실상 같음"),
    "compare.word.unclear": ("cannot be told apart", "구별되지 않음"),
    "compare.title": ("Comparison of runs · Dojang", "실행 비교 · 도장"),
    "compare.kind": ("Comparison of runs", "실행 비교"),
    "compare.question": ("Is it better?", "더 나은가?"),
    "compare.first": ("Compared with", "기준"),
    "compare.part": ("Part", "파트"),
    "compare.images": ("Images", "이미지"),
    "compare.caption": (
        "Each bar is the difference to the first model on the same images, with its {level} "
        "interval. Look whether it crosses the line in the middle: then the difference may be "
        "chance.",
        "막대는 같은 이미지에서 잰 첫 모델과의 차이와 {level} 신뢰구간입니다. 가운데 선에 걸치면 "
        "우연일 수 있습니다.",
    ),
    "compare.footer": (
        "Images are redrawn for both models together (paired bootstrap).",
        "두 모델의 이미지를 함께 복원 추출했습니다(짝지은 부트스트랩).",
    ),
    # Errors
    "compare.one_run": (
        "One run alone cannot be compared.",
        "실행이 하나뿐이라 비교할 수 없습니다.",
    ),
    "compare.one_run.fix": (
        "Name two or more: dojang compare runs/A runs/B",
        "둘 이상을 적어 주세요: dojang compare runs/A runs/B",
    ),
    "compare.one_model": (
        "All these runs have the recipe of {path}; they differ in the seed alone, so they are one "
        "model.",
        "모두 {path:과/와} 레시피가 같고 시드만 달라 한 모델입니다.",
    ),
    "compare.one_model.fix": (
        "Add a run of another recipe.",
        "레시피가 다른 실행을 더해 주세요.",
    ),
    "compare.no_predictions.valid": (
        "No validation predictions yet: {paths}.",
        "아직 검증 예측이 없습니다: {paths}.",
    ),
    "compare.no_predictions.valid.fix": (
        "Finish the training first: dojang resume RUN",
        "먼저 학습을 끝내세요: dojang resume 실행",
    ),
    "compare.no_predictions.test": (
        "The test part has not been opened: {paths}.",
        "테스트 파트를 아직 열지 않았습니다: {paths}.",
    ),
    "compare.no_predictions.test.fix": (
        "Choose by the validation part, or open it once: dojang evaluate RUN",
        "검증 파트로 고르거나, 테스트 파트를 한 번 여세요: dojang evaluate 실행",
    ),
    "compare.nothing_common": (
        "The runs have no held-out image in common.",
        "두 실행이 공통으로 가진 검증 이미지가 없습니다.",
    ),
    "compare.nothing_common.fix": (
        "Compare runs on the same data with the same split: --set split.keep=runs/A",
        "같은 데이터를 같게 나눈 실행끼리 비교하세요: --set split.keep=runs/A",
    ),
}
