"""What the network looked at, what it finds alike, and what happens in use."""

from __future__ import annotations

from dojang.core.glossary.term import Term

TERMS = (
    Term(
        "saliency-map",
        "explaining",
        ("saliency map", "현저성 지도"),
        (
            "A picture over the picture that says which places mattered for an answer, hot where "
            "they mattered most. It shows where, not why, and a convincing one is no proof: some "
            "methods draw the outlines of the object even for a network of random weights "
            "(Adebayo and others 2018).",
            "어떤 답에 이미지의 어느 자리가 중요했는지 이미지 위에 색으로 나타낸 것입니다. "
            "어디인지만 보여 줄 뿐 이유는 말해 주지 않으며, 그럴듯하다고 증거가 되지도 않습니다. "
            "가중치가 무작위인 신경망에서도 물체의 윤곽을 그리는 방법이 있습니다(Adebayo 외 2018).",
        ),
        (
            "`dojang explain` draws one by six methods, and `dojang inside` tests whether they "
            "can be trusted on this run.",
            "`dojang explain`이 여섯 가지 방법으로 그려 주고, 이 실행에서 믿을 수 있는지는 "
            "`dojang inside`가 시험합니다.",
        ),
        see=("grad-cam", "integrated-gradients", "occlusion", "faithfulness"),
        aliases=("heatmap", "히트맵", "세일리언시 맵", "attribution map"),
    ),
    Term(
        "grad-cam",
        "explaining",
        ("Grad-CAM", "Grad-CAM"),
        (
            "A saliency map from the last layer that still has places: its maps are added up, "
            "each weighted by how much the class score grows with it, and what is negative is cut "
            "off (Selvaraju and others 2017). One backward pass is enough; but it is as coarse as "
            "that layer, often 4×4 or 7×7 places, so the hot spot may lie beside a small object.",
            "위치 정보가 남아 있는 마지막 레이어에서 만드는 현저성 지도입니다. 맵마다 클래스 "
            "점수를 얼마나 올리는지를 가중치로 곱해 더하고 음수는 버립니다(Selvaraju 외 2017). "
            "역전파 한 번이면 되지만 그 레이어만큼 거칠어서(흔히 4×4나 7×7칸) 작은 물체에서는 "
            "뜨거운 곳이 물체 옆으로 비껴 나기도 합니다.",
        ),
        (
            "It is the default of `dojang explain`, and lies over the cases in the report under "
            "§mistakes.",
            "`dojang explain`의 기본 방법이며, 리포트의 §mistakes 항목에서 이미지 위에 겹쳐 보여 "
            "줍니다.",
        ),
        see=("saliency-map", "feature-map", "occlusion"),
        aliases=("그래드캠", "CAM", "class activation map"),
        formula="ReLU(Σ_k α_k A_k), α_k = mean of ∂score/∂A_k",
    ),
    Term(
        "integrated-gradients",
        "explaining",
        ("integrated gradients", "적분 그래디언트"),
        (
            "Every pixel's share of the class score: gradients are averaged along a straight way "
            "from an empty image to the real one and multiplied by the change of the pixel "
            "(Sundararajan and others 2017). The shares add up to the difference of the two "
            "scores, which few methods can say; pixels that have the colour of the empty image "
            "get no share by construction.",
            "픽셀마다 클래스 점수에 이바지한 몫을 구하는 방법입니다. 빈 이미지에서 실제 "
            "이미지까지 곧게 이어 가며 기울기를 평균하고 픽셀의 변화량을 곱합니다(Sundararajan 외 "
            "2017). 몫을 모두 더하면 두 점수의 차이와 같다는 점이 강점이지만, 빈 이미지와 색이 "
            "같은 픽셀은 정의상 몫이 없습니다.",
        ),
        (
            "`dojang explain --method integrated-gradients` draws it from the mean colour of the "
            "training images, in 32 points.",
            "`dojang explain --method integrated-gradients`는 학습 이미지의 평균 색에서 출발해 "
            "32개 지점으로 계산합니다.",
        ),
        see=("saliency-map", "gradient", "faithfulness"),
        aliases=("IG", "통합 그래디언트", "적분 기울기"),
        formula="(x − x₀) · ∫ ∂score/∂x (x₀ + a (x − x₀)) da",
    ),
    Term(
        "occlusion",
        "explaining",
        ("occlusion", "가림 실험"),
        (
            "A grey square is moved over the image, and where the probability of the answer falls "
            "most, the network was looking (Zeiler & Fergus 2014). It needs no look inside and "
            "tests what it claims, at the price of some seventy forward passes; the square itself "
            "is new to the network and may speak for a class of its own.",
            "회색 사각형으로 이미지를 가려 가며, 답의 확률이 가장 많이 떨어지는 곳을 신경망이 "
            "보던 곳으로 여기는 방법입니다(Zeiler & Fergus 2014). 신경망 안을 들여다보지 않고 "
            "직접 시험하는 대신 순전파가 70번쯤 필요합니다. 사각형 자체가 신경망에는 낯선 것이라 "
            "엉뚱한 클래스로 보일 수도 있습니다.",
        ),
        (
            "`dojang explain --method occlusion` hides squares of a quarter of the side.",
            "`dojang explain --method occlusion`은 한 변이 이미지의 4분의 1인 사각형으로 가립니다.",
        ),
        see=("saliency-map", "faithfulness"),
        aliases=("occlusion sensitivity", "가림 분석", "오클루전"),
    ),
    Term(
        "faithfulness",
        "explaining",
        ("faithfulness", "설명의 충실도"),
        (
            "Whether a saliency map shows what the answer really hangs on. The test deletes the "
            "places that the map calls hottest: the probability of the answer must fall faster "
            "than with random places. And it destroys the weights: a map that does not change "
            "then shows the image, not the network.",
            "현저성 지도가 답이 실제로 달려 있는 곳을 보여 주는지를 뜻합니다. 지도가 가장 "
            "뜨겁다고 한 곳부터 지우면서, 무작위로 지울 때보다 답의 확률이 더 빨리 떨어지는지 "
            "시험합니다. 가중치를 망가뜨려도 지도가 그대로라면 신경망이 아니라 이미지를 보여 준 "
            "것입니다.",
        ),
        (
            "`dojang inside` measures both for every method, with intervals, and the report "
            "repeats the verdicts under §inside.",
            "`dojang inside`가 방법마다 두 가지를 신뢰구간과 함께 재고, 결론은 리포트의 §inside "
            "항목에도 나옵니다.",
        ),
        see=("saliency-map", "grad-cam", "occlusion"),
        aliases=("deletion", "insertion", "sanity check", "충실도"),
    ),
    Term(
        "feature-map",
        "explaining",
        ("feature map", "특징 맵"),
        (
            "The output of one channel of a layer, as a small picture: bright where the channel "
            "found its pattern. A layer of 64 channels at 16×16 places has 64 such pictures; the "
            "first ones still look like the image, the last ones hold a few bright places.",
            "레이어의 채널 하나가 내놓은 출력을 작은 그림으로 본 것으로, 채널이 찾는 무늬가 있는 "
            "곳이 밝습니다. 16×16칸에 채널이 64개인 레이어라면 이런 그림이 64장 나옵니다. 앞쪽 "
            "레이어의 것은 아직 이미지와 닮았고, 뒤쪽은 밝은 곳이 몇 군데뿐입니다.",
        ),
        (
            "`dojang inside --layer` draws those of a layer, with the images that its channels "
            "answer to most.",
            "`dojang inside --layer`가 한 레이어의 특징 맵과 채널마다 가장 강하게 반응한 이미지를 "
            "보여 줍니다.",
        ),
        see=("kernel", "receptive-field", "feature"),
        aliases=("activation map", "활성화 맵", "피처맵"),
    ),
    Term(
        "nearest-neighbour",
        "explaining",
        ("nearest neighbour", "최근접 이웃"),
        (
            "The training images whose features lie closest to those of an image: what the "
            "network holds to be most like it. If a wrongly answered dress has five T-shirts as "
            "neighbours, either its label is wrong or the network cannot see what makes it a "
            "dress.",
            "어떤 이미지와 특징이 가장 가까운 학습 이미지로, 신경망이 가장 닮았다고 여기는 "
            "것입니다. 틀린 원피스 이미지의 이웃 다섯 장이 모두 티셔츠라면, 라벨이 잘못됐거나 "
            "신경망이 원피스의 특징을 보지 못하는 것입니다.",
        ),
        (
            "`dojang mistakes` and the report under §mistakes show five beside each case.",
            "`dojang mistakes`와 리포트의 §mistakes 항목에 사례마다 다섯 장씩 나옵니다.",
        ),
        see=("feature", "similarity", "label-noise"),
        aliases=("nearest neighbor", "kNN", "이웃 이미지"),
    ),
    Term(
        "similarity",
        "explaining",
        ("similarity", "유사도"),
        (
            "How alike two things are by their features. For two images it is the cosine of the "
            "angle between their feature vectors, 1 for the same direction; for two layers it is "
            "CKA, which asks whether both find the same images alike and does not mind rotation, "
            "scale or number of features (Kornblith and others 2019).",
            "두 대상의 특징이 얼마나 비슷한지를 나타냅니다. 이미지끼리는 특징 벡터 사이 각도의 "
            "코사인으로 재며 방향이 같으면 1입니다. 레이어끼리는 같은 이미지들을 닮았다고 "
            "여기는지 보는 CKA로 재는데, 특징의 회전, 크기, 개수에 영향을 받지 않습니다(Kornblith "
            "외 2019).",
        ),
        (
            "`dojang similarity` compares the layers of two runs, `dojang mistakes` images.",
            "`dojang similarity`는 두 실행의 레이어를, `dojang mistakes`는 이미지를 비교합니다.",
        ),
        see=("nearest-neighbour", "near-duplicate", "feature"),
        aliases=("cosine similarity", "코사인 유사도", "CKA"),
    ),
)
