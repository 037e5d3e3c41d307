"""What is said while work goes on, and why the data chose a value."""

MESSAGES: dict[str, tuple[str, str]] = {
    "progress.scan": ("Checking files", "파일 확인"),
    "progress.decode": ("Decoding the training part", "학습 파트 디코딩"),
    "progress.predict": ("Predicting", "예측"),
    "progress.count": (
        "{what} {done}/{total} · {rate} images/s · {left} left",
        "{what} {done}/{total} · 초당 {rate}장 · 남은 시간 {left}",
    ),
    "progress.counted": (
        "{what}: {total} files in {seconds} s ({rate}/s)",
        "{what}: {total}개 파일, {seconds}초 (초당 {rate}개)",
    ),
    "progress.step": (
        "epoch {epoch}/{epochs} {share} % · objective {objective}{accuracy} · {rate} images/s · "
        "{left} left",
        "에폭 {epoch}/{epochs} {share}% · 목적 함수 {objective}{accuracy} · 초당 {rate}장 · 남은 시간 {left}",
    ),
    "progress.accuracy": (" · valid accuracy {value} %", " · 검증 정확도 {value}%"),
    "progress.epoch": (
        "epoch {epoch}/{epochs}  objective {objective}  loss train {train} valid {valid}  "
        "valid accuracy {accuracy} %  {rate} images/s  {left} left{best}",
        "에폭 {epoch}/{epochs}  목적 함수 {objective}  손실 학습 {train} 검증 {valid}  "
        "검증 정확도 {accuracy}%  초당 {rate}장  남은 시간 {left}{best}",
    ),
    "progress.best": ("  ← best", "  ← 최고"),
    "progress.data": (
        "{images} images of {classes} classes; {refused} files set aside",
        "이미지 {images}장, 클래스 {classes}개, 제외한 파일 {refused}개",
    ),
    "progress.refused": ("  set aside: {name}: {reason}", "  제외: {name}: {reason}"),
    "progress.split": (
        "Split ({kind}): {train} train, {valid} validation, {test} test (sealed)",
        "분할({kind}): 학습 {train}장, 검증 {valid}장, 테스트 {test}장(봉인)",
    ),
    "progress.split_folds": (
        "Split: {cv} images in {folds} folds, {test} test (sealed)",
        "분할: {cv}장을 폴드 {folds}개로, 테스트 {test}장(봉인)",
    ),
    "progress.model": (
        "{name} at {size} px: {parameters} parameters, {precision}, {device}",
        "{name}, {size}px: 파라미터 {parameters}개, {precision}, {device}",
    ),
    "progress.fold": ("Fold {number} of {folds}", "폴드 {number}/{folds}"),
    "progress.patience": (
        "Stopped early: nothing better for {duration}.",
        "조기 종료: {duration} 동안 나아지지 않았습니다.",
    ),
    "progress.limit": (
        "Stopped at the limit of {duration}.",
        "정해진 한도({duration})에서 멈췄습니다.",
    ),
    "progress.interrupted": (
        "Interrupted. The best model so far is kept in {path}.\nGo on with: dojang resume {path}",
        "중단했습니다. 지금까지 가장 좋은 모델은 {path}에 있습니다.\n이어서 하려면: dojang resume {path}",
    ),
    "progress.interrupted_early": (
        "Interrupted before the first epoch ended; nothing was learnt yet.\n"
        "Go on with: dojang resume {path}",
        "첫 에폭이 끝나기 전에 중단되어 아직 학습된 것이 없습니다.\n이어서 하려면: dojang resume {path}",
    ),
    "progress.report": ("Report: {path}", "리포트: {path}"),
    # Why the data chose a value
    "auto.size": (
        "the median short side is {side} px; {size} keeps most detail at a cost a CPU can pay",
        "짧은 변의 중앙값이 {side}px이라, {size}이면 CPU로도 감당하면서 세부를 대부분 지킵니다",
    ),
    "auto.size_source": (
        "the run that the weights are from learnt at this size; the median short side is {side} px",
        "가중치를 만든 실행이 이 크기로 배웠습니다. 짧은 변의 중앙값은 {side}px입니다",
    ),
    "auto.size_pretrained": (
        "published weights were trained at about this size; the median short side is {side} px",
        "공개된 가중치가 이 정도 크기로 학습되었습니다. 짧은 변의 중앙값은 {side}px입니다",
    ),
    "auto.flip": (
        "photographs keep their meaning when mirrored; set none for text or left and right",
        "사진은 좌우를 뒤집어도 뜻이 같습니다. 글자나 좌우 구분이 있으면 none으로 두세요",
    ),
    "auto.flip_gray": (
        "all images are grey: characters and scans often change meaning when mirrored",
        "모두 흑백 이미지입니다. 글자나 스캔은 뒤집으면 뜻이 바뀌기 쉽습니다",
    ),
    "auto.crop": (
        "random crops show objects at many scales and positions",
        "무작위로 자르면 대상을 여러 크기와 위치에서 보게 됩니다",
    ),
    "auto.crop_small": (
        "at {side} px a smaller crop would lose the object",
        "{side}px에서 더 작게 자르면 대상을 놓칩니다",
    ),
    "auto.no_crop": (
        "at {side} px every pixel counts",
        "{side}px에서는 픽셀 하나하나가 중요합니다",
    ),
    "auto.rotate": (
        "cameras and hands are never quite level",
        "카메라도 손도 늘 조금은 기울어져 있습니다",
    ),
    "auto.shift": ("random crops shift already", "무작위 자르기가 이미 위치를 바꿉니다"),
    "auto.shift_small": (
        "small images are shifted instead of cropped",
        "작은 이미지는 자르는 대신 옮깁니다",
    ),
    "auto.color": (
        "light and white balance differ from photograph to photograph",
        "빛과 화이트 밸런스는 사진마다 다릅니다",
    ),
    "auto.color_gray": (
        "small or grey images carry their meaning in brightness",
        "작거나 흑백인 이미지는 밝기에 뜻이 담겨 있습니다",
    ),
    "auto.erase": (
        "off: crops hide parts already",
        "끔: 자르기가 이미 일부를 가립니다",
    ),
    "auto.epochs": (
        "{images} training images: enough passes to see about 125,000, within 12 to 60",
        "학습 이미지 {images}장: 모두 약 12만 5천 장을 보도록, 12~60 사이에서",
    ),
    "auto.epochs_pretrained": (
        "{images} training images, and weights to start from, which need fewer passes: enough to see about "
        "30,000, within 15 to 200",
        "학습 이미지 {images}장. 시작 가중치가 있어 더 적게 학습해도 되므로 모두 약 3만 장을 보도록, 15~200 사이에서",
    ),
    "auto.batch_size": (
        "{images} training images: large batches for speed, at least 16 steps an epoch",
        "학습 이미지 {images}장: 속도를 위해 크게, 에폭마다 16스텝 이상이 되도록",
    ),
    "auto.optimizer_muon": (
        "from scratch it gets further in as many steps, and adds {share} % to the work of a step (at most {bound} %)",
        "처음부터 학습할 때 같은 스텝 수로 더 많이 배우고, 스텝마다 계산이 {share}% 늘어납니다(최대 {bound}%)",
    ),
    "auto.optimizer_costly": (
        "Muon would add {share} % to the work of a step, more than {bound} %",
        "Muon을 쓰면 한 스텝의 계산이 {share}% 늘어 {bound}%를 넘습니다",
    ),
    "auto.optimizer_unfit": (
        "{name} has no matrix between its first layer and its head for Muon, or its shapes cannot be known beforehand",
        "{name}에는 첫 층과 분류층 사이에 Muon이 쓸 행렬이 없거나 그 모양을 미리 알 수 없습니다",
    ),
    "auto.optimizer_pretrained": (
        "weights to start from are changed a little at a time",
        "물려받은 가중치는 조금씩 바꿉니다",
    ),
    "auto.optimizer_rate": (
        "a rate of {lr} was given without an optimiser, so it is taken for AdamW's",
        "옵티마이저 없이 학습률 {lr}만 주어져 AdamW의 학습률로 봅니다",
    ),
    "auto.lr": (
        "usual for {optimizer} from scratch at a batch of {batch}",
        "배치 {batch}에서 {optimizer:으로/로} 처음부터 학습할 때의 보통 값",
    ),
    "auto.lr_pretrained": (
        "usual for {optimizer} from scratch at a batch of {batch}: the head's; layers that come with weights learn at {share} of it (transfer.rate)",
        "배치 {batch}에서 {optimizer:으로/로} 처음부터 학습할 때의 보통 값이며 분류층에 씁니다. 가중치를 물려받은 층은 그 {share}배로 배웁니다 (transfer.rate)",
    ),
    "auto.weight_decay": ("usual for {optimizer}", "{optimizer}의 보통 값"),
    "auto.warmup": (
        "{share} % of the training: batch norm and moments settle first",
        "전체 학습의 {share}%: 배치 정규화와 모멘트가 먼저 안정되도록",
    ),
    "recipe.unresolved": (
        "A value of the recipe was not resolved: {value}",
        "레시피의 값이 정해지지 않았습니다: {value}",
    ),
}
