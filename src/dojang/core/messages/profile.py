"""What is said of where the time of a training went."""

MESSAGES: dict[str, tuple[str, str]] = {
    "cli.opt.profile": (
        "Write where the time went: a table (profile.json) and a trace (trace.json)",
        "시간이 어디에 쓰였는지 기록: 표(profile.json)와 트레이스(trace.json)",
    ),
    "profile.title": (
        "Where the time went: {seconds}, {images} images in {steps} steps, {rate} images/s in the "
        "steps alone",
        "시간 사용 내역: 전체 {seconds}, {steps}스텝에서 이미지 {images}장, 스텝만 보면 초당 "
        "{rate}장",
    ),
    "profile.part": ("part", "구간"),
    "profile.seconds": ("seconds", "초"),
    "profile.share": ("share", "비율"),
    "profile.rate": ("images/s", "장/초"),
    "profile.count": ("times", "횟수"),
    "profile.row.prepare": ("decoding to the cache, building", "캐시에 디코딩, 모델 준비"),
    "profile.row.decode": ("decoding", "디코딩"),
    "profile.row.wait": ("waiting for pixels", "픽셀 대기"),
    "profile.row.augment": ("augmentation", "증강"),
    "profile.row.forward": ("forward", "순전파"),
    "profile.row.backward": ("backward", "역전파"),
    "profile.row.step": ("optimiser step", "옵티마이저 스텝"),
    "profile.row.evaluate": ("evaluation of epochs", "에폭별 평가"),
    "profile.row.checkpoint": ("checkpoints", "체크포인트 저장"),
    "profile.row.predict": ("final predictions, pictures", "최종 예측과 그림"),
    "profile.row.profiler": ("profiling itself", "프로파일링 자체"),
    "profile.row.other": ("everything else", "그 밖"),
    "profile.beside": (
        "Beside it, in other threads and processes: {parts}.",
        "이와 동시에 다른 스레드와 프로세스에서: {parts}.",
    ),
    "profile.beside_part": ("{name} {seconds} s", "{name} {seconds}초"),
    "profile.operators": (
        "The costliest operators of {steps} steps, by their own time:",
        "{steps}스텝에서 자체 시간이 가장 긴 연산:",
    ),
    "profile.operator": ("operator", "연산"),
    "profile.calls": ("calls", "호출"),
    "profile.no_operators": (
        "The training was too short to look at operators.",
        "학습이 너무 짧아 연산별 시간은 재지 못했습니다.",
    ),
    "profile.trace": (
        "Trace for ui.perfetto.dev or about:tracing: {path}",
        "ui.perfetto.dev 또는 about:tracing에서 여는 트레이스: {path}",
    ),
    "profile.machine": ("Measured on: {facts}", "측정 환경: {facts}"),
    "profile.caption": (
        "Own times of the thread that trains; they add up to the time that passed. Images/s of a part "
        "is what the training would reach were there nothing but that part. {path} shows when what "
        "happened: open it at ui.perfetto.dev or about:tracing.",
        "학습 스레드의 자체 시간이며, 더하면 전체 경과 시간이 됩니다. 구간별 장/초는 그 구간만 있을 "
        "때의 속도입니다. 무엇이 언제 일어났는지는 {path}에 있습니다. ui.perfetto.dev 또는 "
        "about:tracing에서 여십시오.",
    ),
    "report.section.profile": ("Where the time went", "시간 사용 내역"),
}
