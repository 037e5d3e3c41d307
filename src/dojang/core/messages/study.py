"""What is said of a study: bias and variance, growth with the data, sharpness of minima."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "cli.study": (
        "Say what more data, another capacity or a flatter minimum would give.",
        "데이터나 모델 용량을 늘리면 무엇이 나아지는지, 최소점이 얼마나 뾰족한지 알려 줍니다.",
    ),
    "cli.opt.study_refits": (
        "Bootstrap refits of each capacity and size",
        "용량과 크기마다 부트스트랩으로 다시 학습할 횟수",
    ),
    "cli.opt.study_sizes": (
        "Training-set sizes, parted by commas: shares up to 1, or numbers of images (default: "
        "0.125,0.25,0.5,1)",
        "학습 데이터 크기를 쉼표로 구분: 1 이하의 비율 또는 이미지 수 (기본값: 0.125,0.25,0.5,1)",
    ),
    "cli.opt.study_seeds": (
        "Trainings with each size and each batch size",
        "데이터 크기와 배치 크기마다 학습할 횟수",
    ),
    "cli.opt.study_own": (
        "Refit the run's own network by its own recipe, not a small stand-in",
        "작은 대역 모델 대신 실행의 모델을 그 레시피 그대로 다시 학습",
    ),
    "cli.opt.study_minutes": (
        "Minutes after which no further fit is begun; run it again to go on",
        "이 시간(분)이 지나면 새 학습을 시작하지 않음. 다시 실행하면 이어서 진행",
    ),
    "study.begin": (
        "{fits} fits ({refits} bootstrap refits, {seeds} seeds of sizes and batches), {kept} of them "
        "kept from before; at most {minutes} min.",
        "학습 {fits}회(부트스트랩 {refits}회, 크기·배치별 시드 {seeds}개). 이미 끝난 것 {kept}회, "
        "최대 {minutes}분.",
    ),
    "study.progress": (
        "{done} of {fits} fits; about {left} min left",
        "학습 {fits}회 중 {done}회 완료, 남은 시간 약 {left}분",
    ),
    "study.stopped": ("Stopped; what is done is kept.", "멈췄습니다. 끝난 것은 보관했습니다."),
    "study.unfinished": (
        "{done} of {fits} fits are done. The rest: dojang study {path}, with the same options",
        "학습 {fits}회 중 {done}회를 마쳤습니다. 나머지는 같은 옵션으로 다시: dojang study {path}",
    ),
    "study.sharpness": (
        "Measuring the sharpness of the run's own minimum",
        "이 실행의 최소점이 얼마나 뾰족한지 재는 중",
    ),
    # Errors
    "study.not_finished": (
        "{path} is not finished; only what a whole training reached can be studied.",
        "{path:은/는} 아직 끝나지 않았습니다. 학습을 마친 실행만 분석할 수 있습니다.",
    ),
    "study.not_finished.fix": (
        "Finish it first: dojang resume {path}",
        "먼저 끝내세요: dojang resume {path}",
    ),
    "study.no_valid": (
        "{path} has no validation image, so there is nothing to judge refits on.",
        "{path}에는 검증 이미지가 없어 다시 학습한 모델을 평가할 수 없습니다.",
    ),
    "study.no_valid.fix": (
        "Train with a validation part: --set split.valid=0.15",
        "검증 파트를 두고 학습하세요: --set split.valid=0.15",
    ),
    "study.few": (
        "Too few images for a study: {units} to draw from (groups count once) where {least} are "
        "needed, {held} to judge on where {least_held} are.",
        "분석하기에는 이미지가 너무 적습니다. 뽑을 단위는 {units}개(그룹은 하나로 셈)로 {least}개가 "
        "필요하고, 평가용은 {held}장으로 {least_held}장이 필요합니다.",
    ),
    "study.few.fix": (
        "Label more images and train on them first.",
        "이미지에 라벨을 더 달아 먼저 학습하세요.",
    ),
    "study.sizes": (
        "These are no sizes of training sets drawn from {images} images: {sizes}",
        "학습 이미지 {images}장에서 뽑을 크기로 쓸 수 없는 값: {sizes}",
    ),
    "study.sizes.fix": (
        "Give shares above 0 and up to 1, or at most {images} images, as in --sizes 0.25,0.5,1",
        "0보다 크고 1 이하인 비율이나 이미지 {images}장 이하로 지정하세요. 예: --sizes 0.25,0.5,1",
    ),
    "study.sizes_unread": (
        "These training-set sizes are no numbers: {sizes}",
        "학습 데이터 크기로 읽을 수 없는 값: {sizes}",
    ),
    "study.sizes_unread.fix": (
        "Write numbers parted by commas, as in --sizes 0.25,0.5,1",
        "숫자를 쉼표로 구분해 쓰세요. 예: --sizes 0.25,0.5,1",
    ),
    "study.no_curvature": (
        "The Hessian needs second derivatives, and a layer of this network has none: {reason}",
        "헤세 행렬에는 2차 미분이 필요한데, 이 모델에는 2차 미분이 없는 층이 있습니다: {reason}",
    ),
    "study.no_curvature.fix": (
        "The loss under weight noise says how sharp the minimum is without them.",
        "2차 미분 없이도 가중치 잡음에 따른 손실로 뾰족한 정도를 알 수 있습니다.",
    ),
    # What it comes to
    "study.way.networks": (
        "{name} at {size} px ({epochs} epochs), fitted anew {done} times on draws from {images} "
        "training images and judged on the {held} validation images; the test part stayed sealed.",
        "{name}({size}px, {epochs}에폭)을 학습 이미지 {images}장에서 뽑은 데이터로 {done}번 다시 "
        "학습해 검증 이미지 {held}장으로 평가했습니다. 테스트 파트는 열지 않았습니다.",
    ),
    "study.way.heads": (
        "Linear heads on the frozen features, fitted anew {done} times on draws from {images} "
        "training images and judged on the {held} validation images; the test part stayed sealed.",
        "고정한 특징 위의 선형 분류층을 학습 이미지 {images}장에서 뽑은 데이터로 {done}번 다시 학습해 "
        "검증 이미지 {held}장으로 평가했습니다. 테스트 파트는 열지 않았습니다.",
    ),
    "study.stand_in": (
        "This is a small stand-in for the run's own network: it reads the data, not the network "
        "(--own fits the network itself).",
        "실행의 모델을 대신한 작은 모델입니다. 모델이 아니라 데이터의 성질을 보여 줍니다(--own은 "
        "실행의 모델을 그대로 다시 학습합니다).",
    ),
    "study.partial": (
        "{done} of {fits} fits are done; intervals will narrow with the rest.",
        "학습 {fits}회 중 {done}회만 끝났습니다. 나머지를 마치면 구간이 좁아집니다.",
    ),
    "study.capacity.both": (
        "From {first} to {last} ({axis}) bias moves by {bias} [{bias_low}, {bias_high}] and net "
        "variance by {net} [{net_low}, {net_high}] points.",
        "{axis:을/를} {first}에서 {last}까지 바꾸면 편향은 {bias} [{bias_low}, {bias_high}]%p, 순분산은 "
        "{net} [{net_low}, {net_high}]%p 변합니다.",
    ),
    "study.advice.bias": (
        "At {base} the error is {error}: {bias} bias (images that most refits get wrong) and {net} "
        "net variance. An ensemble of such models would mend little; another capacity, longer "
        "training, more images or better labels may mend more.",
        "{base}에서 오차 {error} 가운데 {bias}가 편향(다시 학습한 모델 대부분이 틀리는 이미지), {net}가 "
        "순분산입니다. 같은 모델을 앙상블해도 별로 줄지 않으며, 용량을 바꾸거나 더 오래 학습하거나 "
        "이미지를 더 모으거나 라벨을 바로잡는 편이 낫습니다.",
    ),
    "study.advice.variance": (
        "At {base} the error is {error}: {bias} bias and {net} net variance, wrong answers that come "
        "and go with the training images. An ensemble of such models would take away about as much; "
        "more images or regularisation may too.",
        "{base}에서 오차 {error} 가운데 {bias}가 편향, {net}가 순분산(학습 이미지에 따라 생겼다 사라지는 "
        "오답)입니다. 같은 모델을 앙상블하면 순분산만큼 줄고, 이미지를 더 모으거나 정규화해도 줄 수 "
        "있습니다.",
    ),
    "study.growth.law": (
        "Twice the data ({at} images) would give about {error} wrong [{low}, {high}]; now {now} at "
        "{images} images. The law: {law}.",
        "데이터를 두 배({at}장)로 늘리면 오차는 약 {error} [{low}, {high}]가 됩니다. 지금은 {images}장에서 "
        "{now}입니다. 적합한 식: {law}.",
    ),
    "study.growth.few": (
        "No law was fitted: it takes at least four sizes, the largest four times the smallest, with "
        "two seeds each.",
        "크기가 네 가지 이상이고 가장 큰 것이 가장 작은 것의 네 배 이상이며 시드가 두 개씩 있어야 하므로 "
        "식을 적합하지 않았습니다.",
    ),
    "study.growth.flat": (
        "No law was fitted: the error does not fall with the data by more than the noise. What this "
        "model lacks, as it is trained, is not data.",
        "오차가 데이터에 따라 잡음 이상으로 줄지 않아 식을 적합하지 않았습니다. 지금의 학습 방법에서 이 "
        "모델에 부족한 것은 데이터가 아닙니다.",
    ),
    "study.growth.wide": (
        "No law was fitted: what it would say of twice the data is less sure than the whole fall that "
        "was measured. More seeds or sizes may settle it.",
        "두 배의 데이터에 대한 예측이 측정한 감소 폭 전체보다 불확실해 식을 적합하지 않았습니다. 시드나 "
        "크기를 늘리면 정해질 수 있습니다.",
    ),
    "study.minimum": (
        "The run's own minimum: largest eigenvalue of the Hessian {eigenvalue}; noise of {spread} of "
        "each filter's length raises the loss from {loss} by {rise}.",
        "이 실행의 최소점: 헤세 행렬의 최대 고윳값 {eigenvalue}, 필터 길이의 {spread}만큼 잡음을 주면 "
        "손실이 {loss}에서 {rise}만큼 커집니다.",
    ),
    "study.minimum.none": ("not known (no second derivatives)", "알 수 없음(2차 미분 없음)"),
    "study.batches": (
        "From batch size {first} to {last} the largest eigenvalue goes from {before} to {after} "
        "(medians of the seeds), the error from {error_before} to {error_after}.",
        "배치 크기를 {first}에서 {last}까지 키우면 최대 고윳값은 {before}에서 {after}로(시드의 중앙값), "
        "오차는 {error_before}에서 {error_after}로 바뀝니다.",
    ),
    "study.batches.heads": (
        "A linear head has one minimum, which all images decide at once: there is no batch size to "
        "compare.",
        "선형 분류층의 최소점은 모든 이미지가 한꺼번에 정하는 하나뿐이라, 비교할 배치 크기가 없습니다.",
    ),
    "study.axis.width": ("width", "너비"),
    "study.axis.penalty": ("1 / penalty", "1 / 규제 강도"),
    "study.column.images": ("images", "이미지"),
    "study.column.error": ("error", "오차"),
    "study.column.bias": ("bias", "편향"),
    "study.column.variance": ("variance", "분산"),
    "study.column.net": ("net variance", "순분산"),
    "study.column.refits": ("refits", "재학습"),
    "study.column.batch": ("batch size", "배치 크기"),
    "study.column.eigenvalue": ("largest eigenvalue", "최대 고윳값"),
    "study.column.rise": ("rise under {spread} noise", "잡음 {spread}의 손실 증가"),
    "study.column.seed": ("seed", "시드"),
    "report.section.study": ("Bias, variance, more data", "편향, 분산, 데이터를 늘린다면"),
    "report.study.absent": (
        "Not studied yet. This fits small models anew and says what more data would give:",
        "아직 분석하지 않았습니다. 다음 명령은 작은 모델을 다시 학습해 데이터를 늘리면 얼마나 나아지는지 "
        "알려 줍니다:",
    ),
    "report.study.capacity": (
        "Bias and variance over capacity: {axis}",
        "용량에 따른 편향과 분산: {axis}",
    ),
    "report.study.size": (
        "Bias and variance over training images",
        "학습 이미지 수에 따른 편향과 분산",
    ),
    "report.study.growth": (
        "Error over training images, on to twice as many",
        "학습 이미지 수에 따른 오차, 두 배까지",
    ),
    "report.study.eigenvalue": ("Largest eigenvalue over batch size", "배치 크기별 최대 고윳값"),
    "report.study.rise": ("Rise under weight noise over batch size", "배치 크기별 손실 증가"),
    "report.study.legend": ("Legend of the curves", "그래프 범례"),
    "report.study.points": ("one training each", "학습 한 번씩"),
    "report.study.numbers": ("The numbers", "수치"),
    "report.study.caption": (
        "Domingos' decomposition of wrong answers: error = bias + net variance, where bias is the "
        "share of images that most refits get wrong, and net variance what the others add. Intervals "
        "(95 %) redraw validation images. Noise in the labels counts as bias; with few refits "
        "variance comes out a little low.",
        "도밍고스의 0-1 손실 분해: 오차 = 편향 + 순분산. 편향은 다시 학습한 모델 대부분이 틀리는 이미지의 "
        "비율, 순분산은 나머지가 더하는 몫입니다. 구간(95%)은 검증 이미지를 다시 뽑아 구했습니다. "
        "라벨 잡음은 편향에 들어가며, 재학습 횟수가 적으면 분산이 조금 작게 나옵니다.",
    ),
    "report.study.sharp_caption": (
        "In evaluation mode on {images} unchanged training images, with the same epochs and learning "
        "rate for every batch size. The eigenvalue depends on the scale of the weights, the noise does "
        "not: it is a share of each filter's length.",
        "평가 모드에서 변형하지 않은 학습 이미지 {images}장으로 쟀고, 에폭과 학습률은 배치 크기와 "
        "관계없이 같습니다. 고윳값은 가중치의 크기에 따라 달라지지만, 잡음은 필터 길이에 대한 비율이라 "
        "영향을 받지 않습니다.",
    ),
}
