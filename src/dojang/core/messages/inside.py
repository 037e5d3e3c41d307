"""What is said of the inside of a network, and of how far its explanations can be trusted."""

MESSAGES: dict[str, tuple[str, str]] = {
    "cli.opt.explain_method": (
        "How to explain: grad-cam, grad-cam++, layer-cam, occlusion, integrated-gradients or "
        "attention-rollout",
        "설명 방법: grad-cam, grad-cam++, layer-cam, occlusion, integrated-gradients, "
        "attention-rollout",
    ),
    "cli.opt.explain_layer": (
        "Layer to explain, by its name in the table of layers (dojang model RUN); found "
        "automatically unless given",
        "설명할 레이어 이름(dojang model RUN의 레이어 표 참고). 없으면 자동으로 찾습니다",
    ),
    "cli.opt.explain_class": (
        "Class to explain; the answer of the model unless given",
        "설명할 클래스. 없으면 모델의 답을 설명합니다",
    ),
    "cli.inside": (
        "Look inside a network: its filters, what its channels look for, and whether its "
        "explanations can be trusted.",
        "신경망 안을 들여다봅니다: 필터, 채널이 찾는 것, 그리고 설명을 믿어도 되는지.",
    ),
    "cli.opt.inside_layer": (
        "Layer whose maps and channels to show; found automatically unless given",
        "특징 맵과 채널을 보여 줄 레이어. 없으면 자동으로 찾습니다",
    ),
    "cli.opt.inside_image": (
        "Image whose feature maps to show; a validation image unless given",
        "특징 맵을 보여 줄 이미지. 없으면 검증 이미지 하나를 씁니다",
    ),
    "cli.opt.inside_images": (
        "Validation images at most on which explanations are tested",
        "설명을 시험할 검증 이미지의 최대 장수",
    ),
    "inside.written": ("Inside the network: {path}", "신경망 안: {path}"),
    "inside.no_valid": (
        "{path} has no validation image to look with.",
        "{path}에는 들여다볼 때 쓸 검증 이미지가 없습니다.",
    ),
    "inside.no_valid.fix": (
        "Train with a validation part: split.valid above 0, or folds.",
        "검증 파트를 두고 학습하세요: split.valid를 0보다 크게 하거나 폴드를 씁니다.",
    ),
    "inside.progress.channels": ("Looking for what activates channels", "채널을 켜는 이미지 찾기"),
    "inside.progress.faithfulness": ("Testing explanations", "설명 시험"),
    "inside.progress.randomise": ("Destroying copies of the network", "신경망 사본 망가뜨리기"),
    "inside.method.grad_cam": ("Grad-CAM", "Grad-CAM"),
    "inside.method.grad_cam_pp": ("Grad-CAM++", "Grad-CAM++"),
    "inside.method.layer_cam": ("LayerCAM", "LayerCAM"),
    "inside.method.occlusion": ("Occlusion", "가림 실험(occlusion)"),
    "inside.method.integrated_gradients": ("Integrated gradients", "적분 그래디언트"),
    "inside.method.attention_rollout": ("Attention rollout", "어텐션 롤아웃"),
    "inside.no_method": (
        "No method of explanation suits this network.",
        "이 신경망에 맞는 설명 방법이 없습니다.",
    ),
    "inside.faithful.better": (
        "The answer hangs on what {method} shows: painting it over and putting it back moves the "
        "probability more than the same places in a random order, by {gain} ({interval}) on {n} "
        "validation images.",
        "모델의 답은 {method:이/가} 가리키는 곳에 달려 있습니다. 그곳을 지우고 되돌리면 무작위 순서일 "
        "때보다 확률이 {gain}({interval})만큼 더 움직입니다(검증 이미지 {n}장).",
    ),
    "inside.faithful.unclear": (
        "It is not clear that the answer hangs on what {method} shows: on {n} validation images "
        "it does about as well as a random order ({gain}, {interval}).",
        "모델의 답이 {method:이/가} 가리키는 곳에 달려 있는지 분명하지 않습니다. 검증 이미지 {n}장에서 "
        "무작위 순서와 비슷합니다({gain}, {interval}).",
    ),
    "inside.faithful.worse": (
        "Do not read the maps of {method} as reasons: on {n} validation images the answer hangs "
        "less on what they show than on places in a random order ({gain}, {interval}).",
        "{method}의 지도를 판단 근거로 읽지 마세요. 검증 이미지 {n}장에서 모델의 답은 그곳보다 무작위로 "
        "고른 곳에 더 달려 있습니다({gain}, {interval}).",
    ),
    "inside.faithful.best": (
        "{method} does best here ({gain}).",
        "여기서는 {method:이/가} 가장 낫습니다({gain}).",
    ),
    "inside.random.follows": (
        "The maps of {method} follow what was learnt: when the weights are destroyed they change "
        "(rank correlation {rank} with those of the trained network, {n} images).",
        "{method}의 지도는 학습한 것을 따릅니다. 가중치를 망가뜨리면 지도도 바뀝니다(학습된 "
        "신경망의 지도와 순위 상관 {rank}, 이미지 {n}장).",
    ),
    "inside.random.stays": (
        "The maps of {method} hardly depend on what was learnt: with all weights destroyed they "
        "stay much as they were (rank correlation {rank}, {n} images). They show the image, not "
        "the network.",
        "{method}의 지도는 학습한 것과 거의 관계가 없습니다. 가중치를 모두 망가뜨려도 지도가 "
        "그대로입니다(순위 상관 {rank}, 이미지 {n}장). 신경망이 아니라 이미지를 보여 줄 뿐입니다.",
    ),
    "inside.random.unclear": (
        "Whether the maps of {method} follow what was learnt cannot be told from {n} images (rank "
        "correlation {rank} after all weights were destroyed).",
        "{method}의 지도가 학습한 것을 따르는지 이미지 {n}장으로는 알 수 없습니다(가중치를 모두 "
        "망가뜨린 뒤의 순위 상관 {rank}).",
    ),
    "inside.random.others": (
        "Those of {methods} stay as they were.",
        "{methods}의 지도는 그대로 남습니다.",
    ),
    "inside.column.method": ("Method", "방법"),
    "inside.column.deletion": ("Deletion ↓", "삭제 ↓"),
    "inside.column.insertion": ("Insertion ↑", "삽입 ↑"),
    "inside.column.gain": ("Gain over chance", "무작위 대비 이득"),
    "inside.column.after": ("Alike when destroyed", "망가뜨린 뒤 순위 상관"),
    "inside.column.others": ("Other images", "다른 이미지끼리"),
    "inside.column.verdict": ("Verdict", "판정"),
    "inside.chance": ("Random order", "무작위 순서"),
    "inside.verdict.better": ("better", "더 나음"),
    "inside.verdict.worse": ("worse", "더 못함"),
    "inside.verdict.unclear": ("unclear", "불분명"),
    "inside.verdict.follows": ("follows", "따름"),
    "inside.verdict.stays": ("stays", "그대로"),
    "inside.stage.head": ("head", "분류층"),
    "inside.title": ("{name} · inside the network", "{name} · 신경망 안"),
    "inside.kind": ("Inside the network", "신경망 안"),
    "inside.section.faithful": ("Does the answer hang on the maps?", "답이 지도에 달려 있는가"),
    "inside.section.random": ("Do maps follow the weights?", "지도가 가중치를 따르는가"),
    "inside.section.filters": ("The first filters", "첫 레이어의 필터"),
    "inside.section.maps": ("Feature maps of an image", "이미지의 특징 맵"),
    "inside.section.channels": ("What channels look for", "채널이 찾는 것"),
    "inside.faithful.lead": (
        "Of {n} validation images, cells are painted grey, the hottest of the map first "
        "(deletion), and put back into a blurred image (insertion). Each figure is the mean "
        "probability of the model's answer on the way: deletion should be low (↓), insertion high "
        "(↑).",
        "검증 이미지 {n}장에서 지도가 가장 뜨거운 칸부터 회색으로 지우고(삭제), 흐린 이미지에 "
        "되돌려 넣습니다(삽입). 숫자는 그동안 모델의 답이 받은 확률의 평균으로, 삭제는 낮을수록(↓), 삽입은 "
        "높을수록(↑) 좋습니다.",
    ),
    "inside.faithful.caption": (
        "Gain: insertion less deletion, less that of random orders of the same cells; with a 95 % "
        "interval over images. Images with grey or blurred cells are unlike those that the "
        "network learnt from, so compare methods with each other and with chance, not with 1.",
        "이득: 삽입에서 삭제를 뺀 값에서, 같은 칸을 무작위 순서로 했을 때의 값을 뺀 것. 이미지에 대한 "
        "95% 신뢰구간과 함께 적었습니다. 회색이거나 흐린 칸이 있는 이미지는 신경망이 배운 이미지와 "
        "다르므로, 1과 비교하지 말고 방법끼리 그리고 무작위와 비교하세요.",
    ),
    "inside.random.lead": (
        "The weights of a copy are shuffled block by block, from the head down to the named block. "
        "Each figure is the rank correlation of the maps of {n} images with those of the trained "
        "network: 1 where they are the same.",
        "사본의 가중치를 분류층에서 시작해 적힌 블록까지 차례로 뒤섞습니다. 숫자는 이미지 {n}장의 "
        "지도가 학습된 신경망의 지도와 갖는 순위 상관입니다. 같으면 1입니다.",
    ),
    "inside.random.caption": (
        "Other images: how alike the maps of different images are, because they all look at the "
        "middle, say. A sane method falls towards it. One that stays near 1 shows edges of the "
        "image and nothing of the network.",
        "다른 이미지끼리: 예를 들어 모두 가운데를 보기 때문에 서로 다른 이미지의 지도가 닮은 정도. "
        "제대로 된 방법은 이 값 쪽으로 떨어집니다. 1 근처에 머무는 방법은 신경망이 아니라 이미지의 "
        "윤곽을 보여 줍니다.",
    ),
    "inside.filters.lead": (
        "{n} filters of {side} × {side} pixels of the layer {layer}, the strongest first.",
        "{layer} 레이어의 {side} × {side}픽셀 필터 {n}개, 강한 순서.",
    ),
    "inside.filters.alt": ("Filters of the layer {layer}", "{layer} 레이어의 필터"),
    "inside.filters.caption": (
        "Grey is 0, and each filter has its own scale; at most 64 are shown. After training, edges "
        "and colours stand out; noise means that the layer has learnt little.",
        "회색이 0이고 필터마다 눈금이 다릅니다. 많아야 64개를 보여 줍니다. 학습이 되면 윤곽과 색이 "
        "드러납니다. 잡음처럼 보이면 그 레이어가 배운 것이 적다는 뜻입니다.",
    ),
    "inside.filters.absent": (
        "The network has no convolution that sees the three colours.",
        "세 가지 색을 직접 보는 합성곱이 없는 신경망입니다.",
    ),
    "inside.maps.lead": (
        "The {n} channels of the layer {layer} that vary most over the image ({side} × {side}).",
        "{layer} 레이어에서 이 이미지 위에서 가장 많이 변하는 채널 {n}개({side} × {side}).",
    ),
    "inside.maps.photo": ("The image {id}", "이미지 {id}"),
    "inside.maps.alt": ("Feature maps of the layer {layer}", "{layer} 레이어의 특징 맵"),
    "inside.maps.caption": (
        "Each map has its own scale, dark blue to yellow. Another layer: --layer NAME; another "
        "image: --image FILE.",
        "지도마다 눈금이 다르며 남색에서 노란색으로 커집니다. 다른 레이어는 --layer 이름, 다른 "
        "이미지는 --image 파일.",
    ),
    "inside.maps.absent": (
        "The network has no layer whose output still has positions.",
        "위치 정보가 남은 출력을 내는 레이어가 없는 신경망입니다.",
    ),
    "inside.channels.lead": (
        "For six channels of {layer} that tell images apart, the validation images, out of {n}, "
        "that they answer to most.",
        "{layer}에서 이미지를 가장 잘 가르는 채널 여섯 개가 검증 이미지 {n}장 가운데 가장 크게 "
        "반응한 이미지.",
    ),
    "inside.channels.channel": ("Channel {number}", "채널 {number}"),
    "inside.channels.alt": (
        "Images that activate channel {number} most: {ids}",
        "채널 {number:을/를} 가장 크게 켜는 이미지: {ids}",
    ),
    "inside.channels.caption": (
        "Warm places are where the channel answers. What the images of a row have in common is a "
        "guess at what it looks for, not a proof.",
        "따뜻한 색이 채널이 반응한 곳입니다. 한 줄의 이미지가 무엇을 함께 가졌는지는 채널이 찾는 "
        "것에 대한 짐작이지 증명이 아닙니다.",
    ),
    "inside.footer": (
        "Written by Dojang {version}. The test part was not looked at.",
        "Dojang {version:이/가} 작성했습니다. 테스트 파트는 보지 않았습니다.",
    ),
    "report.section.inside": ("Inside the network", "신경망 안"),
    "inside.report.page": (
        "All methods, feature maps and what channels look for:",
        "모든 방법, 특징 맵, 채널이 찾는 것:",
    ),
    "inside.report.absent": (
        "Nobody has looked inside this network yet, or tested its explanations. To do so:",
        "아직 이 신경망 안을 들여다보거나 설명을 시험하지 않았습니다. 해 보려면:",
    ),
}
