"""What is said of what went wrong in training and how it goes on."""

MESSAGES: dict[str, tuple[str, str]] = {
    "faults.rollback": (
        "Step {step}: {what}. Back to step {to_step}, on with {rate} of the learning rate (return {count} of {most}). In the batch: {files}",
        "스텝 {step}: {what}. 스텝 {to_step:으로/로} 돌아가 학습률의 {rate:으로/로} 이어 갑니다 ({most}번 중 {count}번째). 배치의 이미지: {files}",
    ),
    "faults.skip": (
        "Step {step}: {what}. The step is left out. In the batch: {files}",
        "스텝 {step}: {what}. 이 스텝을 건너뜁니다. 배치의 이미지: {files}",
    ),
    "faults.stop": (
        "Step {step}: {what}. The training stops. In the batch: {files}",
        "스텝 {step}: {what}. 학습을 멈춥니다. 배치의 이미지: {files}",
    ),
    "faults.pieces": (
        "Memory ran out at step {step}: each batch goes through the network in {pieces} pieces from here on. The batch that counts, and the number of steps, stay the same; batch norm sees smaller pieces.",
        "스텝 {step}에서 메모리가 모자랍니다. 이제부터 배치를 {pieces}조각으로 나누어 통과시킵니다. 실제 배치 크기와 스텝 수는 그대로이고, 배치 정규화만 더 작은 조각을 봅니다.",
    ),
    "faults.previous": (
        "The newest state {file} is damaged (its content is not what its name says) and was set aside; going on from the one before.",
        "가장 최근 상태 {file:이/가} 손상되어(내용이 이름의 해시와 다름) 치워 두고 그 앞의 상태에서 이어 갑니다.",
    ),
    "faults.untracked": (
        "Tracking with {name} failed at epoch {epoch} and was left out of this run from there on; the training is not affected. {reason}",
        "에폭 {epoch}에서 {name} 기록에 실패하여 이후로는 기록하지 않습니다. 학습에는 영향이 없습니다. {reason}",
    ),
    "faults.where.pixels": (
        "pixels were NaN or infinite",
        "픽셀 값이 NaN이거나 무한대입니다",
    ),
    "faults.where.weights": (
        "weights were NaN or infinite ({layers})",
        "가중치가 NaN이거나 무한대입니다 ({layers})",
    ),
    "faults.where.loss": ("the loss was NaN or infinite", "손실이 NaN이거나 무한대입니다"),
    "faults.where.gradient": (
        "the gradient was NaN or infinite",
        "기울기가 NaN이거나 무한대입니다",
    ),
    "faults.more": ("{names} and {count} more", "{names} 외 {count}개"),
    "faults.damaged": ("{path}", "{path}"),
    "faults.all_damaged": (
        "Every saved state in {path} is damaged:",
        "{path}에 저장된 상태가 모두 손상되었습니다:",
    ),
    "faults.all_damaged.fix": (
        "Put one back from a copy, or train anew: dojang train RUN/recipe.yaml",
        "사본에서 하나를 되돌리거나 새로 학습하세요: dojang train 실행폴더/recipe.yaml",
    ),
    "faults.no_memory": (
        "There is not enough memory for a step, even with {images} image(s) at a time.",
        "이미지를 {images}장씩 나누어도 한 스텝을 돌릴 메모리가 모자랍니다.",
    ),
    "faults.no_memory.fix": (
        "Take a smaller network or input (model.name, model.width, model.size), or with several processes a larger train.accumulate.",
        "더 작은 신경망이나 입력(model.name, model.width, model.size)을 쓰거나, 여러 프로세스라면 train.accumulate를 늘리세요.",
    ),
    "faults.fp16_sam": (
        "regularize.sam does not go with train.precision=fp16.",
        "regularize.sam은 train.precision=fp16과 함께 쓸 수 없습니다.",
    ),
    "faults.fp16_sam.fix": (
        "Use bf16 or fp32: --set train.precision=bf16",
        "bf16이나 fp32를 쓰세요: --set train.precision=bf16",
    ),
    "faults.diverged": (
        "The training stopped at step {step}: {what}. In the batch: {files}. What was best before is kept in {path}, with all that happened in faults.json.",
        "스텝 {step}에서 학습을 멈췄습니다: {what}. 배치의 이미지: {files}. 그 전의 가장 좋은 모델과 faults.json 기록은 {path}에 있습니다.",
    ),
    "faults.diverged.fix": (
        "If one image is at fault, look at it; otherwise try a lower rate: --set optimizer.lr={lr}",
        "특정 이미지가 문제라면 살펴보고, 아니면 학습률을 낮춰 보세요: --set optimizer.lr={lr}",
    ),
    "faults.diverged_early": (
        "The training stopped at step {step}, before its first epoch was measured: {what}. In the batch: {files}. There is no model yet; {path} has all that happened in faults.json.",
        "첫 에폭의 점수를 내기 전에 스텝 {step}에서 학습을 멈췄습니다: {what}. 배치의 이미지: {files}. 아직 모델은 없고, 일어난 일은 {path}의 faults.json에 있습니다.",
    ),
    "faults.diverged_early.fix": (
        "If one image is at fault, look at it; otherwise try a lower rate: --set optimizer.lr={lr}",
        "특정 이미지가 문제라면 살펴보고, 아니면 학습률을 낮춰 보세요: --set optimizer.lr={lr}",
    ),
    "faults.terminated": (
        "Asked to end (SIGTERM): the state is saved.\nGo on with: dojang resume {path}",
        "종료 요청(SIGTERM)을 받아 상태를 저장했습니다.\n이어서 하려면: dojang resume {path}",
    ),
    "run.busy": (
        "Another process is at work on {path}.",
        "다른 프로세스가 {path:을/를} 쓰고 있습니다.",
    ),
    "run.busy.fix": (
        "Wait until it ends, or end it first.",
        "끝날 때까지 기다리거나 먼저 종료하세요.",
    ),
    "report.faults.title": ("What went wrong on the way", "학습 중에 생긴 문제"),
    "report.faults.lead": (
        "The training met these and went on, or stopped, as the recipe says (train.on_nan).",
        "학습 중에 다음 문제가 있었고, 레시피(train.on_nan)에 따라 이어 가거나 멈췄습니다.",
    ),
    "schedule.by_clock": (
        "The learning rate cannot follow the clock: no two runs would be the same",
        "학습률은 시계를 따를 수 없습니다. 실행할 때마다 결과가 달라집니다",
    ),
    "schedule.by_clock.fix": (
        "Give these in epochs or steps, such as 5ep or 400st.",
        "5ep나 400st처럼 에폭이나 스텝으로 적으세요.",
    ),
    "train.early_not_smaller": (
        "train.early_size {early} is not smaller than the images of the later epochs, {size}",
        "train.early_size {early:이/가} 나중 에폭의 이미지 크기 {size}보다 작지 않습니다",
    ),
    "train.early_not_smaller.fix": (
        "Give a smaller side, or null.",
        "더 작은 크기를 주거나 null로 두세요.",
    ),
    "train.early_alone": (
        "train.early_epochs says how long, but train.early_size does not say how small",
        "train.early_epochs로 기간을 주었지만 train.early_size로 크기를 주지 않았습니다",
    ),
    "train.early_alone.fix": (
        "Give both, for example: --set train.early_size=96",
        "둘 다 주세요. 예: --set train.early_size=96",
    ),
    "train.early_unfit": (
        "{name} cannot take the images of the first epochs, {size}×{size}: {reason}",
        "{name:은/는} 첫 에폭들의 이미지 {size}×{size}를 받을 수 없습니다: {reason}",
    ),
    "train.early_unfit.fix": (
        "Give another train.early_size, or null.",
        "train.early_size를 다르게 주거나 null로 두세요.",
    ),
    "schedule.wall_time": ("{field} is {value}", "{field}: {value}"),
}
