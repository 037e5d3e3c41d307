"""The questions of the report, their answers, and what to do next."""

MESSAGES: dict[str, tuple[str, str]] = {
    "report.question.trust": ("Can I trust the data?", "데이터를 믿을 수 있나?"),
    "report.question.learned": ("Did it learn?", "제대로 학습했나?"),
    "report.question.good": ("How good is it, really?", "실제로 얼마나 잘하나?"),
    "report.question.fails": ("Where does it fail?", "어디서 틀리나?"),
    "report.question.why": ("Why?", "왜 틀리나?"),
    "report.question.next": ("What next?", "다음에 할 일은?"),
    "report.level.good": ("In order", "문제없음"),
    "report.level.watch": ("Look closer", "확인 필요"),
    "report.level.bad": ("Problem", "문제 있음"),
    "report.level.unknown": ("Not known", "알 수 없음"),
    "report.level.next": ("Next step", "다음 단계"),
    # At a glance.
    "report.glance": ("At a glance", "한눈에 보기"),
    "report.glance.good": ("How good", "얼마나 잘하나"),
    "report.glance.sure": ("How sure", "얼마나 확실한가"),
    "report.glance.worst": ("Worst class", "가장 약한 클래스"),
    "report.glance.next": ("Next step", "다음 단계"),
    "report.glance.interval": (
        "95 % interval, from {n} images",
        "95% 신뢰구간, 이미지 {n}장 기준",
    ),
    "report.glance.recall": (
        "{share} of its images are found ({low} – {high})",
        "재현율 {share} ({low} – {high})",
    ),
    "report.glance.precision": (
        "{share} of the answers that name it are right ({low} – {high})",
        "정밀도 {share} ({low} – {high})",
    ),
    "report.glance.taken_for": ("most often taken for {other}", "주로 {other:으로/로} 착각"),
    "report.glance.taken_from": (
        "most often said of {other}",
        "주로 {other:을/를} 이 클래스로 착각",
    ),
    "report.glance.even": ("within chance of the others", "다른 클래스와의 차이는 우연일 수 있음"),
    "report.glance.more": ("Why, and what else", "이유와 다른 할 일"),
    "report.glance.no_class": ("Not scored by class", "클래스별 점수 없음"),
    # Can I trust the data?
    "report.answer.trust.unknown": (
        "Not known yet: the images have not been dealt to parts.",
        "아직 이미지를 파트로 나누지 않아 알 수 없습니다.",
    ),
    "report.answer.trust.straddling": (
        "With care: the data came with parts, and {n} sets of copies or near-duplicates are in several of "
        "them, so scores may be a little too good.",
        "주의하세요. 데이터에 정해져 있던 분할에서 사본이나 유사 중복 {n}묶음이 여러 파트에 걸쳐 있어 점수가 조금 높게 나올 수 "
        "있습니다.",
    ),
    "report.answer.trust.refused": (
        "With care: {n} of {all} files could not be used.",
        "주의하세요. 파일 {all}개 중 {n}개를 쓸 수 없었습니다.",
    ),
    "report.answer.trust.few": (
        "With care: {name} has only {n} images to learn from.",
        "주의하세요. {name} 클래스의 학습 이미지가 {n}장뿐입니다.",
    ),
    "report.answer.trust.uneven": (
        "With care: {largest} has {times} times as many images as {smallest}; otherwise nothing was found "
        "that would spoil the scores.",
        "주의하세요. {largest}의 이미지가 {smallest}의 {times}배입니다. 그 밖에 점수를 믿지 못할 이유는 찾지 못했습니다.",
    ),
    "report.answer.trust.unlooked": (
        "Largely: no copy of a file is in two parts, but nobody looked for near-duplicates.",
        "대체로 그렇습니다. 두 파트에 걸친 사본은 없지만, 유사 중복 이미지는 찾아보지 않았습니다.",
    ),
    "report.answer.trust.whole": (
        "Yes, as far as was checked: the files can be read, the classes are of like size, and no copies or "
        "near-duplicates are in two parts.",
        "확인한 범위에서는 그렇습니다. 파일을 읽을 수 있고, 클래스 크기가 비슷하며, 사본이나 유사 중복이 두 파트에 걸쳐 있지 않습니다.",
    ),
    # Did it learn?
    "report.answer.learned.unknown": (
        "Not known yet: no epoch was finished.",
        "끝난 에폭이 없어 아직 알 수 없습니다.",
    ),
    "report.answer.learned.unjudged": (
        "The curve is below, but this run lacks the files to judge it.",
        "학습 곡선은 아래에 있지만, 판정에 필요한 파일이 이 실행에 없습니다.",
    ),
    # How good is it, really?
    "report.answer.good.unknown": (
        "Not known yet: nothing was scored.",
        "아직 평가하지 않았습니다.",
    ),
    "report.answer.good.guessing": (
        "Hardly better than guessing: {value} of {n} images are right ({low} to {high}; {part}), and always "
        "naming the largest class gives {base}.",
        "찍는 것과 거의 다르지 않습니다. 이미지 {n}장 중 {value}를 맞혔고({low}~{high}, {part}), 가장 큰 클래스만 답해도 "
        "{base}입니다.",
    ),
    "report.answer.good.valid": (
        "It answers {value} of {n} validation images rightly ({low} to {high} on other images like these, "
        "perhaps a little less, since the best epoch was chosen on them), where always naming the largest "
        "class gives {base}.",
        "검증 이미지 {n}장 중 {value}를 맞힙니다. 비슷한 다른 이미지에서는 {low}~{high}이고, 최적 에폭을 같은 이미지로 골랐으므로 "
        "실제로는 조금 낮을 수 있습니다. 가장 큰 클래스만 답하면 {base}입니다.",
    ),
    "report.answer.good.test": (
        "It answers {value} of {n} test images rightly ({low} to {high} on other images like these), where "
        "always naming the largest class gives {base}.",
        "테스트 이미지 {n}장 중 {value}를 맞힙니다. 비슷한 다른 이미지에서는 {low}~{high}입니다. 가장 큰 클래스만 답하면 "
        "{base}입니다.",
    ),
    "report.answer.good.folds": (
        "It answers {value} of {n} images rightly, each asked of a model that never learnt from it ({low} to "
        "{high} on other images like these), where always naming the largest class gives {base}.",
        "이미지 {n}장을 각각 그 이미지로 학습하지 않은 모델에 물어 {value}를 맞혔습니다. 비슷한 다른 이미지에서는 {low}~{high}입니다. "
        "가장 큰 클래스만 답하면 {base}입니다.",
    ),
    # Where does it fail?
    "report.answer.fails.unknown": (
        "Not known yet: nothing was scored by class.",
        "아직 클래스별로 평가하지 않았습니다.",
    ),
    "report.answer.fails.even": (
        "Nowhere in particular: even the weakest class, {name} ({share}, {low} to {high}), is within chance of "
        "the whole.",
        "특별히 약한 곳이 없습니다. 가장 약한 {name}({share}, {low}~{high})도 전체와의 차이가 우연일 수 있습니다.",
    ),
    "report.answer.fails.recall": (
        "Most of all at {name}: it finds {share} of its {n} images ({low} to {high}) and takes the others most "
        "often for {other}.",
        "{name}에서 가장 많이 틀립니다. 이미지 {n}장 중 {share}만 찾아내고({low}~{high}), 나머지는 주로 {other:으로/로} 답합니다.",
    ),
    "report.answer.fails.precision": (
        "Most of all where it says {name}: {share} of those {n} answers are right ({low} to {high}), and the "
        "others are most often {other}.",
        "{name:이라/라}고 답할 때 가장 많이 틀립니다. 그렇게 답한 {n}장 중 {share}만 맞고({low}~{high}), 나머지는 주로 "
        "{other}입니다.",
    ),
    "report.answer.fails.alone": (
        "Most of all at {name}: {share} ({low} to {high}) of {n} images.",
        "{name}에서 가장 많이 틀립니다. 이미지 {n}장 중 {share}({low}~{high})입니다.",
    ),
    # Why?
    "report.answer.why.unknown": (
        "Not known yet: no predictions were kept.",
        "저장된 예측이 없어 아직 알 수 없습니다.",
    ),
    "report.answer.why.none": (
        "There is nothing to explain: all {n} answers are right.",
        "답 {n}개가 모두 맞아 설명할 오답이 없습니다.",
    ),
    "report.answer.why.errors": (
        "{sure} of {wrong} wrong answers were given with a confidence above {limit}; labels that are more "
        "likely wrong than right: {suspects} of {n}.",
        "오답 {wrong}개 중 {sure}개는 확신도가 {limit}를 넘었습니다. 틀렸을 가능성이 더 큰 라벨은 {n}개 중 {suspects}개입니다.",
    ),
    # What next?
    "report.step.lead": (
        "In the order in which they pay. Each command can be pasted into a terminal.",
        "효과가 큰 순서입니다. 명령은 터미널에 그대로 붙여 넣을 수 있습니다.",
    ),
    "report.step.folder": ("IMAGES", "이미지폴더"),
    "report.step.resume": ("Let the training go on.", "학습을 이어서 하세요."),
    "report.step.resume.why": (
        "It has not ended; it goes on from its last checkpoint.",
        "아직 끝나지 않았습니다. 마지막 체크포인트에서 이어집니다.",
    ),
    "report.step.split": (
        "Keep copies together: {n} sets of them are in several parts.",
        "사본을 한 파트에 모으세요. {n}묶음이 여러 파트에 걸쳐 있습니다.",
    ),
    "report.step.split.why": (
        "What is learnt by heart counts as understood when its copy is asked. The audit names the files; let "
        "Dojang split, or give one group to what belongs together.",
        "외운 이미지의 사본을 다시 물으면 이해한 것으로 집계됩니다. 점검 결과에서 파일을 확인하고, 분할을 Dojang에 맡기거나 함께 "
        "있어야 할 이미지에 같은 그룹을 주세요.",
    ),
    "report.step.labels": (
        "Look at the labels that are more likely wrong than right: {n}.",
        "틀렸을 가능성이 더 큰 라벨 {n}개를 확인하세요.",
    ),
    "report.step.labels.why": (
        "A wrong label costs twice: it teaches the wrong thing, and it marks a right answer as an error.",
        "잘못된 라벨은 두 번 손해를 줍니다. 틀린 것을 가르치고, 맞은 답을 오답으로 만듭니다.",
    ),
    "report.step.class": (
        "Look at the errors of {name} ({share}) and collect more such images.",
        "{name}({share})의 오답을 살펴보고 비슷한 이미지를 더 모으세요.",
    ),
    "report.step.class.why": (
        "Its interval lies below the accuracy over all classes, so chance alone does not explain it.",
        "신뢰구간이 전체 정확도보다 낮아 우연만으로는 설명되지 않습니다.",
    ),
    "report.step.slices": (
        "Look at the kinds of images on which it does worse: {n}.",
        "성능이 떨어지는 이미지 유형 {n}개를 살펴보세요.",
    ),
    "report.step.slices.why": (
        "The gap is larger than chance, also when all kinds that were tried are counted.",
        "시험한 유형의 수를 감안해도 우연보다 큰 차이입니다.",
    ),
    "report.step.open": (
        "When nothing is left to change, open the test part once.",
        "더 바꿀 것이 없을 때 테스트 파트를 한 번만 여세요.",
    ),
    "report.step.open.why": (
        "Only images that no choice was made on give an honest score. Opening is recorded.",
        "어떤 선택에도 쓰지 않은 이미지라야 공정한 점수가 나옵니다. 연 날짜는 기록됩니다.",
    ),
    "report.step.study": (
        "Find out whether more images or a larger network would help.",
        "이미지를 늘리는 것과 신경망을 키우는 것 중 무엇이 나은지 알아보세요.",
    ),
    "report.step.study.why": (
        "Small models are trained anew on parts of the data; where the error would go is extrapolated.",
        "데이터의 일부로 작은 모델을 다시 학습해 오차가 어디까지 줄지 추정합니다.",
    ),
    "report.step.use": ("Use it on new images.", "새 이미지에 써 보세요."),
    "report.step.use.why": (
        "The images are prepared exactly as in training; the answers come as a table.",
        "학습 때와 똑같이 전처리하고 답을 표로 만듭니다.",
    ),
    "report.step.wait": ("See how far it has come.", "얼마나 진행되었는지 확인하세요."),
    "report.step.wait.why": (
        "Scores come when the training has ended.",
        "점수는 학습이 끝나면 나옵니다.",
    ),
    # Charts and their words.
    "report.chart.hint": (
        "Point at a curve, or walk along it with the arrow keys, to read its values.",
        "곡선에 마우스를 올리거나 화살표 키로 움직이면 값을 읽을 수 있습니다.",
    ),
    "report.chart.epoch": ("Epoch {n}", "{n}에폭"),
    "report.chart.largest": ("Largest", "최댓값"),
    "report.chart.mean": ("Mean", "평균"),
    "report.chart.median": ("Median", "중앙값"),
    "report.chart.smoothed": ("Loss, smoothed", "손실(평활화)"),
    "report.chart.sure": ("Confidence {share}", "확신도 {share}"),
    "report.chart.given": ("Answers given: {share}", "답한 비율 {share}"),
    "report.words": ("Words", "용어"),
    "report.words.lead": (
        "The terms that this page uses. More of them: dojang words.",
        "이 페이지에 나온 용어입니다. 더 보려면: dojang words",
    ),
    "report.words.see": ("Words:", "용어:"),
    "report.theme.auto": ("Colours: system", "화면: 시스템"),
    "report.theme.light": ("Colours: light", "화면: 밝게"),
    "report.theme.dark": ("Colours: dark", "화면: 어둡게"),
    "report.curve.numbers": ("The curve as a table", "학습 곡선을 표로 보기"),
    "report.curve.epoch": ("Epoch", "에폭"),
}
