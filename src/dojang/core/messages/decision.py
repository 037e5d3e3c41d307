"""What is said of the decision: calibration, goals, floors."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "decision.scaled.temperature": (
        "Probabilities are calibrated (temperature {temperature}): calibration error {before} % "
        "before, {after} % after, on images that it was not fitted on.",
        "확률을 보정했습니다(온도 {temperature}). 맞추는 데 쓰지 않은 이미지에서 보정 오차가 "
        "{before}%에서 {after}%로 바뀌었습니다.",
    ),
    "decision.scaled.vector": (
        "Probabilities are calibrated by class (mean temperature {temperature}): calibration error "
        "{before} % before, {after} % after, on images that it was not fitted on.",
        "확률을 클래스별로 보정했습니다(평균 온도 {temperature}). 맞추는 데 쓰지 않은 이미지에서 "
        "보정 오차가 {before}%에서 {after}%로 바뀌었습니다.",
    ),
    "decision.unscaled": (
        "Probabilities are left as they are (calibration error {before} %): no scaling surely "
        "lowers the log loss.",
        "확률을 그대로 둡니다(보정 오차 {before}%). 로그 손실을 확실히 낮추는 보정이 없습니다.",
    ),
    "decision.used": (
        "The goal {goal} decides: {gain} on validation images that it was not fitted on (95 % "
        "interval {low} to {high}).",
        "{goal:을/를} 기준으로 답을 고릅니다. 맞추는 데 쓰지 않은 검증 이미지에서 {gain} "
        "(95% 신뢰구간 {low} ~ {high}).",
    ),
    "decision.unused": (
        "The goal {goal} does not decide: {gain} on validation images that it was not fitted on "
        "(95 % interval {low} to {high}).",
        "{goal:을/를} 기준으로 삼지 않습니다. 맞추는 데 쓰지 않은 검증 이미지에서 {gain} "
        "(95% 신뢰구간 {low} ~ {high}).",
    ),
    "decision.held_back": (
        "Answers that are not sure enough are held back: {coverage} are given, {accuracy} of those "
        "are right, on images that this was not fitted on.",
        "충분히 확실하지 않은 답은 보류합니다. 맞추는 데 쓰지 않은 이미지에서 {coverage}에 답하고, "
        "그 가운데 {accuracy}가 맞습니다.",
    ),
    "decision.never": (
        "No answer of these classes is sure enough; they are never given: {names}. Even without a "
        "mistake it takes {needed} validation images of a class to be sure of {wanted} %.",
        "충분히 확실한 답이 없어 다음 클래스는 답으로 나오지 않습니다: {names}. 하나도 틀리지 않아도 "
        "{wanted}%를 확신하려면 클래스마다 검증 이미지가 {needed}장 있어야 합니다.",
    ),
    "decision.points": ("{value} points", "{value}점"),
    "decision.cost": ("{value} of the cost an image", "이미지당 비용 {value}"),
    "decision.answer": (
        "Answer: {name} (by the rule of the run)",
        "답: {name} (이 실행의 판정 규칙에 따름)",
    ),
    "decision.no_answer": (
        "Held back: not sure enough for an answer ({name} would be it)",
        "보류: 답하기에 충분히 확실하지 않습니다 (답한다면 {name})",
    ),
    "decision.wrong_part": (
        "A rule is fitted on validation predictions alone, not on the part {part}.",
        "판정 규칙은 검증 예측으로만 맞춥니다. {part} 파트로는 맞출 수 없습니다.",
    ),
    "decision.wrong_part.fix": (
        "Give the validation predictions of the run.",
        "실행의 검증 예측을 넘겨 주세요.",
    ),
    "decision.stale": (
        "The rule in {path} was fitted on other predictions than {read}.",
        "{path}의 판정 규칙은 {read:이/가} 아닌 다른 예측에 맞춘 것입니다.",
    ),
    "decision.stale.fix": (
        "One of the two files was changed. Restore the run folder, or train again.",
        "두 파일 중 하나가 바뀌었습니다. 실행 폴더를 되돌리거나 다시 학습하세요.",
    ),
    "decision.costs": (
        "decide.costs cannot be used.",
        "decide.costs를 쓸 수 없습니다.",
    ),
    "decision.costs.fix": (
        "Write it as {{true class: {{answered class: cost}}}}, with the names of the classes, for "
        "example: --set 'decide.costs={{shirt: {{dress: 5}}}}'",
        "{{정답 클래스: {{답한 클래스: 비용}}}} 꼴로, 클래스 이름 그대로 쓰세요. "
        "예: --set 'decide.costs={{shirt: {{dress: 5}}}}'",
    ),
    "decision.costs_missing": (
        "the goal is cost, but no cost is given",
        "기준이 cost인데 비용이 없습니다",
    ),
    "decision.costs_class": (
        "there is no class {name}.{hint}",
        "{name} 클래스가 없습니다.{hint}",
    ),
    "decision.costs_right": (
        "a right answer costs nothing: {name}",
        "맞힌 답에는 비용이 없습니다: {name}",
    ),
    "decision.word.f_beta": ("mean F", "F 점수 평균"),
    "decision.word.balanced_accuracy": ("mean recall", "재현율 평균"),
    "decision.word.cost": ("cost", "비용"),
    "decision.word.none": ("none", "없음"),
    "decision.word.temperature": ("temperature", "온도 보정"),
    "decision.word.vector": ("by class", "클래스별 보정"),
    # The report.
    "report.section.decision": ("From probabilities to answers", "확률에서 답으로"),
    "report.decision.absent": (
        "Not fitted: the training has not finished, or an older version trained it.",
        "학습이 끝나지 않았거나 예전 버전으로 학습해 판정 규칙이 없습니다.",
    ),
    "report.decision.unscaled": (
        "The probabilities are those of the network: no scaling surely lowers the log loss on images "
        "that it was not fitted on.",
        "신경망이 낸 확률을 그대로 씁니다. 맞추는 데 쓰지 않은 이미지에서 로그 손실을 확실히 "
        "낮추는 보정이 없었습니다.",
    ),
    "report.decision.temperature.surer": (
        "The network is surer than it may be. All its probabilities are moved towards each other by "
        "one number, a temperature of {temperature}; the answers stay the same.",
        "신경망이 실제보다 더 확신합니다. 온도 {temperature} 하나로 모든 확률을 서로 가깝게 "
        "옮겼습니다. 답은 그대로입니다.",
    ),
    "report.decision.temperature.shyer": (
        "The network is less sure than it may be. All its probabilities are moved apart by one "
        "number, a temperature of {temperature}; the answers stay the same.",
        "신경망이 실제보다 덜 확신합니다. 온도 {temperature} 하나로 모든 확률의 차이를 "
        "벌렸습니다. 답은 그대로입니다.",
    ),
    "report.decision.vector.surer": (
        "The network is surer than it may be, and not alike for all classes. Each class has a factor "
        "and a shift of its own (mean temperature {temperature}); some answers change.",
        "신경망이 실제보다 더 확신하며 그 정도가 클래스마다 다릅니다. 클래스마다 배수와 이동값을 "
        "따로 두었습니다(평균 온도 {temperature}). 일부 답이 바뀝니다.",
    ),
    "report.decision.vector.shyer": (
        "The network is less sure than it may be, and not alike for all classes. Each class has a "
        "factor and a shift of its own (mean temperature {temperature}); some answers change.",
        "신경망이 실제보다 덜 확신하며 그 정도가 클래스마다 다릅니다. 클래스마다 배수와 이동값을 "
        "따로 두었습니다(평균 온도 {temperature}). 일부 답이 바뀝니다.",
    ),
    "report.decision.error": (
        "Calibration error: {before} before, {after} after, each image scaled without having been "
        "fitted on.",
        "보정 오차: 전 {before}, 후 {after}. 각 이미지는 그 이미지를 빼고 맞춘 값으로 "
        "보정해 쟀습니다.",
    ),
    "report.decision.diagram": ("As sure as right?", "확신한 만큼 맞히는가"),
    "report.decision.diagram.caption": (
        "Across: how sure the model was. Up: how often it was right, with 95 % intervals. On the "
        "thin line it is as often right as it says; below, it is too sure. Dashed: before.",
        "가로는 모델의 확신도, 세로는 실제로 맞힌 비율과 95% 신뢰구간입니다. 가는 선 위에 있으면 "
        "말한 만큼 맞히는 것이고, 그 아래면 지나치게 확신하는 것입니다. 점선은 보정 전입니다.",
    ),
    "report.decision.risk": ("What if it may stay silent?", "보류할 수 있다면"),
    "report.decision.risk.caption": (
        "Across: share of images that get an answer, the surest first. Up: share of wrong ones "
        "among them. Look how far left the curve must go for the mistakes that you can bear; "
        "--set decide.reject=0.05 holds back what is less sure.",
        "가로는 가장 확실한 것부터 답한 이미지의 비율, 세로는 그 가운데 틀린 비율입니다. 감당할 수 "
        "있는 오답 비율이 되려면 얼마나 왼쪽으로 가야 하는지 보세요. "
        "--set decide.reject=0.05로 덜 확실한 답을 보류할 수 있습니다.",
    ),
    "report.decision.numbers": ("The same in numbers", "숫자로 보기"),
    "report.decision.confidence": ("How sure", "확신도"),
    "report.decision.before": ("Before scaling", "보정 전"),
    "report.decision.after": ("After scaling", "보정 후"),
    "report.decision.right": ("How often right", "맞힌 비율"),
    "report.decision.scaling": ("Scaling, cross-fitted", "보정 방법 (교차 적합)"),
    "report.decision.coverage": ("Answered", "답한 비율"),
    "report.decision.wrong": ("Wrong among them", "그중 틀린 비율"),
    "report.decision.goal.used": (
        "The goal decides: {goal}. Before: the most probable class. After: each image is decided by "
        "a rule that was fitted without it.",
        "{goal:을/를} 기준으로 답을 고릅니다. 전: 확률이 가장 큰 클래스. 후: 그 이미지를 빼고 맞춘 "
        "규칙으로 고른 클래스.",
    ),
    "report.decision.goal.unused": (
        "The answer is the most probable class: the goal ({goal}) does not surely gain. To use it "
        "all the same: --set decide.when=always",
        "확률이 가장 큰 클래스를 답으로 고릅니다. {goal:을/를} 기준으로 삼아도 확실히 나아지지 "
        "않습니다. 그래도 쓰려면: --set decide.when=always",
    ),
    "report.decision.held_back": (
        "Answers that are not sure enough are held back: {coverage} of the images get one, "
        "{accuracy} of those are right.",
        "충분히 확실하지 않은 답은 보류합니다. 이미지의 {coverage}에 답하고, 그 가운데 {accuracy}가 "
        "맞습니다.",
    ),
    "report.decision.floors": ("Least confidence for an answer", "답하기 위한 최소 확신도"),
    "report.decision.never": ("never given", "답하지 않음"),
}
