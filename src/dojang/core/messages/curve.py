"""What a curve shows: titles, meanings, what was found (with its evidence), advice."""

MESSAGES: dict[str, tuple[str, str]] = {
    "check.diverged.title": ("Diverged", "발산"),
    "check.diverged.meaning": (
        "A loss or gradient was no longer a finite number. Steps had become so large that each made things worse than the one before.",
        "손실이나 기울기가 유한한 값을 벗어났습니다. 한 번에 너무 크게 움직여 갈수록 나빠진 것입니다.",
    ),
    "check.diverged.found.pixels": (
        "The training was lost at epoch {epoch}: pixels were no finite numbers.",
        "{epoch}에폭에서 학습이 무너졌습니다. 픽셀 값이 유한하지 않았습니다.",
    ),
    "check.diverged.found.weights": (
        "The training was lost at epoch {epoch}: weights were no finite numbers.",
        "{epoch}에폭에서 학습이 무너졌습니다. 가중치가 유한하지 않았습니다.",
    ),
    "check.diverged.found.loss": (
        "The training was lost at epoch {epoch}: the loss was no finite number.",
        "{epoch}에폭에서 학습이 무너졌습니다. 손실이 유한하지 않았습니다.",
    ),
    "check.diverged.found.gradient": (
        "The training was lost at epoch {epoch}: the gradient was no finite number.",
        "{epoch}에폭에서 학습이 무너졌습니다. 기울기가 유한하지 않았습니다.",
    ),
    "check.diverged.found.recovered": (
        "Numbers were lost {times} times, first at epoch {epoch}; the training went back each time and on at half the rate.",
        "{epoch}에폭부터 {times}번 값이 무너졌지만, 그때마다 이전 상태로 돌아가 학습률을 절반으로 낮추고 계속했습니다.",
    ),
    "check.diverged.advice": (
        "Train at a tenth of the rate, with a warm-up and clipped gradients. `dojang find` looks for a rate that holds.",
        "학습률을 10분의 1로 낮추고, 워밍업과 기울기 클리핑을 쓰세요. 알맞은 학습률은 `dojang find`로 찾을 수 있습니다.",
    ),
    "check.leak_suspected.title": ("Leak suspected", "데이터 누수 의심"),
    "check.leak_suspected.meaning": (
        "Validation images that were learnt from measure memory, not skill: the score comes out too good, by up to their share, and what was chosen by it is in doubt.",
        "학습에 쓴 이미지로 검증하면 실력이 아니라 기억을 재게 됩니다. 점수가 많게는 그 비율만큼 부풀려지고, 그 점수로 내린 결정도 의심스럽습니다.",
    ),
    "check.leak_suspected.found": (
        "{count} of {n} validation images ({percent} %) have a copy among the training images, such as {example}.",
        "검증 이미지 {n}장 중 {count}장({percent}%)의 사본이 학습 이미지에 있습니다. 예: {example}.",
    ),
    "check.leak_suspected.found.few": (
        "{count} of {n} validation images ({percent} %) have a copy among the training images, such as {example}: too few to move the score by more than that.",
        "검증 이미지 {n}장 중 {count}장({percent}%)의 사본이 학습 이미지에 있습니다(예: {example}). 점수가 그보다 많이 달라질 정도는 아닙니다.",
    ),
    "check.leak_suspected.found.easier": (
        "The validation images are easier than the training images, both seen without augmentation: accuracy {valid} % against {train} %.",
        "증강 없이 보았는데도 검증 이미지가 학습 이미지보다 쉽습니다. 정확도가 검증 {valid}%, 학습 {train}%입니다.",
    ),
    "check.leak_suspected.advice": (
        "Look at `dojang audit`, and let Dojang split: copies and near-duplicates then stay in one part.",
        "`dojang audit`으로 확인하고 분할을 Dojang에 맡기세요. 그러면 사본과 거의 같은 이미지는 한 파트에만 들어갑니다.",
    ),
    "check.small_batch_norm.title": ("Batch norm on tiny batches", "너무 작은 배치의 배치 정규화"),
    "check.small_batch_norm.meaning": (
        "Batch norm takes its mean and spread from the batch. From so few images they are mostly noise, and in use the network meets other statistics than those that it learnt with.",
        "배치 정규화는 평균과 분산을 배치에서 구합니다. 이미지가 너무 적으면 그 값이 대부분 잡음이고, 실제로 쓸 때의 통계가 학습할 때와 달라집니다.",
    ),
    "check.small_batch_norm.found": (
        "Batch norm sees {batch} images at a time.",
        "배치 정규화가 한 번에 보는 이미지가 {batch}장뿐입니다.",
    ),
    "check.small_batch_norm.advice": (
        "Take at least 16 images a batch, without cutting them into micro-batches, or a network with layer or group norm.",
        "마이크로 배치로 나누지 말고 배치를 16장 이상으로 하거나, 레이어·그룹 정규화를 쓰는 신경망을 고르세요.",
    ),
    "check.exploding_gradients.title": ("Exploding gradients", "기울기 폭발"),
    "check.exploding_gradients.meaning": (
        "Gradients grow from layer to layer on their way back. A few steps then decide everything, and the rest of the training repairs them.",
        "기울기가 층을 거슬러 올라가며 커집니다. 몇 번의 스텝이 모든 것을 좌우하고, 나머지 학습은 그것을 되돌리는 데 쓰입니다.",
    ),
    "check.exploding_gradients.found": (
        "Before the first step the gradient was {first} long, where 0.1 to 10 is usual; the largest of the training was {peak}.",
        "첫 스텝에서 기울기의 크기가 {first}였습니다. 보통은 0.1~10입니다. 학습 중 가장 컸던 값은 {peak}입니다.",
    ),
    "check.exploding_gradients.found.later": (
        "In epoch {epoch} the gradient reached {peak}, {times} times its median.",
        "{epoch}에폭에서 기울기가 중앙값의 {times}배인 {peak}까지 커졌습니다.",
    ),
    "check.exploding_gradients.advice": (
        "Clip the gradient, and look at what the training starts from: other weights, or a network with norms.",
        "기울기를 클리핑하고 시작 가중치를 살펴보세요. 다른 가중치나 정규화 층이 있는 신경망이 도움이 됩니다.",
    ),
    "check.dead_units.title": ("Dead units", "죽은 뉴런"),
    "check.dead_units.meaning": (
        "A unit that puts out 0 for every image gets no gradient and never comes back. The network is smaller than it looks.",
        "모든 이미지에 0을 내는 뉴런은 기울기를 받지 못해 다시 살아나지 않습니다. 신경망이 보기보다 작아진 셈입니다.",
    ),
    "check.dead_units.found": (
        "{dead} of {units} units ({percent} %) answer to none of the training images looked at, most of all in {layer} ({dead_there} of {units_there}).",
        "살펴본 학습 이미지 어디에도 반응하지 않는 뉴런이 {units}개 중 {dead}개({percent}%)입니다. {layer}에 가장 많습니다({units_there}개 중 {dead_there}개).",
    ),
    "check.dead_units.advice": (
        "Units die in steps that are too large, or come dead with the weights: lower the rate, lengthen the warm-up, or start from other weights. Norms and GELU protect.",
        "뉴런은 스텝이 너무 클 때 죽거나, 처음부터 죽은 채 가중치에 들어 있습니다. 학습률을 낮추거나 워밍업을 늘리거나 다른 가중치로 시작하세요. 정규화 층과 GELU도 예방이 됩니다.",
    ),
    "check.rate_too_high.title": ("Learning rate too high", "학습률이 너무 높음"),
    "check.rate_too_high.meaning": (
        "Steps jump over the valley instead of going down into it: the loss rises above chance, or is thrown about.",
        "스텝이 골짜기로 내려가지 못하고 건너뛰기만 합니다. 손실이 찍을 때보다 높아지거나 심하게 요동칩니다.",
    ),
    "check.rate_too_high.found": (
        "The training loss was {worst} at epoch {epoch}, where guessing gives {chance}.",
        "{epoch}에폭의 학습 손실이 {worst}입니다. 찍기만 해도 {chance}입니다.",
    ),
    "check.rate_too_high.found.stuck": (
        "At a rate of {lr}, {times} times the usual one, the training loss only came to {loss}, where guessing gives {chance}.",
        "보통의 {times}배인 학습률 {lr}에서 학습 손실이 {loss}까지만 줄었습니다. 찍기만 해도 {chance}입니다.",
    ),
    "check.rate_too_high.advice": (
        "Train at a lower rate. `dojang find` looks for a good one.",
        "학습률을 낮추세요. 알맞은 값은 `dojang find`로 찾을 수 있습니다.",
    ),
    "check.rate_too_low.title": ("Learning rate too low", "학습률이 너무 낮음"),
    "check.rate_too_low.meaning": (
        "Every step goes the right way and hardly anywhere. The curve is smooth and nearly straight.",
        "방향은 맞지만 거의 움직이지 않습니다. 곡선이 매끈하고 거의 직선입니다.",
    ),
    "check.rate_too_low.found": (
        "In {count} epochs the training loss only fell to {loss}, where guessing gives {chance}, smoothly and without an end in sight; the highest rate was {lr}.",
        "{count}에폭 동안 학습 손실이 {loss}까지만 줄었고(찍기만 해도 {chance}), 매끈하게 아직 줄고 있습니다. 가장 높은 학습률은 {lr}였습니다.",
    ),
    "check.rate_too_low.advice": (
        "Train at a higher rate. `dojang find` looks for a good one.",
        "학습률을 높이세요. 알맞은 값은 `dojang find`로 찾을 수 있습니다.",
    ),
    "check.label_noise.title": ("Wrong labels", "라벨 잡음"),
    "check.label_noise.meaning": (
        "What the labels say cannot be learnt from the images: the network can only learn them by heart, and held-out images show it.",
        "라벨이 이미지에서 배울 수 있는 내용이 아닙니다. 외우는 수밖에 없고, 검증 이미지에서 그것이 드러납니다.",
    ),
    "check.label_noise.found": (
        "About {percent} % of the validation labels are wrong ({low} to {high} %), as far as the model can tell.",
        "모델이 보기에 검증 라벨의 약 {percent}%가 틀렸습니다({low}~{high}%).",
    ),
    "check.label_noise.found.chance": (
        "The validation accuracy is {valid} %, where guessing gives {chance} %, while {train} % of the training images are answered as labelled.",
        "학습 이미지는 라벨대로 {train}%를 맞히지만, 검증 정확도는 {valid}%로 찍을 때({chance}%)와 다르지 않습니다.",
    ),
    "check.label_noise.found.nothing": (
        "Nothing could be learnt: {train} % of the training images are answered as labelled, where guessing gives {chance} %, though {parameters} parameters would do for {n} images and the rate is a usual one.",
        "배울 것이 없었습니다. 파라미터 {parameters}개면 이미지 {n}장에 충분하고 학습률도 보통인데, 라벨대로 맞힌 학습 이미지가 {train}%로 찍을 때({chance}%)와 비슷합니다.",
    ),
    "check.label_noise.advice": (
        "Look at the labels before anything else: `dojang labels` lists those that are probably wrong. If they are right, the images do not show what is asked.",
        "먼저 라벨을 확인하세요. 틀렸을 법한 라벨은 `dojang labels`가 알려 줍니다. 라벨이 맞다면 이미지에 답이 보이지 않는 것입니다.",
    ),
    "check.underfitting.title": ("Underfitting", "과소적합"),
    "check.underfitting.meaning": (
        "Not even the training images are answered well, and more of the same training would not change it: the network is too small for the task, or held back too much.",
        "학습 이미지조차 잘 맞히지 못하고, 같은 학습을 더 해도 달라지지 않습니다. 과제에 비해 신경망이 작거나 정규화가 지나칩니다.",
    ),
    "check.underfitting.found": (
        "The training loss levelled off at {loss} ({accuracy} % right), where guessing gives {chance}; validation is as far ({valid} % right).",
        "학습 손실이 {loss}(정확도 {accuracy}%)에서 더 줄지 않습니다. 찍기만 해도 {chance}입니다. 검증 정확도도 {valid}%로 비슷합니다.",
    ),
    "check.underfitting.found.vanishing": (
        "The training loss stayed at {loss}, where guessing gives {chance}: gradients vanish on their way back ({norm} long).",
        "학습 손실이 {loss}에 머물렀습니다(찍기만 해도 {chance}). 기울기가 거슬러 올라가며 사라집니다(크기 {norm}).",
    ),
    "check.underfitting.advice": (
        "Take a larger network or larger images, or take back augmentation, dropout and weight decay.",
        "더 큰 신경망이나 더 큰 이미지를 쓰거나, 증강·드롭아웃·가중치 감쇠를 줄이세요.",
    ),
    "check.not_converged.title": ("Not converged yet", "아직 수렴하지 않음"),
    "check.not_converged.meaning": (
        "The losses were still falling when the training ended: what it can reach is not known yet.",
        "학습이 끝날 때까지 손실이 줄고 있었습니다. 어디까지 갈 수 있는지 아직 모릅니다.",
    ),
    "check.not_converged.found": (
        "Over the last epochs the validation loss fell by {percent} % an epoch, to {loss} at epoch {epoch}.",
        "마지막 몇 에폭 동안 검증 손실이 에폭마다 {percent}%씩 줄어 {epoch}에폭에 {loss}가 되었습니다.",
    ),
    "check.not_converged.found.unfinished": (
        "The training ended after {epoch} of {planned} epochs, at {share} % of the highest rate, with the losses still falling.",
        "{planned}에폭 중 {epoch}에폭에서 끝났습니다. 학습률은 최고값의 {share}%였고 손실은 아직 줄고 있었습니다.",
    ),
    "check.not_converged.found.one": (
        "There is one epoch alone: no curve that could be read.",
        "에폭이 하나뿐이라 읽을 곡선이 없습니다.",
    ),
    "check.not_converged.found.few": (
        "After {count} epochs the training loss is {loss}, where guessing gives {chance}: too early to tell where it will level off.",
        "{count}에폭 뒤 학습 손실이 {loss}입니다(찍기만 해도 {chance}). 어디서 안정될지 말하기에는 이릅니다.",
    ),
    "check.not_converged.advice": (
        "Train for longer.",
        "더 오래 학습하세요.",
    ),
    "check.noisy_validation.title": ("Validation too small", "너무 작은 검증 파트"),
    "check.noisy_validation.meaning": (
        "With so few validation images chance decides which epoch or setting looks best.",
        "검증 이미지가 이렇게 적으면 어느 에폭, 어느 설정이 좋아 보이는지가 우연에 달렸습니다.",
    ),
    "check.noisy_validation.found": (
        "{n} validation images give the accuracy to within {width} points; between epochs it moved by {moved} points.",
        "검증 이미지 {n}장으로는 정확도를 ±{width}%p까지만 알 수 있습니다. 에폭 사이에서는 {moved}%p 움직였습니다.",
    ),
    "check.noisy_validation.advice": (
        "Validate on more images, or on every one in turn: cross-validation.",
        "검증 이미지를 늘리거나, 모든 이미지로 번갈아 검증하는 교차 검증을 쓰세요.",
    ),
    "check.overfitting.title": ("Overfitting", "과적합"),
    "check.overfitting.meaning": (
        "The network learns the training images by heart: what it still gains on them, it does not gain on others.",
        "신경망이 학습 이미지를 외우고 있습니다. 학습 이미지에서 얻는 것이 다른 이미지에는 도움이 되지 않습니다.",
    ),
    "check.overfitting.found": (
        "From epoch {epoch} on the validation loss rose by {rise} % while the training loss went on falling; at the end {train} % of the training images are right and {valid} % of the others.",
        "{epoch}에폭부터 학습 손실은 계속 줄었지만 검증 손실은 {rise}% 올랐습니다. 끝에는 학습 이미지의 {train}%, 검증 이미지의 {valid}%를 맞힙니다.",
    ),
    "check.overfitting.found.gap": (
        "{train} % of the training images are right at the end, and {valid} % of the others; the validation loss is {times} times the training loss.",
        "끝에는 학습 이미지의 {train}%를 맞히지만 검증 이미지는 {valid}%만 맞힙니다. 검증 손실이 학습 손실의 {times}배입니다.",
    ),
    "check.overfitting.advice": (
        "More images help most; then stronger augmentation, weight decay and dropout, pretrained weights, or a smaller network.",
        "이미지를 늘리는 것이 가장 좋습니다. 그다음은 더 강한 증강, 가중치 감쇠, 드롭아웃, 사전 학습 가중치, 더 작은 신경망입니다.",
    ),
    "check.plateau.title": ("Plateau", "정체"),
    "check.plateau.meaning": (
        "The losses stopped falling while the rate was still high: steps of that size lead from one side of the valley to the other. A lower rate goes further down.",
        "학습률이 아직 높은데 손실이 더 줄지 않습니다. 그만한 스텝으로는 골짜기 양쪽을 오갈 뿐입니다. 학습률을 낮추면 더 내려갑니다.",
    ),
    "check.plateau.found": (
        "From epoch {epoch} on the training loss stayed near {loss}, at {share} % of the highest rate.",
        "{epoch}에폭부터 학습 손실이 {loss} 근처에 머물렀고, 학습률은 최고값의 {share}%였습니다.",
    ),
    "check.plateau.advice": (
        "Let the rate fall towards the end.",
        "끝으로 갈수록 학습률이 낮아지게 하세요.",
    ),
    "check.good_fit.title": ("Good fit", "알맞은 적합"),
    "check.good_fit.meaning": (
        "Both losses fell and levelled off, and what was learnt holds on images that were held out.",
        "두 손실이 모두 줄어 안정되었고, 배운 것이 검증 이미지에서도 통합니다.",
    ),
    "check.good_fit.found": (
        "The validation loss levelled off at {loss} (epoch {epoch}); {valid} % of the validation images are right, and {train} % of the training images.",
        "검증 손실이 {loss}({epoch}에폭)에서 안정되었습니다. 검증 이미지의 {valid}%, 학습 이미지의 {train}%를 맞힙니다.",
    ),
    "check.good_fit.advice": (
        "Nothing to mend. To go further: more images, a longer training, a larger network.",
        "고칠 것이 없습니다. 더 나아가려면 이미지를 늘리거나, 더 오래 학습하거나, 더 큰 신경망을 쓰세요.",
    ),
    "curve.na.no_epoch": ("no epoch was finished", "끝난 에폭이 없습니다"),
    "curve.na.frozen": (
        "the head was solved on kept features, not trained step by step",
        "저장한 특징 위에서 분류층을 한 번에 풀어 스텝별 학습이 없습니다",
    ),
    "curve.na.no_units": ("no dead units were looked for", "죽은 뉴런을 살펴보지 않았습니다"),
    "curve.na.no_predictions": ("there are no validation predictions", "검증 예측이 없습니다"),
    "curve.na.no_norms": ("the network has no batch norm", "신경망에 배치 정규화가 없습니다"),
    "curve.na.faults": ("something is the matter", "먼저 고칠 것이 있습니다"),
    "curve.in_folds": (
        "In {count} of {folds} models.",
        "모델 {folds}개 중 {count}개에서 나타났습니다.",
    ),
    "curve.do": ("What to do:", "할 일:"),
    "report.curve.level": ("Guessing", "찍었을 때"),
    "report.curve.gradient": (
        "Length of the gradient: mean and largest",
        "기울기 크기: 평균과 최댓값",
    ),
    "report.curve.span": ("What the verdict is about", "판정의 근거가 된 에폭"),
    "advise.head": ("{title} ({name})", "{title} ({name})"),
    "advise.also": ("Besides: {title} ({name})", "그 밖에: {title} ({name})"),
    "advise.no_epoch": (
        "No epoch of {path} was finished: there is no curve to read. Train it first: dojang resume {path}",
        "{path}에 끝난 에폭이 없어 읽을 곡선이 없습니다. 먼저 학습하세요: dojang resume {path}",
    ),
}
