"""Names of the metrics and what each one tells."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "metric.accuracy": ("accuracy", "정확도"),
    "metric.accuracy.help": ("share of right answers", "맞힌 이미지의 비율"),
    "metric.balanced_accuracy": ("balanced accuracy", "균형 정확도"),
    "metric.balanced_accuracy.help": (
        "mean recall; every class counts the same",
        "클래스별 재현율의 평균. 모든 클래스를 똑같이 반영",
    ),
    "metric.macro_precision": ("macro precision", "매크로 정밀도"),
    "metric.macro_precision.help": (
        "mean precision; every class counts the same",
        "클래스별 정밀도의 평균. 모든 클래스를 똑같이 반영",
    ),
    "metric.macro_recall": ("macro recall", "매크로 재현율"),
    "metric.macro_recall.help": (
        "mean recall; a class that is answered but has no images counts as 0",
        "클래스별 재현율의 평균. 이미지 없이 답으로만 나온 클래스는 0으로 반영",
    ),
    "metric.macro_f1": ("macro F1", "매크로 F1"),
    "metric.macro_f1.help": (
        "mean F1; every class counts the same",
        "클래스별 F1의 평균. 모든 클래스를 똑같이 반영",
    ),
    "metric.macro_f0.5": ("macro F0.5", "매크로 F0.5"),
    "metric.macro_f0.5.help": (
        "as F1, precision counts twice as much",
        "F1과 같지만 정밀도를 두 배로 반영",
    ),
    "metric.macro_f2": ("macro F2", "매크로 F2"),
    "metric.macro_f2.help": (
        "as F1, recall counts twice as much",
        "F1과 같지만 재현율을 두 배로 반영",
    ),
    "metric.weighted_precision": ("weighted precision", "가중 정밀도"),
    "metric.weighted_precision.help": (
        "mean precision; a class counts as it has images",
        "클래스별 정밀도의 평균. 이미지 수만큼 반영",
    ),
    "metric.weighted_f1": ("weighted F1", "가중 F1"),
    "metric.weighted_f1.help": (
        "mean F1; a class counts as it has images",
        "클래스별 F1의 평균. 이미지 수만큼 반영",
    ),
    "metric.kappa": ("Cohen's kappa", "코헨의 카파"),
    "metric.kappa.help": (
        "agreement beyond chance, −1 to 1",
        "우연을 넘어서는 일치도, −1에서 1",
    ),
    "metric.mcc": ("Matthews' coefficient", "매튜스 상관계수"),
    "metric.mcc.help": (
        "correlation of answers and truth, −1 to 1",
        "답과 정답의 상관, −1에서 1",
    ),
    "metric.roc_auc": ("ROC AUC", "ROC AUC"),
    "metric.roc_auc.help": (
        "chance that an image of a class ranks above one of another; mean over classes",
        "어떤 클래스의 이미지가 다른 클래스의 이미지보다 높은 확률을 받을 가능성. 클래스 평균",
    ),
    "metric.pr_auc": ("PR AUC", "PR AUC"),
    "metric.pr_auc.help": (
        "average precision; stricter than ROC AUC for rare classes; mean over classes",
        "평균 정밀도(AP). 드문 클래스에서는 ROC AUC보다 엄격함. 클래스 평균",
    ),
    "metric.ece": ("calibration error", "보정 오차(ECE)"),
    "metric.ece.help": (
        "lower is better; how far stated confidence is from the share of right answers",
        "낮을수록 좋음. 모델이 말한 확신도와 실제로 맞힌 비율의 차이",
    ),
    "metric.top_3": ("top-3 accuracy", "상위 3개 정확도"),
    "metric.top_3.help": (
        "the right class is among the three most probable",
        "확률이 높은 3개 클래스 안에 정답이 있는 비율",
    ),
    "metric.top_5": ("top-5 accuracy", "상위 5개 정확도"),
    "metric.top_5.help": (
        "the right class is among the five most probable",
        "확률이 높은 5개 클래스 안에 정답이 있는 비율",
    ),
    "metric.map_at_5": ("MAP@5", "MAP@5"),
    "metric.map_at_5.help": (
        "one over the place of the right class, 0 beyond the fifth",
        "정답 클래스 순위의 역수. 5위 밖이면 0",
    ),
    "metric.ndcg_at_5": ("NDCG@5", "NDCG@5"),
    "metric.ndcg_at_5.help": (
        "as MAP@5, but falls with the logarithm of the place",
        "MAP@5와 같지만 순위의 로그에 따라 줄어듦",
    ),
    "metric.brier": ("Brier score", "브라이어 점수"),
    "metric.brier.help": (
        "lower is better; squared distance of the probabilities to the truth",
        "낮을수록 좋음. 확률과 정답 사이 거리의 제곱",
    ),
    "metric.log_loss": ("log loss", "로그 손실"),
    "metric.log_loss.help": (
        "lower is better; punishes being sure and wrong",
        "낮을수록 좋음. 확신하고 틀리면 크게 나빠짐",
    ),
}
