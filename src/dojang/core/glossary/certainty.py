"""How sure a score, a probability or a comparison is."""

from __future__ import annotations

from dojang.core.glossary.term import Term

TERMS = (
    Term(
        "confidence",
        "certainty",
        ("confidence", "확신도"),
        (
            "The probability that the model gives its own answer. It is the model's opinion of "
            "itself: networks trained to the end are often right on 85 % of the images on which "
            "they are 95 % confident, until they are calibrated.",
            "모델이 자기 답에 준 확률입니다. 어디까지나 모델이 스스로 매긴 값이어서, 끝까지 "
            "학습한 신경망은 95% 확신한 이미지에서 85%만 맞히곤 하며 보정을 해야 실제와 맞습니다.",
        ),
        (
            "`dojang predict` writes it for every image, and `dojang mistakes --kind worst` lists "
            "wrong answers by it.",
            "`dojang predict`가 이미지마다 적어 주고, `dojang mistakes --kind worst`는 확신하고 "
            "틀린 순서로 보여 줍니다.",
        ),
        see=("calibration", "abstention", "softmax"),
        aliases=("신뢰도", "자신도"),
    ),
    Term(
        "confidence-interval",
        "certainty",
        ("confidence interval", "신뢰구간"),
        (
            "A range for the true score, made such that 95 of 100 ranges made in this way hold "
            "it. 900 of 1,000 images right means about 88 to 92 %, 90 of 100 only about 82 to 95 "
            "%: a model at 91 % is not shown to be better there. It covers the chance of which "
            "images were drawn, not another camera or another training.",
            "실제 점수가 들어 있을 범위로, 이렇게 만든 구간 100개 중 약 95개가 실제 점수를 "
            "포함합니다. 1,000장 중 900장을 맞히면 약 88~92%지만, 100장 중 90장이면 약 82~95%라서 "
            "91%인 모델이 더 낫다고 할 수 없습니다. 어떤 이미지가 뽑혔는지에 따른 우연만 "
            "반영하며, 카메라가 바뀌거나 다시 학습하는 경우는 포함하지 않습니다.",
        ),
        (
            "Every score in `evaluation/valid.json`, on the terminal and in the report has one of "
            "95 %.",
            "`evaluation/valid.json`, 터미널, 리포트의 모든 점수에 95% 신뢰구간이 붙습니다.",
        ),
        see=("bootstrap", "paired-comparison", "seed"),
        aliases=("interval", "CI", "95% 신뢰구간"),
    ),
    Term(
        "bootstrap",
        "certainty",
        ("bootstrap", "부트스트랩"),
        (
            "Finding out how much chance is in a score by drawing the scored images anew, with "
            "replacement, some thousand times and scoring each draw. A draw of n holds about 63 % "
            "of the different images, some of them twice or more; what belongs to one group must "
            "be drawn together.",
            "평가한 이미지를 수천 번 복원 추출해 매번 점수를 다시 계산함으로써, 점수에 우연이 "
            "얼마나 섞여 있는지 알아보는 방법입니다. n장을 뽑으면 서로 다른 이미지의 약 63%가 "
            "들어 있고 일부는 두 번 이상 나옵니다. 같은 그룹의 이미지는 함께 뽑아야 합니다.",
        ),
        (
            "It gives the standard errors behind the intervals of scores, and "
            "`split.kind=bootstrap` trains models on such draws.",
            "점수의 신뢰구간에 쓰는 표준오차를 이 방법으로 구하고, `split.kind=bootstrap`은 "
            "이렇게 뽑은 이미지로 모델들을 학습합니다.",
        ),
        see=("confidence-interval", "group", "variance"),
        aliases=("resampling", "재표집", "복원 추출"),
    ),
    Term(
        "calibration",
        "certainty",
        ("calibration", "확률 보정"),
        (
            "Making probabilities mean what they say: of all answers given at 80 %, 80 of 100 "
            "should be right. It is fitted after training on images that the network did not "
            "learn from, and usually changes no answer at all; it matters wherever a person or a "
            "threshold acts on the probability.",
            "확률이 말 그대로의 의미를 갖게 하는 것으로, 80%라고 한 답을 모두 모으면 100개 중 "
            "80개가 맞아야 합니다. 학습이 끝난 뒤 학습에 쓰지 않은 이미지로 맞추며 보통 답은 "
            "바뀌지 않습니다. 사람이나 임계값이 확률을 보고 움직이는 곳이라면 꼭 필요합니다.",
        ),
        (
            "`decide.calibration` says how; the report draws confidence against truth, before and "
            "after, under §decision.",
            "`decide.calibration`으로 방법을 정하고, 보정 전후의 확신도와 실제 정답률은 리포트의 "
            "§decision 항목에 그려집니다.",
        ),
        see=("temperature-scaling", "calibration-error", "confidence"),
        aliases=("calibrated", "캘리브레이션", "reliability diagram"),
    ),
    Term(
        "calibration-error",
        "certainty",
        ("calibration error", "보정 오차"),
        (
            "How far confidence and truth are apart: answers are sorted into bins by confidence, "
            "and the gaps between mean confidence and share of right answers are averaged, "
            "weighted by size (ECE, Naeini and others 2015). Answers at 95 % of which 85 % are "
            "right make a gap of 0.10. It is not 0 even for a perfect model on few images, as "
            "bins are noisy.",
            "확신도와 실제 정답률이 얼마나 다른지를 나타내는 값으로, 답을 확신도에 따라 구간으로 "
            "나누고 구간마다 평균 확신도와 정답률의 차이를 구해 답의 수로 가중 평균합니다(ECE, "
            "Naeini 외 2015). 95% 확신한 답의 85%가 맞으면 차이는 0.10입니다. 이미지가 적으면 "
            "구간마다 우연이 커서 완벽한 모델도 0이 되지는 않습니다.",
        ),
        (
            "It is the score `ece`, from 15 bins, in `dojang evaluate --json` and under §scores.",
            "15개 구간으로 구한 값이 `dojang evaluate --json`의 `ece`와 리포트의 §scores 항목에 "
            "나옵니다.",
        ),
        see=("calibration", "brier-score"),
        aliases=("ECE", "expected calibration error", "기대 보정 오차"),
        formula="Σ_b (n_b / n) |accuracy_b − confidence_b|",
    ),
    Term(
        "temperature-scaling",
        "certainty",
        ("temperature scaling", "온도 스케일링"),
        (
            "Calibration by a single number: all logits are divided by a temperature T before "
            "softmax (Guo and others 2017). T above 1 makes an overconfident network more modest; "
            "since the order of the classes stays, so does every answer, and one number can be "
            "fitted on a few hundred images.",
            "소프트맥스 전에 모든 로짓을 온도 T 하나로 나누는 확률 보정입니다(Guo 외 2017). T가 "
            "1보다 크면 과신하던 신경망이 겸손해집니다. 클래스 순서가 그대로라 답은 바뀌지 않고, "
            "수 하나뿐이라 이미지 몇백 장이면 맞출 수 있습니다.",
        ),
        (
            "`decide.calibration=temperature` asks for it, and `auto` takes it where it surely "
            "lowers the log loss.",
            "`decide.calibration=temperature`로 지정하며, `auto`면 로그 손실이 확실히 줄 때 "
            "씁니다.",
        ),
        see=("calibration", "logit", "softmax"),
        aliases=("temperature", "온도"),
        formula="softmax(z / T)",
    ),
    Term(
        "threshold",
        "certainty",
        ("threshold", "임계값"),
        (
            "The probability from which on a class is answered. The most probable class is only "
            "one choice: a screening that must not miss a melanoma may ask for it from 10 % on, "
            "and pays with false alarms. It is fitted on validation images, never on the test "
            "part.",
            "어느 확률부터 그 클래스라고 답할지 정하는 값입니다. 확률이 가장 높은 클래스를 고르는 "
            "것은 여러 방법 중 하나일 뿐이어서, 흑색종을 놓치면 안 되는 검사라면 10%부터 "
            "흑색종이라고 답하고 오경보를 감수할 수 있습니다. 임계값은 검증 이미지로 맞추며 "
            "테스트 파트에는 맞추지 않습니다.",
        ),
        (
            "`decide.goal` says what the thresholds of the classes shall achieve, `decide.costs` "
            "what each mistake costs.",
            "클래스별 임계값으로 무엇을 얻을지는 `decide.goal`로, 오답마다의 비용은 "
            "`decide.costs`로 정합니다.",
        ),
        see=("abstention", "precision", "recall"),
        aliases=("cut-off", "decision threshold", "문턱값", "판정 기준"),
    ),
    Term(
        "abstention",
        "certainty",
        ("abstention", "답변 보류"),
        (
            "Giving no answer where the model is not sure enough, and leaving the image to a "
            "person. Holding back the least sure 10 % may halve the errors among the rest; share "
            "answered (coverage) and share wrong (risk) belong together, neither means anything "
            "alone.",
            "모델이 충분히 확신하지 못하는 이미지에는 답하지 않고 사람에게 넘기는 것입니다. 가장 "
            "불확실한 10%만 보류해도 나머지의 오답이 절반으로 줄 수 있습니다. 답한 "
            "비율(coverage)과 그중 틀린 비율(risk)은 함께 보아야 의미가 있습니다.",
        ),
        (
            "`decide.reject` is the largest share of wrong answers among those given; `dojang "
            "predict` leaves the others empty.",
            "`decide.reject`는 내놓은 답 가운데 틀려도 되는 최대 비율이고, `dojang predict`는 "
            "보류한 답을 비워 둡니다.",
        ),
        see=("threshold", "confidence", "calibration"),
        aliases=("reject option", "selective prediction", "보류", "coverage"),
    ),
    Term(
        "slice",
        "certainty",
        ("slice", "데이터 조각"),
        (
            "The images that have something in common besides their class: dark ones, those of "
            "one hospital, a cluster that looks alike. A model with 90 % overall may have 60 % on "
            "the photographs of one camera, and no overall score shows it; looking at many slices "
            "finds bad ones by chance, so p-values have to be corrected.",
            "클래스 말고 다른 공통점이 있는 이미지의 모임(slice)으로, 어두운 이미지, 한 병원의 "
            "이미지, 서로 닮은 이미지 묶음 등입니다. 전체 90%인 모델이 한 카메라의 사진에서는 "
            "60%일 수 있지만 전체 점수로는 보이지 않습니다. 조각을 많이 살피면 우연히 나쁜 것도 "
            "나오므로 p값을 보정해야 합니다.",
        ),
        (
            "`dojang slices` and the report under §slices compare each with other images of the "
            "same classes.",
            "`dojang slices`와 리포트의 §slices 항목이 조각마다 같은 클래스의 다른 이미지와 "
            "비교해 보여 줍니다.",
        ),
        see=("multiple-comparisons", "shortcut", "drift"),
        aliases=("subgroup", "슬라이스", "하위 그룹"),
    ),
    Term(
        "paired-comparison",
        "certainty",
        ("paired comparison", "짝지은 비교"),
        (
            "Comparing two models on the same images, image by image. What both get right or both "
            "get wrong cancels out, so that it is much surer than two intervals side by side: if "
            "one model is right on 30 images where the other is wrong, and wrong on 10 where the "
            "other is right, it is clear which is better, even where the intervals overlap.",
            "두 모델을 같은 이미지에서 한 장씩 짝지어 비교하는 것입니다. 둘 다 맞히거나 둘 다 "
            "틀린 이미지는 상쇄되어, 신뢰구간 두 개를 나란히 놓고 보는 것보다 훨씬 확실합니다. "
            "한쪽만 맞힌 이미지가 30장 대 10장이라면 신뢰구간이 겹치더라도 어느 쪽이 나은지 알 수 "
            "있습니다.",
        ),
        (
            "`dojang compare` redraws the images of both runs together and adds McNemar's test.",
            "`dojang compare`가 두 실행의 이미지를 함께 다시 뽑아 비교하고 맥니마 검정을 더합니다.",
        ),
        see=("confidence-interval", "multiple-comparisons", "seed"),
        aliases=("McNemar test", "맥니마 검정", "대응 비교", "paired bootstrap"),
    ),
    Term(
        "multiple-comparisons",
        "certainty",
        ("multiple comparisons", "다중 비교"),
        (
            "Whoever looks at many differences finds some by chance: of 20 independent tests at "
            "the 5 % level on data where nothing is to be found, at least one strikes with a "
            "probability of 64 %. Corrections such as those of Bonferroni and Holm ask more of "
            "each, so that the whole list is right with 95 %.",
            "여러 가지를 비교하면 우연히 차이가 나오는 것이 생깁니다. 아무 차이가 없는 데이터라도 "
            "5% 수준으로 서로 독립인 검정을 20번 하면 하나 이상 걸릴 확률이 64%입니다. 본페로니나 "
            "홀름 보정은 하나하나의 기준을 높여 목록 전체가 95% 확률로 맞게 합니다.",
        ),
        (
            "`dojang compare` widens its intervals with several models at once, `dojang slices` "
            "corrects its p-values.",
            "모델이 여럿이면 `dojang compare`는 신뢰구간을 넓히고, `dojang slices`는 p값을 "
            "보정합니다.",
        ),
        see=("paired-comparison", "slice", "confidence-interval"),
        aliases=("Bonferroni", "본페로니", "Holm", "p-hacking"),
        formula="1 − 0.95²⁰ = 0.64",
    ),
)
