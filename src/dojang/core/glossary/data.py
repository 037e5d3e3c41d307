"""What is learnt from, and what can be wrong with it."""

from __future__ import annotations

from dojang.core.glossary.term import Term

TERMS = (
    Term(
        "sample",
        "data",
        ("sample", "샘플"),
        (
            "One thing to learn from or to judge: an image with its label and whatever else is "
            "known of it. Statistics assumes that samples are drawn independently; ten "
            "photographs of one patient are ten samples but hardly more than one witness.",
            "학습하거나 평가할 대상 하나로, 이미지와 그 라벨, 그 밖에 알려진 정보를 합친 "
            "것입니다. 통계는 샘플을 독립적으로 뽑았다고 가정하지만, 한 환자의 사진 열 장은 "
            "샘플로는 열 개여도 증거로는 하나에 가깝습니다.",
        ),
        (
            "`manifest.parquet` in the run folder has one row a sample.",
            "실행 폴더의 `manifest.parquet`에 샘플마다 한 행씩 있습니다.",
        ),
        see=("label", "class", "group"),
        aliases=("example", "표본"),
    ),
    Term(
        "class",
        "data",
        ("class", "클래스"),
        (
            "One of the answers between which the model chooses, such as dress or hat. The list "
            "is fixed before training: a model of ten kinds of clothing will call a teapot one of "
            "the ten, and may be sure of it.",
            "모델이 고를 수 있는 답 하나하나로, 원피스나 모자 같은 것입니다. 목록은 학습 전에 "
            "정해집니다. 옷 열 종류를 배운 모델은 찻주전자를 보여 줘도 열 가지 중 하나라고, "
            "그것도 확신하며 답할 수 있습니다.",
        ),
        (
            "In a folder of images each sub-folder is a class; in a table `data.label_col` names "
            "the column.",
            "이미지 폴더에서는 하위 폴더 하나가 클래스 하나이고, 표에서는 `data.label_col`이 "
            "클래스 열을 가리킵니다.",
        ),
        see=("label", "class-imbalance", "softmax"),
        aliases=("category", "범주"),
    ),
    Term(
        "label",
        "data",
        ("label", "라벨"),
        (
            "The class that somebody wrote beside an image. It is taken for the truth in training "
            "and scoring alike, but it is an opinion: where two annotators agree on 95 of 100 "
            "images, no model can be shown to be better than about that.",
            "누군가가 이미지에 붙여 둔 클래스입니다. 학습할 때도 평가할 때도 정답으로 취급하지만 "
            "실은 사람의 의견입니다. 두 사람의 라벨이 100장 중 95장에서만 같다면, 모델이 그보다 "
            "낫다는 것을 보이기는 어렵습니다.",
        ),
        (
            "`dojang labels` lists those that are probably wrong, and applies your corrections "
            "with `--fix`.",
            "`dojang labels`는 틀렸을 가능성이 높은 라벨을 찾아 주고, `--fix`로 고친 내용을 "
            "반영합니다.",
        ),
        see=("label-noise", "class", "sample"),
        aliases=("target", "ground truth", "레이블", "정답"),
    ),
    Term(
        "class-imbalance",
        "data",
        ("class imbalance", "클래스 불균형"),
        (
            "Some classes have many more images than others, say 400 dogs and 13 foxes. The loss "
            "is then mostly about dogs, and a model that never says fox is right on 97 % of the "
            "images: look at recall by class, not at accuracy alone.",
            "어떤 클래스의 이미지가 다른 클래스보다 훨씬 많은 상태로, 개 400장에 여우 13장 같은 "
            "경우입니다. 손실이 거의 개로 정해지고, 여우라고 한 번도 답하지 않는 모델도 97%를 "
            "맞힙니다. 정확도만 보지 말고 클래스별 재현율을 보아야 합니다.",
        ),
        (
            "`dojang audit` reports it as `imbalance`, and `balance.method` says what training "
            "does about it.",
            "`dojang audit`이 `imbalance`로 알려 주고, 학습에서 어떻게 다룰지는 "
            "`balance.method`로 정합니다.",
        ),
        see=("class-weights", "balanced-accuracy", "macro-average"),
        aliases=("imbalance", "long tail", "불균형 데이터"),
    ),
    Term(
        "class-weights",
        "data",
        ("class weights", "클래스 가중치"),
        (
            "Factors in the loss that make an image of a rare class count more: in inverse "
            "proportion to class size, one of 13 foxes weighs as much as 31 of 400 dogs. More "
            "foxes are found, more dogs are taken for foxes, and the few images that weigh so "
            "much may be learnt by heart.",
            "드문 클래스의 이미지가 손실에서 더 큰 비중을 갖게 하는 계수입니다. 클래스 크기에 "
            "반비례하게 두면 여우 13장 중 한 장이 개 400장 중 31장만큼의 비중을 가집니다. 여우를 "
            "더 찾는 대신 개를 여우로 착각하는 일이 늘고, 비중이 커진 몇 장을 외워 버릴 수 "
            "있습니다.",
        ),
        (
            "`balance.method=class-weights` uses them; what each class weighed stands in the "
            "report under §balance.",
            "`balance.method=class-weights`로 쓰며, 클래스마다 준 비중은 리포트의 §balance 항목에 "
            "나옵니다.",
        ),
        see=("class-imbalance", "threshold"),
        aliases=("loss weights", "가중 손실"),
    ),
    Term(
        "label-noise",
        "data",
        ("label noise", "라벨 오류"),
        (
            "Labels that are wrong. Public test sets have them too: about 6 % of the validation "
            "labels of ImageNet (Northcutt and others 2021). A network learns what most images "
            "agree on before it learns wrong labels by heart, and an out-of-fold prediction comes "
            "from a model that never saw the label in question: so suspects can be found.",
            "잘못 붙은 라벨입니다. 유명한 공개 데이터에도 있어서 ImageNet 검증 데이터는 약 6%로 "
            "추정됩니다(Northcutt 외 2021). 신경망은 대다수 이미지가 보여 주는 규칙을 먼저 배우고 "
            "잘못된 라벨은 나중에야 외우는 데다, OOF 예측은 그 라벨을 본 적 없는 모델이 "
            "내놓으므로 의심스러운 라벨을 찾아낼 수 있습니다.",
        ),
        (
            "`dojang labels` ranks suspects, and the check `label-noise` of `dojang advise` says "
            "when there are so many that they decide the score.",
            "`dojang labels`가 의심스러운 순서로 보여 주고, 점수를 좌우할 만큼 많으면 `dojang "
            "advise`의 `label-noise` 검사가 알려 줍니다.",
        ),
        see=("label", "out-of-fold", "label-smoothing"),
        aliases=("label errors", "noisy labels", "노이즈 라벨", "라벨 노이즈"),
    ),
    Term(
        "near-duplicate",
        "data",
        ("near-duplicate", "유사 중복"),
        (
            "Nearly the same picture twice: resized, recompressed, mirrored, or the next frame of "
            "a film. 3 % of the test images of CIFAR-10 have one in its training part (Barz & "
            "Denzler 2020). With one copy in training and one in the test part, the score "
            "measures memory.",
            "크기나 압축만 다르거나 좌우가 뒤집혔거나 영상의 바로 다음 프레임처럼 거의 같은 "
            "이미지입니다. CIFAR-10 테스트 이미지의 3%는 학습 파트에 거의 같은 이미지가 "
            "있습니다(Barz & Denzler 2020). 한쪽은 학습에, 한쪽은 테스트에 들어가면 점수는 실력이 "
            "아니라 기억을 재게 됩니다.",
        ),
        (
            "The split keeps them in one part (`data.near_duplicates`), and `dojang audit` shows "
            "the pairs.",
            "분할할 때 한 파트에만 두고(`data.near_duplicates`), `dojang audit`이 그 쌍을 보여 "
            "줍니다.",
        ),
        see=("leak", "group", "similarity"),
        aliases=("duplicate", "근접 중복", "중복 이미지", "사본"),
    ),
    Term(
        "leak",
        "data",
        ("data leak", "데이터 누수"),
        (
            "Something of the images that judge the model has reached its training, so the score "
            "comes out better than use will be. Copies in two parts, the same patient on both "
            "sides, statistics taken over all images, or a test part that was looked at ten times "
            "to choose a recipe are all leaks.",
            "모델을 평가할 이미지의 정보가 학습에 들어가 점수가 실제보다 좋게 나오는 것입니다. 두 "
            "파트에 걸친 사본, 양쪽에 모두 있는 같은 환자, 전체 이미지로 구한 통계, 레시피를 "
            "고르느라 열 번씩 들여다본 테스트 파트가 모두 누수입니다.",
        ),
        (
            "`dojang train` stops at copies and groups in two given parts (`audit.leaks`), and "
            "what was checked stands in the report under §split.",
            "`dojang train`은 주어진 두 파트에 걸친 사본이나 그룹이 있으면 멈추고(`audit.leaks`), "
            "확인한 내용은 리포트의 §split 항목에 나옵니다.",
        ),
        see=("near-duplicate", "group", "test-part", "shortcut"),
        aliases=("leakage", "data leakage", "누출", "데이터 누출"),
    ),
    Term(
        "shortcut",
        "data",
        ("shortcut", "지름길 학습"),
        (
            "A clue that tells the class in these data but has nothing to do with it: all wolves "
            "on snow, all sick lungs from one hospital's scanner. The network learns it because "
            "it is easier than the wolf, scores well on images from the same source, and fails on "
            "the first husky in the snow.",
            "이 데이터에서는 클래스를 알려 주지만 실제로는 아무 관련이 없는 단서를 배우는 "
            "것입니다. 늑대는 모두 눈 위에서, 아픈 폐는 모두 한 병원의 장비로 찍힌 경우가 "
            "그렇습니다. 늑대보다 배우기 쉬우니 그것을 배우고, 같은 출처의 이미지에서는 점수가 "
            "좋다가 눈밭의 허스키에서 틀립니다.",
        ),
        (
            "`dojang audit` tries to tell the class from size, light, border and file name alone "
            "(`shortcut`); `dojang explain` shows where the trained model looks.",
            "`dojang audit`은 크기, 밝기, 테두리, 파일 이름만으로 클래스를 맞힐 수 있는지 "
            "검사하고(`shortcut`), `dojang explain`은 학습된 모델이 어디를 보는지 보여 줍니다.",
        ),
        see=("leak", "saliency-map", "slice", "drift"),
        aliases=("spurious correlation", "지름길", "허위 상관", "shortcut learning"),
    ),
    Term(
        "augmentation",
        "data",
        ("data augmentation", "데이터 증강"),
        (
            "Training images are changed at random each time they are shown, in ways that do not "
            "change the class: mirrored, cropped, turned by a few degrees, brightened. The "
            "network rarely sees the same pixels twice, so that it is harder to learn them by "
            "heart; but a mirrored b is a d, so not every change suits every class.",
            "학습 이미지를 보여 줄 때마다 클래스가 바뀌지 않는 선에서 무작위로 바꾸는 것입니다. "
            "좌우로 뒤집거나, 자르거나, 몇 도 돌리거나, 밝기를 바꿉니다. 같은 픽셀을 두 번 볼 "
            "일이 드물어 외우기 어려워지지만, b를 뒤집으면 d가 되듯 데이터에 맞지 않는 변환도 "
            "있습니다.",
        ),
        (
            "`augment.flip`, `augment.min_area` and their neighbours set it, and `dojang preview` "
            "draws what the network will see.",
            "`augment.flip`, `augment.min_area` 등으로 정하고, 신경망이 볼 이미지는 `dojang "
            "preview`로 미리 볼 수 있습니다.",
        ),
        see=("overfitting", "mixup", "preprocessing", "test-time-augmentation"),
        aliases=("augment", "증강"),
    ),
    Term(
        "mixup",
        "data",
        ("MixUp", "믹스업"),
        (
            "An augmentation that blends two training images, say 70 % cat and 30 % dog, and asks "
            "for the same blend of labels (Zhang and others 2018); CutMix pastes a rectangle of "
            "one into the other. It pays in long trainings of large networks and can do harm in "
            "short ones.",
            "학습 이미지 두 장을 고양이 70%, 개 30%처럼 섞고 라벨도 같은 비율로 섞어 맞히게 하는 "
            "증강입니다(Zhang 외 2018). CutMix는 한 이미지의 사각형을 다른 이미지에 붙입니다. 큰 "
            "신경망을 오래 학습할 때 도움이 되고, 짧은 학습에서는 오히려 나빠질 수 있습니다.",
        ),
        (
            "`augment.mixup` and `augment.cutmix` set its strength; both are off by default.",
            "`augment.mixup`과 `augment.cutmix`로 세기를 정하며, 둘 다 기본은 꺼져 있습니다.",
        ),
        see=("augmentation", "label-smoothing"),
        aliases=("CutMix", "컷믹스"),
        formula="x = λ a + (1 − λ) b, λ ~ Beta(α, α)",
    ),
    Term(
        "preprocessing",
        "data",
        ("preprocessing", "전처리"),
        (
            "What is done to every image in the same way, in training and in use: turned upright, "
            "brought to one size, scaled to mean 0 and spread 1. If use differs from training in "
            "any of it, say by another way of resizing, accuracy falls by points and no error is "
            "shown.",
            "학습할 때와 쓸 때 모든 이미지에 똑같이 하는 처리입니다. 방향을 바로잡고, 같은 크기로 "
            "맞추고, 평균 0, 표준편차 1로 조정합니다. 쓸 때의 처리가 크기 조절 방식 하나라도 학습 "
            "때와 다르면, 오류 없이 정확도만 몇 %p씩 떨어집니다.",
        ),
        (
            "The keys under `preprocess` set it, and it travels in the weights file of a run, so "
            "that `dojang predict` does the same.",
            "`preprocess` 아래의 키로 정하고, 실행의 가중치 파일에 함께 저장되어 `dojang "
            "predict`도 똑같이 처리합니다.",
        ),
        see=("augmentation", "normalization"),
        aliases=("resize", "데이터 전처리"),
    ),
)
