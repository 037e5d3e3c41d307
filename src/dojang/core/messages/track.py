"""What is said of trackers, and the words on the pictures that they get."""

MESSAGES: dict[str, tuple[str, str]] = {
    "track.unknown": (
        "track names trackers that there are not:",
        "track에 없는 트래커 이름이 있습니다:",
    ),
    "track.unknown.fix": ("Known: {known}", "쓸 수 있는 이름: {known}"),
    "track.unknown.one": ("{name}.{hint}", "{name}.{hint}"),
    "track.missing": (
        "What the recipe tracks with is not installed:",
        "레시피의 track에 필요한 라이브러리가 설치되어 있지 않습니다:",
    ),
    "track.missing.fix": (
        'Install it: pip install "dojang[track]", or take it out of the recipe (track)',
        '설치하거나(pip install "dojang[track]") 레시피의 track에서 빼세요',
    ),
    "track.missing.one": ("{name} needs {packages}", "{name}에 필요한 패키지: {packages}"),
    "track.where": ("Tracked with {name}: {place}", "{name} 기록: {place}"),
    "track.picture.case": (
        "true {target}, answer {predicted} ({confidence} %)",
        "정답 {target}, 예측 {predicted} ({confidence}%)",
    ),
    "track.picture.case.true": ("true: {target}", "정답: {target}"),
    "track.picture.case.answer": (
        "answer: {predicted} ({confidence} %)",
        "예측: {predicted} ({confidence}%)",
    ),
    "track.picture.confusion": (
        "Confusion matrix, {part} part, {n} images",
        "혼동 행렬, {part} 파트, 이미지 {n}장",
    ),
    "track.picture.true": ("true class", "실제 클래스"),
    "track.picture.answer": ("answer", "예측 클래스"),
}
