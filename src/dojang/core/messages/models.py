"""What is said of the layer language and the table of a model."""

_AT = "{path} ({layer}): "
MESSAGES: dict[str, tuple[str, str]] = {
    # The language.
    "layers.invalid": (
        "The layers of the recipe cannot be read:",
        "레시피의 층(layers)을 읽을 수 없습니다:",
    ),
    "layers.invalid.fix": (
        "docs/models.md lists all layers; a line is written as: conv 64 3x3 stride 2, bn, relu",
        "모든 층은 docs/models.md에 있습니다. 한 줄은 이렇게 씁니다: conv 64 3x3 stride 2, bn, relu",
    ),
    "recipe.expect.layers": (
        "a list of layers such as [conv 64 3x3, bn, relu, gap] (docs/models.md)",
        "[conv 64 3x3, bn, relu, gap] 같은 층의 목록 (docs/models.md)",
    ),
    "layers.empty": (
        "{path}: there is no layer; a perceptron is [flatten]",
        "{path}: 층이 하나도 없습니다. 퍼셉트론이라면 [flatten]으로 쓰세요",
    ),
    "layers.not_a_list": (
        "{path}: expected a list of layers, not {layer}",
        "{path}: 층의 목록이 와야 하는데 {layer:이/가} 있습니다",
    ),
    "layers.not_a_layer": (
        "{path}: expected a line such as conv 64 3x3, or a mapping such as residual: […], not {layer}",
        "{path}: conv 64 3x3 같은 한 줄이나 residual: […] 같은 묶음이 와야 하는데 {layer:이/가} 있습니다",
    ),
    "layers.too_deep": (
        "{path}: layers inside layers, more than {most} deep",
        "{path}: 층 안의 층이 {most}단계보다 깊습니다",
    ),
    "layers.too_many": (
        "{path}: more than {most} layers when repetitions are written out",
        "{path}: 반복을 풀면 층이 {most}개보다 많습니다",
    ),
    "layers.unknown": (
        "{path}: there is no layer {layer}.{hint}",
        "{path}: {layer:이라/라}는 층은 없습니다.{hint}",
    ),
    "layers.two_kinds": (
        "{path}: one entry describes one layer, but there are several: {kinds}. Put each behind its own dash",
        "{path}: 한 항목에는 층을 하나만 씁니다. 여기에는 여럿이 있습니다: {kinds}. 줄표(-)로 나누세요",
    ),
    "layers.needs_list": (
        "{path} ({layer}): {kind} holds layers and is written as a mapping, {kind}: …",
        "{path} ({layer}): {kind:은/는} 안에 층이 들어가므로 {kind}: … 꼴로 씁니다",
    ),
    "layers.unknown_word": (
        _AT + "{word} means nothing here.{hint}",
        _AT + "여기에서 {word:은/는} 뜻이 없습니다.{hint}",
    ),
    "layers.it_knows": ("It takes: {names}.", "쓸 수 있는 것: {names}."),
    "layers.no_value": (
        _AT + "{word} stands without its value, such as {word} 2.{hint}",
        _AT + "{word} 뒤에 값이 없습니다. 예: {word} 2.{hint}",
    ),
    "layers.twice": (
        _AT + "{option} is given twice",
        _AT + "{option:을/를} 두 번 썼습니다",
    ),
    "layers.takes_nothing": (
        _AT + "{kind} takes no number; write {kind} alone",
        _AT + "{kind}에는 숫자를 붙이지 않습니다. {kind}만 쓰세요",
    ),
    "layers.lacks": (
        _AT + "{option} is missing",
        _AT + "{option:이/가} 빠졌습니다",
    ),
    "layers.bad_value": (
        _AT + "{option} is {value}, expected {expected}",
        _AT + "{option} 값이 {value}입니다. {expected:이/가} 와야 합니다",
    ),
    "layers.empty_list": (
        _AT + "{option} holds no layer",
        _AT + "{option} 안에 층이 없습니다",
    ),
    "layers.few_branches": (
        "{path}: branches takes a list of at least two branches, each a list of layers or a line; [] passes the input on",
        "{path}: branches에는 가지를 둘 이상 목록으로 씁니다. 가지마다 층의 목록이나 한 줄이 오고, []는 입력을 그대로 넘깁니다",
    ),
    "layers.expect.whole": (
        "a whole number from {low} to {high}",
        "{low}부터 {high}까지의 정수",
    ),
    "layers.expect.pair": (
        "one whole number, or height x width such as 3x5, from {low} to {high}",
        "{low}부터 {high}까지의 정수 하나, 또는 3x5처럼 높이x너비",
    ),
    "layers.expect.number": (
        "a number of at least {low} and below {high}",
        "{low} 이상 {high} 미만의 수",
    ),
    "layers.expect.truth": ("true or false", "true 또는 false"),
    # Shapes.
    "layers.unfit": (
        "{name} does not fit images of {size}×{size} pixels:",
        "{name:이/가} {size}×{size} 픽셀 이미지에 맞지 않습니다:",
    ),
    "layers.unfit.fix": (
        "Change these layers, or take another size: --set model.size=224. `dojang model` shows the shape after each layer",
        "층을 고치거나 크기를 바꾸세요: --set model.size=224. 층마다의 크기는 `dojang model`로 볼 수 있습니다",
    ),
    "layers.unfit_any": (
        "{name} does not fit together (shapes as for images of {size}×{size} pixels):",
        "{name}의 층들이 서로 맞지 않습니다 ({size}×{size} 픽셀 이미지일 때의 크기):",
    ),
    "layers.unfit_any.fix": (
        "Change these layers; `dojang model` shows the shape after each layer",
        "층을 고치세요. 층마다의 크기는 `dojang model`로 볼 수 있습니다",
    ),
    "layers.kernel_too_large": (
        _AT
        + "a kernel {kernel} spans {span} pixels, but the map {shape} has {padded} in its {name}, padding included. Take a smaller kernel, more padding, or one pool or stride less before",
        _AT
        + "커널 {kernel:이/가} {span}픽셀을 덮는데, 들어오는 맵 {shape}의 {name:은/는} 패딩을 더해 {padded}픽셀입니다. 커널을 줄이거나 패딩을 늘리거나, 앞의 풀링·스트라이드를 하나 빼세요",
    ),
    "layers.height": ("height", "높이"),
    "layers.width": ("width", "너비"),
    "layers.groups": (
        _AT + "{groups} groups must divide the channels, {inputs} in and {outputs} out",
        _AT
        + "그룹 수 {groups:으로/로} 채널이 나누어떨어져야 합니다. 입력 채널 {inputs}, 출력 채널 {outputs}",
    ),
    "layers.pad_too_wide": (
        _AT
        + "a padding of {pad} is more than half of the window {kernel}; a pool would see padding alone",
        _AT + "패딩 {pad:이/가} 창 {kernel}의 절반보다 큽니다. 패딩만 보는 자리가 생깁니다",
    ),
    "layers.needs_map": (
        _AT
        + "{kind} works on a map, but a vector {shape} comes in. Put it before flatten, gap and linear",
        _AT
        + "{kind:은/는} 맵에 쓰는 층인데 벡터 {shape:이/가} 들어옵니다. flatten, gap, linear보다 앞에 두세요",
    ),
    "layers.needs_vector": (
        _AT + "linear works on a vector, but a map {shape} comes in. Put flatten or gap before it",
        _AT
        + "linear는 벡터에 쓰는 층인데 맵 {shape:이/가} 들어옵니다. 앞에 flatten이나 gap을 넣으세요",
    ),
    "layers.needs_color": (
        _AT + "grey takes the three channels of a colour image, but {shape} comes in",
        _AT + "grey는 컬러 이미지의 세 채널을 받는데 {shape:이/가} 들어옵니다",
    ),
    "layers.channels_differ": (
        _AT
        + "the body gives {body} and the shortcut {shortcut}; a sum needs the same channels. Write {mend}, or shortcut: projection",
        _AT
        + "본체는 {body}, 지름길은 {shortcut:을/를} 냅니다. 더하려면 채널 수가 같아야 합니다. {mend} 또는 shortcut: projection을 쓰세요",
    ),
    "layers.sides_differ": (
        _AT
        + "the body gives {body} and the shortcut {shortcut}; a sum needs the same sides. Mind stride and padding in the body, or write {mend}",
        _AT
        + "본체는 {body}, 지름길은 {shortcut:을/를} 냅니다. 더하려면 가로세로가 같아야 합니다. 본체의 stride와 pad를 보거나 {mend:을/를} 쓰세요",
    ),
    "layers.kinds_differ": (
        _AT
        + "the body gives {body} and the shortcut {shortcut}; a sum needs two maps or two vectors of one shape",
        _AT
        + "본체는 {body}, 지름길은 {shortcut:을/를} 냅니다. 모양이 같은 맵이나 벡터끼리만 더할 수 있습니다",
    ),
    "layers.no_projection": (
        _AT
        + "no 1×1 convolution brings {shape} to the sides of {body}. Write the layers of the shortcut yourself",
        _AT
        + "1×1 합성곱으로는 {shape:을/를} {body}의 가로세로에 맞출 수 없습니다. shortcut의 층을 직접 쓰세요",
    ),
    "layers.branches_differ": (
        _AT
        + "the branches give {shapes}; to be put together they need the same sides. Mind stride and padding",
        _AT
        + "가지들이 {shapes:을/를} 냅니다. 이어 붙이려면 가로세로가 같아야 합니다. stride와 pad를 살펴보세요",
    ),
    "layers.ends_as_map": (
        _AT
        + "the last layer gives a map {shape}; the head takes a vector. End with gap or flatten",
        _AT
        + "마지막 층이 맵 {shape:을/를} 냅니다. 분류층은 벡터를 받으니 gap이나 flatten으로 끝내세요",
    ),
    "layers.too_large": (
        _AT
        + "gives {shape} with {weights} weights so far; at most {most} weights and {values} values of one map are taken",
        _AT
        + "출력이 {shape}, 여기까지 가중치가 {weights}개입니다. 가중치는 {most}개, 한 맵의 값은 {values}개까지만 받습니다",
    ),
    # Networks.
    "model.no_drop_path": (
        "{name} has no residual branches that could be dropped, so model.drop_path does nothing there.",
        "{name}에는 떨어뜨릴 잔차 가지가 없어 model.drop_path를 쓸 수 없습니다.",
    ),
    "model.no_drop_path.fix": (
        "Set model.drop_path=0 and use model.dropout, or take a network with residual branches, such as convnet or convnext_tiny",
        "model.drop_path=0으로 두고 model.dropout을 쓰거나, convnet이나 convnext_tiny처럼 잔차 가지가 있는 모델을 고르세요",
    ),
    "auto.size_network": (
        "{name} was made for this size and does not fit smaller maps; the median short side is {side} px",
        "{name}의 원래 입력 크기이며 더 작은 맵에는 맞지 않습니다. 짧은 변의 중앙값은 {side}px입니다",
    ),
    "report.model.described": (
        "described layer by layer in the recipe",
        "레시피에 층별로 적은 신경망",
    ),
    "model.about.convnet": (
        "small, fast residual network for training from scratch, 8 to 224 px",
        "처음부터 학습하기 좋은 작고 빠른 잔차 신경망, 8~224px",
    ),
    "model.about.perceptron": (
        "every pixel straight to every class (Rosenblatt 1958)",
        "모든 픽셀을 클래스에 바로 연결한 퍼셉트론 (Rosenblatt 1958)",
    ),
    "model.about.mlp": (
        "two hidden layers of 512 (Rumelhart et al. 1986)",
        "크기 512의 은닉층 두 개 (Rumelhart 외 1986)",
    ),
    "model.about.lenet5": (
        "two convolutions, three dense layers, grey input (LeCun et al. 1998)",
        "합성곱 두 개와 완전 연결 층 세 개, 흑백 입력 (LeCun 외 1998)",
    ),
    "model.about.alexnet": (
        "two towers, local response normalisation (Krizhevsky et al. 2012)",
        "두 갈래 구조와 국소 응답 정규화 (Krizhevsky 외 2012)",
    ),
    "model.about.alexnet_one_tower": (
        "one tower, as in torchvision (Krizhevsky 2014)",
        "한 갈래 구조, torchvision과 같음 (Krizhevsky 2014)",
    ),
    "model.about.vgg16": (
        "nothing but 3×3 convolutions (Simonyan & Zisserman 2015)",
        "3×3 합성곱만 쌓은 구조 (Simonyan·Zisserman 2015)",
    ),
    "model.about.nin": (
        "network in network: 1×1 convolutions, no dense layers (Lin et al. 2014)",
        "1×1 합성곱을 끼우고 완전 연결 층을 없앤 NiN (Lin 외 2014)",
    ),
    "model.about.googlenet": (
        "nine inception modules, as in the paper (Szegedy et al. 2015)",
        "인셉션 모듈 아홉 개, 논문 그대로 (Szegedy 외 2015)",
    ),
    "model.about.googlenet_bn": (
        "the same with batch norm, as in torchvision",
        "배치 정규화를 쓴 GoogLeNet, torchvision과 같음",
    ),
    "model.about.resnet18": (
        "18 layers of residual learning (He et al. 2016)",
        "잔차 학습 18층 (He 외 2016)",
    ),
    "model.about.resnet50": (
        "50 layers of residual learning, with bottlenecks (He et al. 2016)",
        "병목 블록을 쓴 잔차 학습 50층 (He 외 2016)",
    ),
    "model.about.whitenet": (
        "whitened patches and six convolutions for small pictures (Jordan 2024)",
        "작은 이미지용: 백색화한 패치와 합성곱 여섯 층 (Jordan 2024)",
    ),
    # The table.
    "cli.model": (
        "Show the layers of a model: sizes, parameters, costs.",
        "모델의 층별 크기, 파라미터, 계산량을 보여 줍니다.",
    ),
    "cli.arg.model": (
        "Name of a model, or a recipe (.yaml)",
        "모델 이름 또는 레시피(.yaml)",
    ),
    "cli.opt.size": ("Side of the input in pixels", "입력의 한 변(픽셀)"),
    "cli.opt.classes": ("Classes of the head", "분류층의 클래스 수"),
    "cli.opt.arithmetic": (
        "Show (W − F + 2P)/S + 1 with its numbers for each convolution and pool",
        "합성곱과 풀링마다 (W − F + 2P)/S + 1에 숫자를 넣어 보여 줌",
    ),
    "table.layer": ("layer", "층"),
    "table.kind": ("kind", "종류"),
    "table.output": ("output", "출력"),
    "table.parameters": ("parameters", "파라미터"),
    "table.short": ("params", "파라미터"),
    "table.multiply_adds": ("mult-adds", "곱셈-덧셈"),
    "table.field": ("field", "수용역"),
    "table.forward": ("forward", "순전파"),
    "table.kept": ("kept", "역전파용"),
    "table.whole": ("all", "전체"),
    "table.title": (
        "{name}, images of {size}×{size} pixels, {classes} classes",
        "{name}, {size}×{size} 픽셀 이미지, 클래스 {classes}개",
    ),
    "table.total": (
        "Total: {parameters} parameters, {multiply_adds} multiply-adds an image",
        "합계: 파라미터 {parameters}개, 이미지 한 장에 곱셈-덧셈 {multiply_adds}번",
    ),
    "table.memory": (
        "Memory in fp32: weights {weights}, gradients {weights}, state of {optimizer} {state}; one image: {forward} of layer outputs, {kept} kept for the backward pass",
        "fp32 메모리: 가중치 {weights}, 기울기 {weights}, {optimizer} 상태 {state}. 이미지 한 장: 층 출력 {forward}, 역전파용으로 남는 것 {kept}",
    ),
    "table.batch": (
        "Training with B images a batch keeps about {fixed} + B × {kept}",
        "배치가 B장이면 학습 중에 약 {fixed} + B × {kept:을/를} 차지합니다",
    ),
    "table.no_kept": (
        "What training keeps could not be measured: {reason}",
        "학습 때 남는 메모리는 잴 수 없었습니다: {reason}",
    ),
    "table.legend": (
        "field: pixels of the image that one output value sees (all: the whole image); forward: memory of a layer's output; kept: what the layer adds to the memory that the backward pass needs",
        "수용역: 출력값 하나가 보는 이미지의 픽셀 수(전체: 이미지 전체). 순전파: 층 출력의 메모리. 역전파용: 역전파를 위해 그 층이 더 남기는 메모리",
    ),
    "table.arithmetic": (
        "Arithmetic: (W − F + 2P)/S + 1, with side W, window F, padding P, stride S; ⌊⌋ rounds down, ⌈⌉ up; a kernel k with dilation D spans F = D·(k − 1) + 1",
        "계산: (W − F + 2P)/S + 1. W는 한 변, F는 창, P는 패딩, S는 스트라이드. ⌊⌋는 내림, ⌈⌉는 올림. 팽창 D인 커널 k는 F = D·(k − 1) + 1",
    ),
    "table.both": ("height {down}; width {across}", "높이 {down}; 너비 {across}"),
}
