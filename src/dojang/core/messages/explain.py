"""What is said where a model cannot be explained."""

MESSAGES: dict[str, tuple[str, str]] = {
    "explain.no_layer": (
        "Grad-CAM has no layer to look at in {model} at {size} pixels: the last output that still"
        " has positions is not a map of channels, height and width.",
        "{model}에는 {size}픽셀 입력에서 Grad-CAM이 볼 레이어가 없습니다. 위치 정보가 남아 있는"
        " 마지막 출력이 채널·높이·너비로 된 특징 맵이 아닙니다.",
    ),
    "explain.no_layer.fix": (
        "Vision transformers keep tokens instead of maps: explain a convolutional model, or name a"
        " layer of this one that puts out maps.",
        "비전 트랜스포머는 특징 맵 대신 토큰을 씁니다. 합성곱 모델을 설명하거나, 이 모델에서 특징"
        " 맵을 출력하는 레이어를 직접 지정하세요.",
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
}
