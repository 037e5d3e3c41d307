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
    "recipe.data.kind": (
        "What the source is: auto (told by its files), folder (a folder per class), table (names "
        "images), manifest (written by dojang labels --fix), voc, coco, masks (images and masks), multilabel, text, series",
        "데이터 종류: auto(파일을 보고 판단), folder(클래스별 폴더), table(이미지 목록 표), manifest(dojang labels --fix가 쓴 것), voc, coco, "
        "masks(이미지와 마스크), multilabel(다중 라벨), text(텍스트), series(시계열)",
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
    "recipe.data.label_cols": (
        "Multi-label table only: columns of 0 and 1, one a class (null: all such columns)",
        "다중 라벨 표에서만: 클래스마다 하나씩 있는 0/1 열 (null: 그런 열 전부)",
    ),
    "recipe.data.label_separator": (
        "Multi-label table only: what parts the labels in a cell of label_col, such as |",
        "다중 라벨 표에서만: label_col의 한 칸에서 라벨을 나누는 문자 (예: |)",
    ),
    "recipe.data.text_col": (
        "Table of texts only: column with the text (null: guessed from its name)",
        "텍스트 표에서만: 텍스트가 있는 열 (null: 이름으로 추정)",
    ),
    "recipe.data.time_col": (
        "Table only: column with the date or time of each row (null: none, or in a series guessed)",
        "표에서만: 각 행의 날짜나 시각이 있는 열 (null: 없음, 시계열이면 이름으로 추정)",
    ),
    "recipe.data.time_format": (
        "Form of the times as of strptime, such as %d/%m/%Y (null: told by the cells)",
        "시각의 형식, strptime 표기 (예: %d/%m/%Y. null: 값을 보고 판단)",
    ),
    "recipe.data.target_col": (
        "Series only: column with the number to predict (null: guessed from its name)",
        "시계열에서만: 예측할 수가 있는 열 (null: 이름으로 추정)",
    ),
    "recipe.data.id_col": (
        "Text and series only: column with a name for each row (null: the number of the row)",
        "텍스트와 시계열에서만: 각 행의 이름이 있는 열 (null: 행 번호)",
    ),
    "recipe.data.mask_pattern": (
        "Masks only: path of the mask of an image, with stem, name or folder in braces "
        "(null: in a folder masks beside images)",
        "마스크에서만: 이미지의 마스크 경로. 중괄호 안에 stem, name, folder를 쓸 수 있음 "
        "(null: images 옆의 masks 폴더)",
    ),
    "recipe.data.class_level": (
        "Folders within class folders: the class is the first, the last, or all joined by /",
        "클래스 폴더 안에 폴더가 있을 때 클래스로 볼 것: first(첫째), last(마지막), joined(/로 이은 전체)",
    ),
    "recipe.data.workers": (
        "Processes that decode images; auto: one per core, 0: none. Never changes the result",
        "이미지를 디코딩하는 프로세스 수. auto: 코어마다 하나, 0: 없음. 결과는 달라지지 않음",
    ),
    "recipe.data.cache": (
        "Keep decoded pixels: disk (shared by all runs, see dojang cache), memory, none, or auto: the first with room",
        "디코딩한 픽셀 보관: disk(모든 실행이 함께 씀, dojang cache 참고), memory, none, auto: 자리가 있는 첫 번째",
    ),
    "recipe.data.max_megapixels": (
        "Refuse images with more pixels than this, in millions",
        "이보다 픽셀이 많은 이미지는 거부 (단위: 백만 픽셀)",
    ),
    "recipe.data.near_duplicates": (
        "Images that are nearly the same: group (kept in one part) or ignore (not looked for)",
        "거의 같은 이미지: group(한 파트에 묶어 둠) 또는 ignore(찾지 않음)",
    ),
    "recipe.decode": (
        "How files become pixels, and what is refused; the model keeps it",
        "파일을 픽셀로 바꾸는 방법과 거부 기준. 모델에 함께 저장됨",
    ),
    "recipe.decode.background": (
        "What shows through transparent pixels: white, black, grey",
        "투명한 픽셀 뒤에 보이는 색: white(흰색), black(검은색), grey(회색)",
    ),
    "recipe.decode.color": (
        "Colour profiles: srgb (colours are converted to sRGB), raw (profiles are ignored)",
        "색상 프로파일: srgb(sRGB로 변환), raw(프로파일 무시)",
    ),
    "recipe.decode.truncated": (
        "Files cut short: refuse, repair (what is there counts, the rest stays grey or black)",
        "중간에 잘린 파일: refuse(거부), repair(있는 데까지 쓰고 나머지는 회색이나 검은색)",
    ),
    "recipe.decode.max_aspect": (
        "Refuse images whose long side is more than this many times the short one",
        "긴 변이 짧은 변의 이 배수를 넘는 이미지는 거부",
    ),
    "recipe.decode.max_file_mb": (
        "Refuse files longer than this, in MB (a million bytes)",
        "이보다 큰 파일은 거부 (단위: MB, 백만 바이트)",
    ),
    "recipe.decode.max_memory_mb": (
        "Most memory that reading and decoding one file may take, in MB",
        "파일 하나를 읽고 디코딩하는 데 쓸 수 있는 최대 메모리 (단위: MB)",
    ),
    "recipe.decode.max_seconds": (
        "Most processor time that one file may take, in seconds",
        "파일 하나에 쓸 수 있는 최대 CPU 시간 (단위: 초)",
    ),
    "recipe.split": ("Who is in which part", "어느 이미지가 어느 파트에 있는지"),
    "recipe.split.kind": (
        "auto (given parts if there are any, else holdout), given, holdout, time (learn from the oldest, test on the newest), kfold, bootstrap; near-duplicates, copies and groups stay together in each",
        "auto(주어진 파트가 있으면 그대로, 없으면 holdout), given, holdout, time(오래된 것으로 학습, 최근 것으로 테스트), kfold, bootstrap. 어느 방식이든 유사 중복, 사본, 그룹은 나누지 않음",
    ),
    "recipe.split.ratio": (
        "train:valid:test, such as 4:3:3, in place of the two shares below; two numbers are train:valid, without a test part",
        "아래 두 비율 대신 4:3:3처럼 쓰는 학습:검증:테스트 비율. 숫자가 둘이면 학습:검증(테스트 파트 없음)",
    ),
    "recipe.split.valid": (
        "Share of the validation part, where it is not given",
        "검증 파트의 비율 (주어지지 않은 경우)",
    ),
    "recipe.split.test": (
        "Share of the sealed test part, where it is not given; 0: no test part",
        "봉인된 테스트 파트의 비율 (주어지지 않은 경우). 0: 테스트 파트 없음",
    ),
    "recipe.split.folds": (
        "Number of folds of kfold (grouped where images must stay together, stratified unless stratify is none), or of models of bootstrap",
        "kfold의 폴드 수(함께 있어야 하는 이미지는 그룹 단위로, stratify가 none이 아니면 층화해 나눔) 또는 bootstrap의 모델 수",
    ),
    "recipe.split.stratify": (
        "How near each class is to its share: stable (images keep their part when data are added), exact (to within one), none (by chance alone)",
        "클래스 비율을 맞추는 정도: stable(데이터를 더해도 이미지의 파트가 유지됨), exact(한 장 이내), none(우연에 맡김)",
    ),
    "recipe.split.keep": (
        "An earlier run, or its split.parquet: images that it knows stay in their part and fold",
        "이전 실행 폴더 또는 그 split.parquet: 거기 있던 이미지는 파트와 폴드를 유지",
    ),
    "recipe.split.seed": (
        "Seed of the split; keep it while you change the rest",
        "분할의 시드. 다른 값을 바꾸는 동안에는 그대로 두세요",
    ),
    "recipe.audit": ("What the data are checked for before training", "학습 전에 하는 데이터 점검"),
    "recipe.audit.leaks": (
        "Copies and groups in two given parts: fail, or drop (leave out all but the latest part's)",
        "주어진 두 파트에 걸친 중복과 그룹: fail(멈춤), drop(뒤 파트 것만 남기고 제외)",
    ),
    "recipe.audit.allow": (
        "Names of checks whose errors do not stop, such as [leak, group-leak]",
        "오류가 있어도 멈추지 않을 검사 이름 (예: [leak, group-leak])",
    ),
    "recipe.preprocess": (
        "What happens to every image, in training and in use",
        "학습과 사용에서 모든 이미지에 똑같이 하는 처리",
    ),
    "recipe.preprocess.resize": (
        "How an image becomes a square: squash, crop (centre), pad (grey borders)",
        "이미지를 정사각형으로 만드는 방법: squash(늘이기), crop(가운데), pad(회색 여백)",
    ),
    "recipe.preprocess.interpolation": (
        "How pixels are computed when scaling: nearest, box, bilinear, bicubic, lanczos",
        "크기를 바꿀 때의 보간법: nearest, box, bilinear, bicubic, lanczos",
    ),
    "recipe.preprocess.crop_to": (
        "What images are cut to first: none, box (the one box of each sample), or"
        " [left, top, right, bottom] from 0 to 1",
        "먼저 잘라 낼 영역: none, box(샘플마다 하나뿐인 박스), 또는 0~1 사이의"
        " [왼쪽, 위, 오른쪽, 아래]",
    ),
    "recipe.preprocess.crop_ratio": (
        "Share of each side that is kept around the centre (1: everything)",
        "가운데를 기준으로 남길 변의 비율 (1: 전부)",
    ),
    "recipe.preprocess.contrast": (
        "Factor of the contrast (1: unchanged)",
        "대비의 배율 (1: 그대로)",
    ),
    "recipe.preprocess.saturation": (
        "Factor of the saturation (1: unchanged, 0: grey)",
        "채도의 배율 (1: 그대로, 0: 흑백)",
    ),
    "recipe.preprocess.clahe": (
        "Clip limit of local equalisation of brightness, 2 to 4 is usual (0: off)",
        "밝기를 국소적으로 평활화하는 CLAHE의 클립 한계, 보통 2~4 (0: 끔)",
    ),
    "recipe.preprocess.scale": (
        "What the network computes with: zscore (mean 0, spread 1), minmax, unit (0 to 1), or"
        " published (as its published weights want)",
        "신경망에 넣는 값의 정규화: zscore(평균 0, 표준편차 1), minmax, unit(0~1), published(공개된"
        " 가중치가 쓰던 값)",
    ),
    "recipe.augment": (
        "Random changes to training images; strength 0 switches one off",
        "학습 이미지에만 하는 무작위 변형. 0이면 끔",
    ),
    "recipe.augment.flip": (
        "Mirror at random: none, horizontal, vertical, both; alternating: horizontal in every"
        " second epoch",
        "무작위로 뒤집기: none, horizontal(좌우), vertical(상하), both,"
        " alternating(두 에폭마다 한 번 좌우)",
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
    "recipe.augment.hue": (
        "Largest turn of the hue, as a share of the circle of colours (0.5: any colour)",
        "색상을 돌리는 최대 폭 (색상환에 대한 비율, 0.5: 모든 색)",
    ),
    "recipe.augment.noise": (
        "Largest spread of Gaussian noise, as a share of the scale of pixels",
        "가우시안 노이즈의 최대 표준편차 (픽셀값 범위에 대한 비율)",
    ),
    "recipe.augment.blur": (
        "Largest spread of a Gaussian blur, in pixels",
        "가우시안 블러의 최대 표준편차(픽셀)",
    ),
    "recipe.augment.policy": (
        "Operations drawn from a list: none, randaugment, trivialaugment",
        "목록에서 연산을 뽑는 증강 정책: none, randaugment, trivialaugment",
    ),
    "recipe.augment.magnitude": (
        "randaugment only: strength of its operations, 0 to 30",
        "randaugment에서만: 연산의 세기, 0~30",
    ),
    "recipe.augment.num_ops": (
        "randaugment only: operations that each image goes through",
        "randaugment에서만: 이미지마다 적용할 연산 수",
    ),
    "recipe.augment.mixup": (
        "Blend two images and their labels; parameter of the Beta distribution (0: off)",
        "두 이미지와 라벨을 섞는 MixUp의 베타 분포 매개변수 (0: 끔)",
    ),
    "recipe.augment.cutmix": (
        "Paste a part of another image, and share the label; parameter of the Beta distribution"
        " (0: off)",
        "다른 이미지의 일부를 붙이고 라벨을 나누는 CutMix의 베타 분포 매개변수 (0: 끔)",
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
    "recipe.two": (
        "--recipe {name} and a recipe file were given; both say how to train.",
        "--recipe {name}과 레시피 파일을 함께 주었습니다. 둘 다 학습 방법을 정합니다.",
    ),
    "recipe.two.fix": (
        "Give data with --recipe {name}, or the recipe file alone",
        "데이터와 --recipe {name}을 주거나 레시피 파일만 주세요",
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
    "recipe.unread": (
        "Note: settings without effect, since the choice that they belong to is another one: {keys}",
        "참고: 다른 선택지에 속하여 효과가 없는 설정: {keys}",
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
    "recipe.expect.box": (
        "four numbers from 0 to 1: left, top, right, bottom",
        "0~1 사이의 수 네 개: 왼쪽, 위, 오른쪽, 아래 (왼쪽 < 오른쪽, 위 < 아래)",
    ),
    "recipe.expect.ratio": (
        "train:valid:test or train:valid, such as 4:3:3 or 8:2, only test may be 0",
        "4:3:3이나 8:2처럼 쓴 학습:검증:테스트 또는 학습:검증 (0은 테스트만 가능)",
    ),
    "recipe.expect.one_of_ratio": (
        "either split.ratio or split.valid and split.test, not both",
        "split.ratio와 split.valid·split.test 중 하나만",
    ),
    "recipe.expect.each_once": (
        "a name, or a list of names, each once",
        "이름 하나 또는 서로 다른 이름의 목록",
    ),
    "recipe.expect.integer": ("a whole number", "정수"),
    "recipe.expect.number": ("a number", "수"),
    "recipe.expect.text": ("text", "텍스트"),
    "recipe.expect.list": ("a list such as [a, b]", "[a, b] 같은 목록"),
    "recipe.expect.mapping": ("keys below it", "하위 키"),
    "recipe.expect.null": ("null", "null"),
}
