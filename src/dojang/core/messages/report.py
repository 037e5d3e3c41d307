"""What the report says."""

MESSAGES: dict[str, tuple[str, str]] = {
    "report.title": ("{name} · Dojang report", "{name} · Dojang 리포트"),
    "report.kind": ("Training report", "학습 리포트"),
    "report.skip": ("Skip to the content", "본문으로 건너뛰기"),
    "report.contents": ("Contents", "목차"),
    "report.footer": (
        "Written by Dojang {version} from the files of the run alone. "
        "This page loads nothing from anywhere.",
        "Dojang {version:이/가} 실행 폴더의 파일만으로 작성했습니다. "
        "이 페이지는 외부에서 아무것도 불러오지 않습니다.",
    ),
    "report.left_out": (
        "{n} pictures were left out to keep this page small; they are in the run folder.",
        "페이지 크기를 줄이려고 그림 {n}장을 뺐습니다. 실행 폴더에서 볼 수 있습니다.",
    ),
    "report.more": ("and {n} more", "외 {n}개"),
    "report.cut": ("{n} more rows are not listed here.", "나머지 {n}행은 여기에 싣지 않았습니다."),
    "report.px": ("{n} px", "{n}px"),
    "report.class": ("Class", "클래스"),
    "report.file": ("File", "파일"),
    "report.reason": ("Reason", "이유"),
    "report.fold": ("Fold", "폴드"),
    "report.time.hours": ("{hours} h {minutes} min", "{hours}시간 {minutes}분"),
    "report.time.minutes": ("{minutes} min {seconds} s", "{minutes}분 {seconds}초"),
    "report.time.seconds": ("{seconds} s", "{seconds}초"),
    # Sections.
    "report.section.problem": ("The problem", "문제 정의"),
    "report.section.data": ("The data", "데이터"),
    "report.section.split": ("The split", "데이터 분할"),
    "report.section.model": ("The model", "모델"),
    "report.section.recipe": ("The recipe", "레시피"),
    "report.section.curve": ("The learning curve", "학습 곡선"),
    "report.section.scores": ("The scores", "점수"),
    "report.section.confusion": ("The confusion matrix", "혼동 행렬"),
    "report.section.mistakes": ("Mistakes, explained", "오답과 그 근거"),
    "report.section.reproduce": ("How to reproduce it", "재현 방법"),
    "report.section.versions": ("Versions", "버전"),
    # Parts.
    "report.part.train": ("Training", "학습"),
    "report.part.valid": ("Validation", "검증"),
    "report.part.test": ("Test", "테스트"),
    "report.part.cv": ("Cross-validation", "교차 검증"),
    "report.part.oof": ("Out-of-fold", "OOF(교차 검증)"),
    # Header.
    "report.header.dataset": ("Trained on", "데이터셋"),
    "report.header.classes": ("Classes", "클래스"),
    "report.header.samples": ("Images", "이미지"),
    "report.header.time": ("Time", "소요 시간"),
    "report.header.created": ("Created", "만든 날"),
    "report.header.no_score": ("Not scored yet", "아직 평가하지 않음"),
    "report.status.running": (
        "This run is still going on. The page shows how far it has come.",
        "아직 실행 중입니다. 지금까지의 결과만 보여 줍니다.",
    ),
    "report.status.interrupted": (
        "This run was interrupted. The page shows how far it came; dojang resume goes on with it.",
        "중단된 실행입니다. 중단될 때까지의 결과만 보여 줍니다. "
        "이어서 학습하려면 dojang resume 명령을 쓰세요.",
    ),
    "report.status.diverged": (
        "The training diverged: the loss was no longer a finite number. "
        "A smaller learning rate is the first thing to try.",
        "학습이 발산했습니다. 손실이 유한한 값을 벗어났습니다. 먼저 학습률을 낮춰 보세요.",
    ),
    "report.seal.title": (
        "The test part is still sealed.",
        "테스트 파트는 아직 봉인되어 있습니다.",
    ),
    "report.seal.text": (
        "The score above is a validation score. Choices such as the best epoch were made on the "
        "same images, so it may flatter the model. Once you have stopped changing things, open the "
        "test part:",
        "위 점수는 검증 점수입니다. 가장 좋은 에폭을 고를 때도 같은 이미지를 썼기 때문에 "
        "실제보다 높게 나왔을 수 있습니다. 더 바꿀 것이 없을 때 테스트 파트를 여세요.",
    ),
    "report.seal.text.no_score": (
        "Nothing in this report was computed from it.",
        "이 리포트의 어떤 값도 테스트 파트로 계산하지 않았습니다.",
    ),
    "report.opened.title": ("The test part has been opened.", "테스트 파트를 열었습니다."),
    "report.opened.on": ("It was opened on {date}.", "연 날짜: {date}."),
    "report.opened.text": (
        "Neither training nor any choice used these images. If you now change the recipe because "
        "of this score, it is no longer an honest estimate.",
        "학습에도, 무언가를 고르는 데에도 쓰지 않은 이미지입니다. "
        "이 점수를 보고 레시피를 고치면 더는 공정한 추정치가 아닙니다.",
    ),
    "report.unscored.text": (
        "But the run folder holds no test scores, so the score shown is a validation score.",
        "하지만 실행 폴더에 테스트 점수가 없어서 검증 점수를 보여 줍니다.",
    ),
    "report.no_test.title": ("There is no test part.", "테스트 파트가 없습니다."),
    "report.no_test.text": (
        "A validation score may flatter the model, because the best epoch was chosen on the same "
        "images. Keep some images apart to know how it fares on new ones.",
        "가장 좋은 에폭을 같은 이미지로 골랐기 때문에 검증 점수는 실제보다 높게 나왔을 수 있습니다. "
        "새 이미지에서의 성능을 알려면 일부 이미지를 따로 남겨 두세요.",
    ),
    # The problem.
    "report.problem.in": ("What goes in", "입력"),
    "report.problem.in.size": (
        "One colour image, turned upright and brought to {size} × {size} pixels.",
        "컬러 이미지 한 장. 방향을 바로잡고 {size} × {size}픽셀로 맞춥니다.",
    ),
    "report.problem.in.any": ("One colour image.", "컬러 이미지 한 장."),
    "report.resize.squash": (
        "Its sides are stretched to a square.",
        "가로세로 비율을 무시하고 정사각형으로 늘이거나 줄입니다.",
    ),
    "report.resize.crop": (
        "Its centre is kept and the rest is cut off.",
        "가운데만 남기고 나머지는 잘라 냅니다.",
    ),
    "report.resize.pad": (
        "It is kept whole and grey borders make it a square.",
        "이미지 전체를 살리고 회색 여백을 채워 정사각형으로 만듭니다.",
    ),
    "report.problem.out": ("What comes out", "출력"),
    "report.problem.out.text": (
        "A probability for each of {n} classes; the largest one is the answer.",
        "클래스 {n}개 각각의 확률. 가장 큰 값이 모델의 답입니다.",
    ),
    "report.problem.scored": ("How it is scored", "평가 방법"),
    "report.problem.scored.text": (
        "By the share of images it has never trained on that it answers rightly (accuracy), with "
        "an interval that says how far chance alone may move that share.",
        "학습에 쓰지 않은 이미지를 얼마나 맞히는지 정확도로 평가하고, "
        "우연만으로 정확도가 얼마나 달라질 수 있는지 신뢰구간으로 나타냅니다.",
    ),
    # The data.
    "report.data.source": ("Source", "출처"),
    "report.data.ratio": ("Largest : smallest class", "최대 : 최소 클래스"),
    "report.data.balance": ("Class balance", "클래스 균형"),
    "report.data.balance.absent": (
        "The run folder holds no numbers by class.",
        "실행 폴더에 클래스별 이미지 수가 없습니다.",
    ),
    "report.data.balance.caption": (
        "Look for classes with far shorter bars than the rest: the model sees them least and "
        "tends to miss them. The test part is not shown here on purpose.",
        "다른 클래스보다 막대가 훨씬 짧은 클래스를 찾아보세요. 모델이 가장 적게 보고 "
        "놓치기 쉬운 클래스입니다. 테스트 파트는 일부러 보여 주지 않습니다.",
    ),
    "report.data.smaller": ("{n} smaller classes", "더 작은 클래스 {n}개"),
    "report.data.contact": ("A look at the training images", "학습 이미지 훑어보기"),
    "report.data.contact.absent": (
        "No pictures of the training part were kept.",
        "저장된 학습 이미지가 없습니다.",
    ),
    "report.data.contact.caption": (
        "Look for pictures that do not belong to their class, and for anything but the subject, "
        "such as a background or a stamp, that would give the class away.",
        "클래스에 맞지 않는 이미지가 있는지, 배경이나 워터마크처럼 대상이 아닌 것이 "
        "정답을 알려 주고 있지는 않은지 살펴보세요.",
    ),
    "report.data.contact.more": ("{n} more classes", "나머지 클래스 {n}개"),
    "report.data.picture": (
        "Training image of class {name}: {id}",
        "{name} 클래스의 학습 이미지: {id}",
    ),
    "report.data.refused": ("Refused files", "제외된 파일"),
    "report.data.refused.list": ("Files that were set aside: {n}", "사용하지 않은 파일 {n}개"),
    "report.data.refused.none": (
        "None: every file could be read.",
        "없습니다. 모든 파일을 읽었습니다.",
    ),
    "report.data.refused.unlisted": (
        "{n} files were set aside; the run folder does not name them.",
        "파일 {n}개를 제외했지만 실행 폴더에 목록이 없습니다.",
    ),
    "report.data.refused.caption": (
        "Look whether one class or one reason stands out: then something damages files on their way.",
        "특정 클래스나 이유에 몰려 있는지 보세요. 몰려 있다면 파일을 만들거나 옮기는 과정에 "
        "문제가 있을 수 있습니다.",
    ),
    # The split.
    "report.split.absent": (
        "The run folder holds no split yet.",
        "아직 데이터를 나누지 않았습니다.",
    ),
    "report.split.kind.given": (
        "The parts were given with the data and kept as they are.",
        "데이터에 정해져 있던 분할을 그대로 썼습니다.",
    ),
    "report.split.kind.holdout": (
        "The images were dealt to the parts at random, each class in the same shares.",
        "클래스 비율을 유지하면서 이미지를 무작위로 나누었습니다.",
    ),
    "report.split.kind.kfold": (
        "Apart from the test part, the images were dealt to {folds} folds; each fold was validated "
        "once, by a model that did not train on it.",
        "테스트 파트를 뺀 이미지를 {folds}개 폴드로 나누고, 각 폴드를 그 폴드로 학습하지 않은 "
        "모델로 한 번씩 검증했습니다.",
    ),
    "report.split.kind.time": (
        "The oldest images train, newer ones validate, the newest test.",
        "오래된 이미지로 학습하고, 그보다 최근 것으로 검증하고, 가장 최근 것으로 테스트합니다.",
    ),
    "report.split.kind.bootstrap": (
        "Apart from the test part, {folds} models each trained on images drawn with replacement and were "
        "validated on those not drawn (out of bag).",
        "테스트 파트를 뺀 나머지에서 모델 {folds}개가 각각 복원추출한 이미지로 학습하고, 뽑히지 않은(out-of-bag) "
        "이미지로 검증했습니다.",
    ),
    "report.split.notes": ("What could not be had as asked", "요청대로 할 수 없었던 것"),
    "report.split.seed": ("Seed of the split: {seed}.", "분할 시드: {seed}."),
    "report.split.caption": (
        "Look at the size of the part that scores: the fewer images, the wider every interval "
        "below.",
        "평가에 쓰는 파트의 크기를 보세요. 이미지가 적을수록 아래의 모든 신뢰구간이 넓어집니다.",
    ),
    "report.split.proofs": ("What was checked", "확인한 사항"),
    # The model.
    "report.model.absent": (
        "The run folder holds no table of layers yet.",
        "실행 폴더에 아직 레이어 표가 없습니다.",
    ),
    "report.model.start.random": ("trained from random weights", "무작위 가중치에서 학습 시작"),
    "report.model.start.hub": (
        "started from published weights",
        "공개된 사전 학습 가중치에서 시작",
    ),
    "report.model.start.file": ("started from the weights in {file}", "{file}의 가중치에서 시작"),
    "report.model.parameters": ("Parameters", "파라미터"),
    "report.model.multiply_adds": ("Multiply-adds", "곱셈-덧셈(MAC)"),
    "report.model.size": ("Input in pixels", "입력 크기(픽셀)"),
    "report.model.layers": ("Layers", "레이어"),
    "report.model.table": ("All {n} layers", "레이어 {n}개 모두 보기"),
    "report.model.layer": ("Layer", "레이어"),
    "report.model.type": ("Kind", "종류"),
    "report.model.output": ("Output size", "출력 크기"),
    "report.model.field": ("Receptive field", "수용 영역"),
    "report.model.whole": ("whole image", "이미지 전체"),
    "report.model.caption": (
        "Look whether the receptive field grows to the size of what matters in the picture, and "
        "where the parameters sit. Multiply-adds are for one image.",
        "수용 영역이 이미지에서 중요한 대상의 크기까지 커지는지, 파라미터가 어디에 몰려 있는지 "
        "보세요. 곱셈-덧셈 횟수는 이미지 한 장 기준입니다.",
    ),
    # The recipe.
    "report.recipe.absent": ("The run folder holds no recipe.", "실행 폴더에 레시피가 없습니다."),
    "report.recipe.lead": (
        "These values were left open, and were chosen for these data and this machine:",
        "정해 두지 않아 데이터와 장비에 맞춰 자동으로 고른 값입니다.",
    ),
    "report.recipe.no_reasons": (
        "Every value was written in the recipe; nothing was chosen automatically.",
        "모든 값이 레시피에 정해져 있어 자동으로 고른 값이 없습니다.",
    ),
    "report.recipe.all": ("All {n} settings", "설정 {n}개 모두 보기"),
    "report.recipe.setting": ("Setting", "설정"),
    "report.recipe.value": ("Value", "값"),
    "report.recipe.about": ("What it does", "설명"),
    # The learning curve.
    "report.curve.absent": ("No epoch was finished.", "끝난 에폭이 없습니다."),
    "report.curve.legend": ("Legend", "범례"),
    "report.curve.best": ("Best epoch", "최적 에폭"),
    "report.curve.fold": ("Single folds (thin)", "폴드별(가는 선)"),
    "report.curve.loss": ("Loss by epoch", "에폭별 손실"),
    "report.curve.log": ("logarithmic", "로그 눈금"),
    "report.curve.rate": ("Learning rate", "학습률"),
    "report.curve.train_loss": ("Training loss", "학습 손실"),
    "report.curve.train_accuracy": ("Training accuracy", "학습 정확도"),
    "report.curve.valid_loss": ("Validation loss", "검증 손실"),
    "report.curve.valid_accuracy": ("Validation accuracy", "검증 정확도"),
    "report.curve.caption": (
        "Look for the place where the validation loss turns upwards while the training loss still "
        "falls: from there on the model learns the training images by heart (overfitting). "
        "Both losses are measured without augmentation, so they can be compared.",
        "학습 손실은 줄어드는데 검증 손실이 다시 오르기 시작하는 지점을 찾아보세요. 그때부터는 "
        "학습 이미지를 외우는 것(과적합)입니다. 두 손실 모두 증강 없이 측정해 서로 비교할 수 "
        "있습니다.",
    ),
    "report.curve.folds": (
        "One model for each of {n} folds: thin lines are single folds, thick lines are their "
        "mean as far as all of them go.",
        "폴드 {n}개마다 모델을 하나씩 학습했습니다. 가는 선은 폴드별 곡선이고, "
        "굵은 선은 모든 폴드가 함께 진행된 구간의 평균입니다.",
    ),
    # The scores.
    "report.scores.absent": (
        "Not scored: the training has not finished.",
        "학습이 끝나지 않아 아직 평가하지 않았습니다.",
    ),
    "report.scores.on": (
        "Part: {part}, {n} images. Scores by class and the confusion matrix are of this part too.",
        "파트: {part}, 이미지 {n}장. 클래스별 점수와 혼동 행렬도 이 파트의 것입니다.",
    ),
    "report.scores.caption": (
        "The dot is the score, the bar its 95 % interval. Look whether accuracy and balanced "
        "accuracy differ: then large classes hide how small ones fare.",
        "점은 점수, 막대는 95% 신뢰구간입니다. 정확도와 균형 정확도가 차이 나는지 보세요. "
        "차이가 크면 큰 클래스가 작은 클래스의 성적을 가리고 있는 것입니다.",
    ),
    "report.scores.meaning": (
        "What the interval means: if other images of the same kind were drawn and scored again and "
        "again, about 95 of 100 such intervals would hold the true score of this model. It says "
        "nothing of a different camera, place or way of labelling, nor of training again with "
        "another seed.",
        "신뢰구간의 뜻: 같은 종류의 이미지를 새로 뽑아 평가하기를 되풀이하면, 이렇게 만든 구간 "
        "100개 중 약 95개가 이 모델의 실제 점수를 포함합니다. 카메라나 장소, 라벨 기준이 바뀌는 "
        "경우와 다른 시드로 다시 학습하는 경우의 차이는 반영하지 않습니다.",
    ),
    "report.scores.bootstrap": (
        "Computed by drawing the scored images anew with replacement (bootstrap), whole groups of "
        "images where there are groups.",
        "평가한 이미지를 복원 추출해 계산했습니다(부트스트랩). 그룹이 있으면 그룹째 추출합니다.",
    ),
    "report.scores.name": ("Score", "점수"),
    "report.scores.value": ("Value", "값"),
    "report.scores.interval": ("95 % interval", "95% 신뢰구간"),
    "report.scores.help": ("What it tells", "뜻"),
    "report.scores.all": ("All scores ({part})", "모든 점수 ({part})"),
    "report.classes.intervals": (
        "Every score by class, with intervals",
        "클래스별 모든 점수와 신뢰구간",
    ),
    "report.section.classes": ("Scores by class", "클래스별 점수"),
    "report.section.steps": ("Steps", "할 일"),
    "report.classes.rest": ("{n} stronger classes", "점수가 더 높은 클래스 {n}개"),
    "report.classes.caption": (
        "Weakest first. Look for low recall (the class is missed) and low precision (others are "
        "taken for it); with few images a figure may be chance.",
        "점수가 낮은 클래스부터 나옵니다. 재현율이 낮으면 그 클래스를 놓치는 것이고, 정밀도가 "
        "낮으면 다른 클래스를 그 클래스로 착각하는 것입니다. 이미지 수가 적으면 우연일 수 있습니다.",
    ),
    "report.precision": ("Precision", "정밀도"),
    "report.recall": ("Recall", "재현율"),
    "report.f1": ("F1", "F1"),
    "report.support": ("Images", "이미지 수"),
    # The confusion matrix.
    "report.confusion.absent": (
        "Not scored, so there is none.",
        "평가하지 않아 혼동 행렬이 없습니다.",
    ),
    "report.confusion.wrong": (
        "{wrong} of {n} images were answered wrongly.",
        "이미지 {n}장 중 {wrong}장을 틀렸습니다.",
    ),
    "report.confusion.many": (
        "With {n} classes a matrix is hard to read; these are the pairs that matter most.",
        "클래스가 {n}개라 행렬로는 읽기 어려워, 가장 많이 혼동한 쌍만 보여 줍니다.",
    ),
    "report.confusion.true": ("True class", "실제 클래스"),
    "report.confusion.predicted": ("Predicted class", "예측 클래스"),
    "report.confusion.count": ("Images", "이미지 수"),
    "report.confusion.share": ("Share of true class", "실제 클래스 중 비율"),
    "report.confusion.caption": (
        "Each cell gives the number of images and its share of the row. Look for dark cells off "
        "the diagonal: two classes that the model cannot tell apart.",
        "각 칸은 이미지 수와 행에서 차지하는 비율입니다. 대각선 밖에서 색이 진한 칸을 찾아보세요. "
        "모델이 서로 구별하지 못하는 클래스입니다.",
    ),
    "report.confusion.top": ("Most frequent confusions", "가장 잦은 혼동"),
    "report.confusion.top.caption": (
        "Look for pairs that a person would confuse too: their labels may be in doubt.",
        "사람도 헷갈릴 만한 쌍인지 살펴보세요. 라벨 자체가 모호할 수 있습니다.",
    ),
    # Mistakes.
    # How to reproduce.
    "report.reproduce.lead": (
        "The same data, recipe and seeds on the same machine and versions give the same weights.",
        "같은 장비와 버전에서 데이터, 레시피, 시드가 같으면 같은 가중치가 나옵니다.",
    ),
    "report.reproduce.recipe": ("The complete recipe", "레시피 전문"),
    "report.seed.split": ("Seed of the split", "분할 시드"),
    "report.seed.train": ("Seed of the training", "학습 시드"),
    "report.hash.data": ("Hash of the data (SHA-256)", "데이터 해시(SHA-256)"),
    "report.hash.split": ("Hash of the split (SHA-256)", "분할 해시(SHA-256)"),
    # Versions.
    "report.env.dojang": ("Dojang", "Dojang"),
    "report.env.python": ("Python", "Python"),
    "report.env.torch": ("PyTorch", "PyTorch"),
    "report.env.torchvision": ("torchvision", "torchvision"),
    "report.env.timm": ("timm", "timm"),
    "report.env.numpy": ("NumPy", "NumPy"),
    "report.env.pillow": ("Pillow", "Pillow"),
    "report.env.platform": ("System", "운영 체제"),
    "report.env.processor": ("Processor", "프로세서"),
    "report.env.cores": ("Cores", "코어 수"),
    "report.env.device": ("Device", "연산 장치"),
    "report.env.precision": ("Precision", "연산 정밀도"),
}
