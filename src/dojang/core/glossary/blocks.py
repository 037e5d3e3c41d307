"""The kinds of layers from which networks for images are built."""

from __future__ import annotations

from dojang.core.glossary.term import Term

TERMS = (
    Term(
        "convolution",
        "blocks",
        ("convolution", "합성곱"),
        (
            "A layer that slides a small window of weights over the image and writes down, at "
            "each place, how well the window matches. Since the same weights serve everywhere, a "
            "3×3 convolution from 3 to 64 channels has 1,728 weights whatever the size of the "
            "image, and a cat is found in any corner.",
            "작은 가중치 창을 이미지 위로 옮겨 가며 자리마다 얼마나 들어맞는지 적는 레이어입니다. "
            "어디서나 같은 가중치를 쓰므로 3채널을 64채널로 바꾸는 3×3 합성곱의 가중치는 이미지 "
            "크기와 상관없이 1,728개이고, 고양이가 어느 구석에 있든 찾아냅니다.",
        ),
        (
            "`dojang model --arithmetic` works out the output size of each one with its numbers.",
            "`dojang model --arithmetic`은 합성곱마다 출력 크기를 계산 과정과 함께 보여 줍니다.",
        ),
        see=("kernel", "receptive-field", "pooling"),
        aliases=("conv", "컨볼루션", "CNN"),
        formula="O = (W − F + 2P) / S + 1",
    ),
    Term(
        "kernel",
        "blocks",
        ("kernel", "커널"),
        (
            "The window of weights that a convolution slides over its input, usually 3×3 places "
            "deep through all channels; also called a filter. Each kernel looks for one pattern "
            "and makes one channel of the output: those of a first layer mostly become edges and "
            "blobs of colour.",
            "합성곱이 입력 위로 옮겨 가는 가중치 창으로, 보통 3×3 크기에 입력 채널 전체의 깊이를 "
            "가집니다. 필터라고도 합니다. 커널 하나가 무늬 하나를 찾아 출력 채널 하나를 만들며, "
            "첫 레이어의 커널은 대개 윤곽선이나 색 덩어리를 찾게 됩니다.",
        ),
        (
            "`dojang inside` draws the kernels of the first convolution.",
            "`dojang inside`가 첫 합성곱의 커널을 그림으로 보여 줍니다.",
        ),
        see=("convolution", "feature-map"),
        aliases=("filter", "필터"),
    ),
    Term(
        "receptive-field",
        "blocks",
        ("receptive field", "수용 영역"),
        (
            "The patch of the input image that one number of a layer can depend on. It grows with "
            "depth: two 3×3 convolutions in a row see 5×5 pixels, three see 7×7, and each halving "
            "of the side doubles the further growth; an object larger than the field of the last "
            "map cannot be seen as a whole by any one of its places.",
            "레이어의 값 하나가 영향을 받을 수 있는 입력 이미지의 범위입니다. 깊어질수록 넓어져서 "
            "3×3 합성곱을 두 번 지나면 5×5픽셀, 세 번이면 7×7픽셀이 되고, 가로세로를 절반으로 "
            "줄일 때마다 넓어지는 속도가 두 배가 됩니다. 마지막 맵의 수용 영역보다 큰 물체는 그 "
            "맵의 어느 한 자리에서도 통째로 볼 수 없습니다.",
        ),
        (
            "`dojang model` and the report under §model give it for every layer.",
            "`dojang model`과 리포트의 §model 항목에 레이어마다 나옵니다.",
        ),
        see=("convolution", "pooling", "feature-map"),
        aliases=("수용장",),
    ),
    Term(
        "pooling",
        "blocks",
        ("pooling", "풀링"),
        (
            "A layer without weights that sums up neighbouring places by their largest value (max "
            "pooling) or their mean. A 2×2 pool makes a map of 32×32 into one of 16×16 and "
            "forgives a shift of a pixel; global average pooling leaves one number a channel.",
            "가중치 없이 이웃한 자리들을 최댓값(맥스 풀링)이나 평균으로 줄이는 레이어입니다. 2×2 "
            "풀링은 32×32 맵을 16×16으로 줄이고 한 픽셀 정도의 이동에는 둔감해집니다. 전역 평균 "
            "풀링(GAP)은 채널마다 수 하나만 남깁니다.",
        ),
        (
            "In `model.layers` it is written as `maxpool`, `avgpool` or `gap`.",
            "`model.layers`에서 `maxpool`, `avgpool`, `gap`으로 적습니다.",
        ),
        see=("convolution", "receptive-field"),
        aliases=("max pooling", "average pooling", "맥스 풀링"),
    ),
    Term(
        "attention",
        "blocks",
        ("attention", "어텐션"),
        (
            "A layer in which every place of the input gathers information from all others, with "
            "weights that are computed from the content: a query of the one is compared with a "
            "key of each other. A patch with an ear can so find the patch with the muzzle at "
            "once, where a convolution needs several layers; the price is a table of n × n "
            "comparisons for n patches.",
            "입력의 각 자리가 다른 모든 자리에서 정보를 모으는 레이어로, 얼마나 모을지는 내용을 "
            "보고 정합니다. 한 자리의 쿼리(query)를 다른 자리들의 키(key)와 비교해 가중치를 "
            "구합니다. 합성곱이라면 여러 레이어를 거쳐야 할 귀와 주둥이 패치를 한 번에 이어 "
            "주지만, 패치가 n개면 n × n번 비교해야 합니다.",
        ),
        (
            "Networks of timm such as vision transformers have it, and `dojang explain --method "
            "attention-rollout` follows it from patch to answer.",
            "timm의 비전 트랜스포머 등에 들어 있고, `dojang explain --method "
            "attention-rollout`으로 패치에서 답까지 따라가 볼 수 있습니다.",
        ),
        see=("transformer", "softmax"),
        aliases=("self-attention", "셀프 어텐션"),
        formula="softmax(Q Kᵀ / √d) V",
    ),
    Term(
        "transformer",
        "blocks",
        ("transformer", "트랜스포머"),
        (
            "A network of alternating attention and small per-place networks, with shortcuts "
            "around both (Vaswani and others 2017). A vision transformer cuts an image of 224 "
            "pixels into 196 patches of 16×16 and treats them like words; knowing nothing of "
            "neighbourhood at first, it needs more images, or inherited weights, than a "
            "convolutional network.",
            "어텐션과 자리별 작은 신경망을 번갈아 쌓고 둘 다에 잔차 연결을 둔 "
            "신경망입니다(Vaswani 외 2017). 비전 트랜스포머(ViT)는 224픽셀 이미지를 16×16 패치 "
            "196개로 잘라 단어처럼 다룹니다. 처음에는 무엇이 이웃인지도 모르므로 합성곱 "
            "신경망보다 이미지가 더 많이 필요하거나 사전 학습 가중치가 있어야 합니다.",
        ),
        (
            "`dojang models vit` lists those that `model.name` takes.",
            "`dojang models vit`으로 `model.name`에 쓸 수 있는 이름을 볼 수 있습니다.",
        ),
        see=("attention", "residual-connection", "transfer-learning"),
        aliases=("ViT", "vision transformer", "비전 트랜스포머"),
    ),
    Term(
        "residual-connection",
        "blocks",
        ("residual connection", "잔차 연결"),
        (
            "A shortcut that adds the input of a block to its output, so that the block only has "
            "to learn the difference. Gradients pass along the sum unchanged, which is why "
            "networks of 50 or 100 layers can be trained at all since He and others (2016).",
            "블록의 입력을 출력에 더하는 지름길로, 블록은 그 차이(잔차)만 배우면 됩니다. 기울기가 "
            "덧셈을 타고 그대로 전해지므로 레이어가 50개, 100개인 신경망도 학습할 수 있게 "
            "되었습니다(He 외 2016).",
        ),
        (
            "The default `convnet` is built of such blocks, `model.layers` writes one as "
            "`residual:`, and `model.drop_path` drops them at random in training.",
            "기본 신경망 `convnet`이 이런 블록으로 되어 있고, `model.layers`에서는 `residual:`로 "
            "적으며, `model.drop_path`는 학습 중에 이 블록을 무작위로 건너뜁니다.",
        ),
        see=("vanishing-gradient", "transformer"),
        aliases=("skip connection", "shortcut connection", "스킵 연결", "ResNet"),
        formula="y = x + f(x)",
    ),
    Term(
        "normalization",
        "blocks",
        ("normalisation layer", "정규화 층"),
        (
            "A layer that brings the numbers of a channel or an image to mean 0 and spread 1, "
            "then scales and shifts them by two learnt numbers. Batch norm takes mean and spread "
            "from the batch in training and from running averages in use, so it goes wrong with "
            "two or four images a batch; layer norm looks at one image at a time and does not "
            "care.",
            "채널이나 이미지의 값을 평균 0, 표준편차 1로 맞춘 뒤 학습된 두 수로 다시 늘리고 "
            "옮기는 레이어입니다. 배치 정규화는 학습할 때는 배치에서, 쓸 때는 이동 평균에서 "
            "평균과 분산을 가져오므로 배치가 2~4장이면 제대로 동작하지 않습니다. 레이어 정규화는 "
            "이미지를 한 장씩 보므로 배치 크기와 상관없습니다.",
        ),
        (
            "The check `small-batch-norm` of `dojang advise` warns of batch norm on tiny batches.",
            "`dojang advise`의 `small-batch-norm` 검사가 너무 작은 배치의 배치 정규화를 알려 "
            "줍니다.",
        ),
        see=("batch", "preprocessing", "gradient"),
        aliases=(
            "normalisation",
            "normalization layer",
            "batch norm",
            "batch normalization",
            "배치 정규화",
        ),
        formula="γ (x − μ) / √(σ² + ε) + β",
    ),
    Term(
        "dropout",
        "blocks",
        ("dropout", "드롭아웃"),
        (
            "In training each feature is set to 0 with a probability such as 0.2 and the rest are "
            "scaled up to make good for it; in use all features count. The network cannot rely on "
            "any single feature then, which holds back learning by heart (Srivastava and others "
            "2014).",
            "학습할 때 특징마다 0.2 같은 확률로 0으로 만들고 나머지를 그만큼 키우는 방법이며, 쓸 "
            "때는 모든 특징을 씁니다. 어느 특징 하나에 기댈 수 없게 되어 학습 이미지를 외우는 "
            "것을 막아 줍니다(Srivastava 외 2014).",
        ),
        (
            "`model.dropout` sets the share of features dropped before the head; the default is 0.",
            "분류층 앞에서 버릴 특징의 비율을 `model.dropout`으로 정하며, 기본값은 0입니다.",
        ),
        see=("overfitting", "weight-decay", "augmentation"),
    ),
)
