"""Texts of the cache of decoded pixels and of the measured feed."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "cli.cache": (
        "Show, limit or empty the cache of decoded pixels that all runs share.",
        "모든 실행이 함께 쓰는 디코딩 픽셀 캐시를 보거나, 한도를 정하거나, 비웁니다.",
    ),
    "cli.opt.cache_limit": (
        "Let it take at most this much, such as 20GB; the least recently used goes first.",
        "최대 크기 (예: 20GB). 넘으면 가장 오래 쓰지 않은 것부터 지웁니다.",
    ),
    "cli.opt.cache_clear": ("Empty it.", "캐시를 비웁니다."),
    "cache.where": (
        "{path}: {used} of at most {limit}",
        "{path}: 최대 {limit} 중 {used} 사용",
    ),
    "cache.empty": ("Nothing is kept.", "보관된 것이 없습니다."),
    "cache.line": (
        "  {size:>4} px  {images:>9} images  {bytes:>10}  last used {when}  {settings}",
        "  {size:>4} px  이미지 {images:>9}개  {bytes:>10}  마지막 사용 {when}  {settings}",
    ),
    "cache.features": (
        "  {size:>4} px  {images:>9} images' features  {bytes:>10}  last used {when}  {settings}",
        "  {size:>4} px  이미지 {images:>9}개의 특징  {bytes:>10}  마지막 사용 {when}  {settings}",
    ),
    "cache.removed": ("Removed {bytes}.", "{bytes}를 지웠습니다."),
    "cache.bad_limit": (
        "{value} is no size",
        "{value:은/는} 크기가 아닙니다",
    ),
    "cache.bad_limit.fix": (
        "Write a number with a unit: 500MB, 20GB, 1TB. 0 keeps nothing.",
        "숫자와 단위로 쓰세요: 500MB, 20GB, 1TB. 0이면 아무것도 보관하지 않습니다.",
    ),
    "cache.too_small": (
        "The decoded pixels take {needed}, and the cache in {path} has room for {room}",
        "디코딩한 픽셀은 {needed}인데 {path}의 캐시에 남은 자리는 {room}입니다",
    ),
    "cache.too_small.fix": (
        "Give it more with dojang cache --limit, put it elsewhere with the variable DOJANG_CACHE, or use --set data.cache=none.",
        "dojang cache --limit으로 늘리거나, 환경 변수 DOJANG_CACHE로 위치를 바꾸거나, --set data.cache=none을 쓰세요.",
    ),
    "read.changed": (
        "its content is no longer what it was",
        "내용이 처음과 달라짐",
    ),
    "feed.model": (
        "Feed {feed} img/s, model {model} img/s: the model is the limit",
        "데이터 공급 {feed} img/s, 모델 {model} img/s: 모델이 병목입니다",
    ),
    "feed.feed": (
        "Feed {feed} img/s, model {model} img/s: the feed is the limit. Try --set data.cache=disk, a smaller model.size, or less augmentation",
        "데이터 공급 {feed} img/s, 모델 {model} img/s: 데이터 공급이 병목입니다. --set data.cache=disk, 더 작은 model.size, 더 적은 증강을 시도해 보세요",
    ),
}
