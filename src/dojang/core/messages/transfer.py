"""What is said of transfer learning."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    # Weights to start from, and why they may not fit.
    "weights.not_a_run": (
        "The folder {path} is not a run of Dojang.",
        "{path:은/는} Dojang의 실행 폴더가 아닙니다.",
    ),
    "weights.not_a_run.fix": (
        "Give a run folder, or a file: --weights runs/NAME, --weights FILE.safetensors",
        "실행 폴더나 파일을 주세요: --weights runs/이름, --weights 파일.safetensors",
    ),
    "weights.run_without": (
        "The run {path} has no weights yet.",
        "{path} 실행에는 아직 가중치가 없습니다.",
    ),
    "weights.run_without.fix": (
        "Finish it first: dojang resume {path}",
        "먼저 학습을 마치세요: dojang resume {path}",
    ),
    "weights.fits": (
        "{fits} of {total} layers fit: {layers}",
        "층 {total}개 중 {fits}개가 맞음: {layers}",
    ),
    "weights.fits_none": (
        "none of {total} layers fits",
        "층 {total}개 중 맞는 것이 없음",
    ),
    "weights.extra": (
        "{count} layers of the file are not in the model: {layers}",
        "파일의 층 {count}개가 모델에 없음: {layers}",
    ),
    "weights.cause.run": (
        "the run that made them: model {name}, width {width}, size {size}",
        "이 가중치를 만든 실행: 모델 {name}, 너비 {width}, 크기 {size}",
    ),
    "weights.cause.other_run": (
        "the run that made them: model {name}, size {size}",
        "이 가중치를 만든 실행: 모델 {name}, 크기 {size}",
    ),
    "weights.cause.width": (
        "probable cause: another width; the layers of the file are {ratio} times as wide",
        "추정 원인: 너비가 다름. 파일의 층이 {ratio}배 넓음",
    ),
    "weights.cause.channels": (
        "probable cause: another number of channels; the file is for images of {have}, here they have 3",
        "추정 원인: 채널 수가 다름. 파일은 {have}채널 이미지용이고 여기서는 3채널임",
    ),
    "weights.cause.positions": (
        "probable cause: another image size; {layer} has one row for each patch",
        "추정 원인: 이미지 크기가 다름. {layer:은/는} 패치마다 한 행을 가짐",
    ),
    "weights.cause.depth": (
        "probable cause: a model with fewer layers",
        "추정 원인: 층이 더 적은 모델",
    ),
    "weights.cause.model": (
        "probable cause: another model",
        "추정 원인: 다른 모델",
    ),
    "weights.remedy.set": (
        "Take the network of the weights: {settings}",
        "가중치와 같은 신경망을 쓰세요: {settings}",
    ),
    "weights.remedy.layers": (
        "Copy model.layers from the recipe of that run.",
        "그 실행의 레시피에서 model.layers를 그대로 가져오세요.",
    ),
    "weights.remedy.any": (
        "Use weights of the same model, width and size.",
        "같은 모델, 같은 너비와 크기의 가중치를 쓰세요.",
    ),
    # What the recipe asks for and cannot have.
    "transfer.no_weights": (
        "{key} needs a network that starts from weights, and model.weights is not set.",
        "{key:은/는} 가중치로 시작하는 신경망에만 쓸 수 있는데 model.weights가 정해지지 않았습니다.",
    ),
    "transfer.no_weights.fix": (
        "Give weights (--weights runs/NAME, FILE.safetensors or hub), or train all layers: --set transfer=full",
        "가중치를 주거나(--weights runs/이름, 파일.safetensors, hub) 전체 층을 학습하세요: --set transfer=full",
    ),
    "transfer.unfreeze_time": (
        "transfer.unfreeze={value} is a wall time: a resumed run could not repeat it.",
        "transfer.unfreeze={value:은/는} 시계 시간이라, 이어서 하는 실행에서 똑같이 되풀이할 수 없습니다.",
    ),
    "transfer.unfreeze_time.fix": (
        "Count epochs or steps: --set transfer.unfreeze=2ep",
        "에폭이나 스텝으로 쓰세요: --set transfer.unfreeze=2ep",
    ),
    "transfer.unfreeze_processes": (
        "transfer.unfreeze does not go with several processes yet.",
        "transfer.unfreeze는 아직 여러 프로세스와 함께 쓸 수 없습니다.",
    ),
    "transfer.unfreeze_processes.fix": (
        "Train in one process, or train all blocks at once: --set transfer.unfreeze=null",
        "프로세스 하나로 학습하거나 모든 블록을 한꺼번에 학습하세요: --set transfer.unfreeze=null",
    ),
    "transfer.without_use": (
        "With transfer=frozen only a linear head is fitted, on features that are kept. It cannot obey:",
        "transfer=frozen은 보관한 특징 위에 선형 분류층만 맞춥니다. 다음 설정은 따를 수 없습니다:",
    ),
    "transfer.without_use.fix": (
        "Leave these keys out, or train layers too: --set transfer=last-blocks",
        "이 설정을 빼거나 층도 함께 학습하세요: --set transfer=last-blocks",
    ),
    "transfer.without_use_key": ("{key}", "{key}"),
    "transfer.unused": (
        "A frozen network's heads have no use for: {keys}",
        "고정한 신경망의 분류층에는 쓰이지 않는 설정: {keys}",
    ),
    # What was chosen, and why.
    "transfer.decode": ("Decoding for the transfer probe", "전이 학습 판단용 디코딩"),
    "transfer.features": ("Features for the transfer probe", "전이 학습 판단용 특징 계산"),
    "transfer.chosen": ("Transfer: {mode}; {reason}", "전이 학습: {mode}. {reason}"),
    "transfer.no_augment": (
        "the network is frozen: its features are computed once, of images as they are",
        "신경망을 고정했으므로 특징은 있는 그대로의 이미지에서 한 번만 계산합니다",
    ),
    "transfer.auto.none": (
        "no weights to start from, so all layers are trained",
        "시작 가중치가 없어 전체 층을 학습합니다",
    ),
    "transfer.auto.unknown": (
        "too few images to tell how near they are to the source ({images} of the median class)",
        "원본 데이터와 얼마나 가까운지 알기에는 이미지가 너무 적습니다 (중간 크기 클래스에 {images}장)",
    ),
    "transfer.auto.few_near": (
        "few images ({images} of the median class, under {few}) near to the source: frozen features alone "
        "tell {probe} % of the classes apart (without learning {reference} %, chance {chance} %), "
        "{gain} % fewer mistakes; more layers would learn the images by heart",
        "이미지가 적고(중간 크기 클래스에 {images}장, 기준 {few}장) 원본 데이터와 가깝습니다. 고정 특징만으로 "
        "{probe}%를 맞혀(학습하지 않은 특징 {reference}%, 무작위 {chance}%) 오답이 {gain}% 적습니다. "
        "더 많은 층을 학습하면 과적합하기 쉽습니다",
    ),
    "transfer.auto.few_enough": (
        "few images ({images} of the median class, under {few}), and frozen features alone tell {probe} % of "
        "the classes apart: there is little left that layers could learn, and much to learn by heart",
        "이미지가 적고(중간 크기 클래스에 {images}장, 기준 {few}장) 고정 특징만으로 {probe}%를 맞힙니다. "
        "층이 더 배울 것은 적고 과적합할 여지는 큽니다",
    ),
    "transfer.auto.in_the_way": (
        "few images ({images} of the median class, under {few}) near to the source ({gain} % fewer "
        "mistakes on frozen features), which calls for frozen; but {keys} cannot be had there, so the "
        "last blocks are trained",
        "이미지가 적고(중간 크기 클래스에 {images}장, 기준 {few}장) 원본 데이터와 가까워(고정 특징에서 오답 "
        "{gain}% 적음) frozen이 알맞지만, {keys} 설정을 쓸 수 없어 마지막 블록을 학습합니다",
    ),
    "transfer.auto.few_far": (
        "few images ({images} of the median class, under {few}) far from the source: frozen features "
        "tell {probe} % of the classes apart (without learning {reference} %, chance {chance} %); so "
        "all layers must learn, those with weights at transfer.rate; as the source is far, a higher one is "
        "worth a try: --set transfer.rate=1",
        "이미지가 적고(중간 크기 클래스에 {images}장, 기준 {few}장) 원본 데이터와 멉니다. 고정 특징으로는 "
        "{probe}%만 맞힙니다(학습하지 않은 특징 {reference}%, 무작위 {chance}%). 그래서 전체 층을 학습하되, "
        "가중치를 물려받은 층은 transfer.rate로 배웁니다. 원본 데이터와 멀므로 더 높은 값도 시도해 볼 만합니다: "
        "--set transfer.rate=1",
    ),
    "transfer.auto.many_near": (
        "many images ({images} of the median class, {few} or more) near to the source (frozen features: "
        "{probe} %, without learning {reference} %): all layers are trained, those with weights at "
        "transfer.rate",
        "이미지가 많고(중간 크기 클래스에 {images}장, 기준 {few}장) 원본 데이터와 가깝습니다(고정 특징 {probe}%, "
        "학습하지 않은 특징 {reference}%). 전체 층을 학습하되 가중치를 물려받은 층은 transfer.rate로 배웁니다",
    ),
    "transfer.auto.many_far": (
        "many images ({images} of the median class, {few} or more) far from the source (frozen features: "
        "{probe} %, without learning {reference} %): all layers are trained, those with weights at "
        "transfer.rate; as the source is far, a higher one is worth a try: --set transfer.rate=1",
        "이미지가 많고(중간 크기 클래스에 {images}장, 기준 {few}장) 원본 데이터와 멉니다(고정 특징 {probe}%, "
        "학습하지 않은 특징 {reference}%). 전체 층을 학습하되 가중치를 물려받은 층은 transfer.rate로 배웁니다. "
        "원본 데이터와 멀므로 더 높은 값도 시도해 볼 만합니다: --set transfer.rate=1",
    ),
    # A frozen run.
    "frozen.features": ("Features", "특징 계산"),
    "frozen.heads": (
        "Heads: {settings} settings in each of {folds} folds, {seconds} s; no augmentation",
        "분류층: 폴드 {folds}개마다 설정 {settings}가지, {seconds}초. 증강 없음",
    ),
    # Its part of the report.
    "report.section.heads": ("Settings of the head", "분류층 설정"),
    "report.heads.say": (
        "The network is frozen: {width} features of each image were computed once, without augmentation, and {count} "
        "settings of a linear head were fitted to them.",
        "신경망을 고정하고 이미지마다 특징 {width}개를 증강 없이 한 번 계산한 뒤, 선형 분류층 설정 {count}가지를 "
        "맞추었습니다.",
    ),
    "report.heads.others": (
        "Each fold keeps the setting that was best on the held-out images of all other folds, so its "
        "own scores did not choose it.",
        "폴드마다 다른 모든 폴드의 검증 이미지에서 가장 좋은 설정을 골랐으므로, 자기 점수로 고른 것이 아닙니다.",
    ),
    "report.heads.own": (
        "The setting was chosen on the same validation part that is scored here, so the score is a "
        "little too good; the test part tells without that.",
        "설정을 고른 검증 파트로 점수도 냈으므로 점수가 조금 높게 나옵니다. 테스트 파트에는 그런 치우침이 없습니다.",
    ),
    "report.heads.strength": ("Penalty (L2)", "벌점 세기 (L2)"),
    "report.heads.smoothing": ("Label smoothing", "라벨 스무딩"),
    "report.heads.loss": ("Log loss, 95\u00a0%", "로그 손실, 95%"),
    "report.heads.accuracy": ("Accuracy, 95\u00a0%", "정확도, 95%"),
    "report.heads.folds": ("Kept by fold", "쓰는 폴드"),
    "report.heads.left": (
        "{count} settings stopped before the loss had settled.",
        "설정 {count}가지는 손실이 다 줄기 전에 멈췄습니다.",
    ),
    "report.heads.cost": (
        "Features {features} s, all heads {heads} s.",
        "특징 계산 {features}초, 전체 분류층 {heads}초.",
    ),
}
