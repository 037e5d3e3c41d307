"""What is said around the terms of the glossary; their texts are in :mod:`dojang.core.glossary`."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "cli.words": (
        "Explain terms of deep learning and where they act here; without one, list all.",
        "딥러닝 용어의 뜻과 Dojang에서 쓰이는 곳을 설명합니다. 용어를 주지 않으면 목록을 보여 줍니다.",
    ),
    "cli.arg.words": (
        "Terms to explain, such as overfitting; by English or Korean name",
        "설명할 용어 (예: 과적합). 한국어나 영어 이름으로",
    ),
    "words.unknown": (
        "The glossary has no term named {name}.{hint}",
        "용어집에 {name:이라/라}는 말이 없습니다.{hint}",
    ),
    "words.unknown.fix": ("All terms: dojang words", "모든 용어: dojang words"),
    "words.head": (
        "{n} terms. One of them in full: dojang words {example}",
        "용어 {n}개. 자세한 설명: dojang words {example}",
    ),
    "words.where": ("In Dojang: {text}", "Dojang에서는: {text}"),
    "words.formula": ("Formula: {text}", "식: {text}"),
    "words.see": ("See also: {names}", "함께 보기: {names}"),
    "words.topic.data": ("Data", "데이터"),
    "words.topic.split": ("The split", "데이터 분할"),
    "words.topic.network": ("Parts of a network", "신경망의 구성"),
    "words.topic.blocks": ("Kinds of layers", "레이어의 종류"),
    "words.topic.learning": ("How a network learns", "학습 원리"),
    "words.topic.training": ("Training", "학습 과정"),
    "words.topic.diagnosis": ("Diagnosis", "진단"),
    "words.topic.scores": ("Scores", "점수"),
    "words.topic.certainty": ("How sure", "얼마나 확실한가"),
    "words.topic.explaining": ("Looking inside", "들여다보기"),
    "words.topic.use": ("In use", "실제 사용"),
}
