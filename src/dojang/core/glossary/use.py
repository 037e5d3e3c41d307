"""What is done with finished models, and what happens to them."""

from __future__ import annotations

from dojang.core.glossary.term import Term

TERMS = (
    Term(
        "ensemble",
        "use",
        ("ensemble", "앙상블"),
        (
            "Several models that answer together, mostly by the mean of their probabilities. "
            "Where they err on different images the errors cancel out: three to five trainings "
            "with different seeds usually gain a point or two and better probabilities, at three "
            "to five times the cost of every prediction.",
            "여러 모델이 함께 답하는 것으로, 보통 확률의 평균을 씁니다. 서로 다른 이미지에서 "
            "틀리면 오류가 상쇄됩니다. 시드만 바꿔 3~5번 학습한 모델을 모으면 대개 1~2%p 좋아지고 "
            "확률도 정확해지지만, 예측할 때마다 비용이 3~5배 듭니다.",
        ),
        (
            "Dojang does not combine runs yet; nearest is a run with `split.kind=kfold`, of whose "
            "fold models `dojang predict` takes the mean.",
            "Dojang은 아직 여러 실행을 합치지 않으며, 가장 가까운 것은 `split.kind=kfold`로 "
            "학습한 폴드별 모델의 평균을 쓰는 `dojang predict`입니다.",
        ),
        see=("variance", "cross-validation", "weight-averaging", "test-time-augmentation"),
        aliases=("ensembling", "model averaging", "모델 앙상블"),
    ),
    Term(
        "test-time-augmentation",
        "use",
        ("test-time augmentation", "테스트 시점 증강"),
        (
            "In use the model sees several versions of an image, such as the image and its mirror "
            "image, and the mean of its probabilities is the answer. It costs one forward pass a "
            "version and helps only with changes that the training showed and that keep the class.",
            "쓸 때 이미지와 좌우로 뒤집은 이미지처럼 여러 버전을 모델에 보여 주고 확률의 평균을 "
            "답으로 쓰는 방법(TTA)입니다. 버전마다 순전파가 한 번씩 들고, 학습에서 보여 준 "
            "변환이면서 클래스가 바뀌지 않는 변환일 때만 도움이 됩니다.",
        ),
        (
            "Dojang does not do it yet: `dojang predict` looks at each image once for each model; "
            "nearest is augmentation in training, such as `augment.flip`.",
            "Dojang은 아직 지원하지 않아 `dojang predict`는 모델마다 이미지를 한 번만 보며, 가장 "
            "가까운 것은 `augment.flip` 같은 학습 때의 증강입니다.",
        ),
        see=("augmentation", "ensemble"),
        aliases=("TTA", "테스트 타임 증강"),
    ),
    Term(
        "drift",
        "use",
        ("drift", "드리프트"),
        (
            "The images in use slowly become others than those of the training: a new camera, "
            "another season, new products. The model goes on answering with the same confidence "
            "while its accuracy falls, and without fresh labels nobody notices; so the images "
            "themselves are watched for change.",
            "실제로 들어오는 이미지가 학습할 때와 점점 달라지는 것으로, 카메라나 계절이 바뀌거나 "
            "새 제품이 나오는 경우입니다. 모델은 전과 똑같이 확신하며 답하지만 정확도는 떨어지고, "
            "새 라벨이 없으면 아무도 알아채지 못합니다. 그래서 이미지 자체가 달라지는지 "
            "지켜봅니다.",
        ),
        (
            "Dojang does not watch a model in use yet; nearest is the check `part-drift` of "
            "`dojang audit`, which tells whether the parts of the data differ.",
            "Dojang은 아직 사용 중인 모델을 감시하지 않으며, 가장 가까운 것은 데이터의 파트끼리 "
            "다른지 보는 `dojang audit`의 `part-drift` 검사입니다.",
        ),
        see=("shortcut", "slice", "confidence"),
        aliases=("data drift", "distribution shift", "데이터 드리프트", "분포 변화"),
    ),
)
