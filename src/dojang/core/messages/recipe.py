"""One line for each field of the recipe, and what is said of a recipe that is wrong."""

MESSAGES: dict[str, tuple[str, str]] = {
    "recipe.header": (
        "A Dojang recipe. Run it with: dojang train THIS_FILE",
        "Dojang 레시피입니다. 실행: dojang train 이_파일",
    ),
    "recipe.version": ("Version of the recipe format", "레시피 형식의 버전"),
    "recipe.data": ("Where the images are", "이미지가 있는 곳"),
    "recipe.data.source": (
        "Folder, .zip, .tar, .csv or .parquet with the labelled images",
        "라벨이 있는 이미지의 폴더, .zip, .tar, .csv 또는 .parquet",
    ),
    "recipe.data.path_col": (
        "Table only: column with the path of each image (null: guessed from its name)",
        "표에서만: 이미지 경로가 있는 열 (null: 이름으로 추정)",
    ),
    "recipe.data.label_col": (
        "Table only: column with the class of each image (null: guessed from its name)",
        "표에서만: 이미지의 클래스가 있는 열 (null: 이름으로 추정)",
    ),
    "recipe.data.group_col": (
        "Table only: column whose equal values must stay in one part, such as a patient",
        "표에서만: 같은 값이면 같은 파트에 있어야 하는 열 (예: 환자)",
    ),
    "recipe.data.workers": (
        "Processes that decode images; auto: one per core, 0: none. Never changes the result",
        "이미지를 디코딩하는 프로세스 수. auto: 코어마다 하나, 0: 없음. 결과는 달라지지 않음",
    ),
    "recipe.data.cache": (
        "Keep decoded pixels: auto (in memory when they fit), memory, none",
        "디코딩한 픽셀 보관: auto(들어갈 때만 메모리에), memory, none",
    ),
    "recipe.data.max_megapixels": (
        "Refuse images with more pixels than this, in millions",
        "이보다 픽셀이 많은 이미지는 거부 (단위: 백만 픽셀)",
    ),
    "recipe.data.near_duplicates": (
        "Images that are nearly the same: group (kept in one part) or ignore (not looked for)",
        "거의 같은 이미지: group(한 파트에 묶어 둠) 또는 ignore(찾지 않음)",
    ),
    "recipe.split": ("Who is in which part", "어느 이미지가 어느 파트에 있는지"),
    "recipe.split.kind": (
        "auto (given parts if there are any, else holdout), given, holdout, kfold",
        "auto(주어진 파트가 있으면 그대로, 없으면 holdout), given, holdout, kfold",
    ),
    "recipe.split.valid": (
        "Share of the validation part, where it is not given",
        "검증 파트의 비율 (주어지지 않은 경우)",
    ),
    "recipe.split.test": (
        "Share of the sealed test part, where it is not given",
        "봉인된 테스트 파트의 비율 (주어지지 않은 경우)",
    ),
    "recipe.split.folds": ("Number of folds of kfold", "kfold의 폴드 수"),
    "recipe.split.seed": (
        "Seed of the split; keep it while you change the rest",
        "분할의 시드. 다른 값을 바꾸는 동안에는 그대로 두세요",
    ),
    "recipe.preprocess": (
        "What happens to every image, in training and in use",
        "학습과 사용에서 모든 이미지에 똑같이 하는 처리",
    ),
    "recipe.preprocess.resize": (
        "How an image becomes a square: squash, crop (centre), pad (grey borders)",
        "이미지를 정사각형으로 만드는 방법: squash(늘이기), crop(가운데), pad(회색 여백)",
    ),
    "recipe.augment": (
        "Random changes to training images; strength 0 switches one off",
        "학습 이미지에만 하는 무작위 변형. 0이면 끔",
    ),
    "recipe.augment.flip": (
        "Mirror at random: none, horizontal, vertical, both",
        "무작위로 뒤집기: none, horizontal(좌우), vertical(상하), both",
    ),
    "recipe.augment.min_area": (
        "Smallest share of the image that a random crop keeps (1: no crop)",
        "무작위 자르기에서 남기는 최소 면적 비율 (1: 자르지 않음)",
    ),
    "recipe.augment.rotate": (
        "Largest rotation in degrees, to either side",
        "최대 회전 각도(도), 양쪽으로",
    ),
    "recipe.augment.shift": (
        "Largest shift as a share of the side",
        "최대 이동 거리 (한 변에 대한 비율)",
    ),
    "recipe.augment.color": (
        "Strength of changes in brightness, contrast and saturation",
        "밝기, 대비, 채도 변화의 세기",
    ),
    "recipe.augment.erase": (
        "Share of images in which a random rectangle is blanked",
        "무작위 사각형을 지울 이미지의 비율",
    ),
    "recipe.model": ("The network", "신경망"),
    "recipe.model.name": (
        "convnet, or any timm or torchvision classifier (dojang models)",
        "convnet, 또는 timm·torchvision의 분류 모델 (dojang models)",
    ),
    "recipe.model.size": (
        "Side of the square input in pixels",
        "정사각형 입력의 한 변(픽셀)",
    ),
    "recipe.model.weights": (
        "Start from: null (random), hub, or a .safetensors file",
        "시작 가중치: null(무작위), hub, 또는 .safetensors 파일",
    ),
    "recipe.model.width": (
        "convnet only: channels of its first stage",
        "convnet에서만: 첫 단계의 채널 수",
    ),
    "recipe.model.dropout": (
        "Share of features dropped before the head in training",
        "학습할 때 분류층 앞에서 떨어뜨릴 특징의 비율 (드롭아웃)",
    ),
    "recipe.loss": ("What is minimised", "최소화할 손실"),
    "recipe.loss.name": ("Loss function: cross_entropy", "손실 함수: cross_entropy"),
    "recipe.loss.label_smoothing": (
        "Share of the target spread over all classes",
        "정답 확률을 모든 클래스에 나누는 비율 (라벨 스무딩)",
    ),
    "recipe.optimizer": ("How weights change", "가중치를 바꾸는 방법"),
    "recipe.optimizer.name": ("adamw or sgd", "adamw 또는 sgd"),
    "recipe.optimizer.lr": (
        "Highest learning rate",
        "최대 학습률",
    ),
    "recipe.optimizer.weight_decay": (
        "Weight decay; never on norms and biases",
        "가중치 감쇠. 정규화 층과 편향에는 적용하지 않음",
    ),
    "recipe.optimizer.momentum": ("sgd only: Nesterov momentum", "sgd에서만: 네스테로프 모멘텀"),
    "recipe.schedule": ("How the learning rate moves", "학습률의 변화"),
    "recipe.schedule.name": ("onecycle, cosine or constant", "onecycle, cosine 또는 constant"),
    "recipe.schedule.warmup": (
        "How long the rate rises at the start: 3ep, 500st",
        "처음에 학습률이 올라가는 길이: 3ep, 500st",
    ),
    "recipe.train": ("How long and how exactly", "얼마나 오래, 어떻게 학습할지"),
    "recipe.train.epochs": (
        "Passes over the training part",
        "학습 파트를 도는 횟수(에폭)",
    ),
    "recipe.train.batch_size": (
        "Images for one step of the optimiser",
        "옵티마이저 한 스텝에 쓰는 이미지 수",
    ),
    "recipe.train.accumulate": (
        "Micro-batches that share one step; saves memory",
        "한 스텝을 나누는 마이크로배치 수. 메모리를 아낌",
    ),
    "recipe.train.seed": (
        "Seed of weights, order and augmentation",
        "가중치, 순서, 증강의 시드",
    ),
    "recipe.train.precision": (
        "auto (bf16 where the hardware has it), fp32, bf16, fp16",
        "auto(하드웨어가 지원하면 bf16), fp32, bf16, fp16",
    ),
    "recipe.train.patience": (
        "Stop after so long without improvement: 10ep, 2000st (null: never)",
        "이만큼 나아지지 않으면 멈춤: 10ep, 2000st (null: 멈추지 않음)",
    ),
    "recipe.train.limit": (
        "Stop after this at the latest: 20ep, 3000st, 10min (null: no limit)",
        "늦어도 이때 멈춤: 20ep, 3000st, 10min (null: 제한 없음)",
    ),
    "recipe.train.checkpoint": (
        "Save the state to resume from this often, at ends of epochs: 30s, 1ep",
        "이어서 할 수 있도록 상태를 저장하는 간격(에폭이 끝날 때): 30s, 1ep",
    ),
    "recipe.train.monitor": (
        "What decides on the best epoch: validation loss or accuracy",
        "가장 좋은 에폭을 고르는 기준: 검증 loss 또는 accuracy",
    ),
    "recipe.train.clip_norm": (
        "Largest norm of the gradient (null: not clipped)",
        "기울기 노름의 최댓값 (null: 자르지 않음)",
    ),
    # What is said of a recipe that is wrong.
    "recipe.unreadable": (
        "The recipe {path} cannot be read: {reason}.",
        "레시피 {path:을/를} 읽을 수 없습니다: {reason}.",
    ),
    "recipe.not_utf8": (
        "The recipe {path} is not UTF-8 text.",
        "레시피 {path:이/가} UTF-8 텍스트가 아닙니다.",
    ),
    "recipe.not_utf8.fix": (
        "Save it as UTF-8, or write a new one with: dojang init DATA > recipe.yaml",
        "UTF-8로 저장하거나 새로 만드세요: dojang init 데이터 > recipe.yaml",
    ),
    "recipe.not_yaml": (
        "The recipe {path} is not valid YAML: {reason}",
        "레시피 {path:은/는} 올바른 YAML이 아닙니다: {reason}",
    ),
    "recipe.not_mapping": (
        "The recipe {path} has no keys. It should look like `train: {{epochs: 30}}`.",
        "레시피 {path}에 키가 없습니다. `train: {{epochs: 30}}`과 같은 모양이어야 합니다.",
    ),
    "recipe.newer": (
        "The recipe {path} has version {version}; this Dojang reads up to version {known}.",
        "레시피 {path}의 버전은 {version}인데, 이 Dojang은 버전 {known}까지 읽습니다.",
    ),
    "recipe.newer.fix": (
        "Upgrade: pip install -U dojang",
        "업그레이드하세요: pip install -U dojang",
    ),
    "recipe.invalid": (
        "The recipe cannot be used ({path}):",
        "레시피를 쓸 수 없습니다 ({path}):",
    ),
    "recipe.invalid.fix": (
        "`dojang schema` lists every key; `dojang init DATA` writes a recipe to start from.",
        "모든 키는 `dojang schema`로 볼 수 있고, `dojang init 데이터`로 시작용 레시피를 만듭니다.",
    ),
    "recipe.unknown_key": ("unknown key {key}.{hint}", "모르는 키 {key}.{hint}"),
    "recipe.bad_value": (
        "{key}: {value} should be {expected}",
        "{key}: {value:은/는} 쓸 수 없습니다. 필요한 값: {expected}",
    ),
    "recipe.bad_setting": (
        "--set {setting} is not of the form key=value.",
        "--set {setting:은/는} 키=값 형식이 아닙니다.",
    ),
    "recipe.bad_setting.fix": (
        "For example: --set train.epochs=30",
        "예: --set train.epochs=30",
    ),
    "recipe.expect.or": (", or ", " 또는 "),
    "recipe.expect.gt": ("a number above {bound}", "{bound}보다 큰 수"),
    "recipe.expect.ge": ("a number not below {bound}", "{bound} 이상의 수"),
    "recipe.expect.lt": ("a number below {bound}", "{bound}보다 작은 수"),
    "recipe.expect.le": ("a number not above {bound}", "{bound} 이하의 수"),
    "recipe.expect.duration": ("a duration such as 20ep or 10min", "20ep, 10min 같은 길이"),
    "recipe.expect.shares": (
        "valid and test together below 1",
        "valid와 test의 합이 1보다 작은 값",
    ),
    "recipe.expect.integer": ("a whole number", "정수"),
    "recipe.expect.number": ("a number", "수"),
    "recipe.expect.text": ("text", "텍스트"),
    "recipe.expect.mapping": ("keys below it", "하위 키"),
    "recipe.expect.null": ("null", "null"),
}
