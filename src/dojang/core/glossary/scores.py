"""How good the answers and the probabilities are."""

from __future__ import annotations

from dojang.core.glossary.term import Term

TERMS = (
    Term(
        "accuracy",
        "scores",
        ("accuracy", "정확도"),
        (
            "The share of images that are answered rightly. It is easy to say and easy to be "
            "fooled by: where 95 of 100 images are of one class, always saying that class is 95 % "
            "right.",
            "맞힌 이미지의 비율입니다. 이해하기 쉬운 만큼 속기도 쉬워서, 100장 중 95장이 한 "
            "클래스라면 늘 그 클래스라고만 답해도 95%가 나옵니다.",
        ),
        (
            "It heads the report with its interval, and `train.monitor=accuracy` lets it choose "
            "the best epoch instead of the loss.",
            "리포트 맨 위에 신뢰구간과 함께 나오고, `train.monitor=accuracy`로 두면 손실 대신 "
            "정확도로 가장 좋은 에폭을 고릅니다.",
        ),
        see=("balanced-accuracy", "confidence-interval", "confusion-matrix"),
        aliases=("acc", "정확률"),
    ),
    Term(
        "balanced-accuracy",
        "scores",
        ("balanced accuracy", "균형 정확도"),
        (
            "The mean recall of the classes, so that each class counts the same however many "
            "images it has. Always saying the class of 95 of 100 images gives 50 % for two "
            "classes; if it lies well below the accuracy, small classes are being missed.",
            "클래스별 재현율의 평균으로, 이미지 수와 상관없이 모든 클래스를 똑같이 반영합니다. 두 "
            "클래스에서 100장 중 95장인 쪽만 답하면 50%가 됩니다. 정확도보다 한참 낮으면 작은 "
            "클래스를 놓치고 있다는 뜻입니다.",
        ),
        (
            "The report compares it with accuracy under §scores, and "
            "`decide.goal=balanced_accuracy` aims at it.",
            "리포트의 §scores 항목에서 정확도와 비교해 볼 수 있고, "
            "`decide.goal=balanced_accuracy`는 이 값을 높이도록 답을 정합니다.",
        ),
        see=("recall", "macro-average", "class-imbalance"),
        aliases=("mean recall", "UAR"),
        formula="(1/K) Σ_k recall_k",
    ),
    Term(
        "precision",
        "scores",
        ("precision", "정밀도"),
        (
            "Of the images that were answered with a class, the share that is of it: how far the "
            "answer can be trusted. A model that says melanoma 10 times and is right 8 times has "
            "a precision of 80 % for it, whatever it missed.",
            "어떤 클래스라고 답한 이미지 가운데 실제로 그 클래스인 비율로, 그 답을 얼마나 믿을 수 "
            "있는지를 나타냅니다. 흑색종이라고 10번 답해 8번 맞았다면 정밀도는 80%이고, 몇 개를 "
            "놓쳤는지는 상관없습니다.",
        ),
        (
            "The report gives it under §classes, and `decide.goal=precision` holds back answers "
            "until it reaches `decide.precision`.",
            "리포트의 §classes 항목에 나오고, `decide.goal=precision`은 `decide.precision`에 이를 "
            "때까지 덜 확실한 답을 보류합니다.",
        ),
        see=("recall", "f1", "threshold"),
        aliases=("positive predictive value", "PPV"),
        formula="TP / (TP + FP)",
    ),
    Term(
        "recall",
        "scores",
        ("recall", "재현율"),
        (
            "Of the images of a class, the share that was found. A model that finds 8 of 20 "
            "melanomas has a recall of 40 %, even if it is always right when it says melanoma; "
            "recall and precision pull against each other.",
            "어떤 클래스의 이미지 가운데 찾아낸 비율입니다. 흑색종 20장 중 8장을 찾았다면 "
            "재현율은 40%로, 흑색종이라고 답한 것이 모두 맞았더라도 마찬가지입니다. 재현율을 "
            "올리면 정밀도가 내려가기 쉽습니다.",
        ),
        (
            "The report gives it under §classes, the weakest first.",
            "리포트의 §classes 항목에 점수가 낮은 클래스부터 나옵니다.",
        ),
        see=("precision", "f1", "balanced-accuracy"),
        aliases=("sensitivity", "민감도", "true positive rate"),
        formula="TP / (TP + FN)",
    ),
    Term(
        "f1",
        "scores",
        ("F1 score", "F1 점수"),
        (
            "The harmonic mean of precision and recall, which is near the smaller of the two: a "
            "precision of 90 % and a recall of 50 % give 64 %, not 70 %. F2 lets recall count "
            "twice as much, F0.5 precision.",
            "정밀도와 재현율의 조화 평균으로, 둘 중 작은 쪽에 가깝습니다. 정밀도 90%, 재현율 "
            "50%면 70%가 아니라 64%입니다. F2는 재현율을, F0.5는 정밀도를 두 배로 중요하게 봅니다.",
        ),
        (
            "The report gives it under §classes, and `decide.goal=f_beta` aims at its mean over "
            "classes.",
            "리포트의 §classes 항목에 나오고, `decide.goal=f_beta`는 그 클래스 평균을 높이도록 "
            "답을 정합니다.",
        ),
        see=("precision", "recall", "macro-average"),
        aliases=("F-measure", "F-beta"),
        formula="2 P R / (P + R)",
    ),
    Term(
        "macro-average",
        "scores",
        ("macro average", "매크로 평균"),
        (
            "The plain mean of a score over the classes: each class counts the same. The weighted "
            "mean counts a class by its images, and the micro average pools all answers first; "
            "with one answer an image, micro F1 is simply the accuracy.",
            "클래스별 점수를 그대로 평균한 것으로, 모든 클래스를 똑같이 반영합니다. 가중 평균은 "
            "이미지 수만큼 반영하고, 마이크로 평균은 모든 답을 먼저 합쳐서 계산합니다. 이미지마다 "
            "답이 하나면 마이크로 F1은 정확도와 같습니다.",
        ),
        (
            "Macro F1, precision and recall stand in `dojang evaluate --json` and in the report "
            "under §scores.",
            "매크로 F1, 정밀도, 재현율은 `dojang evaluate --json`과 리포트의 §scores 항목에 "
            "나옵니다.",
        ),
        see=("f1", "balanced-accuracy", "class-imbalance"),
        aliases=("macro F1", "매크로 F1", "micro average", "마이크로 평균"),
    ),
    Term(
        "confusion-matrix",
        "scores",
        ("confusion matrix", "혼동 행렬"),
        (
            "A table of how many images of each true class (row) were given each answer (column). "
            "Right answers stand on the diagonal; a dark cell beside it names two classes that "
            "the model cannot tell apart, such as shirt and T-shirt.",
            "실제 클래스(행)의 이미지가 각각 어떤 답(열)을 몇 번 받았는지 적은 표입니다. 맞힌 "
            "답은 대각선에 있고, 대각선 밖의 진한 칸은 셔츠와 티셔츠처럼 모델이 구별하지 못하는 "
            "두 클래스를 보여 줍니다.",
        ),
        (
            "The report draws it under §confusion, and `dojang mistakes --pair` shows the images "
            "of one cell.",
            "리포트의 §confusion 항목에 있고, 한 칸에 든 이미지는 `dojang mistakes --pair`로 볼 "
            "수 있습니다.",
        ),
        see=("recall", "precision", "accuracy"),
        aliases=("오차 행렬", "confusion"),
    ),
    Term(
        "log-loss",
        "scores",
        ("log loss", "로그 손실"),
        (
            "Cross-entropy used as a score: minus the mean logarithm of the probability that the "
            "right class was given, lower is better. It judges the probabilities, not the "
            "answers, and is harsh on confident mistakes: a right class at 0.1 % costs 6.9, as "
            "much as 65 images at 90 %.",
            "크로스 엔트로피를 점수로 쓴 것으로, 정답 클래스에 준 확률의 로그를 평균해 마이너스를 "
            "붙인 값이며 낮을수록 좋습니다. 답이 아니라 확률을 평가하고, 확신하고 틀리면 벌점이 "
            "큽니다. 정답에 0.1%를 주면 6.9로, 정답에 90%를 준 이미지 65장과 맞먹습니다.",
        ),
        (
            "The report has it under §scores, and `decide.calibration` is chosen by what it takes "
            "off it.",
            "리포트의 §scores 항목에 있고, `decide.calibration`의 auto는 이 값을 얼마나 "
            "줄이는지로 정합니다.",
        ),
        see=("cross-entropy", "brier-score", "calibration"),
        aliases=("로그로스",),
        formula="−(1/n) Σ ln p_y",
    ),
    Term(
        "brier-score",
        "scores",
        ("Brier score", "브라이어 점수"),
        (
            "The squared distance between the probabilities and the truth (1 for the right class, "
            "0 for the others), averaged over images; lower is better. Probabilities of 70 %, 20 "
            "% and 10 % with the first class right make 0.09 + 0.04 + 0.01 = 0.14. Unlike log "
            "loss it cannot be ruined by one confident mistake, which costs 2 at most.",
            "확률과 정답(맞는 클래스는 1, 나머지는 0) 사이 거리의 제곱을 이미지 전체에서 평균한 "
            "값으로, 낮을수록 좋습니다. 확률이 70%, 20%, 10%이고 첫 클래스가 정답이면 0.09 + 0.04 "
            "+ 0.01 = 0.14입니다. 로그 손실과 달리 확신하고 틀려도 한 장에 최대 2라서 하나 때문에 "
            "망가지지 않습니다.",
        ),
        (
            "The report has it under §scores; of two classes Dojang takes half of the sum, as is "
            "usual.",
            "리포트의 §scores 항목에 있으며, 클래스가 둘이면 관례대로 합의 절반을 씁니다.",
        ),
        see=("log-loss", "calibration"),
        aliases=("Brier", "브라이어"),
        formula="(1/n) Σ Σ_k (p_k − y_k)²",
    ),
    Term(
        "roc-auc",
        "scores",
        ("area under the ROC curve", "ROC AUC"),
        (
            "The chance that a random image of a class gets a higher probability for it than a "
            "random image of another class: 50 % is guessing, 100 % a perfect order. It looks at "
            "the order alone, at no threshold; for rare classes it flatters, since many false "
            "alarms are still few among very many other images.",
            "어떤 클래스의 이미지 하나와 다른 클래스의 이미지 하나를 무작위로 골랐을 때 앞의 것이 "
            "그 클래스 확률을 더 높게 받을 가능성입니다. 찍으면 50%, 순서가 완벽하면 100%입니다. "
            "임계값 없이 순서만 보며, 드문 클래스에서는 오경보가 많아도 나머지 이미지에 비하면 "
            "적어 보여 실제보다 좋게 나옵니다.",
        ),
        (
            "The report has it for the run under §scores and for each class under §classes, "
            "beside the area under the precision-recall curve.",
            "전체 값은 리포트의 §scores 항목에, 클래스별 값은 §classes 항목에 PR AUC와 나란히 "
            "나옵니다.",
        ),
        see=("precision", "recall", "threshold"),
        aliases=("AUC", "AUROC", "PR AUC", "average precision"),
    ),
)
