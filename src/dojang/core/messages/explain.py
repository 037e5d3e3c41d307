"""What is said where a model cannot be explained, or not in the way that is asked."""

MESSAGES: dict[str, tuple[str, str]] = {
    "explain.no_layer": (
        "{model} has no layer to look at at {size} pixels: nothing that it puts out still has "
        "positions.",
        "{model}에는 {size}픽셀 입력에서 볼 만한 레이어가 없습니다. 위치 정보가 남아 있는 출력이 "
        "없습니다.",
    ),
    "explain.no_layer.fix": (
        "Occlusion and integrated gradients need no layer: --method occlusion",
        "occlusion과 integrated-gradients는 레이어가 없어도 됩니다: --method occlusion",
    ),
    "explain.not_run": (
        "The layer {layer} did not run when the model saw the images.",
        "모델이 이미지를 처리할 때 {layer} 레이어는 실행되지 않았습니다.",
    ),
    "explain.not_run.fix": (
        "Choose a layer that the prediction goes through, or let one be found automatically.",
        "예측 과정에서 실행되는 레이어를 고르거나, 레이어를 지정하지 말고 자동으로 찾게 하세요.",
    ),
    "explain.no_map": (
        "The layer {layer} puts out {shape}, not maps of channels, height and width.",
        "{layer} 레이어의 출력은 {shape}이며, 채널·높이·너비로 된 특징 맵이 아닙니다.",
    ),
    "explain.no_map.fix": (
        "Choose a layer before global pooling, or let one be found automatically.",
        "전역 풀링보다 앞에 있는 레이어를 고르거나, 레이어를 지정하지 말고 자동으로 찾게 하세요.",
    ),
    "explain.unknown_layer": (
        "The network has no layer called {name}.{hint}",
        "이 신경망에는 {name:이라/라}는 레이어가 없습니다.{hint}",
    ),
    "explain.unknown_layer.fix": (
        "The table of layers has all names: dojang model RUN",
        "모든 이름은 레이어 표에 있습니다: dojang model RUN",
    ),
    "explain.unknown_method": (
        "There is no way to explain called {name}.{hint}",
        "{name:이라/라}는 설명 방법은 없습니다.{hint}",
    ),
    "explain.unknown_method.fix": ("There are: {known}", "쓸 수 있는 방법: {known}"),
    "explain.unknown_class": (
        "The model knows no class called {name}.{hint}",
        "모델에는 {name:이라/라}는 클래스가 없습니다.{hint}",
    ),
    "explain.unknown_class.fix": ("It knows: {known}", "모델이 아는 클래스: {known}"),
    "explain.layer_unused": (
        "The method {method} looks at no single layer.",
        "{method} 방법은 특정 레이어 하나를 보지 않습니다.",
    ),
    "explain.layer_unused.fix": (
        "Leave --layer out, or choose grad-cam, grad-cam++ or layer-cam.",
        "--layer를 빼거나 grad-cam, grad-cam++, layer-cam 중에서 고르세요.",
    ),
    "explain.class_unused": (
        "The method {method} is the same for every class.",
        "{method} 방법은 모든 클래스에서 같은 결과를 냅니다.",
    ),
    "explain.class_unused.fix": (
        "Leave --class out, or choose another method.",
        "--class를 빼거나 다른 방법을 고르세요.",
    ),
    "explain.no_attention": (
        "{model} has no attention whose weights could be rolled out.",
        "{model}에는 가중치를 읽을 수 있는 어텐션이 없습니다.",
    ),
    "explain.no_attention.fix": (
        "Attention rollout is for vision transformers. Choose another method, such as grad-cam.",
        "attention-rollout은 비전 트랜스포머에 쓰는 방법입니다. grad-cam 같은 다른 방법을 고르세요.",
    ),
    "explain.not_whole": (
        "The attention of {model} does not go over the same tokens of the whole image in every "
        "layer, so that it cannot be rolled out.",
        "{model}의 어텐션은 모든 레이어에서 이미지 전체의 같은 토큰을 보지 않으므로 "
        "롤아웃할 수 없습니다.",
    ),
    "explain.not_whole.fix": (
        "It looks through windows or merges tokens on the way, as Swin does. Choose grad-cam.",
        "Swin처럼 윈도우로 나누어 보거나 도중에 토큰을 합칩니다. grad-cam을 고르세요.",
    ),
}
