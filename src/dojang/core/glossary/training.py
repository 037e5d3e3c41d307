"""What a training consists of, and what keeps it in check."""

from __future__ import annotations

from dojang.core.glossary.term import Term

TERMS = (
    Term(
        "batch",
        "training",
        ("batch", "배치"),
        (
            "The images that share one step: their gradients are averaged. A batch of 64 gives a "
            "rougher direction than all 50,000 images would, but 780 times as many steps for the "
            "same work; larger batches keep hardware busy and usually want a higher learning rate.",
            "한 스텝을 함께 만드는 이미지 묶음으로, 기울기를 평균해서 씁니다. 이미지 5만 장 "
            "전체보다 64장 배치의 방향이 거칠지만, 같은 계산으로 약 780배 많은 스텝을 밟습니다. "
            "배치가 크면 하드웨어를 더 알차게 쓰고, 대개 학습률도 높여야 합니다.",
        ),
        (
            "`train.batch_size` sets it, and `dojang find` measures which size this machine "
            "trains fastest.",
            "`train.batch_size`로 정하고, 이 장비에서 가장 빠른 크기는 `dojang find`가 재 줍니다.",
        ),
        see=("step", "epoch", "normalization"),
        aliases=("batch size", "mini-batch", "미니배치", "배치 크기"),
    ),
    Term(
        "epoch",
        "training",
        ("epoch", "에폭"),
        (
            "One pass over the training part: with plain sampling every image is seen once, in a "
            "new order and freshly augmented. 6,400 images in batches of 64 make 100 steps an "
            "epoch.",
            "학습 파트를 한 바퀴 도는 것입니다. 기본 방식에서는 모든 이미지를 새로운 순서로, 매번 "
            "새로 증강해서 한 번씩 봅니다. 이미지가 6,400장이고 배치가 64장이면 한 에폭은 "
            "100스텝입니다.",
        ),
        (
            "`train.epochs` sets how many; the best one by `train.monitor` is kept.",
            "`train.epochs`로 횟수를 정하고, `train.monitor` 기준으로 가장 좋은 에폭의 가중치를 "
            "남깁니다.",
        ),
        see=("step", "batch", "early-stopping"),
        aliases=("에포크",),
    ),
    Term(
        "step",
        "training",
        ("step", "스텝"),
        (
            "One change of all weights, made from the gradient of one batch. The number of steps "
            "tells the length of a training better than epochs do: 10 epochs are 50 steps on 320 "
            "images and 7,800 on 50,000, at a batch of 64.",
            "배치 하나의 기울기로 모든 가중치를 한 번 바꾸는 것입니다. 학습의 길이는 에폭보다 "
            "스텝 수가 더 잘 말해 줍니다. 배치가 64장일 때 10에폭은 320장이면 50스텝, 5만 장이면 "
            "약 7,800스텝입니다.",
        ),
        (
            "Durations in a recipe may be given in steps, such as `train.limit=3000st`.",
            "레시피의 길이는 `train.limit=3000st`처럼 스텝으로도 적을 수 있습니다.",
        ),
        see=("batch", "epoch", "optimizer"),
        aliases=("iteration", "이터레이션"),
    ),
    Term(
        "seed",
        "training",
        ("seed", "시드"),
        (
            "The number from which all random choices are computed, so that the same seed gives "
            "the same choices. Another seed gives other initial weights and another order, and "
            "moves the accuracy on a small validation part by a point or two: a gain smaller than "
            "that, seen with one seed, is no gain yet.",
            "모든 무작위 선택을 계산해 내는 출발 숫자로, 시드가 같으면 선택도 같습니다. 시드를 "
            "바꾸면 초기 가중치와 순서가 달라져 작은 검증 파트의 정확도가 1~2%p씩 달라집니다. "
            "시드 하나에서 본 그보다 작은 향상은 아직 향상이라고 할 수 없습니다.",
        ),
        (
            "`train.seed` drives weights, order and augmentation, `split.seed` who is in which "
            "part.",
            "가중치, 순서, 증강은 `train.seed`가, 어느 이미지가 어느 파트에 갈지는 `split.seed`가 "
            "정합니다.",
        ),
        see=("initialization", "variance", "paired-comparison"),
        aliases=("random seed", "랜덤 시드"),
    ),
    Term(
        "weight-decay",
        "training",
        ("weight decay", "가중치 감쇠"),
        (
            "At every step each weight shrinks by a tiny share, so that only weights which the "
            "data keep asking for stay large. At a learning rate of 0.002 and a decay of 0.05 the "
            "share is 0.0001 a step; it is the most used brake on learning by heart.",
            "스텝마다 가중치를 아주 조금씩 줄여, 데이터가 계속 필요로 하는 가중치만 크게 남기는 "
            "방법입니다. 학습률 0.002에 감쇠 0.05면 한 스텝에 0.0001배만큼 줄어듭니다. 학습 "
            "이미지를 외우는 것을 막는 데 가장 널리 쓰입니다.",
        ),
        (
            "`optimizer.weight_decay` sets it; norms and biases are spared.",
            "`optimizer.weight_decay`로 정하며, 정규화 층과 편향에는 적용하지 않습니다.",
        ),
        see=("adamw", "overfitting", "dropout"),
        aliases=("L2 regularization", "L2 규제"),
        formula="w ← w − η λ w",
    ),
    Term(
        "label-smoothing",
        "training",
        ("label smoothing", "라벨 스무딩"),
        (
            "The target is not 100 % for the right class but a little less, the rest spread over "
            "all classes: 0.1 on ten classes asks for 91 % and 1 % each. The network stops "
            "chasing ever larger logits, which makes it less overconfident and softens wrong "
            "labels.",
            "정답 클래스의 목표를 100%가 아니라 조금 낮게 잡고 나머지를 모든 클래스에 나누는 "
            "방법입니다. 클래스가 10개일 때 0.1이면 정답은 91%, 나머지는 1%씩이 목표입니다. "
            "로짓을 끝없이 키우려 하지 않게 되어 과신이 줄고, 잘못된 라벨의 영향도 약해집니다.",
        ),
        (
            "`loss.label_smoothing` sets it, 0.1 by default; the losses that the report draws are "
            "measured without it.",
            "`loss.label_smoothing`으로 정하며 기본값은 0.1이고, 리포트에 그려지는 손실은 이것 "
            "없이 측정합니다.",
        ),
        see=("cross-entropy", "calibration", "label-noise"),
        aliases=("레이블 스무딩",),
    ),
    Term(
        "early-stopping",
        "training",
        ("early stopping", "조기 종료"),
        (
            "Training ends once the validation loss has not improved for a number of epochs. It "
            "saves time and stops before overfitting gets worse, but with a schedule that falls "
            "to 0 at a set end it can stop before the best epochs, which come last.",
            "검증 손실이 정해진 에폭 동안 나아지지 않으면 학습을 끝내는 것입니다. 시간을 아끼고 "
            "과적합이 심해지기 전에 멈추지만, 학습률이 정해진 끝에서 0이 되는 스케줄에서는 "
            "마지막에 오는 가장 좋은 에폭을 놓칠 수 있습니다.",
        ),
        (
            "`train.patience` turns it on; without it too, the weights of the best epoch are the "
            "ones that are kept.",
            "`train.patience`로 켜며, 켜지 않아도 가장 좋은 에폭의 가중치가 남습니다.",
        ),
        see=("overfitting", "schedule", "validation-part"),
        aliases=("patience", "얼리 스토핑"),
    ),
    Term(
        "gradient-clipping",
        "training",
        ("gradient clipping", "기울기 클리핑"),
        (
            "A gradient that is longer than a limit is shortened to it; its direction stays. One "
            "freak batch can then no longer throw the weights away, which matters most for "
            "transformers and for high learning rates.",
            "기울기의 크기가 한계를 넘으면 방향은 두고 길이만 한계까지 줄이는 것입니다. 이상한 "
            "배치 하나가 가중치를 망쳐 놓지 못하게 하며, 트랜스포머나 높은 학습률에서 특히 "
            "중요합니다.",
        ),
        (
            "`train.clip_norm` sets the limit; it is off by default.",
            "`train.clip_norm`으로 한계를 정하며, 기본은 꺼져 있습니다.",
        ),
        see=("gradient", "divergence"),
        aliases=("clipping", "그래디언트 클리핑"),
        formula="g ← g · min(1, c / ‖g‖)",
    ),
    Term(
        "mixed-precision",
        "training",
        ("mixed precision", "혼합 정밀도"),
        (
            "Most of the arithmetic is done in 16-bit numbers, while the weights are kept in 32 "
            "bits. That halves the memory that the outputs of layers take and is often two to "
            "three times as fast on hardware made for it; bf16 covers the range of 32-bit numbers "
            "with two to three digits, fp16 has one digit more but a narrow range, so that its "
            "losses have to be scaled.",
            "가중치는 32비트로 두고 계산은 대부분 16비트로 하는 방식입니다. 레이어 출력이 "
            "차지하는 메모리가 절반으로 줄고, 지원하는 하드웨어에서는 두세 배 빠른 경우가 "
            "많습니다. bf16은 32비트와 같은 범위를 유효숫자 두세 자리로 나타내고, fp16은 한 자리 "
            "더 정확하지만 범위가 좁아 손실에 배율을 곱해야 합니다.",
        ),
        (
            "`train.precision` sets it; `auto` takes bf16 where the hardware computes it fast, "
            "and final scores are always computed in fp32.",
            "`train.precision`으로 정하며, `auto`면 하드웨어가 bf16을 빠르게 계산할 때 bf16을 "
            "쓰고 최종 점수는 항상 fp32로 계산합니다.",
        ),
        see=("gradient", "divergence"),
        aliases=("bf16", "fp16", "AMP"),
    ),
    Term(
        "weight-averaging",
        "training",
        ("weight averaging", "가중치 평균"),
        (
            "The network that is kept is an average of the weights over many steps (EMA) or over "
            "the last epochs (SWA), instead of where the last step happened to land. The average "
            "lies nearer the middle of the valley, which often gives what a low learning rate "
            "would, at no cost in use.",
            "마지막 스텝이 우연히 도착한 곳 대신, 여러 스텝의 가중치 평균(EMA)이나 마지막 "
            "에폭들의 평균(SWA)을 최종 신경망으로 쓰는 방법입니다. 평균은 골짜기 한가운데에 더 "
            "가까워서 학습률을 낮춘 것과 비슷한 효과를 내며, 쓸 때의 비용은 늘지 않습니다.",
        ),
        (
            "`average.kind` turns it on, `ema` or `swa`; the default is none.",
            "`average.kind`를 `ema`나 `swa`로 두면 켜지며, 기본값은 쓰지 않음입니다.",
        ),
        see=("sharpness", "schedule", "ensemble"),
        aliases=("EMA", "SWA", "moving average", "이동 평균"),
    ),
    Term(
        "transfer-learning",
        "training",
        ("transfer learning", "전이 학습"),
        (
            "Starting from weights that were trained on other images, usually very many, instead "
            "of random ones. Edges and textures are much the same everywhere, so 10 images a "
            "class can be enough where training from scratch would want hundreds; the less the "
            "new images look like the old ones, the smaller the gain.",
            "무작위 가중치 대신 다른 이미지, 대개는 아주 많은 이미지로 학습한 가중치에서 시작하는 "
            "것입니다. 윤곽선이나 질감은 어디서나 비슷하므로, 처음부터 학습하려면 클래스마다 수백 "
            "장이 필요한 일을 10장으로 해내기도 합니다. 새 이미지가 원래 이미지와 다를수록 이득은 "
            "줄어듭니다.",
        ),
        (
            "`model.weights` says what to start from, `transfer.mode` how much of it is trained.",
            "무엇에서 시작할지는 `model.weights`, 어디까지 학습할지는 `transfer.mode`로 정합니다.",
        ),
        see=("fine-tuning", "frozen-features", "backbone"),
        aliases=("pretrained weights", "사전 학습"),
    ),
    Term(
        "fine-tuning",
        "training",
        ("fine-tuning", "미세 조정"),
        (
            "Transfer learning in which inherited layers keep learning, at a small rate so that "
            "they are not overwritten: a tenth of what the new head gets is usual. With a full "
            "rate the first hundred steps of an untrained head can undo what millions of images "
            "had taught.",
            "물려받은 레이어도 계속 학습하되, 망가지지 않도록 작은 학습률을 쓰는 전이 학습입니다. "
            "보통 새 분류층의 10분의 1을 씁니다. 학습률을 그대로 쓰면 아직 학습되지 않은 분류층이 "
            "처음 백여 스텝 만에 수백만 장에서 배운 것을 무너뜨릴 수 있습니다.",
        ),
        (
            "`transfer.rate` is that share, `transfer.unfreeze` opens one block after the other, "
            "`optimizer.layer_decay` slows early layers further.",
            "그 비율이 `transfer.rate`이고, `transfer.unfreeze`는 블록을 하나씩 풀며, "
            "`optimizer.layer_decay`는 앞쪽 레이어를 더 천천히 학습시킵니다.",
        ),
        see=("transfer-learning", "frozen-features", "learning-rate"),
        aliases=("파인튜닝",),
    ),
    Term(
        "frozen-features",
        "training",
        ("frozen features", "고정 특징"),
        (
            "The inherited backbone is not trained at all: every image goes through it once, and "
            "only a linear head is fitted to the features that come out. This takes seconds "
            "rather than hours and can hardly overfit with few images, but what the backbone does "
            "not see the head cannot learn.",
            "물려받은 백본을 전혀 학습하지 않는 방식입니다. 이미지마다 백본을 한 번만 통과시키고, "
            "거기서 나온 특징 위에 선형 분류층만 맞춥니다. 몇 시간 걸릴 일이 몇 초면 끝나고 "
            "이미지가 적어도 과적합이 적지만, 백본이 보지 못하는 것은 분류층도 배울 수 없습니다.",
        ),
        (
            "`transfer.mode=frozen` does it; the settings that were tried stand in the report "
            "under §heads.",
            "`transfer.mode=frozen`으로 쓰며, 시도한 설정은 리포트의 §heads 항목에 나옵니다.",
        ),
        see=("transfer-learning", "head", "feature"),
        aliases=("linear probe", "feature extraction", "선형 프로브", "특징 추출"),
    ),
)
