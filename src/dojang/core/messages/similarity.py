"""What is said of how alike two networks are inside."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "cli.similarity": (
        "Say how alike the layers of two networks are (CKA).",
        "두 신경망의 층이 얼마나 닮았는지 알려 줍니다(CKA).",
    ),
    "cli.arg.second": (
        "Folder of the run to compare with; the same one shows a network against itself",
        "비교할 실행 폴더. 같은 폴더를 주면 자기 자신과 비교합니다",
    ),
    "cli.opt.similarity_part": (
        "Images of the first run to show: valid, or test where it was opened",
        "보여 줄 첫 번째 실행의 이미지: valid 또는 이미 연 test",
    ),
    "cli.opt.similarity_images": ("How many images to show", "보여 줄 이미지 수"),
    "cli.opt.similarity_out": (
        "Page to write, with the map drawn; must not exist",
        "유사도 지도를 그린 페이지를 쓸 곳. 이미 있으면 안 됩니다",
    ),
    "similarity.progress": ("Layers of both networks", "두 신경망의 층 계산"),
    "similarity.most_alike": (
        "For each layer of the first, the most similar one of the second",
        "첫 번째 신경망의 층마다 가장 닮은 두 번째 신경망의 층",
    ),
    "similarity.sentence": (
        "The final features of {first} are most like {layer} of {second} (CKA {value}); the final "
        "features of both: {final}.",
        "{first}의 마지막 특징은 {second}의 {layer:과/와} 가장 닮았습니다(CKA {value}). "
        "두 신경망의 마지막 특징끼리는 {final}입니다.",
    ),
    "similarity.shown": (
        "Both were shown {n} images ({part}); neither was trained on any of them.",
        "두 신경망 모두 학습하지 않은 이미지 {n}장({part})을 보여 주었습니다.",
    ),
    "similarity.shown_learnt": (
        "Both were shown {n} images ({part}); {run} was trained on {learnt} of them.",
        "이미지 {n}장({part})을 보여 주었습니다. {run:은/는} 그중 {learnt}장으로 학습했습니다.",
    ),
    "similarity.written": ("Page: {path}", "페이지: {path}"),
    "similarity.title": ("Similarity of two networks", "두 신경망의 유사도"),
    "similarity.kind": ("similarity", "유사도"),
    "similarity.question": ("How alike are they inside?", "속은 얼마나 닮았나?"),
    "similarity.rows": ("Rows", "세로(행)"),
    "similarity.columns": ("Columns", "가로(열)"),
    "similarity.map": ("Every layer against every layer", "모든 층끼리의 유사도"),
    "similarity.map_alt": (
        "Map of CKA: rows are layers of the first network, columns of the second; the table below "
        "says the largest of each row",
        "CKA 지도: 행은 첫 번째, 열은 두 번째 신경망의 층입니다. 행마다 가장 큰 값은 아래 표에 있습니다",
    ),
    "similarity.strongest": ("the most similar of its row", "행에서 가장 닮은 층"),
    "similarity.caption": (
        "1: both layers find the same images alike, whatever the number, the rotation or the scale "
        "of their features; 0: no more than chance. From the input (top, left) to the head (bottom, "
        "right), named as in dojang model without the leading features. A diagonal means that both work "
        "in the same order; a block, layers that change little.",
        "1이면 특징의 개수, 회전, 크기와 상관없이 두 층이 같은 이미지들을 비슷하다고 봅니다. 0이면 "
        "우연 수준입니다. 위·왼쪽이 입력, 아래·오른쪽이 출력 쪽입니다. 대각선이 진하면 두 신경망이 "
        "같은 순서로 처리하는 것이고, 네모난 덩어리는 변화가 적은 층들입니다. 층 이름은 dojang model에 "
        "나오는 이름에서 앞의 features.를 뺀 것입니다.",
    ),
    "similarity.footer": (
        "Linear CKA with the unbiased estimator of HSIC over batches (Kornblith et al. 2019, Song et "
        "al. 2012, Nguyen et al. 2021).",
        "배치별 불편 HSIC 추정량을 쓴 선형 CKA입니다(Kornblith 외 2019, Song 외 2012, Nguyen 외 2021).",
    ),
    # Errors.
    "similarity.sealed": (
        "The test part of {path} is sealed.",
        "{path}의 테스트 파트는 봉인되어 있습니다.",
    ),
    "similarity.sealed.fix": (
        "Leave --part out: validation images serve as well.",
        "--part를 빼세요. 검증 이미지로도 충분합니다.",
    ),
    "similarity.nothing_common": (
        "{first} and {second} have no image in common: they are runs on different data.",
        "{first:과/와} {second}에 공통 이미지가 없습니다. 서로 다른 데이터의 실행입니다.",
    ),
    "similarity.nothing_common.fix": (
        "Compare runs on the same data; what counts is the content of files, not where they lie.",
        "같은 데이터로 학습한 실행끼리 비교하세요. 파일 위치가 아니라 내용이 같으면 됩니다.",
    ),
    "similarity.few": (
        "{path} has {n} images to show; the estimator needs {fewest}.",
        "{path}에서 보여 줄 이미지가 {n}장뿐입니다. 추정에는 {fewest}장이 필요합니다.",
    ),
    "similarity.few.fix": (
        "Images of the sealed test part of the second run are not shown. Use a run with more "
        "validation images.",
        "두 번째 실행의 봉인된 테스트 이미지는 쓰지 않습니다. 검증 이미지가 더 많은 실행을 쓰세요.",
    ),
}
