"""What is said of slices: among which images the model does worse."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "cli.slices": (
        "Say among which images the model does worse.",
        "모델이 어떤 이미지에서 더 못하는지 알려 줍니다.",
    ),
    "cli.opt.slices_part": (
        "Part to look at: valid, or test where it was opened",
        "살펴볼 파트: valid 또는 이미 연 test",
    ),
    "cli.opt.slices_top": ("How many slices to show (default: 10)", "보여 줄 조각 수 (기본값: 10)"),
    "slices.head": (
        "{n} slices of {images} images ({part}), worst first. Expected: what the other images of "
        "the same classes reach.",
        "이미지 {images}장({part})의 조각 {n}개, 나쁜 순서. 기대: 같은 클래스의 다른 이미지에서 "
        "맞히는 비율.",
    ),
    "slices.column.slice": ("slice", "조각"),
    "slices.column.n": ("images", "이미지"),
    "slices.column.accuracy": ("accuracy", "정확도"),
    "slices.column.expected": ("expected", "기대"),
    "slices.column.p": ("p", "p"),
    "slices.none": (
        "No slice does surely worse than the other images of its classes ({n} looked at).",
        "같은 클래스의 다른 이미지보다 확실히 나쁜 조각은 없습니다({n}개를 살펴봄).",
    ),
    "slices.sure": (
        "{n} of {all} slices do surely worse than the other images of their classes; p-values are "
        "corrected for having looked at {all}.",
        "조각 {all}개 가운데 {n}개가 같은 클래스의 다른 이미지보다 확실히 나쁩니다. p값은 {all}개를 "
        "살펴본 것을 감안해 보정했습니다.",
    ),
    "slices.range": ("{column} {low} to {high}", "{column} {low} ~ {high}"),
    "slices.value": ("{column}: {value}", "{column}: {value}"),
    "slices.rest": ("{column}: rarer values", "{column}: 나머지 드문 값"),
    "slices.cluster": ("images alike, cluster {value}", "비슷한 이미지, 군집 {value}"),
    "slices.of.pixels": ("pixels", "픽셀 수"),
    "slices.of.aspect": ("width over height", "가로세로 비율"),
    "slices.of.bytes": ("file size", "파일 크기"),
    "slices.of.mode": ("colour mode", "색상 모드"),
    "slices.of.brightness": ("brightness", "밝기"),
    "slices.of.contrast": ("contrast", "대비"),
    "slices.of.saturation": ("saturation", "채도"),
    "slices.of.sharpness": ("sharpness", "선명도"),
    "slices.missing": (
        "{path} has no slices of the part {part}.",
        "{path}에 {part} 파트의 조각이 없습니다.",
    ),
    "slices.missing.fix": (
        "The training must have finished with this version; the test part must have been opened: "
        "dojang evaluate {path}",
        "이 버전으로 학습을 마쳐야 하고, 테스트 파트는 먼저 열어야 합니다: dojang evaluate {path}",
    ),
    "report.section.slices": ("Where it does worse", "어디서 더 못하는가"),
    "report.slices.absent": (
        "Not looked for: the training has not finished, or an older version trained it.",
        "학습이 끝나지 않았거나 예전 버전으로 학습해 찾지 않았습니다.",
    ),
    "report.slices.caption": (
        "Each slice is compared with the other images of the same classes, so that a hard class is "
        "not mistaken for a hard slice. Look at the surest first; the file names are wrong answers "
        "to look at.",
        "각 조각을 같은 클래스의 다른 이미지와 비교하므로, 어려운 클래스를 어려운 조각으로 착각하지 "
        "않습니다. 가장 확실한 것부터 보세요. 파일 이름은 살펴볼 만한 오답입니다.",
    ),
    "report.slices.all": ("All {n} slices", "조각 {n}개 모두"),
    "report.slices.examples": ("Wrong, for example", "오답 예"),
}
