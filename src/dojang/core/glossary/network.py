"""What a network is made of."""

from __future__ import annotations

from dojang.core.glossary.term import Term

TERMS = (
    Term(
        "perceptron",
        "network",
        ("perceptron", "퍼셉트론"),
        (
            "The first neural network that learnt from examples (Rosenblatt 1958): each input is "
            "multiplied by a weight, the products are added up, and the sign of the sum is the "
            "answer. One layer of perceptrons can only draw straight boundaries, so it cannot "
            "learn XOR, and on photographs it is a yardstick: what a deep network scores above it "
            "is the worth of its depth.",
            "예제에서 학습한 최초의 신경망입니다(Rosenblatt 1958). 입력마다 가중치를 곱해 모두 "
            "더하고 그 합의 부호로 답을 정합니다. 한 층만으로는 직선 경계밖에 긋지 못해 XOR을 "
            "배울 수 없으므로, 사진 분류에서는 깊은 신경망이 얼마나 더 나은지 재는 기준선으로 "
            "씁니다.",
        ),
        (
            "`model.name=perceptron` trains the multi-class form, every pixel straight to every "
            "class, as a baseline.",
            "`model.name=perceptron`으로 모든 픽셀을 모든 클래스에 바로 잇는 다중 클래스 "
            "퍼셉트론을 기준 모델로 학습할 수 있습니다.",
        ),
        see=("layer", "activation", "softmax"),
    ),
    Term(
        "layer",
        "network",
        ("layer", "레이어"),
        (
            "One step of the computation: it takes an array of numbers and returns another, such "
            "as a convolution, a norm or a pool. The output of one layer is the input of the "
            "next, and a network of 18 weighted layers such as ResNet-18 builds edges first, then "
            "textures, then parts of objects.",
            "계산의 한 단계로, 수의 배열을 받아 다른 배열을 내놓습니다. 합성곱, 정규화, 풀링이 "
            "모두 레이어입니다. 한 레이어의 출력이 다음 레이어의 입력이 되며, 가중치가 있는 "
            "레이어가 18개인 ResNet-18은 앞에서 윤곽선을, 중간에서 질감을, 뒤에서 물체의 부분을 "
            "잡아냅니다.",
        ),
        (
            "`dojang model` prints the table of layers with sizes and costs, and `model.layers` "
            "describes a network layer by layer.",
            "`dojang model`은 레이어마다 크기와 계산량을 표로 보여 주고, `model.layers`로는 "
            "신경망을 레이어 단위로 직접 적을 수 있습니다.",
        ),
        see=("parameter", "activation", "backbone"),
        aliases=("층",),
    ),
    Term(
        "activation",
        "network",
        ("activation function", "활성화 함수"),
        (
            "A simple non-linear function applied to every number between two layers, most often "
            "ReLU, which keeps positive values and sets negative ones to 0. Without it any stack "
            "of linear layers would collapse into a single linear layer, however deep.",
            "레이어 사이에서 값 하나하나에 적용하는 간단한 비선형 함수입니다. 가장 흔한 ReLU는 "
            "양수는 그대로 두고 음수는 0으로 바꿉니다. 활성화 함수가 없으면 선형 레이어를 아무리 "
            "깊게 쌓아도 선형 레이어 하나와 같습니다.",
        ),
        (
            "In `model.layers` it is written as `relu`, `gelu`, `silu`, `tanh` or `sigmoid`.",
            "`model.layers`에서 `relu`, `gelu`, `silu`, `tanh`, `sigmoid`로 적습니다.",
        ),
        see=("dead-unit", "vanishing-gradient", "layer"),
        aliases=("ReLU", "GELU"),
        formula="ReLU(x) = max(0, x)",
    ),
    Term(
        "parameter",
        "network",
        ("parameter", "파라미터"),
        (
            "A number that training sets: a weight or a bias. ResNet-18 with 1,000 classes has "
            "11.7 million of them, 47 MB in 32-bit numbers; what people set, such as the learning "
            "rate, is called a hyperparameter instead.",
            "학습이 정하는 수로, 가중치(weight)와 편향(bias)을 말합니다. 클래스가 1,000개인 "
            "ResNet-18에는 1,170만 개가 있고 32비트로 47MB를 차지합니다. 학습률처럼 사람이 정하는 "
            "값은 파라미터가 아니라 하이퍼파라미터라고 합니다.",
        ),
        (
            "`dojang model` counts them for each layer, and so does the report under §model.",
            "`dojang model`과 리포트의 §model 항목에서 레이어마다 개수를 볼 수 있습니다.",
        ),
        see=("layer", "gradient", "initialization"),
        aliases=("weight", "weights", "가중치", "매개변수"),
    ),
    Term(
        "initialization",
        "network",
        ("initialisation", "가중치 초기화"),
        (
            "The random numbers that weights start from. Their spread matters: too small and "
            "signals die out over the layers, too large and they explode; He's rule (2015) draws "
            "weights before a ReLU with a variance of 2 divided by the number of inputs, or of "
            "outputs, of a unit, which keeps the signal at about one size.",
            "가중치의 출발점이 되는 난수입니다. 퍼진 정도가 중요해서, 너무 작으면 신호가 레이어를 "
            "지나며 사라지고 너무 크면 폭발합니다. He 초기화(2015)는 ReLU 앞의 가중치를 분산이 2 "
            "÷ (유닛의 입력 또는 출력 개수)인 분포에서 뽑아 신호의 크기를 비슷하게 유지합니다.",
        ),
        (
            "With `model.weights` left null, weights are drawn anew from `train.seed`; with "
            "weights to start from, only a head for other classes is new.",
            "`model.weights`가 null이면 `train.seed`로 새로 뽑고, 물려받을 가중치가 있으면 "
            "클래스가 다를 때의 분류층만 새로 뽑습니다.",
        ),
        see=("parameter", "vanishing-gradient", "transfer-learning", "seed"),
        aliases=("초기화", "He initialization"),
    ),
    Term(
        "backbone",
        "network",
        ("backbone", "백본"),
        (
            "The part of a network that turns an image into features: everything but the last, "
            "deciding layer. It is the expensive part and the one worth inheriting: a ResNet-18 "
            "turns each image into 512 numbers, whichever classes are asked for later.",
            "이미지를 특징으로 바꾸는 부분으로, 판단을 내리는 마지막 레이어를 뺀 나머지입니다. "
            "계산이 가장 많이 드는 부분이자 물려받을 가치가 있는 부분입니다. ResNet-18은 어떤 "
            "클래스를 묻든 이미지마다 수 512개를 내놓습니다.",
        ),
        (
            "`model.name` chooses it, and `transfer.mode` says how much of it is trained.",
            "`model.name`으로 고르고, 그중 어디까지 학습할지는 `transfer.mode`로 정합니다.",
        ),
        see=("head", "feature", "transfer-learning"),
    ),
    Term(
        "head",
        "network",
        ("head", "분류층"),
        (
            "The last layer, which turns the features of an image into one score a class. For 10 "
            "classes on 512 features it is a matrix of 5,120 weights and 10 biases; a new set of "
            "classes needs a new head, while the backbone may stay.",
            "이미지의 특징을 클래스마다 점수 하나로 바꾸는 마지막 레이어(head)입니다. 특징이 "
            "512개이고 클래스가 10개면 가중치 5,120개와 편향 10개로 된 행렬입니다. 클래스가 "
            "바뀌면 분류층은 새로 만들어야 하지만 백본은 그대로 쓸 수 있습니다.",
        ),
        (
            "Dojang adds one linear layer to every network; `transfer.mode=frozen` trains nothing "
            "else.",
            "Dojang은 모든 신경망 끝에 선형 레이어 하나를 붙이며, `transfer.mode=frozen`이면 이 "
            "분류층만 학습합니다.",
        ),
        see=("backbone", "logit", "frozen-features"),
        aliases=("헤드", "classifier head"),
    ),
    Term(
        "feature",
        "network",
        ("feature", "특징"),
        (
            "One of the numbers by which a network describes an image just before its head "
            "decides; all of them together are the feature vector, or embedding. Nobody designs "
            "them: training makes them such that images of one class end up near each other, so "
            "that a straight boundary can part the classes.",
            "분류층이 판단하기 직전에 신경망이 이미지를 나타내는 수 하나하나이고, 이를 모은 것이 "
            "특징 벡터(임베딩)입니다. 사람이 설계하지 않습니다. 같은 클래스의 이미지가 서로 "
            "가까워져 직선 경계로 클래스를 나눌 수 있도록 학습 과정에서 만들어집니다.",
        ),
        (
            "`dojang mistakes` compares features to find the nearest training images, and `dojang "
            "slices` clusters them.",
            "`dojang mistakes`는 특징을 비교해 가장 가까운 학습 이미지를 찾고, `dojang slices`는 "
            "특징으로 이미지를 묶습니다.",
        ),
        see=("backbone", "nearest-neighbour", "feature-map"),
        aliases=("features", "embedding", "임베딩", "특징 벡터"),
    ),
)
