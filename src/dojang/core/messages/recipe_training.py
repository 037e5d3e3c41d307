"""One line for each field of the recipe that concerns the network and its training."""

MESSAGES: dict[str, tuple[str, str]] = {
    "recipe.model": ("The network", "신경망"),
    "recipe.model.name": (
        "convnet, lenet5 and more of ours, or any timm or torchvision classifier (dojang models)",
        "convnet·lenet5 등 Dojang의 모델, 또는 timm·torchvision의 분류 모델 (dojang models)",
    ),
    "recipe.model.size": (
        "Side of the square input in pixels",
        "정사각형 입력의 한 변(픽셀)",
    ),
    "recipe.model.weights": (
        "Start from: null (random), hub, a .safetensors or .pth file, or a run folder of Dojang",
        "시작 가중치: null(무작위), hub, .safetensors나 .pth 파일, 또는 Dojang의 실행 폴더",
    ),
    "recipe.model.layers": (
        "The network layer by layer, in place of a name (null: by name; see docs/models.md)",
        "이름 대신 층을 하나씩 적은 신경망 (null: 이름으로 고름. docs/models.md 참고)",
    ),
    "recipe.model.width": (
        "convnet only: channels of its first stage",
        "convnet에서만: 첫 단계의 채널 수",
    ),
    "recipe.model.dropout": (
        "Share of features dropped before the head in training",
        "학습할 때 분류층 앞에서 떨어뜨릴 특징의 비율 (드롭아웃)",
    ),
    "recipe.model.drop_path": (
        "Share of residual branches dropped in training, rising towards the end of the network (stochastic depth)",
        "학습할 때 떨어뜨릴 잔차 가지의 비율. 뒤쪽 층일수록 커짐 (확률적 깊이)",
    ),
    "recipe.transfer": (
        "How much of a network that starts from weights is trained; one word will do: transfer: frozen",
        "기존 가중치로 시작한 신경망을 어디까지 학습할지. 한 낱말로도 씀: transfer: frozen",
    ),
    "recipe.transfer.mode": (
        "auto (by how many images there are and how near they are to the source), full (all layers), last-blocks, frozen (the head alone, on kept features)",
        "auto(이미지 수와 원본 데이터와의 가까움으로 결정), full(전체 층), last-blocks(마지막 블록들), frozen(특징은 고정하고 분류층만)",
    ),
    "recipe.transfer.blocks": (
        "last-blocks only: how many blocks at the end are trained",
        "last-blocks에서만: 끝에서부터 학습할 블록 수",
    ),
    "recipe.transfer.rate": (
        "Learning rate of layers that come with weights, as a share of the head's",
        "가중치를 물려받은 층의 학습률 (분류층 학습률에 대한 비율)",
    ),
    "recipe.transfer.unfreeze": (
        "Train the head first, then one more block from the end each time: 2ep (null: all at once)",
        "분류층부터 학습하고 이만큼 지날 때마다 끝에서부터 한 블록씩 더 풂: 2ep (null: 한꺼번에)",
    ),
    "recipe.loss": ("What is minimised", "최소화할 손실"),
    "recipe.loss.name": (
        "Loss function: cross_entropy, focal or bce (each class a yes or no of its own)",
        "손실 함수: cross_entropy, focal 또는 bce(클래스마다 예/아니요)",
    ),
    "recipe.loss.gamma": (
        "focal only: how fast the weight of images that are answered well fades (0: cross-entropy)",
        "focal에서만: 잘 맞힌 이미지의 비중을 줄이는 세기 (0: 교차 엔트로피와 같음)",
    ),
    "recipe.loss.label_smoothing": (
        "Share of the target spread over all classes",
        "정답 확률을 모든 클래스에 나누는 비율 (라벨 스무딩)",
    ),
    "recipe.balance": (
        "Classes of unlike size: what training does about them",
        "클래스 불균형: 학습할 때의 처리",
    ),
    "recipe.balance.method": (
        "In training: auto (by the data), none, class-weights, effective-number, "
        "balanced-sampling, sqrt-sampling, upsample, downsample, logit-adjustment",
        "학습할 때: auto(데이터를 보고 결정), none, class-weights(클래스 가중치), "
        "effective-number(유효 표본 수), balanced-sampling(균형 샘플링), "
        "sqrt-sampling(제곱근 샘플링), upsample(업샘플링), downsample(다운샘플링), "
        "logit-adjustment(로짓 보정)",
    ),
    "recipe.balance.beta": (
        "effective-number only: 0 gives equal weights, near 1 inverse class frequencies",
        "effective-number에서만: 0이면 모두 같은 가중치, 1에 가까우면 클래스 빈도의 역수",
    ),
    "recipe.balance.tau": (
        "logit-adjustment only: times the logarithm of the class's share",
        "logit-adjustment에서만: 클래스 비율의 로그에 곱하는 값",
    ),
    "recipe.balance.baseline": (
        "Run folder to compare with on the same validation images (null: none)",
        "같은 검증 이미지에서 비교할 실행 폴더 (null: 없음)",
    ),
    "recipe.decide": (
        "From probabilities to an answer; fitted on validation or out-of-fold predictions alone",
        "확률에서 답으로. 검증 예측이나 OOF(폴드 밖) 예측으로만 맞춥니다",
    ),
    "recipe.decide.calibration": (
        "Probabilities that mean what they say: auto (what surely lowers the log loss), none, "
        "temperature (one number), vector (two numbers a class)",
        "말한 만큼 맞는 확률로 보정: auto(로그 손실을 확실히 낮추는 방법), none, "
        "temperature(온도 하나), vector(클래스마다 숫자 둘)",
    ),
    "recipe.decide.goal": (
        "What decides between classes: none (the most probable), f_beta (highest mean F), "
        "balanced_accuracy (highest mean recall), precision (at least so much for each class, "
        "other answers are held back), cost (lowest expected cost)",
        "답을 고르는 기준: none(가장 확률이 높은 클래스), f_beta(F 점수 평균을 최대로), "
        "balanced_accuracy(재현율 평균을 최대로), precision(클래스마다 이 정밀도 이상, "
        "못 미치는 답은 보류), cost(기대 비용을 최소로)",
    ),
    "recipe.decide.when": (
        "auto (only where the goal surely gains on images that it was not fitted on), always",
        "auto(맞추는 데 쓰지 않은 이미지에서 확실히 나아질 때만), always(항상)",
    ),
    "recipe.decide.beta": (
        "f_beta only: how many times as much recall counts as precision",
        "f_beta에서만: 재현율을 정밀도의 몇 배로 볼지",
    ),
    "recipe.decide.precision": (
        "precision only: least share of right answers for each class",
        "precision에서만: 클래스마다 맞아야 하는 답의 최소 비율",
    ),
    "recipe.decide.costs": (
        "cost only: what a wrong answer costs, by true class, then by answer; others cost 1",
        "cost에서만: 틀린 답의 비용. 정답 클래스별, 그 안에 답한 클래스별. 쓰지 않은 것은 1",
    ),
    "recipe.decide.reject": (
        "Largest share of wrong answers among those given; less sure ones are held back "
        "(null: all are given)",
        "내놓은 답 가운데 틀려도 되는 최대 비율. 덜 확실한 답은 보류 (null: 모두 내놓음)",
    ),
    "recipe.optimizer": ("How weights change", "가중치를 바꾸는 방법"),
    "recipe.optimizer.name": (
        "auto, sgd, adagrad, rmsprop, adam, adamw or muon",
        "auto, sgd, adagrad, rmsprop, adam, adamw 또는 muon",
    ),
    "recipe.optimizer.lr": (
        "Highest learning rate",
        "최대 학습률",
    ),
    "recipe.optimizer.weight_decay": (
        "Weight decay; never on norms and biases",
        "가중치 감쇠. 정규화 층과 편향에는 적용하지 않음",
    ),
    "recipe.optimizer.momentum": (
        "Momentum; for adam and adamw (and muon's vectors) the first beta; adagrad has none",
        "모멘텀. adam과 adamw(그리고 muon의 벡터)에서는 첫째 베타. adagrad에는 없음",
    ),
    "recipe.optimizer.nesterov": (
        "sgd and muon only: momentum that looks ahead (Nesterov)",
        "sgd와 muon에서만: 앞을 내다보는 네스테로프 모멘텀",
    ),
    "recipe.optimizer.beta2": (
        "adam, adamw, rmsprop and muon's vectors: how slowly the mean of squared gradients changes",
        "adam, adamw, rmsprop과 muon의 벡터에서: 제곱 기울기의 평균이 얼마나 천천히 바뀌는지",
    ),
    "recipe.optimizer.vector_rate": (
        "muon only: rate of norms, biases and head, which AdamW changes, as a share of lr",
        "muon에서만: AdamW가 바꾸는 정규화층, 편향, 분류층의 학습률(lr에 대한 비율)",
    ),
    "recipe.optimizer.layer_decay": (
        "Each block towards the input learns at this share of the rate of the next one (1: all alike)",
        "입력 쪽 블록은 다음 블록 학습률의 이 비율로 배움 (1: 모두 같음)",
    ),
    "recipe.schedule": ("How the learning rate moves", "학습률의 변화"),
    "recipe.schedule.name": (
        "constant, step, multistep, cosine, restarts, onecycle, polynomial or plateau",
        "constant, step, multistep, cosine, restarts, onecycle, polynomial 또는 plateau",
    ),
    "recipe.schedule.warmup": (
        "How long the rate rises at the start: 3ep, 500st",
        "처음에 학습률이 올라가는 길이: 3ep, 500st",
    ),
    "recipe.schedule.milestones": (
        "multistep only: when the rate falls: [30ep, 60ep] (null: at half and three quarters)",
        "multistep에서만: 학습률을 낮추는 때: [30ep, 60ep] (null: 절반과 4분의 3)",
    ),
    "recipe.schedule.every": (
        "step and restarts only: length of a step, or of the first cycle (null: such that three fill the training)",
        "step과 restarts에서만: 한 계단 또는 첫 주기의 길이 (null: 세 번이면 학습이 끝나도록)",
    ),
    "recipe.schedule.factor": (
        "step, multistep and plateau only: what the rate is multiplied by",
        "step, multistep, plateau에서만: 학습률에 곱하는 값",
    ),
    "recipe.schedule.growth": (
        "restarts only: each cycle is so many times as long as the one before",
        "restarts에서만: 다음 주기가 앞 주기보다 길어지는 배수",
    ),
    "recipe.schedule.power": (
        "polynomial only: the exponent (1: a straight line)",
        "polynomial에서만: 지수 (1: 직선)",
    ),
    "recipe.schedule.patience": (
        "plateau only: lower the rate after so long without improvement",
        "plateau에서만: 이만큼 나아지지 않으면 학습률을 낮춤",
    ),
    "recipe.schedule.floor": (
        "step, multistep, plateau, cosine, restarts and polynomial: never below this share of the highest rate",
        "step, multistep, plateau, cosine, restarts, polynomial: 최대 학습률의 이 비율 아래로는 내려가지 않음",
    ),
    "recipe.regularize": (
        "What holds the weights back, besides weight decay and augmentation",
        "가중치 감쇠와 증강 말고 과적합을 막는 방법",
    ),
    "recipe.regularize.l1": (
        "This times the sum of absolute weights is added to the loss",
        "손실에 더하는 가중치 절댓값 합의 배수 (L1)",
    ),
    "recipe.regularize.l2": (
        "Half of this times the sum of squared weights is added to the loss",
        "손실에 더하는 가중치 제곱합 절반의 배수 (L2)",
    ),
    "recipe.regularize.weight_noise": (
        "Gaussian noise on the weights of each forward pass, as a share of a layer's spread of weights",
        "순전파마다 가중치에 더하는 가우스 잡음 (그 층 가중치 표준편차에 대한 비율)",
    ),
    "recipe.regularize.sam": (
        "Radius of sharpness-aware minimisation, such as 0.05; each step costs two (0: off)",
        "SAM(평평한 최솟값 찾기)의 반지름, 예: 0.05. 한 스텝에 두 배의 시간이 듦 (0: 끔)",
    ),
    "recipe.average": (
        "Averaging of weights over the training; one word will do: average: ema",
        "학습 중 가중치의 평균. 한 낱말로도 씀: average: ema",
    ),
    "recipe.average.kind": (
        "none, ema (moving average at every step) or swa (plain average of the last part)",
        "none, ema(스텝마다 이동 평균) 또는 swa(마지막 부분의 단순 평균)",
    ),
    "recipe.average.decay": (
        "ema only: share of the average that stays at each step; smaller in the first steps",
        "ema에서만: 스텝마다 남는 평균의 비율. 처음 몇 스텝은 더 작음",
    ),
    "recipe.average.start": (
        "swa only: share of the training after which averaging begins",
        "swa에서만: 평균을 시작하는 때 (전체 학습에 대한 비율)",
    ),
    "recipe.average.every": (
        "swa only: how often the weights are taken into the average: 1ep, 100st",
        "swa에서만: 평균에 넣는 간격: 1ep, 100st",
    ),
    "recipe.train": ("How long and how exactly", "얼마나 오래, 어떻게 학습할지"),
    "recipe.train.epochs": (
        "Passes over the training part",
        "학습 파트를 도는 횟수(에폭)",
    ),
    "recipe.train.batch_size": (
        "Images for one step of the optimiser",
        "옵티마이저 한 스텝에 쓰는 이미지 수",
    ),
    "recipe.train.accumulate": (
        "Micro-batches that share one step; saves memory",
        "한 스텝을 나누는 마이크로배치 수. 메모리를 아낌",
    ),
    "recipe.train.early_size": (
        "Side of the images in the first epochs, smaller than model.size: less time for nearly the"
        " same; null for none",
        "첫 에폭들에서 쓸 이미지 한 변의 크기. model.size보다 작게 주면 성능은 거의 그대로,"
        " 시간은 덜 듦. 쓰지 않으면 null",
    ),
    "recipe.train.early_epochs": (
        "How many epochs see them; null for half of all",
        "작은 이미지를 쓸 에폭 수. null이면 전체의 절반",
    ),
    "recipe.train.seed": (
        "Seed of weights, order and augmentation",
        "가중치, 순서, 증강의 시드",
    ),
    "recipe.train.precision": (
        "auto (bf16 where the hardware has it), fp32, bf16, fp16",
        "auto(하드웨어가 지원하면 bf16), fp32, bf16, fp16",
    ),
    "recipe.train.layout": (
        "Order of an image's numbers in memory: auto (the faster, measured), channels-last, contiguous",
        "메모리에 이미지 값을 놓는 순서: auto(재어 보고 빠른 쪽), channels-last, contiguous",
    ),
    "recipe.train.compile": (
        "Compile the network: auto (where the run is long enough to repay it), on, off",
        "신경망 컴파일: auto(학습이 길어 이득일 때), on, off",
    ),
    "recipe.train.patience": (
        "Stop after so long without improvement: 10ep, 2000st (null: never)",
        "이만큼 나아지지 않으면 멈춤: 10ep, 2000st (null: 멈추지 않음)",
    ),
    "recipe.train.limit": (
        "Stop after this at the latest: 20ep, 3000st, 10min (null: no limit)",
        "늦어도 이때 멈춤: 20ep, 3000st, 10min (null: 제한 없음)",
    ),
    "recipe.train.checkpoint": (
        "Save the state to resume from this often: 30s, 500st, 1ep",
        "이어서 할 수 있도록 상태를 저장하는 간격: 30s, 500st, 1ep",
    ),
    "recipe.train.monitor": (
        "What decides on the best epoch: validation loss or accuracy",
        "가장 좋은 에폭을 고르는 기준: 검증 loss 또는 accuracy",
    ),
    "recipe.train.clip_norm": (
        "Largest norm of the gradient (null: not clipped)",
        "기울기 노름의 최댓값 (null: 자르지 않음)",
    ),
    "recipe.train.on_nan": (
        "A loss or gradient that is no number: rollback (last good state, half the rate, at most three times), stop, or skip (the batch)",
        "손실이나 기울기가 수가 아닐 때: rollback(마지막 정상 상태로 돌아가 학습률을 반으로, 세 번까지), stop(멈춤), skip(그 배치를 건너뜀)",
    ),
    "recipe.track": (
        "Where the run is shown besides its folder: tensorboard, mlflow, wandb, one or a list",
        "실행 폴더 밖에서도 볼 곳: tensorboard, mlflow, wandb 중 하나 또는 목록",
    ),
}
