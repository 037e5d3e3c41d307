"""What a model card says."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "cli.card": (
        "Write a model card for the Hugging Face Hub from the facts of a run.",
        "실행의 기록으로 Hugging Face Hub용 모델 카드를 씁니다.",
    ),
    "cli.opt.card_out": (
        "File to write; default: README.md in the run folder",
        "쓸 파일. 기본값: 실행 폴더의 README.md",
    ),
    "cli.opt.licence": (
        "Id of the licence on the Hub, such as apache-2.0; without it the card says that there is none yet",
        "Hub의 라이선스 ID (예: apache-2.0). 주지 않으면 아직 정하지 않았다고 적음",
    ),
    "cli.opt.repo": (
        "Repository on the Hub, OWNER/NAME, for the commands of the card",
        "카드의 명령에 쓸 Hub 저장소, OWNER/NAME",
    ),
    "cli.opt.card_force": (
        "Replace a file that Dojang did not write, or that was edited",
        "Dojang이 쓰지 않았거나 사람이 고친 파일도 덮어씀",
    ),
    "card.written": ("Model card: {path}", "모델 카드: {path}"),
    "card.written.licence": (
        "It names no licence yet: --licence apache-2.0, or another that suits the data and the weights.",
        "아직 라이선스가 없습니다. --licence apache-2.0처럼 데이터와 가중치에 맞는 것을 지정하세요.",
    ),
    "card.written.private": (
        "run.json and recipe.yaml name the data by its full path: look at both before you publish them.",
        "run.json과 recipe.yaml에는 데이터의 전체 경로가 들어 있습니다. 공개하기 전에 확인하세요.",
    ),
    "card.exists": (
        "{path} was not written by Dojang, or has been edited since.",
        "{path:은/는} Dojang이 쓴 파일이 아니거나 그 뒤에 누군가 고쳤습니다.",
    ),
    "card.exists.fix": (
        "Choose another --out, or replace it with --force.",
        "다른 --out을 고르거나 --force로 덮어쓰세요.",
    ),
    "card.licence": (
        "{given} cannot be the id of a licence.",
        "{given:은/는} 라이선스 ID가 될 수 없습니다.",
    ),
    "card.licence.fix": (
        "Ids of the Hub are in small letters: apache-2.0, mit, cc-by-4.0, other.",
        "Hub의 ID는 소문자로 씁니다: apache-2.0, mit, cc-by-4.0, other.",
    ),
    "card.repo": (
        "{given} cannot be a repository of the Hub.",
        "{given:은/는} Hub 저장소 이름이 될 수 없습니다.",
    ),
    "card.repo.fix": (
        "Write it as OWNER/NAME, such as kim/clothes.",
        "OWNER/NAME 꼴로 쓰세요 (예: kim/clothes).",
    ),
    # At the top.
    "card.summary": (
        "A network that sorts images into {n} classes, trained with Dojang on {source}.",
        "이미지를 클래스 {n}개로 분류하는 신경망입니다. Dojang으로 {source}에서 학습했습니다.",
    ),
    "card.headline.opened": (
        "It answers **{value}** of the {n} images of its test part rightly (95 % interval {low} – {high}).",
        "테스트 파트의 이미지 {n}장에서 정확도 **{value}**입니다(95% 신뢰구간 {low} – {high}).",
    ),
    "card.headline.sealed": (
        "On {n} images that it did not learn from ({part}) it answers **{value}** rightly (95 % interval "
        "{low} – {high}). This is a validation score, not a test score: the test part is still sealed.",
        "학습에 쓰지 않은 이미지 {n}장({part})에서 정확도 **{value}**입니다(95% 신뢰구간 {low} – {high}). "
        "테스트 점수가 아니라 검증 점수이며, 테스트 파트는 아직 봉인되어 있습니다.",
    ),
    "card.headline.none": (
        "On {n} images that it did not learn from ({part}) it answers **{value}** rightly (95 % interval "
        "{low} – {high}). This is a validation score: there is no test part.",
        "학습에 쓰지 않은 이미지 {n}장({part})에서 정확도 **{value}**입니다(95% 신뢰구간 {low} – {high}). "
        "테스트 파트가 없어 검증 점수만 있습니다.",
    ),
    "card.headline.unscored": (
        "On {n} images that it did not learn from ({part}) it answers **{value}** rightly (95 % interval "
        "{low} – {high}). This is a validation score: the test part was opened, but no scores of it were "
        "kept.",
        "학습에 쓰지 않은 이미지 {n}장({part})에서 정확도 **{value}**입니다(95% 신뢰구간 {low} – {high}). "
        "테스트 파트를 열었지만 점수가 남아 있지 않아 검증 점수를 적었습니다.",
    ),
    "card.headline.unknown": (
        "On {n} images ({part}) it answers **{value}** rightly (95 % interval {low} – {high}). How the data "
        "were split is not known.",
        "이미지 {n}장({part})에서 정확도 **{value}**입니다(95% 신뢰구간 {low} – {high}). "
        "데이터를 어떻게 나눴는지는 알 수 없습니다.",
    ),
    "card.no_score": (
        "It has not been scored: nothing is known of how well it answers.",
        "아직 평가하지 않아 얼마나 잘 맞히는지 알 수 없습니다.",
    ),
    # Sections.
    "card.section.details": ("Model details", "모델 정보"),
    "card.section.uses": ("Uses", "용도"),
    "card.section.direct": ("What it is for", "알맞은 용도"),
    "card.section.outside": ("What it is not for", "맞지 않는 용도"),
    "card.section.start": ("How to get started", "사용 방법"),
    "card.section.data": ("Training data", "학습 데이터"),
    "card.section.training": ("Training procedure", "학습 과정"),
    "card.section.preprocessing": ("Preprocessing", "전처리"),
    "card.section.hyperparameters": ("Hyperparameters", "하이퍼파라미터"),
    "card.section.times": ("Speed, size, time", "시간과 크기"),
    "card.section.evaluation": ("Evaluation", "평가"),
    "card.section.classes": ("By class", "클래스별 점수"),
    "card.section.slices": ("Where it does worse", "점수가 낮은 조각"),
    "card.section.limits": ("Bias, risks and limitations", "편향, 위험, 한계"),
    "card.section.environment": ("Environmental impact", "환경 영향"),
    # Details.
    "card.details.task": ("Task:", "과제:"),
    "card.details.classes": (
        "image classification, one answer of",
        "이미지 분류, 다음 중 하나로 답함:",
    ),
    "card.details.network": ("Network:", "신경망:"),
    "card.details.size": (
        "{size} × {size} pixels, {parameters} parameters, {work} multiply-adds an image",
        "입력 {size} × {size}픽셀, 파라미터 {parameters}, 이미지 한 장에 곱셈-덧셈 {work}",
    ),
    "card.details.start": ("Started from:", "시작 가중치:"),
    "card.details.folds": ("Models:", "모델 수:"),
    "card.details.folds.text": (
        "{n}, one for each fold of a cross-validation; new images get the mean of their probabilities",
        "교차 검증 폴드마다 하나씩 {n}개. 새 이미지에는 확률의 평균을 씀",
    ),
    "card.details.folds.bag": (
        "{n}, each trained on images drawn with replacement; new images get the mean of their probabilities",
        "복원 추출한 이미지로 하나씩 학습한 {n}개. 새 이미지에는 확률의 평균을 씀",
    ),
    "card.details.made": ("Made with:", "만든 도구:"),
    "card.details.made.text": ("Dojang {version}, {date}", "Dojang {version}, {date}"),
    "card.details.repo": ("Repository:", "저장소:"),
    "card.details.licence": ("Licence:", "라이선스:"),
    "card.details.no_licence": (
        "not chosen yet; the author must choose one that the licences of the images and of the starting "
        "weights allow. Without one, others have no clear right to use the model.",
        "아직 정하지 않음. 이미지와 시작 가중치의 라이선스가 허용하는 것으로 저작자가 정해야 하며, 정하기 "
        "전에는 다른 사람이 이 모델을 써도 되는지 분명하지 않습니다.",
    ),
    "card.start.random": ("random weights", "무작위 가중치"),
    "card.start.hub": (
        "published weights of the same network",
        "같은 신경망의 공개된 사전 학습 가중치",
    ),
    "card.start.file": ("the weights of {file}", "{file}의 가중치"),
    # Uses.
    "card.uses.direct": (
        "Images of the same kind as those of {source}: the same subjects, taken in the same way. It gives "
        "each image a probability for every class; the scores below hold for such images alone.",
        "{source}의 이미지와 같은 종류, 즉 같은 대상을 같은 방식으로 찍은 이미지에 씁니다. 이미지마다 모든 "
        "클래스의 확률을 내놓으며, 아래 점수는 이런 이미지에서만 의미가 있습니다.",
    ),
    "card.uses.unknown": (
        "Images of none of the classes: it does not know that it does not know them, and names one of its "
        "classes, sometimes with confidence.",
        "어느 클래스도 아닌 이미지: 모른다는 것을 알지 못하고 클래스 중 하나를, 때로는 확신하며 답합니다.",
    ),
    "card.uses.elsewhere": (
        "Another camera, place, time or way of labelling, before it has been scored on images from there.",
        "카메라, 장소, 시기, 라벨 기준이 다른 이미지: 그곳의 이미지로 먼저 평가해야 합니다.",
    ),
    "card.uses.decisions": (
        "Decisions on the health, safety, rights or livelihood of people without a person who checks them.",
        "사람의 확인 없이 건강, 안전, 권리, 생계에 관한 결정을 내리는 일.",
    ),
    # Getting started.
    "card.start.lead": (
        "With Dojang {version} or later installed:",
        "Dojang {version} 이상을 설치한 뒤:",
    ),
    "card.start.files": (
        "This needs `run.json`, `recipe.yaml`, `decisions.json` and `weights/` of the run folder. Preprocessing "
        "and calibration are in them and happen by themselves.",
        "실행 폴더의 `run.json`, `recipe.yaml`, `decisions.json`, `weights/`가 필요합니다. 전처리와 확률 보정은 "
        "그 안에 들어 있어 저절로 적용됩니다.",
    ),
    # Data.
    "card.data.images": (
        "{n} images; {refused} files could not be used",
        "이미지 {n}장, 쓸 수 없었던 파일 {refused}개",
    ),
    "card.data.unknown": (
        "Who took the images, who labelled them, under which licence and with whose consent is not in the "
        "files of the run; the author must say.",
        "누가 찍고 누가 라벨을 붙였는지, 어떤 라이선스이고 누구의 동의를 받았는지는 실행 기록에 없으므로 "
        "저작자가 밝혀야 합니다.",
    ),
    "card.data.no_test": (
        "Images by class. The test part is left out here: its labels feed no number before it is opened.",
        "클래스별 이미지 수입니다. 테스트 파트의 라벨은 열기 전까지 어떤 수치에도 쓰지 않으므로 여기에 없습니다.",
    ),
    # Training.
    "card.preprocessing.lead": (
        "Done to every image, in training and in use. Mean and spread are on the scale from 0 to 255.",
        "학습할 때와 쓸 때 모든 이미지에 똑같이 하는 처리입니다. 평균과 표준편차는 0~255 척도입니다.",
    ),
    "card.preprocessing.none": (
        "Nothing was learnt yet, so there is none.",
        "아직 학습한 것이 없어 전처리 정보가 없습니다.",
    ),
    "card.hyperparameters.rest": (
        "All other settings have their default values; `recipe.yaml` has every one.",
        "나머지 설정은 모두 기본값이며, 전체는 `recipe.yaml`에 있습니다.",
    ),
    "card.progress": (
        "{epochs} epochs in {time}; the weights are those of epoch {best}, the best on the validation part",
        "{epochs}에폭, {time}. 검증 파트에서 가장 좋았던 {best}에폭의 가중치",
    ),
    "card.progress.folds": (
        "Up to {epochs} epochs a model, {folds} models, {time} in all; of each the best epoch was kept",
        "모델 {folds}개, 모델당 최대 {epochs}에폭, 모두 {time}. 모델마다 가장 좋은 에폭의 가중치를 남김",
    ),
    "card.progress.frozen": (
        "A linear head was fitted to features that were computed once, {time} in all",
        "한 번 계산한 고정 특징에 선형 분류층을 맞춤, 모두 {time}",
    ),
    # Evaluation.
    "card.evaluation.on": ("Scored on: {part}, {n} images.", "평가 대상: {part}, 이미지 {n}장."),
    "card.evaluation.seal.sealed": (
        "The best epoch and the calibration were chosen on these images, so the scores may flatter; the "
        "test part has not been opened.",
        "가장 좋은 에폭과 확률 보정을 고를 때 쓴 이미지라 점수가 실제보다 높게 나왔을 수 있습니다. 테스트 "
        "파트는 열지 않았습니다.",
    ),
    "card.evaluation.seal.opened": (
        "Neither training nor any choice recorded in the run used these images.",
        "학습에도, 실행에 기록된 어떤 선택에도 쓰지 않은 이미지입니다.",
    ),
    "card.evaluation.seal.none": (
        "The best epoch and the calibration were chosen on these images, so the scores may flatter; there "
        "is no test part.",
        "가장 좋은 에폭과 확률 보정을 고를 때 쓴 이미지라 점수가 실제보다 높게 나왔을 수 있습니다. 테스트 "
        "파트는 없습니다.",
    ),
    "card.evaluation.seal.unscored": (
        "The best epoch and the calibration were chosen on these images, so the scores may flatter.",
        "가장 좋은 에폭과 확률 보정을 고를 때 쓴 이미지라 점수가 실제보다 높게 나왔을 수 있습니다.",
    ),
    "card.evaluation.seal.unknown": (
        "Whether these images took part in any choice is not known.",
        "이 이미지를 무언가를 고르는 데 썼는지는 알 수 없습니다.",
    ),
    "card.evaluation.interval": (
        "Computed by redrawing the scored images with replacement ({units} independent units, each class by "
        "itself, whole groups where there are groups); its standard error makes Student's interval on the "
        "logit of the score. A score without any mistake has the exact bound of Clopper and Pearson.",
        "평가한 이미지를 복원 추출해 구한 표준오차로(독립 단위 {units}개, 클래스별로, 그룹이 있으면 그룹째) "
        "점수의 로짓 척도에서 스튜던트 t 구간을 계산했습니다. 하나도 틀리지 않은 점수에는 클로퍼-피어슨의 정확한 "
        "하한을 썼습니다.",
    ),
    "card.confusions": ("Most frequent confusions:", "가장 잦은 혼동:"),
    "card.slices.lead": (
        "The lowest ones, against other images of the same classes:",
        "같은 클래스의 다른 이미지와 비교해 가장 낮은 것들:",
    ),
    "card.slices.none": (
        "Not looked for, or none does worse than the other images of its classes.",
        "찾아보지 않았거나, 같은 클래스의 다른 이미지보다 못한 조각이 없습니다.",
    ),
    "card.decision.error": (
        "Calibration error: {before} before, {after} after, of the part that it was fitted on ({part}), each "
        "image by a fit without it.",
        "맞추는 데 쓴 파트({part})에서 이미지마다 그 이미지를 빼고 맞춰 잰 보정 오차: 전 {before}, 후 {after}.",
    ),
    "card.decision.counted": (
        "The scores above count every image, held back or not.",
        "위 점수는 보류한 이미지까지 모두 센 것입니다.",
    ),
    "card.decision.all": (
        "Every image gets an answer, however unsure: none is held back.",
        "확신이 낮아도 모든 이미지에 답하며, 보류하지 않습니다.",
    ),
    # Limits.
    "card.limit.seal.sealed": (
        "The scores are of the validation part, on which choices were made. What the test part would say is "
        "not known yet.",
        "선택에 쓴 검증 파트의 점수입니다. 테스트 파트에서 어떨지는 아직 모릅니다.",
    ),
    "card.limit.seal.opened": (
        "The test part was opened on {when}. Whoever changes the model because of that score can no longer "
        "take it for an honest one.",
        "테스트 파트는 {when}에 열었습니다. 그 점수를 보고 모델을 고치면 더는 공정한 점수가 아닙니다.",
    ),
    "card.limit.seal.none": (
        "There is no test part: every score is of images on which choices were made.",
        "테스트 파트가 없어 모든 점수가 선택에 쓴 이미지에서 나온 것입니다.",
    ),
    "card.limit.seal.unscored": (
        "The test part was opened on {when}, but no scores of it were kept; it can no longer serve as one "
        "that nobody has seen.",
        "테스트 파트를 {when}에 열었지만 점수가 남아 있지 않습니다. 이제는 아무도 보지 않은 파트로 쓸 수 "
        "없습니다.",
    ),
    "card.limit.seal.unknown": (
        "How the data were split is not known.",
        "데이터를 어떻게 나눴는지 알 수 없습니다.",
    ),
    "card.limit.interval": (
        "The intervals cover which images were scored. They do not cover training again with another seed.",
        "신뢰구간은 어떤 이미지로 평가했는지에 따른 우연만 반영하며, 다른 시드로 다시 학습할 때의 차이는 "
        "반영하지 않습니다.",
    ),
    "card.limit.few_scored": (
        "{n} classes were scored on fewer than {bound} images, so their scores may be chance: {names}.",
        "클래스 {n}개는 {bound}장 미만으로 평가해 점수가 우연일 수 있습니다: {names}.",
    ),
    "card.limit.few_training": (
        "{n} classes have fewer than {bound} images to learn from: {names}.",
        "클래스 {n}개는 학습 이미지가 {bound}장 미만입니다: {names}.",
    ),
    "card.limit.uneven": (
        "The largest class has {ratio} times the training images of the smallest; small ones are missed more "
        "easily.",
        "가장 큰 클래스의 학습 이미지가 가장 작은 클래스의 {ratio}배라 작은 클래스를 놓치기 쉽습니다.",
    ),
    "card.limit.near_duplicates": (
        "Near-duplicates were not looked for: some may stand in two parts and make the scores too good.",
        "거의 같은 이미지를 찾지 않았습니다. 두 파트에 걸쳐 있으면 점수가 부풀려졌을 수 있습니다.",
    ),
    "card.limit.allowed": (
        "Errors of these checks of the data were allowed by name: {names}.",
        "다음 데이터 검사의 오류를 허용하고 학습했습니다: {names}.",
    ),
    "card.limit.unfinished": (
        "The training has not finished.",
        "학습이 끝나지 않았습니다.",
    ),
    "card.limit.closed": (
        "It knows its classes and nothing else, and cannot say that an image shows none of them.",
        "정해진 클래스밖에 모르며, 어느 클래스도 아닌 이미지를 가려내지 못합니다.",
    ),
    "card.limit.unchecked": ("Never checked: {what}.", "확인하지 않은 것: {what}."),
    "card.never.elsewhere": (
        "images from other cameras, places and times",
        "다른 카메라, 장소, 시기의 이미지",
    ),
    "card.never.people": (
        "whether it treats groups of people alike",
        "사람의 집단에 따라 다르게 작동하는지",
    ),
    "card.never.attack": (
        "images that were made to deceive it",
        "속이려고 만든 이미지",
    ),
    "card.never.explanations": (
        "whether its explanations show what its answers hang on",
        "설명이 답의 실제 근거를 보여 주는지",
    ),
    "card.never.seeds": (
        "how much it varies from training to training",
        "다시 학습할 때마다 얼마나 달라지는지",
    ),
    # The rest.
    "card.environment.none": (
        "Energy and emissions were not measured.",
        "에너지 사용량과 탄소 배출량은 재지 않았습니다.",
    ),
    "card.reproduce.lead": (
        "Of paths only the last part is shown. With `recipe.yaml`, the same data, machine and versions give "
        "the same weights on a CPU.",
        "경로는 마지막 부분만 적었습니다. `recipe.yaml`과 같은 데이터, 장비, 버전이면 CPU에서 같은 가중치가 "
        "나옵니다.",
    ),
    "card.hash": ("SHA-256 of {file}", "{file}의 SHA-256"),
}
