"""What is said of the rate finder, the batch-size finder and what was measured of the machine."""

MESSAGES: dict[str, tuple[str, str]] = {
    # Why a value was chosen.
    "finders.searched": (
        "dojang train finds it by a short trial; dojang find shows it",
        "dojang train이 짧게 시험해서 정함. dojang find로 미리 볼 수 있음",
    ),
    "finders.way": (
        "Measured on this machine, images/s of a step: {rates}",
        "이 컴퓨터에서 잰 학습 속도(초당 이미지 수): {rates}",
    ),
    "finders.way_busy": (
        "By rule: the machine was too busy to measure (dojang find measures again)",
        "규칙으로 정함. 컴퓨터가 바빠서 잴 수 없었음 (dojang find로 다시 잴 수 있음)",
    ),
    "finders.busy": (
        "The machine is too busy to measure its speed: precision and layout are chosen by rule.",
        "컴퓨터가 바빠 속도를 잴 수 없어 정밀도와 메모리 배치를 규칙으로 정합니다.",
    ),
    "finders.no_batch": (
        "Batch sizes could not be measured: the machine is busy, or its memory too small.",
        "배치 크기를 잴 수 없습니다. 컴퓨터가 바쁘거나 메모리가 모자랍니다.",
    ),
    "finders.way_rule": (
        "By what the hardware offers ({device}); there was nothing to choose by the clock",
        "하드웨어({device})가 지원하는 대로. 재어서 고를 것이 없음",
    ),
    "finders.batch": (
        "A larger batch than the rule's {rule} is faster here, images/s by batch size: {rates}",
        "규칙이 정한 {rule}보다 큰 배치가 여기서는 더 빠름. 배치 크기별 초당 이미지 수: {rates}",
    ),
    "finders.batch_smaller": (
        "The rule's {rule} does not fit into memory; the largest that does",
        "규칙이 정한 {rule}은 메모리에 들어가지 않음. 들어가는 것 중 가장 큰 값",
    ),
    "finders.batch_few": (
        "The rule's; a larger batch would leave too few steps of {images} images, images/s by batch "
        "size: {rates}",
        "규칙이 정한 값. 이미지가 {images}장이라 배치를 키우면 스텝이 너무 적음. 배치 크기별 초당 이미지 수: {rates}",
    ),
    "finders.batch_rule": (
        "The rule's; larger batches are not clearly faster here, images/s by batch size: {rates}",
        "규칙이 정한 값. 배치를 키워도 뚜렷이 빨라지지 않음. 배치 크기별 초당 이미지 수: {rates}",
    ),
    "finders.rate": (
        "By a sweep of {steps} steps with a growing rate (by rule: {rule})",
        "학습률을 키우며 {steps}스텝을 시험해 정함 (규칙으로는 {rule})",
    ),
    "finders.rate_bounded": (
        "A sweep of {steps} steps said {suggested}; kept within a factor of {bound} of the rule's {rule}",
        "{steps}스텝 시험으로는 {suggested}. 규칙이 정한 {rule}의 {bound}배 범위 안으로 제한함",
    ),
    "finders.rate_silent": (
        "By rule: in a sweep of {steps} steps the loss did not fall clearly at any rate",
        "규칙으로 정함. {steps}스텝 시험에서 손실이 뚜렷이 줄어든 학습률이 없음",
    ),
    "finders.rate_short": (
        "By rule for {optimizer} with batches of {batch}; a sweep would cost more than {share} % of "
        "these {steps} steps",
        "{optimizer}, 배치 {batch}에 대한 규칙. 학습이 {steps}스텝뿐이라 시험 비용이 {share}%를 넘음",
    ),
    "finders.rate_processes": (
        "By rule for {optimizer} with batches of {batch}; with several processes there is no sweep",
        "{optimizer}, 배치 {batch}에 대한 규칙. 여러 프로세스로 학습할 때는 시험하지 않음",
    ),
    "finders.compile_missing": (
        "There is no {what} here to compile with",
        "컴파일에 필요한 {what:이/가} 없음",
    ),
    "finders.compile_processes": (
        "Not tried with several processes",
        "여러 프로세스로 학습할 때는 시험하지 않음",
    ),
    "finders.compile_short": (
        "{steps} steps are too few to repay a compilation",
        "{steps}스텝으로는 컴파일하는 시간을 되찾지 못함",
    ),
    "finders.compile_pays": (
        "Measured: each of {steps} steps takes {saving} % less, for {cost} s of compiling",
        "재어 보니 컴파일 {cost}초로 {steps}스텝이 각각 {saving}% 짧아짐",
    ),
    "finders.compile_not": (
        "Measured: compiling saves {saving} % of a step and costs {cost} s; {steps} steps do not "
        "repay it",
        "재어 보니 컴파일은 한 스텝의 {saving}%를 줄이고 {cost}초가 듦. {steps}스텝으로는 이득이 없음",
    ),
    # While work goes on.
    "finders.compile_trial": (
        "Measuring once whether compiling pays on this machine …",
        "이 컴퓨터에서 컴파일이 이득인지 한 번 재는 중 …",
    ),
    "finders.compile_failed": (
        "The network could not be compiled and runs as written ({reason}).",
        "신경망을 컴파일하지 못해 그대로 실행합니다 ({reason}).",
    ),
    "finders.sweeping": (
        "Trying learning rates for {steps} steps …",
        "{steps}스텝 동안 학습률을 시험하는 중 …",
    ),
    # dojang find and the report.
    "cli.find": (
        "Try learning rates and batch sizes, show the curves and write a page",
        "학습률과 배치 크기를 시험해 곡선을 보여 주고 페이지로 씀",
    ),
    "cli.opt.find_out": ("Where the page is written", "페이지를 쓸 곳"),
    "cli.opt.find_steps": (
        "Steps of the sweep over learning rates",
        "학습률을 시험할 스텝 수",
    ),
    "cli.opt.compile": (
        "Compile the network: auto, on or off; short for train.compile",
        "신경망 컴파일: auto, on, off. train.compile과 같음",
    ),
    "finders.written": ("Page: {path}", "페이지: {path}"),
    "finders.use": ("Train with these: {command}", "이 값으로 학습: {command}"),
    "finders.text.rate": ("Learning rate", "학습률"),
    "finders.text.loss": ("Loss", "손실"),
    "finders.text.batch": ("Batch size", "배치 크기"),
    "finders.text.speed": ("images/s", "초당 이미지"),
    "finders.text.memory": ("Memory of a step", "한 스텝의 메모리"),
    "finders.text.no_fit": ("does not fit", "메모리 부족"),
    "finders.text.chosen": ("chosen", "선택"),
    "finders.page.title": ("Learning rate and batch size · {name}", "학습률과 배치 크기 · {name}"),
    "finders.page.kind": ("Finders", "탐색"),
    "finders.page.tried": ("What was tried", "시험한 것"),
    "finders.page.footer": (
        "Written by Dojang {version}. This page loads nothing from anywhere.",
        "Dojang {version:이/가} 작성했습니다. 이 페이지는 외부에서 아무것도 불러오지 않습니다.",
    ),
    "finders.page.do": ("What to do", "다음 할 일"),
    "finders.page.use": (
        "Train with these values; a value that is given is never replaced.",
        "이 값으로 학습하려면 아래와 같이 실행합니다. 직접 정한 값은 바뀌지 않습니다.",
    ),
    "report.finders.title": ("Tried before the training", "학습 전에 시험한 것"),
    "report.finders.lead": (
        "Before the training, what the recipe left open was tried on a copy of the network. The "
        "training itself began untouched.",
        "레시피가 정하지 않은 값은 학습 전에 신경망의 사본으로 시험했습니다. 학습 자체는 처음 상태에서 시작했습니다.",
    ),
    "report.finders.rate": (
        "Loss while the learning rate grows",
        "학습률을 키울 때의 손실",
    ),
    "report.finders.rate_caption": (
        "Dashed: the loss of each batch; solid: its moving average; the dot: the rate that was "
        "chosen. The axis of rates is logarithmic.",
        "점선은 배치마다의 손실, 실선은 그 이동 평균, 점은 고른 학습률입니다. 가로축은 로그 눈금입니다.",
    ),
    "report.finders.exploded": (
        "The sweep was ended early: the loss exploded.",
        "손실이 폭발해 시험을 일찍 끝냈습니다.",
    ),
    "report.finders.batch": ("Speed by batch size", "배치 크기별 속도"),
    "report.finders.batch_caption": (
        "Images a second through forward pass, backward pass and step, with made-up images; the "
        "dot: the size that was chosen.",
        "임의로 만든 이미지로 잰 순전파, 역전파, 가중치 갱신의 속도(초당 이미지 수)입니다. 점은 고른 크기입니다.",
    ),
    "report.finders.chosen": ("Chosen", "고른 값"),
    "report.finders.rule": ("By rule", "규칙 값"),
    "report.finders.suggested": ("Read off the curve", "곡선이 말하는 값"),
    "report.finders.way": ("Precision and layout", "정밀도와 메모리 배치"),
    "report.finders.steps": ("Steps of the sweep", "시험한 스텝"),
    "report.finders.eager": ("Step as written, s", "컴파일 전 한 스텝(초)"),
    "report.finders.compiled": ("Step compiled, s", "컴파일 후 한 스텝(초)"),
    "report.finders.cost": ("Compiling took, s", "컴파일 시간(초)"),
}
