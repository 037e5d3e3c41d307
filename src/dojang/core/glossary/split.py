"""Who learns, who chooses, who judges."""

from __future__ import annotations

from dojang.core.glossary.term import Term

TERMS = (
    Term(
        "training-part",
        "split",
        ("training part", "학습 파트"),
        (
            "The images from which weights are learnt. A score on them says how well they were "
            "learnt, not how the model will do: a large network reaches 100 % on training images "
            "whose labels were shuffled.",
            "가중치를 배우는 데 쓰는 이미지입니다. 여기서 잰 점수는 얼마나 외웠는지를 말할 뿐, 새 "
            "이미지에서의 성능이 아닙니다. 큰 신경망은 라벨을 무작위로 섞은 학습 이미지도 100% "
            "맞힐 수 있습니다.",
        ),
        (
            "Whatever `split.valid` and `split.test` leave is the training part, 70 % by default.",
            "`split.valid`와 `split.test`를 뺀 나머지가 학습 파트이며, 기본값으로는 70%입니다.",
        ),
        see=("validation-part", "test-part", "overfitting"),
        aliases=("training set", "train set", "학습 데이터", "훈련 데이터"),
    ),
    Term(
        "validation-part",
        "split",
        ("validation part", "검증 파트"),
        (
            "Images kept out of learning and used to choose: the best epoch, the recipe, a "
            "threshold. Because the choice was made on them their score flatters a little, the "
            "more so the more was tried and the fewer images there are.",
            "학습에 쓰지 않고, 가장 좋은 에폭이나 레시피, 임계값을 고르는 데 쓰는 이미지입니다. "
            "그 점수를 보고 골랐으므로 실제보다 조금 좋게 나오며, 여러 번 시도할수록, 이미지가 "
            "적을수록 더 그렇습니다.",
        ),
        (
            "`split.valid` sets its share; `dojang train` scores it at the end.",
            "`split.valid`로 비율을 정하고, `dojang train`이 마지막에 이 파트로 평가합니다.",
        ),
        see=("test-part", "early-stopping", "cross-validation"),
        aliases=("validation set", "dev set", "검증 데이터", "검증 세트"),
    ),
    Term(
        "test-part",
        "split",
        ("test part", "테스트 파트"),
        (
            "Images that no learning and no choice has used, to judge the finished model once. "
            "Each further look that leads to a change turns it a little more into a validation "
            "part, and nobody can give the honesty back.",
            "학습에도 선택에도 쓰지 않고 남겨 두었다가, 완성된 모델을 한 번 평가하는 "
            "이미지입니다. 점수를 보고 무언가를 고칠 때마다 조금씩 검증 파트가 되어 버리고, 한번 "
            "잃은 공정함은 되돌릴 수 없습니다.",
        ),
        (
            "It stays sealed until `dojang evaluate` opens it, and `run.json` records when that "
            "was.",
            "`dojang evaluate`로 열기 전까지 봉인되며, 언제 열었는지는 `run.json`에 기록됩니다.",
        ),
        see=("validation-part", "leak", "confidence-interval"),
        aliases=("test set", "holdout", "테스트 데이터", "테스트 세트"),
    ),
    Term(
        "stratification",
        "split",
        ("stratification", "층화 분할"),
        (
            "Dealing images to the parts class by class, so that each part has the classes in the "
            "same shares. By chance alone, a class of 20 images would be without a single one in "
            "a validation part of 15 % in 1 of 26 splits, and its score could not be told.",
            "클래스별로 나누어 각 파트의 클래스 비율을 같게 하는 것입니다. 그냥 무작위로 나누면 "
            "이미지가 20장인 클래스는 15% 검증 파트에 한 장도 들어가지 않을 확률이 약 26분의 "
            "1이고, 그러면 그 클래스의 점수를 잴 수 없습니다.",
        ),
        (
            "`split.stratify` says how strictly, and the default keeps images in their part when "
            "data are added.",
            "`split.stratify`로 얼마나 엄격하게 할지 정하며, 기본값은 데이터가 늘어도 기존 "
            "이미지의 파트를 유지합니다.",
        ),
        see=("class-imbalance", "cross-validation", "group"),
        aliases=("stratified split", "층화 추출", "층화"),
    ),
    Term(
        "group",
        "split",
        ("group", "그룹"),
        (
            "Samples that belong together and must stay on one side of the split: all images of a "
            "patient, a film, a site. Split at random, the model meets the same person in "
            "training and test and recognises the person; the score drops when groups are kept "
            "whole, and the lower one is the true one.",
            "한데 묶여 있어서 분할할 때 같은 쪽에 두어야 하는 샘플들입니다. 한 환자, 한 영상, 한 "
            "촬영 장소의 이미지가 그렇습니다. 무작위로 나누면 학습과 테스트에 같은 사람이 나와 "
            "병이 아니라 사람을 알아보게 되고, 그룹째 나누면 점수가 떨어지는데, 그 낮은 점수가 "
            "진짜입니다.",
        ),
        (
            "`data.group_col` names the column, or `--group-col` on the command line; intervals "
            "then redraw whole groups.",
            "`data.group_col`이나 명령줄의 `--group-col`로 열을 지정하면 분할뿐 아니라 신뢰구간도 "
            "그룹째 다시 뽑아 계산합니다.",
        ),
        see=("leak", "sample", "bootstrap"),
        aliases=("grouped split", "그룹 분할"),
    ),
    Term(
        "cross-validation",
        "split",
        ("cross-validation", "교차 검증"),
        (
            "The images are dealt to, say, 5 folds, and 5 models are trained, each validated on "
            "the fold that it did not see. Every image is judged once, so the score rests on all "
            "images instead of 15 % of them, at five times the cost; the five models share most "
            "of their training images, so they are not five independent repetitions.",
            "이미지를 예를 들어 5개 폴드로 나누고 모델 5개를 학습해, 각 모델을 학습에 쓰지 않은 "
            "폴드로 검증하는 방법입니다. 모든 이미지가 한 번씩 평가되므로 15%가 아니라 전체로 "
            "점수를 재지만 비용은 5배 듭니다. 다섯 모델은 학습 이미지를 대부분 공유하므로 서로 "
            "독립인 반복은 아닙니다.",
        ),
        (
            "`split.kind=kfold` turns it on, `split.folds` says how many.",
            "`split.kind=kfold`로 켜고, 폴드 수는 `split.folds`로 정합니다.",
        ),
        see=("out-of-fold", "validation-part", "ensemble"),
        aliases=("k-fold", "folds", "fold", "폴드", "K-폴드"),
    ),
    Term(
        "out-of-fold",
        "split",
        ("out-of-fold prediction", "OOF 예측"),
        (
            "The prediction for an image by the one model of a cross-validation that did not "
            "learn from it. Put together they give an honest prediction of every image outside of "
            "the test part, on which label errors are found, thresholds fitted and scores "
            "computed.",
            "교차 검증에서 그 이미지를 학습하지 않은 모델이 내놓은 예측입니다. 모두 모으면 테스트 "
            "파트를 뺀 모든 이미지에 대한 공정한 예측이 되어, 라벨 오류를 찾고 임계값을 맞추고 "
            "점수를 계산하는 바탕이 됩니다.",
        ),
        (
            "With `split.kind=kfold` they are the validation predictions of the run, and `dojang "
            "labels` reads them.",
            "`split.kind=kfold`에서는 실행의 검증 예측이 곧 OOF 예측이고, `dojang labels`가 "
            "이것을 읽습니다.",
        ),
        see=("cross-validation", "label-noise", "calibration"),
        aliases=("OOF", "cross-fitting"),
    ),
)
