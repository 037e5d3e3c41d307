"""What is said of classes of unlike size: the choice, the thresholds, the baseline, the report."""

MESSAGES: dict[str, tuple[str, str]] = {
    # Why the data chose a method.
    "auto.balance_even": (
        "the largest class has {ratio} times the training images of the smallest; below {bound} "
        "times, balancing gains little",
        "가장 큰 클래스의 학습 이미지가 가장 작은 클래스의 {ratio}배입니다. {bound}배 미만에서는 "
        "균형을 맞춰도 이득이 작습니다",
    ),
    "auto.balance_uneven": (
        "the largest class has {ratio} times the training images of the smallest; from {bound} "
        "times on, showing classes by the square root of their size finds clearly more of the small "
        "ones, at a small cost to the large ones",
        "가장 큰 클래스의 학습 이미지가 가장 작은 클래스의 {ratio}배입니다. {bound}배부터는 "
        "클래스 크기의 제곱근에 비례해 보여 주면 큰 클래스를 조금만 잃고 작은 클래스를 훨씬 더 "
        "찾아냅니다",
    ),
    "auto.balance_few": (
        "only one class has training images",
        "학습 이미지가 있는 클래스가 하나뿐입니다",
    ),
    "auto.balance_given": (
        "the focal loss was asked for; nothing else is added to it",
        "focal 손실을 지정했으므로 다른 처리를 더하지 않습니다",
    ),
    # The baseline.
    "balance.baseline_unscored": (
        "The baseline {path} has no validation predictions.",
        "기준 실행 {path}에 검증 예측이 없습니다.",
    ),
    "balance.baseline_unscored.fix": (
        "Finish it with: dojang resume {path}",
        "먼저 끝까지 실행하세요: dojang resume {path}",
    ),
    "balance.baseline_data": (
        "The baseline {path} was made from other data.",
        "기준 실행 {path:은/는} 다른 데이터로 만든 것입니다.",
    ),
    "balance.baseline_data.fix": (
        "Name a run of the same images and labels in balance.baseline, or leave it null.",
        "balance.baseline에 이미지와 라벨이 같은 실행을 지정하거나 null로 두세요.",
    ),
    "balance.baseline_split": (
        "The baseline {path} was validated on other images.",
        "기준 실행 {path:은/는} 다른 이미지로 검증했습니다.",
    ),
    "balance.baseline_split.fix": (
        "Use the same split.kind, split.seed and shares as that run.",
        "split.kind, split.seed, 분할 비율을 그 실행과 똑같이 맞추세요.",
    ),
    "balance.baseline_gone": (
        "The baseline {path} can no longer be compared with. {reason}",
        "기준 실행 {path:과/와} 더는 비교할 수 없습니다. {reason}",
    ),
    # The report.
    "report.section.balance": ("Class balance and recall", "클래스 불균형과 재현율"),
    "report.balance.absent": (
        "The run folder holds nothing on balancing yet.",
        "실행 폴더에 불균형 처리 기록이 아직 없습니다.",
    ),
    "report.balance.method.none": (
        "Training treated every image alike.",
        "학습할 때 모든 이미지를 똑같이 다뤘습니다.",
    ),
    "report.balance.method.class-weights": (
        "In the loss every image weighs in inverse ratio to the size of its class.",
        "손실에서 이미지마다 클래스 크기에 반비례하는 가중치를 주었습니다.",
    ),
    "report.balance.method.effective-number": (
        "In the loss every image weighs in inverse ratio to the effective number of its class "
        "(Cui et al. 2019).",
        "손실에서 이미지마다 클래스의 유효 표본 수에 반비례하는 가중치를 주었습니다 (Cui 외 2019).",
    ),
    "report.balance.method.balanced-sampling": (
        "An epoch shows every class equally often, with as many images as the training part has.",
        "에폭의 길이는 학습 파트의 이미지 수 그대로 두고, 모든 클래스를 같은 횟수로 보여 주었습니다.",
    ),
    "report.balance.method.sqrt-sampling": (
        "An epoch shows every class in ratio to the square root of its size.",
        "한 에폭에서 클래스마다 크기의 제곱근에 비례하는 횟수로 보여 주었습니다.",
    ),
    "report.balance.method.upsample": (
        "An epoch repeats the images of every class up to the size of the largest.",
        "한 에폭에서 클래스마다 가장 큰 클래스의 크기가 되도록 이미지를 반복했습니다.",
    ),
    "report.balance.method.downsample": (
        "An epoch shows of every class as many images as the smallest has, drawn anew each time.",
        "에폭마다 클래스별로 가장 작은 클래스의 이미지 수만큼 새로 뽑아 보여 주었습니다.",
    ),
    "report.balance.method.logit-adjustment": (
        "In training the logit of every class was shifted by the logarithm of its share (Menon et "
        "al. 2021); in use nothing is shifted.",
        "학습할 때만 클래스마다 비율의 로그를 로짓에 더했습니다(Menon 외 2021). "
        "사용할 때는 더하지 않습니다.",
    ),
    "report.balance.focal": (
        "The focal loss makes images that are answered well count little (Lin et al. 2017).",
        "focal 손실로 이미 잘 맞히는 이미지의 비중을 줄였습니다 (Lin 외 2017).",
    ),
    "report.balance.shares": ("What each class weighed in training", "학습에서 클래스별 비중"),
    "report.balance.shares.caption": (
        "Share of images, and share of all that an epoch weighs: images shown, times their weight. "
        "Numbers are of the training part of the first fold. Look whether a class of few images "
        "is repeated so often that its images are learnt by heart.",
        "이미지 비율과, 한 에폭에서 차지하는 비중(보여 준 횟수 × 가중치)입니다. 첫 폴드의 학습 "
        "파트 기준입니다. 이미지가 적은 클래스를 너무 자주 반복해 외우게 되지 않는지 보세요.",
    ),
    "report.balance.images": ("Training images", "학습 이미지"),
    "report.balance.of_images": ("Share of images", "이미지 비율"),
    "report.balance.share": ("Share of what is learnt", "학습 비중"),
    "report.balance.shown": ("Shown an epoch", "에폭마다 보여 준 수"),
    "report.balance.weight": ("Weight of an image", "이미지 가중치"),
    "report.balance.shift": ("Shift of the logit", "로짓 보정값"),
    "report.balance.recall": (
        "Recall by class, before and after",
        "클래스별 재현율: 전과 후",
    ),
    "report.balance.before": ("Most probable", "확률 최대"),
    "report.balance.after": ("By the goal", "기준 적용"),
    "report.balance.factor": ("Factor", "배수"),
    "report.balance.metric": ("Score", "점수"),
    "report.balance.gain": ("Difference", "차이"),
    "report.balance.recall.caption": (
        "The difference is paired, on the same images, with its 95 % interval. Look whether the "
        "interval holds 0: then the difference may be chance. Look what large classes pay for what "
        "small ones gain.",
        "차이는 같은 이미지에서 짝지어 잰 값이며 95% 신뢰구간을 함께 적었습니다. 신뢰구간에 0이 "
        "들어 있으면 우연일 수 있습니다. 작은 클래스가 얻은 만큼 큰 클래스가 잃지는 않았는지 보세요.",
    ),
    "report.balance.baseline": ("Against the baseline {name}", "기준 실행 {name:과/와} 비교"),
    "report.balance.baseline.before": ("Baseline", "기준"),
    "report.balance.baseline.after": ("This run", "이번 실행"),
    "report.balance.points": ("points", "점"),
}
