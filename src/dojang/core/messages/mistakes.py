"""What is said of mistakes: confident errors, doubts, likely label errors, and their neighbours."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "cli.mistakes": (
        "Show what a run gets wrong, and the training images nearest to it.",
        "모델이 틀린 이미지와 가장 비슷한 학습 이미지를 보여 줍니다.",
    ),
    "cli.opt.mistakes_part": (
        "Part to look at: valid, or test where it was opened",
        "살펴볼 파트: valid 또는 이미 연 test",
    ),
    "cli.opt.mistakes_kind": (
        "Only these: worst (confident errors), uncertain, label (likely label errors), pair "
        "(confusions) or best",
        "이것만 보기: worst(확신한 오답), uncertain(불확실), label(라벨 오류 의심), pair(혼동), best",
    ),
    "cli.opt.mistakes_pair": (
        "Only errors of one confusion: true class, comma, answered class",
        "한 가지 혼동만 보기: 실제 클래스, 쉼표, 예측 클래스",
    ),
    "cli.opt.mistakes_top": (
        "How many of a kind (default: 5, of a single kind 20)",
        "종류마다 보여 줄 개수 (기본값: 5, 한 종류만 볼 때 20)",
    ),
    "cli.opt.mistakes_out": (
        "Page to write, with pictures; must not exist",
        "그림이 있는 페이지를 쓸 곳. 이미 있으면 안 됩니다",
    ),
    "cli.opt.mistakes_near": (
        "First find the nearest training images, for a run that has none: takes its images and a "
        "pass of its network",
        "가까운 학습 이미지가 없는 실행이면 먼저 찾습니다. 이미지가 필요하고 신경망을 한 번 통과시킵니다",
    ),
    # On the terminal.
    "mistakes.head": (
        "{errors} of {n} answers are wrong ({share}; {part}).",
        "답 {n}개 가운데 {errors}개가 틀렸습니다({share}, {part}).",
    ),
    "mistakes.kind_head": ("{kind} ({shown} of {all})", "{kind} ({all}개 중 {shown}개)"),
    "mistakes.column.id": ("image", "이미지"),
    "mistakes.column.answer": ("true → answer", "실제 → 예측"),
    "mistakes.column.confidence": ("confidence", "확신도"),
    "mistakes.column.near": ("nearest training images", "가까운 학습 이미지"),
    "mistakes.doubt": ("label?", "라벨?"),
    "mistakes.doubt_note": (
        "label? = the label is more likely wrong than right, see dojang labels",
        "라벨? = 라벨이 맞을 확률보다 틀릴 확률이 큼. dojang labels 참고",
    ),
    "mistakes.nothing": ("nothing of this kind", "해당하는 이미지가 없습니다"),
    "mistakes.no_near": (
        "This run has not kept the nearest training images of this part: an older version made it. "
        "Find them: dojang mistakes {path} --part {part} --near",
        "이 실행에는 이 파트의 가까운 학습 이미지가 없습니다(예전 버전). "
        "찾으려면: dojang mistakes {path} --part {part} --near",
    ),
    "mistakes.written": ("Page: {path}", "페이지: {path}"),
    "mistakes.features": ("Features", "특징 계산"),
    "mistakes.bank": ("Features of training images", "학습 이미지의 특징 계산"),
    # Neighbours in words.
    "mistakes.near.answer": (
        "All {n} are {answer}: look whether the label {label} is right.",
        "{n}장 모두 {answer}입니다. 라벨 {label:이/가} 맞는지 확인하세요.",
    ),
    "mistakes.near.label": (
        "All {n} are {label}, like the label: the model answers otherwise than its own examples.",
        "{n}장 모두 라벨과 같은 {label}입니다. 모델이 학습한 예와 다르게 답했습니다.",
    ),
    "mistakes.near.split": (
        "Of {n}, {answers} side with the answer {answer}, {labels} with the label {label}.",
        "{n}장 중 예측과 같은 {answer} {answers}장, 라벨과 같은 {label} {labels}장입니다.",
    ),
    "mistakes.near.agree": ("All {n} are {label}, too.", "{n}장 모두 {label}입니다."),
    "mistakes.near.mixed": (
        "{labels} of {n} are {label}, too.",
        "{n}장 중 {labels}장이 {label}입니다.",
    ),
    # Pages.
    "mistakes.title": ("Mistakes of {run}", "{run}의 오답"),
    "mistakes.kind": ("mistakes", "오답"),
    "mistakes.lead": (
        "{errors} of {n} answers are wrong ({share}). Part: {part}.",
        "답 {n}개 가운데 {errors}개가 틀렸습니다({share}). 파트: {part}.",
    ),
    "mistakes.none": ("There is nothing of this kind.", "해당하는 이미지가 없습니다."),
    "mistakes.left_out": (
        "{n} pictures were left out to keep this page small.",
        "페이지 크기를 줄이려고 그림 {n}장을 뺐습니다.",
    ),
    "mistakes.footer": (
        "Neighbours are training images, by the angle between features of the first model.",
        "가까운 이미지는 첫 번째 모델의 특징 벡터 사이 각도로 학습 이미지에서 골랐습니다.",
    ),
    "mistakes.pair": ("{target} taken for {predicted}, {n} times", "{target} → {predicted}, {n}회"),
    "report.mistakes.absent": (
        "Not available: no explanations were made in this run.",
        "이 실행에서는 설명 그림을 만들지 않아 보여 줄 수 없습니다.",
    ),
    "report.mistakes.lead": (
        "Images of this part: {part}. Left the image, right the same image with the places that "
        "spoke most for the predicted class (Grad-CAM).",
        "파트: {part}. 왼쪽은 원본, 오른쪽은 예측한 클래스의 근거가 된 "
        "부분을 겹쳐 표시한 것입니다(Grad-CAM).",
    ),
    "report.mistakes.worst": ("Wrong and sure", "확신했지만 틀린 예측"),
    "report.mistakes.worst.hint": (
        "The most confident mistakes. Is the label right?",
        "가장 확신하고 틀린 이미지입니다. 라벨이 맞는지 확인하세요.",
    ),
    "report.mistakes.uncertain": ("Unsure", "확신하지 못한 예측"),
    "report.mistakes.uncertain.hint": (
        "The least confident answers, right or wrong.",
        "맞았든 틀렸든 확신도가 가장 낮은 이미지입니다.",
    ),
    "report.mistakes.label": ("Labels that are probably wrong", "라벨 오류가 의심되는 이미지"),
    "report.mistakes.label.hint": (
        "More likely wrong than right, by the rule of dojang labels, which lists and mends them all.",
        "라벨이 틀릴 확률이 더 큰 이미지입니다. dojang labels로 전체를 보고 고칠 수 있습니다.",
    ),
    "report.mistakes.pair": ("Most frequent confusions", "가장 잦은 혼동"),
    "report.mistakes.pair.hint": (
        "Of each confusion the most confident errors. What do they have in common?",
        "혼동마다 가장 확신하고 틀린 이미지입니다. 공통점을 찾아보세요.",
    ),
    "report.mistakes.best": ("Right and sure", "확신하고 맞힌 예측"),
    "report.mistakes.best.hint": (
        "The most confident right answers. Are they right for the right reason?",
        "가장 확신하고 맞힌 이미지입니다. 올바른 근거로 맞혔는지 보세요.",
    ),
    "report.mistakes.true": ("True", "실제"),
    "report.mistakes.predicted": ("Predicted", "예측"),
    "report.mistakes.right": ("right:", "맞음:"),
    "report.mistakes.wrong": ("wrong:", "틀림:"),
    "report.mistakes.suspect": ("The label is probably wrong", "라벨 오류가 의심됩니다"),
    "report.mistakes.near": ("Nearest training images", "가장 가까운 학습 이미지"),
    "report.mistakes.near_alt": (
        "Training image of {label}, distance {distance}",
        "{label} 학습 이미지, 거리 {distance}",
    ),
    "report.mistakes.no_image": ("no picture", "이미지 없음"),
    "report.mistakes.no_overlay": ("no overlay", "설명 없음"),
    "report.mistakes.alt.image": ("Image {id}", "이미지 {id}"),
    "report.mistakes.alt.overlay": (
        "The same image with what spoke for {predicted} highlighted",
        "같은 이미지에서 {predicted:으로/로} 판단한 근거를 강조한 그림",
    ),
    "report.mistakes.caption": (
        "Look whether the highlighted places lie on the subject: a right answer for the wrong "
        "reason fails elsewhere. The bar is the model's confidence.",
        "강조된 부분이 대상 위에 있는지 보세요. 엉뚱한 근거로 맞혔다면 다른 곳에서는 틀립니다. "
        "막대는 모델의 확신도입니다.",
    ),
    "report.mistakes.near_caption": (
        "Nearest training images are those whose features point most nearly the same way, of a "
        "sample that is even over the classes. The line below each tells its class: the colour of "
        "the curves for the label, the warning colour for the answer.",
        "가까운 학습 이미지는 클래스를 고르게 뽑은 표본에서 특징 벡터의 방향이 가장 비슷한 것입니다. "
        "아래 선의 색은 클래스를 나타냅니다. 강조색은 라벨과 같은 클래스, 경고색은 예측과 같은 클래스입니다.",
    ),
    # Errors.
    "mistakes.no_predictions.valid": (
        "{path} has no validation predictions yet.",
        "{path}에 아직 검증 예측이 없습니다.",
    ),
    "mistakes.no_predictions.valid.fix": (
        "Let the training go on to its first full epoch: dojang resume {path}",
        "첫 에폭이 끝날 때까지 학습을 이어 가세요: dojang resume {path}",
    ),
    "mistakes.no_predictions.test": (
        "The test part of {path} is sealed: there are no mistakes to show.",
        "{path}의 테스트 파트는 봉인되어 있어 보여 줄 오답이 없습니다.",
    ),
    "mistakes.no_predictions.test.fix": (
        "Look at the validation part, or, when you have decided on this model: dojang evaluate {path}",
        "검증 파트를 보세요. 이 모델로 정했다면 dojang evaluate {path:으로/로} 여세요.",
    ),
    "mistakes.pair_kind": (
        "--pair shows errors of one confusion; it does not go with --kind {kind}.",
        "--pair는 한 가지 혼동의 오답을 보여 주므로 --kind {kind:과/와} 함께 쓸 수 없습니다.",
    ),
    "mistakes.pair_kind.fix": ("Leave --kind out.", "--kind를 빼세요."),
    "mistakes.pair_form": (
        "--pair {text}: two different classes are wanted, with a comma between them.",
        "--pair {text}: 서로 다른 두 클래스를 쉼표로 이어 써야 합니다.",
    ),
    "mistakes.pair_form.fix": (
        "For example --pair cat,dog: cats that were taken for dogs.",
        "예: --pair cat,dog (고양이를 개로 예측한 오답)",
    ),
    "mistakes.pair_class": (
        "This run has no class {name}.{hint}",
        "이 실행에는 {name} 클래스가 없습니다.{hint}",
    ),
}
