"""Which transforms change what an image is: the mirror image of a 2 may pass for a 5.

A small classifier learns the training images as they are, and judges images that it did not learn
from, first as they are and then transformed. Where many images of one class turn into another, the
transform changes labels. Only thumbnails of the training part are looked at.

Legend: n images, C classes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dojang.core.i18n import t
from dojang.core.random import generator
from dojang.core.types import Finding
from dojang.data.transforms.settings import Augment

Thumbs = NDArray[np.uint8]
Ints = NDArray[np.int64]

MOST_IMAGES = 4000
FEWEST_OF_CLASS = 20  # a class with fewer images says nothing
FOLDS = 3
COMPONENTS = 64  # principal components that the classifier sees
ALPHA = 0.001  # chance of any false alarm over all pairs of classes and all transforms
LEAST_RISE = 0.10  # smallest rise of a share that is worth telling
FOREIGN = 0.85  # transformed images that are recognised less often than this share are foreign
EXAMPLES = 6
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def _gray(thumbs: Thumbs) -> Thumbs:
    luma = np.rint(thumbs @ _LUMA).astype(np.uint8)
    return np.repeat(luma[..., None], 3, axis=3)


TRANSFORMS: dict[str, Callable[[Thumbs], Thumbs]] = {
    "horizontal": lambda x: x[:, :, ::-1],
    "vertical": lambda x: x[:, ::-1],
    "rotate90": lambda x: np.rot90(x, axes=(1, 2)),
    "rotate180": lambda x: x[:, ::-1, ::-1],
    "gray": _gray,
    "hue": lambda x: np.roll(x, 1, axis=3),  # a third of the circle: red becomes green
}


@dataclass(frozen=True)
class Move:
    """Images of one class that a transform turns into another.

    Attributes:
        source, target: the classes.
        before, after: share of the images of ``source`` that are taken for ``target`` as they are,
            and transformed.
        chance: probability that mere chance moves so many, corrected for the number of pairs.
        files: ids of some that moved.
    """

    source: str
    target: str
    before: float
    after: float
    chance: float
    files: tuple[str, ...]


@dataclass(frozen=True)
class TransformTest:
    """What a small classifier makes of transformed images.

    Attributes:
        transform: a key of ``TRANSFORMS``.
        plain, changed: share of images that are recognised as they are, and transformed.
        foreign: whether transformed images are recognised much less often.
        moves: the pairs of classes that it confuses, the worst first.
    """

    transform: str
    plain: float
    changed: float
    foreign: bool
    moves: tuple[Move, ...]


def risky_transforms(
    thumbs: Thumbs, labels: Sequence[str], ids: Sequence[str], seed: int = 0
) -> list[TransformTest]:
    """Test every transform on the training part.

    Args:
        thumbs: uint8, ``(n, 32, 32, 3)``.
        labels: class of each, length n.
        ids: name of each, length n.
        seed: decides which images are looked at, and the folds.

    Returns:
        One test a transform; none where there are too few images, or where the classifier does no
        better than always naming the largest class, so that nothing can be said.
    """
    rows = _chosen(labels, seed)
    names = np.array(labels)[rows]
    if len(np.unique(names)) < 2:
        return []
    classes, y = np.unique(names, return_inverse=True)
    plain, changed = _judge(thumbs[rows], y.astype(np.int64), seed)
    from scipy.stats import binomtest

    right = plain == y
    largest = np.bincount(y).max() / len(y)
    if binomtest(int(right.sum()), len(y), largest, alternative="greater").pvalue > ALPHA:
        return []
    picked = [ids[i] for i in rows]
    tests = len(classes) * (len(classes) - 1) * len(TRANSFORMS)
    return [_test(name, y, plain, found, classes, picked, tests) for name, found in changed.items()]


def at_risk(settings: Augment, tests: Sequence[TransformTest]) -> list[TransformTest]:
    """Return the tests of transforms that ``settings`` ask for and that change labels."""
    both = settings.flip == "both"
    anywhere = settings.policy == "trivialaugment"  # turns by up to 135 degrees
    used = {
        "horizontal": settings.flip in ("horizontal", "both", "alternating"),
        "vertical": settings.flip in ("vertical", "both"),
        "rotate90": settings.rotate >= 60 or anywhere,
        "rotate180": settings.rotate >= 150 or both,
        "gray": settings.color >= 0.9,
        "hue": settings.hue >= 0.25,
    }
    return [test for test in tests if test.moves and used[test.transform]]


def findings(tests: Sequence[TransformTest]) -> list[Finding]:
    """Return one finding for each transform that changes labels."""
    found = []
    for test in tests:
        files = tuple(dict.fromkeys(name for move in test.moves for name in move.files))
        pairs = [
            {"source": m.source, "target": m.target, "before": m.before, "after": m.after}
            for m in test.moves
        ]
        evidence = {"transform": test.transform, "pairs": pairs, "plain": test.plain}
        if pairs:
            code, name = "AUG001", "label-changing-transform"
            found.append(Finding(code, name, "warning", files, evidence))
    return found


def warning_values(test: TransformTest) -> dict[str, Any]:
    """Return what fills the message ``augment.warning``."""
    move = test.moves[0]
    fixes = {
        "gray": "augment.color=0.3",
        "hue": "augment.hue=0",
        "rotate90": "augment.rotate=10 --set augment.policy=none",
    }
    return {
        "what": t(f"augment.transform.{test.transform}"),
        "source": move.source,
        "target": move.target,
        "before": round(100 * move.before),
        "after": round(100 * move.after),
        "file": move.files[0],
        "fix": fixes.get(test.transform, "augment.flip=none"),
    }


def _chosen(labels: Sequence[str], seed: int) -> Ints:
    """Pick images at random, and of those the classes that have enough."""
    order = generator(seed, "risk", "sample").permutation(len(labels))[:MOST_IMAGES]
    names, counts = np.unique(np.array(labels)[order], return_counts=True)
    enough = set(names[counts >= FEWEST_OF_CLASS].tolist())
    kept = [i for i in sorted(order.tolist()) if labels[i] in enough]
    return np.array(kept, dtype=np.int64)


def _judge(thumbs: Thumbs, y: Ints, seed: int) -> tuple[Ints, dict[str, Ints]]:
    """Return the class that each held-out image is taken for, as it is and transformed."""
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    plain = np.zeros_like(y)
    changed = {name: np.zeros_like(y) for name in TRANSFORMS}
    for learnt, held in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(y, y):
        features = _features(thumbs[learnt])
        count = min(COMPONENTS, *features.shape)
        model = make_pipeline(
            PCA(count, svd_solver="covariance_eigh"),
            StandardScaler(),
            LogisticRegression(C=0.1, max_iter=300),
        )
        model.fit(features, y[learnt])
        plain[held] = model.predict(_features(thumbs[held]))
        for name, transform in TRANSFORMS.items():
            changed[name][held] = model.predict(_features(transform(thumbs[held])))
    return plain, changed


def _features(thumbs: Thumbs) -> NDArray[np.float32]:
    """Return the means of 2 × 2 blocks, ``(n, 768)`` on the scale 0 to 1."""
    blocks = thumbs.reshape(len(thumbs), 16, 2, 16, 2, 3).mean(axis=(2, 4), dtype=np.float32)
    flat: NDArray[np.float32] = blocks.reshape(len(thumbs), -1) / 255
    return flat


def _test(
    name: str, y: Ints, plain: Ints, changed: Ints, classes: Any, ids: list[str], tests: int
) -> TransformTest:
    right, still = plain == y, changed == y
    before, after = float(right.mean()), float(still.mean())
    foreign = after < FOREIGN * before and _chance(right & ~still, still & ~right) < ALPHA
    moves = [
        move
        for a in range(len(classes))
        for b in range(len(classes))
        if a != b and (move := _move(y, plain, changed, (a, b), classes, ids, tests))
    ]
    moves.sort(key=lambda move: move.before - move.after)
    return TransformTest(name, before, after, foreign, tuple(moves))


def _move(
    y: Ints,
    plain: Ints,
    changed: Ints,
    pair: tuple[int, int],
    classes: Any,
    ids: list[str],
    tests: int,
) -> Move | None:
    """Return how a transform turns one class into another, if it does.

    Of images that are taken for the other class only as they are, or only transformed, mere chance
    makes as many of the one kind as of the other: the exact form of McNemar's test (1947).
    """
    members = np.flatnonzero(y == pair[0])
    was, now = plain[members] == pair[1], changed[members] == pair[1]
    if now.mean() - was.mean() < LEAST_RISE:
        return None
    chance = min(1.0, _chance(now & ~was, was & ~now) * tests)
    if chance >= ALPHA:
        return None
    files = tuple(ids[i] for i in members[now & ~was][:EXAMPLES])
    source, target = (str(classes[i]) for i in pair)
    return Move(source, target, float(was.mean()), float(now.mean()), chance, files)


def _chance(risen: NDArray[np.bool_], fallen: NDArray[np.bool_]) -> float:
    """Return the probability of so many rises among all changes, were both equally likely."""
    from scipy.stats import binomtest

    ups, downs = int(risen.sum()), int(fallen.sum())
    if ups + downs == 0:
        return 1.0
    return float(binomtest(ups, ups + downs, 0.5, alternative="greater").pvalue)
