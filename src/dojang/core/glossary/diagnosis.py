"""What a training can suffer from, and how that shows."""

from __future__ import annotations

from dojang.core.glossary.term import Term

TERMS = (
    Term(
        "learning-curve",
        "diagnosis",
        ("learning curve", "학습 곡선"),
        (
            "Loss and accuracy on training and validation images, drawn over the epochs. Its "
            "shape is the first thing to read: both losses falling means train on, validation "
            "rising while training falls means overfitting, both high and level means "
            "underfitting. Error over the number of training images is called by the same name: "
            "see scaling law.",
            "학습 이미지와 검증 이미지의 손실과 정확도를 에폭에 따라 그린 것입니다. 둘 다 줄고 "
            "있으면 더 학습하고, 학습 손실은 주는데 검증 손실이 오르면 과적합, 둘 다 높은 채 "
            "평평하면 과소적합입니다. 학습 이미지 수에 따른 오류 곡선도 같은 이름으로 부르는데, "
            "그것은 스케일링 법칙에서 설명합니다.",
        ),
        (
            "The report draws it under §curve, and `dojang advise` reads it.",
            "리포트의 §curve 항목에 그려지고, `dojang advise`가 이를 읽고 진단합니다.",
        ),
        see=("overfitting", "underfitting", "plateau", "scaling-law"),
        aliases=("loss curve", "손실 곡선", "training curve"),
    ),
    Term(
        "overfitting",
        "diagnosis",
        ("overfitting", "과적합"),
        (
            "The model learns the training images by heart, their noise and wrong labels "
            "included, instead of what they share: training loss goes on falling while validation "
            "loss rises. 99 % on training and 80 % on validation images is the usual picture, "
            "though accuracy may hold while the probabilities grow overconfident. More images, "
            "augmentation and weight decay help.",
            "학습 이미지들의 공통점이 아니라 잡음과 잘못된 라벨까지 통째로 외우는 상태로, 학습 "
            "손실은 계속 주는데 검증 손실이 오릅니다. 학습 99%, 검증 80%가 전형적인 모습이며, "
            "정확도는 그대로인데 확률만 과신하게 되기도 합니다. 이미지를 늘리거나 데이터 증강, "
            "가중치 감쇠를 쓰면 줄어듭니다.",
        ),
        (
            "The check `overfitting` of `dojang advise` looks for it and says what to change.",
            "`dojang advise`의 `overfitting` 검사가 찾아내고 무엇을 바꿀지 알려 줍니다.",
        ),
        see=("generalization-gap", "underfitting", "augmentation", "early-stopping"),
        aliases=("overfit", "과대적합", "오버피팅"),
    ),
    Term(
        "underfitting",
        "diagnosis",
        ("underfitting", "과소적합"),
        (
            "The model does poorly on the very images that it learnt from: 60 % on training and "
            "59 % on validation images, for example. It is too small, too tightly held back, or "
            "was not trained long enough; more images hardly help.",
            "학습에 쓴 이미지조차 제대로 맞히지 못하는 상태로, 학습 60%, 검증 59% 같은 "
            "경우입니다. 모델이 너무 작거나, 규제가 너무 강하거나, 학습이 부족한 것이며 이미지를 "
            "늘려도 별로 나아지지 않습니다.",
        ),
        (
            "The check `underfitting` of `dojang advise` looks for it, and `not-converged` for a "
            "training that was merely too short.",
            "`dojang advise`의 `underfitting` 검사가 찾아내고, 학습이 짧았을 뿐인 경우는 "
            "`not-converged`가 구별해 냅니다.",
        ),
        see=("overfitting", "bias", "learning-rate"),
        aliases=("underfit", "언더피팅"),
    ),
    Term(
        "generalization-gap",
        "diagnosis",
        ("generalisation gap", "일반화 격차"),
        (
            "How much worse the model does on new images than on those that it learnt from: 99 % "
            "against 85 % is a gap of 14 points. Some gap is normal and harmless; it is the score "
            "on new images that counts, and a gap can be closed by simply learning less.",
            "학습한 이미지보다 새 이미지에서 얼마나 못하는지를 나타내는 차이로, 99%와 85%라면 "
            "14%p입니다. 어느 정도의 격차는 정상이고 해롭지 않습니다. 중요한 것은 새 이미지에서의 "
            "점수이고, 격차만 줄이는 것은 덜 배우기만 해도 됩니다.",
        ),
        (
            "Both curves in the report under §curve are measured without augmentation, so that "
            "their distance shows this gap.",
            "리포트의 §curve 항목에 있는 두 곡선은 모두 증강 없이 측정하므로 그 간격이 일반화 "
            "격차를 보여 줍니다.",
        ),
        see=("overfitting", "learning-curve", "variance"),
        aliases=("generalization", "일반화", "일반화 오차"),
    ),
    Term(
        "bias",
        "diagnosis",
        ("bias", "편향"),
        (
            "Error that stays however often the model is trained anew on other images of the same "
            "kind: on such an image most of the trainings give the same wrong answer. A larger or "
            "better suited model lowers it, more of the same images do little. The constant that "
            "a layer adds is called bias as well and has nothing to do with it.",
            "같은 종류의 다른 이미지로 몇 번을 다시 학습해도 남는 오류로, 그런 이미지에서는 "
            "대부분의 모델이 똑같이 틀립니다. 더 크거나 더 알맞은 모델을 쓰면 줄지만 같은 종류의 "
            "이미지를 늘려서는 별로 줄지 않습니다. 레이어에서 더하는 상수도 편향이라고 부르지만 "
            "다른 뜻입니다.",
        ),
        (
            "`dojang study` measures it by refits, and the report shows it under §study.",
            "`dojang study`가 여러 번 다시 학습해 재고, 리포트의 §study 항목에 보여 줍니다.",
        ),
        see=("variance", "underfitting", "scaling-law"),
        aliases=("바이어스",),
        formula="mean error = bias + net variance",
    ),
    Term(
        "variance",
        "diagnosis",
        ("variance", "분산"),
        (
            "How much the answers change when the model is trained anew on other images of the "
            "same kind. If 8 trainings give 8 different opinions of an image, chance decided. "
            "More images, stronger regularisation or a vote of several models lower it.",
            "같은 종류의 다른 이미지로 다시 학습할 때 답이 얼마나 달라지는지를 나타냅니다. 여덟 "
            "번 학습해서 한 이미지의 답이 여덟 번 다 다르다면 우연이 정한 것입니다. 이미지를 "
            "늘리거나 규제를 강하게 하거나 여러 모델의 답을 모으면 줄어듭니다.",
        ),
        (
            "`dojang study` measures it beside bias, by bootstrap refits (`--refits`).",
            "`dojang study`가 부트스트랩 재학습(`--refits`)으로 편향과 함께 잽니다.",
        ),
        see=("bias", "ensemble", "seed", "overfitting"),
        aliases=("분산 오차",),
    ),
    Term(
        "scaling-law",
        "diagnosis",
        ("scaling law", "스케일링 법칙"),
        (
            "The way error falls with the number of training images: often a power with a floor, "
            "so that each doubling takes away the same share of what can be gained. With an "
            "exponent of 0.5 four times the images halve the part above the floor; what no amount "
            "of such images will take away is the floor.",
            "학습 이미지 수에 따라 오류가 줄어드는 방식입니다. 대개 바닥값이 있는 거듭제곱 "
            "꼴이어서, 이미지를 두 배로 늘릴 때마다 줄일 수 있는 오류가 같은 비율로 줄어듭니다. "
            "지수가 0.5면 이미지를 네 배로 늘려야 바닥 위의 오류가 절반이 되고, 바닥값은 같은 "
            "종류의 이미지를 아무리 늘려도 줄지 않습니다.",
        ),
        (
            "`dojang study` fits it to several sizes (`--sizes`) and says what twice the images "
            "would give, or why the points do not support a law.",
            "`dojang study`가 여러 크기(`--sizes`)에서 맞춰 이미지를 두 배로 늘리면 얼마나 "
            "나아질지, 또는 왜 법칙을 말할 수 없는지 알려 줍니다.",
        ),
        see=("learning-curve", "bias", "variance"),
        aliases=("power law", "거듭제곱 법칙"),
        formula="e(n) = a n^(−b) + c",
    ),
    Term(
        "divergence",
        "diagnosis",
        ("divergence", "발산"),
        (
            "The loss grows from step to step until it is no number any more (NaN). Steps are so "
            "long that each lands higher up than the one before; in fp16 it comes sooner. A lower "
            "learning rate, a warm-up and clipping are the remedies.",
            "손실이 스텝마다 커지다가 결국 수가 아니게(NaN) 되는 것입니다. 보폭이 너무 커서 "
            "갈수록 더 높은 곳에 떨어지는 셈이며, fp16에서는 더 빨리 일어납니다. 학습률을 낮추고 "
            "워밍업과 기울기 클리핑을 쓰면 막을 수 있습니다.",
        ),
        (
            "`train.on_nan` says what happens then: by default the training goes back to the last "
            "good state and on at half the rate.",
            "이때의 동작은 `train.on_nan`으로 정하며, 기본값은 마지막 정상 상태로 돌아가 절반의 "
            "학습률로 계속하는 것입니다.",
        ),
        see=("learning-rate", "gradient-clipping", "warmup"),
        aliases=("NaN", "diverge"),
    ),
    Term(
        "plateau",
        "diagnosis",
        ("plateau", "정체 구간"),
        (
            "A stretch of epochs over which the loss no longer falls. At a high learning rate it "
            "mostly means that steps hop to and fro across a valley, and the loss drops at once "
            "when the rate is lowered; if it does not, the model has learnt what it can.",
            "손실이 더 줄지 않는 구간입니다. 학습률이 높을 때는 대개 골짜기를 이리저리 건너뛰고 "
            "있다는 뜻이라 학습률을 낮추면 손실이 바로 떨어집니다. 낮춰도 그대로라면 배울 수 있는 "
            "만큼 배운 것입니다.",
        ),
        (
            "The check `plateau` of `dojang advise` looks for it, and `schedule.name=plateau` "
            "lowers the rate by itself.",
            "`dojang advise`의 `plateau` 검사가 찾아내고, `schedule.name=plateau`를 쓰면 정체될 "
            "때 학습률을 알아서 낮춥니다.",
        ),
        see=("schedule", "learning-curve", "early-stopping"),
        aliases=("플래토", "정체"),
    ),
    Term(
        "vanishing-gradient",
        "diagnosis",
        ("vanishing gradient", "기울기 소실"),
        (
            "Gradients shrink from layer to layer on their way back, until the first layers "
            "hardly learn. The slope of a sigmoid is a quarter at most, so ten in a row leave "
            "less than a millionth, weights apart; ReLU, He's initialisation, norms and residual "
            "connections were the cure. The opposite, exploding gradients, has the same cause.",
            "기울기가 레이어를 거슬러 올라가며 점점 작아져 앞쪽 레이어가 거의 배우지 못하는 "
            "현상입니다. 시그모이드의 기울기는 커야 4분의 1이라 가중치를 빼고 보면 열 번 거친 뒤 "
            "100만분의 1도 남지 않는데, ReLU와 He 초기화, 정규화 층, 잔차 연결로 해결했습니다. "
            "반대 현상인 기울기 폭발도 원인은 같습니다.",
        ),
        (
            "Dojang has no check for it yet; nearest are the length of the whole gradient in "
            "`history.json` and the check `exploding-gradients` for the opposite.",
            "Dojang에는 아직 이 검사가 없고, 가장 가까운 것은 `history.json`에 남는 전체 기울기의 "
            "크기와 반대 현상을 찾는 `exploding-gradients` 검사입니다.",
        ),
        see=("residual-connection", "initialization", "activation", "normalization"),
        aliases=("exploding gradient", "기울기 폭발", "그래디언트 소실"),
    ),
    Term(
        "dead-unit",
        "diagnosis",
        ("dead unit", "죽은 뉴런"),
        (
            "A unit with a ReLU that puts out 0 for every image. Its gradient is 0 as well, so it "
            "hardly ever comes back, and the network is smaller than it looks; one step that was "
            "too large can kill hundreds.",
            "어떤 이미지가 와도 0만 내놓는 ReLU 유닛입니다. 기울기도 0이라 다시 살아나는 일이 "
            "거의 없으며, 신경망이 보기보다 작아진 셈입니다. 지나치게 큰 스텝 한 번에 수백 개가 "
            "죽기도 합니다.",
        ),
        (
            "They are counted at the end of a training (`units.json`), and the check `dead-units` "
            "of `dojang advise` speaks from 15 % of all, or half of a layer, on.",
            "학습이 끝나면 개수를 세고(`units.json`), 전체의 15%나 한 레이어의 절반 이상이면 "
            "`dojang advise`의 `dead-units` 검사가 알려 줍니다.",
        ),
        see=("activation", "learning-rate", "initialization"),
        aliases=("dead neuron", "dead ReLU", "죽은 유닛"),
    ),
    Term(
        "sharpness",
        "diagnosis",
        ("sharpness", "손실 지형의 뾰족함"),
        (
            "How steeply the loss rises when the weights are moved a little away from where "
            "training ended. Flat minima are thought to do better on new images, since a small "
            "change hardly matters there; but the plain curvature depends on the scale of the "
            "weights, so that figures of different networks should not be compared.",
            "학습이 끝난 자리에서 가중치를 조금 옮겼을 때 손실이 얼마나 가파르게 오르는지를 "
            "나타냅니다. 평평한 최솟값에서는 작은 변화가 거의 영향을 주지 않아 새 이미지에서도 더 "
            "잘한다고 여겨집니다. 다만 단순한 곡률은 가중치의 크기에 따라 달라지므로 서로 다른 "
            "신경망끼리 비교하면 안 됩니다.",
        ),
        (
            "`dojang study` measures it in two ways, and `regularize.sam` trains for flat minima.",
            "`dojang study`가 두 가지 방법으로 재고, `regularize.sam`은 평평한 최솟값을 찾아 "
            "학습합니다.",
        ),
        see=("weight-averaging", "batch", "generalization-gap"),
        aliases=("flat minimum", "SAM", "평평한 최솟값"),
    ),
)
