"""How a network learns: what is minimised, and how weights move."""

from __future__ import annotations

from dojang.core.glossary.term import Term

TERMS = (
    Term(
        "logit",
        "learning",
        ("logit", "로짓"),
        (
            "The raw score that the head gives a class, before softmax: any number, larger means "
            "more likely. Only differences count: logits of 2 and 0 give the same probabilities "
            "as 102 and 100.",
            "분류층이 클래스마다 내놓는, 소프트맥스를 거치기 전의 점수입니다. 어떤 수든 될 수 "
            "있고 클수록 가능성이 높다는 뜻입니다. 차이만 의미가 있어서 로짓이 2와 0일 때와 102와 "
            "100일 때의 확률이 같습니다.",
        ),
        (
            "`balance.method=logit-adjustment` shifts the logits in training by how frequent "
            "classes are.",
            "`balance.method=logit-adjustment`는 학습할 때 클래스 빈도에 따라 로짓을 조정합니다.",
        ),
        see=("softmax", "head", "temperature-scaling"),
        aliases=("logits",),
    ),
    Term(
        "softmax",
        "learning",
        ("softmax", "소프트맥스"),
        (
            "Turns the logits of an image into probabilities that are positive and add up to 1, "
            "by taking the exponential of each and dividing by the sum. Logits of 2, 1 and 0 "
            "become 66.5 %, 24.5 % and 9.0 %. That they add up to 1 does not make them true: see "
            "calibration.",
            "로짓마다 지수를 취해 전체 합으로 나누어, 모두 양수이고 합이 1인 확률로 바꾸는 "
            "함수입니다. 로짓 2, 1, 0은 66.5%, 24.5%, 9.0%가 됩니다. 합이 1이라고 해서 맞는 "
            "확률이라는 뜻은 아니므로 확률 보정이 따로 필요합니다.",
        ),
        (
            "Every probability in the predictions of a run comes from it, so an image of none of "
            "the classes is given some class all the same, unless answers are held back.",
            "실행의 예측에 나오는 확률은 모두 소프트맥스를 거치므로, 답을 보류하지 않는 한 어느 "
            "클래스도 아닌 이미지에도 어떤 클래스든 답하게 됩니다.",
        ),
        see=("logit", "cross-entropy", "calibration"),
        formula="p_i = exp(z_i) / Σ_j exp(z_j)",
    ),
    Term(
        "loss",
        "learning",
        ("loss", "손실"),
        (
            "One number that says how wrong the answers are; training makes it smaller. It must "
            "change smoothly with the weights, which the accuracy does not: a weight can be "
            "nudged without any answer switching, and then the accuracy gives no direction.",
            "답이 얼마나 틀렸는지를 나타내는 수 하나로, 학습은 이 값을 줄이는 일입니다. 가중치에 "
            "따라 매끄럽게 변해야 합니다. 정확도는 가중치를 조금 바꿔도 답이 하나도 바뀌지 않을 "
            "수 있어 어느 방향으로 가야 할지 알려 주지 못합니다.",
        ),
        (
            "`loss.name` chooses it; the report draws it by epoch under §curve.",
            "`loss.name`으로 고르고, 리포트의 §curve 항목에서 에폭별 값을 볼 수 있습니다.",
        ),
        see=("cross-entropy", "gradient", "learning-curve"),
        aliases=("loss function", "손실 함수", "objective"),
    ),
    Term(
        "cross-entropy",
        "learning",
        ("cross-entropy", "크로스 엔트로피"),
        (
            "The usual loss of classification: minus the logarithm of the probability given to "
            "the right class, averaged over images. At 90 % it is 0.11, at 50 % 0.69, at 1 % "
            "4.61, so confident mistakes weigh most; guessing evenly among 10 classes gives ln 10 "
            "= 2.30.",
            "분류에서 가장 흔한 손실로, 정답 클래스에 준 확률의 로그에 마이너스를 붙여 이미지 "
            "전체에서 평균한 값입니다. 확률이 90%면 0.11, 50%면 0.69, 1%면 4.61이어서 확신하고 "
            "틀릴수록 크게 늘어납니다. 10개 클래스를 고르게 찍으면 ln 10 = 2.30입니다.",
        ),
        (
            "`loss.name=cross_entropy` is the default; on a whole part the same figure is called "
            "log loss.",
            "기본값이 `loss.name=cross_entropy`이며, 한 파트 전체에서 잰 같은 값을 로그 "
            "손실이라고 부릅니다.",
        ),
        see=("loss", "log-loss", "label-smoothing"),
        aliases=("교차 엔트로피", "negative log-likelihood"),
        formula="−ln p_y",
    ),
    Term(
        "gradient",
        "learning",
        ("gradient", "기울기"),
        (
            "For every weight, how fast the loss would rise if that weight grew: a list as long "
            "as the list of weights. A step goes against it, since that is the way down. Its "
            "length tells of health: one of 300 times the usual length is about to wreck the "
            "weights.",
            "가중치마다 그 값을 키우면 손실이 얼마나 빨리 늘어나는지를 나타내며, 가중치 수만큼의 "
            "값으로 된 벡터입니다. 반대 방향이 내리막이므로 스텝은 그쪽으로 "
            "움직입니다(경사하강법). 크기를 보면 학습이 건강한지 알 수 있는데, 평소의 300배라면 "
            "가중치가 망가지기 직전입니다.",
        ),
        (
            "`history.json` keeps its length by epoch, and the check `exploding-gradients` of "
            "`dojang advise` reads it.",
            "`history.json`에 에폭별 크기가 남고, `dojang advise`의 `exploding-gradients` 검사가 "
            "이를 읽습니다.",
        ),
        see=("backpropagation", "optimizer", "gradient-clipping", "vanishing-gradient"),
        aliases=("그래디언트", "경사", "gradient descent", "경사하강법"),
    ),
    Term(
        "backpropagation",
        "learning",
        ("backpropagation", "역전파"),
        (
            "The way to compute the gradient of all weights in one sweep: the chain rule, applied "
            "from the loss back through the layers, reusing what the forward pass computed. It "
            "costs about two forward passes however many weights there are; nudging each of 11 "
            "million weights in turn would cost 11 million.",
            "모든 가중치의 기울기를 한 번에 구하는 방법입니다. 순전파에서 계산한 값을 다시 쓰면서 "
            "손실에서 레이어를 거슬러 올라가며 연쇄 법칙을 적용합니다. 가중치가 몇 개든 순전파 두 "
            "번쯤의 비용이면 되는데, 가중치 1,100만 개를 하나씩 바꿔 보면 순전파를 1,100만 번 "
            "해야 합니다.",
        ),
        (
            "`dojang train --profile` writes what share of the time it takes, as `backward` "
            "beside `forward`.",
            "`dojang train --profile`은 시간 중 역전파(`backward`)가 차지한 몫을 "
            "순전파(`forward`)와 나란히 적어 줍니다.",
        ),
        see=("gradient", "vanishing-gradient"),
        aliases=("backprop", "backward pass", "오차역전파"),
    ),
    Term(
        "optimizer",
        "learning",
        ("optimiser", "옵티마이저"),
        (
            "The rule that turns gradients into steps of the weights. Plain gradient descent goes "
            "against the gradient of one batch (SGD); others remember earlier gradients "
            "(momentum), scale each weight by itself (Adam) or turn the step of a whole matrix "
            "(Muon).",
            "기울기를 가중치의 변화로 바꾸는 규칙입니다. 가장 단순한 SGD(확률적 경사하강법)는 "
            "배치 하나의 기울기 반대쪽으로 움직이고, 그 밖에 이전 기울기를 기억하는 모멘텀, "
            "가중치마다 보폭을 다르게 하는 Adam, 행렬 전체의 스텝을 직교화하는 Muon이 있습니다.",
        ),
        (
            "`optimizer.name` chooses it; left to `auto` it is Muon from scratch where that is "
            "affordable, else AdamW.",
            "`optimizer.name`으로 고르며, `auto`면 처음부터 학습하고 계산 부담이 크지 않을 때 "
            "Muon, 아니면 AdamW를 씁니다.",
        ),
        see=("gradient", "momentum", "adamw", "learning-rate"),
        aliases=("SGD", "Muon", "최적화 알고리즘"),
    ),
    Term(
        "momentum",
        "learning",
        ("momentum", "모멘텀"),
        (
            "Steps follow a running sum of gradients instead of the last one alone, as a rolling "
            "ball keeps its way. With the usual 0.9 a steady slope is taken 10 times as fast, "
            "while a zigzag across a narrow valley cancels out.",
            "마지막 기울기 하나가 아니라 지금까지의 기울기를 누적한 방향으로 움직이는 방법으로, "
            "구르는 공의 관성과 같습니다. 흔히 쓰는 0.9라면 일정한 경사에서는 10배 빨리 내려가고, "
            "좁은 골짜기를 가로지르는 지그재그는 서로 상쇄됩니다.",
        ),
        (
            "`optimizer.momentum` sets it; for `adam` and `adamw` it is the first beta.",
            "`optimizer.momentum`으로 정하며, `adam`과 `adamw`에서는 β₁에 해당합니다.",
        ),
        see=("optimizer", "adamw"),
        aliases=("관성",),
        formula="m ← μ m + g, w ← w − η m",
    ),
    Term(
        "adamw",
        "learning",
        ("AdamW", "AdamW"),
        (
            "An optimiser that divides the running mean of each weight's gradient by the root of "
            "the running mean of its square, so that all weights move at a similar pace (Adam), "
            "and shrinks weights apart from that (the W, Loshchilov & Hutter 2019). It forgives a "
            "learning rate that is a few times off, and so is the usual first choice.",
            "가중치마다 기울기의 이동 평균을 기울기 제곱의 이동 평균의 제곱근으로 나누어 모든 "
            "가중치가 비슷한 속도로 움직이게 하고(Adam), 가중치 감쇠는 그와 별도로 적용하는 "
            "옵티마이저입니다(W, Loshchilov & Hutter 2019). 학습률이 몇 배쯤 어긋나도 잘 견뎌서 "
            "흔히 가장 먼저 써 봅니다.",
        ),
        (
            "`optimizer.name=adamw` takes it, `optimizer.beta2` sets how slowly the mean of "
            "squares changes.",
            "`optimizer.name=adamw`로 쓰고, 제곱 평균이 얼마나 천천히 바뀔지는 "
            "`optimizer.beta2`로 정합니다.",
        ),
        see=("optimizer", "momentum", "weight-decay"),
        aliases=("Adam",),
        formula="w ← w − η (m̂ / (√ŝ + ε) + λ w)",
    ),
    Term(
        "learning-rate",
        "learning",
        ("learning rate", "학습률"),
        (
            "How far a step goes: the factor before the gradient, and the number that most often "
            "decides whether training works. Ten times too high and the loss jumps about or "
            "diverges; a hundred times too low and it creeps down so slowly that the epochs run "
            "out.",
            "한 스텝에 얼마나 움직일지 정하는 값으로, 기울기 앞에 곱합니다. 학습의 성패를 가장 "
            "자주 좌우하는 수입니다. 열 배 높으면 손실이 요동치거나 발산하고, 백 배 낮으면 너무 "
            "천천히 줄어 정해진 에폭 안에 끝나지 않습니다.",
        ),
        (
            "`optimizer.lr` sets the highest one, and `dojang find` looks for a good one on your "
            "data.",
            "`optimizer.lr`로 최댓값을 정하고, 데이터에 맞는 값은 `dojang find`로 찾을 수 "
            "있습니다.",
        ),
        see=("schedule", "warmup", "divergence"),
        aliases=("lr", "러닝레이트", "step size"),
        formula="w ← w − η g",
    ),
    Term(
        "schedule",
        "learning",
        ("learning-rate schedule", "학습률 스케줄"),
        (
            "How the learning rate changes over the training: usually up at first, then down to "
            "almost 0. High rates cross the landscape quickly, low ones settle in a valley, so "
            "the last, low part often brings the largest gain; a training that is cut off before "
            "it never gets there.",
            "학습하는 동안 학습률을 어떻게 바꿀지 정한 것으로, 보통 처음에 올렸다가 거의 0까지 "
            "낮춥니다. 학습률이 높을 때는 지형을 빨리 가로지르고 낮을 때는 골짜기에 자리 "
            "잡으므로, 학습률이 낮은 마지막 구간에서 성능이 가장 많이 오르곤 합니다. 그 전에 "
            "학습을 끊으면 그 이득을 놓칩니다.",
        ),
        (
            "`schedule.name` chooses it, one-cycle by default; the rate is drawn in the report "
            "under §curve.",
            "`schedule.name`으로 고르며 기본값은 원사이클이고, 리포트의 §curve 항목에 학습률이 "
            "그려집니다.",
        ),
        see=("learning-rate", "warmup", "plateau"),
        aliases=("scheduler", "스케줄러", "cosine annealing", "one-cycle", "원사이클"),
    ),
    Term(
        "warmup",
        "learning",
        ("warm-up", "워밍업"),
        (
            "The first steps are taken at a small learning rate that rises to its full height. "
            "The running averages of norms and of Adam start from nothing, and full steps on them "
            "can throw the weights to a place from which they do not recover.",
            "처음에는 작은 학습률로 시작해 최댓값까지 서서히 올리는 것입니다. 정규화 층과 Adam의 "
            "이동 평균은 아직 쌓인 값이 없어서, 그때부터 크게 움직이면 가중치가 회복할 수 없는 "
            "곳으로 튀어 버릴 수 있습니다.",
        ),
        (
            "`schedule.warmup` sets its length; `auto` takes a quarter of the training for "
            "one-cycle and a tenth for the others.",
            "`schedule.warmup`으로 길이를 정하며, `auto`면 원사이클에서는 학습의 4분의 1, "
            "나머지에서는 10분의 1입니다.",
        ),
        see=("schedule", "learning-rate", "divergence"),
        aliases=("웜업",),
    ),
)
