"""What is said of pre-processing, of augmentation and of the page that previews them."""

MESSAGES: dict[str, tuple[str, str]] = {
    # Pre-processing
    "decode.no_box": (
        "the model looks at one box of each image, and none is known of this one",
        "모델은 이미지마다 박스 하나를 잘라서 보는데, 이 이미지의 박스를 알 수 없음",
    ),
    "preprocess.boxes": (
        "Images are to be cut to their box, but these do not have exactly one:",
        "이미지를 박스로 잘라야 하는데, 박스가 정확히 하나가 아닌 이미지가 있습니다:",
    ),
    "preprocess.boxes.fix": (
        "Leave them out, or give one region for all: --set preprocess.crop_to=[0.1,0.1,0.9,0.9]",
        "이 이미지들을 빼거나 모두에 쓸 영역을 주세요: --set preprocess.crop_to=[0.1,0.1,0.9,0.9]",
    ),
    "preprocess.not_one_box": ("{name}", "{name}"),
    "preprocess.none_published": (
        "Nothing is published about how {name} normalises its input.",
        "{name}의 입력 정규화 값은 공개된 것이 없습니다.",
    ),
    "preprocess.none_published.fix": (
        "Choose another: --set preprocess.scale=zscore",
        "다른 값을 고르세요: --set preprocess.scale=zscore",
    ),
    "auto.scale": (
        "mean and spread of the training part: fits any kind of image",
        "학습 파트의 평균과 표준편차: 어떤 이미지에도 맞음",
    ),
    "auto.scale_published": (
        "the weights to start from expect the values they were trained with",
        "시작 가중치는 학습할 때 쓰던 정규화 값을 기대합니다",
    ),
    # What the data say of transforms
    "auto.flip_changes": (
        "mirrored images change their class: to a small classifier, {after} % of {source} look like"
        " {target} in the mirror ({before} % as they are)",
        "좌우로 뒤집으면 클래스가 달라집니다: 작은 분류기가 보기에 뒤집은 {source} 가운데 {after}%가"
        " {target:으로/로} 보입니다 (원본은 {before}%)",
    ),
    "auto.flip_foreign": (
        "mirrored images look foreign: a small classifier is right on {changed} % of them, and on"
        " {plain} % as they are",
        "좌우로 뒤집은 이미지는 낯설어 보입니다: 작은 분류기의 정확도가 {plain}%에서 {changed}%로"
        " 떨어집니다",
    ),
    "auto.flip_tested": (
        "mirrored images keep their class: a small classifier is right on {changed} % of them, and on"
        " {plain} % as they are",
        "좌우로 뒤집어도 클래스가 유지됩니다: 작은 분류기의 정확도가 원본 {plain}%, 뒤집은 이미지"
        " {changed}%",
    ),
    "auto.by_policy": ("{policy} does that already", "{policy:이/가} 이미 합니다"),
    "augment.warning": (
        "Warning: the recipe may change labels: {what}. To a small classifier, {after} % of {source}"
        " then look like {target} ({before} % as they are), such as {file}. To switch it off:"
        " --set {fix}",
        "경고: 이 레시피는 라벨을 바꿀 수 있습니다: {what}. 작은 분류기가 보기에 변형한 {source}"
        " 가운데 {after}%가 {target:으로/로} 보입니다 (원본은 {before}%). 예: {file}. 끄려면:"
        " --set {fix}",
    ),
    "augment.transform.horizontal": ("mirroring left and right", "좌우 뒤집기"),
    "augment.transform.vertical": ("mirroring up and down", "상하 뒤집기"),
    "augment.transform.rotate90": ("quarter turns", "90도 회전"),
    "augment.transform.rotate180": ("half turns", "180도 회전"),
    "augment.transform.gray": ("taking the colour away", "색 없애기"),
    "augment.transform.hue": ("turning the hue", "색상 바꾸기"),
    # dojang preview
    "cli.preview": (
        "Draw training images as the network will see them, pre-processed and augmented.",
        "전처리와 증강을 거쳐 신경망이 보게 될 학습 이미지를 그립니다.",
    ),
    "cli.opt.count": ("How many images", "이미지 수"),
    "cli.opt.preview": (
        "Page to write, or with .png the bare pictures; default: preview.html",
        "쓸 페이지. 이름이 .png로 끝나면 그림만 씁니다. 기본값: preview.html",
    ),
    "preview.bad_out": (
        "Cannot write a preview as {path}.",
        "미리보기를 {path:으로/로} 쓸 수 없습니다.",
    ),
    "preview.bad_out.fix": (
        "Choose a name that ends in .html or .png.",
        ".html이나 .png로 끝나는 이름을 고르세요.",
    ),
    "preview.written": ("Preview: {path}", "미리보기: {path}"),
    "preview.title": ("Preview of {name}", "{name} 미리보기"),
    "preview.kind": ("Preview", "미리보기"),
    "preview.lead": (
        "What the network will see in training, at {size} × {size} pixels.",
        "학습할 때 신경망이 보게 될 {size} × {size}픽셀 이미지입니다.",
    ),
    "preview.skip": ("To the pictures", "그림으로 건너뛰기"),
    "preview.images": ("The same image, epoch after epoch", "같은 이미지, 에폭마다"),
    "preview.images.text": (
        "Left, the image as it is in evaluation and in use. Then what training shows in its first"
        " epochs, with the same random numbers as in a run of this recipe.",
        "맨 왼쪽은 평가와 실제 사용에서 보는 그대로의 이미지입니다. 그 옆은 첫 에폭들에서 학습에 쓰일"
        " 이미지로, 이 레시피로 실행할 때와 난수가 같습니다.",
    ),
    "preview.images.mixed": (
        "Mixing pairs the images of a batch; here it pairs the images of this page, so partners differ"
        " from those of a run. Labels are shared as written below each picture.",
        "MixUp과 CutMix는 배치 안의 이미지끼리 섞습니다. 여기서는 이 페이지의 이미지끼리 섞으므로 실제"
        " 실행과 짝이 다릅니다. 라벨은 그림 아래에 적힌 비율로 나뉩니다.",
    ),
    "preview.plain": ("as it is", "원본"),
    "preview.epoch": ("epoch {number}", "에폭 {number}"),
    "preview.alt.plain": ("{id} as the network sees it in use", "실제 사용에서 신경망이 보는 {id}"),
    "preview.alt.version": ("{id} in epoch {number}", "에폭 {number}의 {id}"),
    "preview.settings": ("What is done", "적용되는 처리"),
    "preview.settings.text": (
        "Change one with --set and look again, for example:",
        "--set으로 바꾸고 다시 확인해 보세요. 예:",
    ),
    "preview.tests": ("Do transforms change labels?", "변형이 라벨을 바꾸는가?"),
    "preview.tests.text": (
        "A small classifier learnt thumbnails of the training part and judged others, as they are and"
        " transformed. It is weak on purpose: only the difference counts.",
        "작은 분류기가 학습 파트의 축소 이미지를 학습한 뒤, 학습하지 않은 이미지를 원본과 변형본으로"
        " 판별했습니다. 일부러 단순한 분류기를 쓰므로 정확도의 차이만 의미가 있습니다.",
    ),
    "preview.tests.none": (
        "Not tested: there are fewer than two classes of {fewest} training images, or they cannot be"
        " told apart by thumbnails.",
        "검사하지 않음: 학습 이미지가 {fewest}장 이상인 클래스가 둘이 안 되거나, 축소 이미지로는"
        " 클래스를 구별할 수 없습니다.",
    ),
    "preview.tests.transform": ("Transform", "변형"),
    "preview.tests.plain": ("Right as they are", "원본 정확도"),
    "preview.tests.changed": ("Right transformed", "변형본 정확도"),
    "preview.tests.verdict": ("Verdict", "판정"),
    "preview.tests.moves": (
        "changes labels: {after} % of {source} look like {target} ({before} % as they are)",
        "라벨을 바꿈: {source}의 {after}%가 {target:으로/로} 보임 (원본은 {before}%)",
    ),
    "preview.tests.foreign": ("looks foreign", "낯설어 보임"),
    "preview.tests.fine": ("keeps labels", "라벨이 유지됨"),
}
