"""The page of ``dojang explore``: answers first, the pictures and numbers that show them below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dojang.analysis.report.render import fill
from dojang.analysis.report.scatter import Bubble, bubbles, scatter
from dojang.analysis.report.words import count, percent
from dojang.core.i18n import t, use_language
from dojang.core.store import write_text
from dojang.core.types import Manifest
from dojang.data.describe import Association, Description, Neighbours, Spread

CLASSES_SHOWN = 24
CLASSES_LIMIT = 200
COLORED = 10  # classes with a colour of their own on the map; more cannot be told apart
STRONG, WEAK = 0.5, 0.1  # of an association
CONFUSED = 0.02  # share of two classes that look like the other; below it none is worth a name


@dataclass(frozen=True)
class Pictures:
    """Pictures as data URIs.

    Attributes:
        contact: by class, (data URI, id).
        means: by class, the mean picture.
        rows: a picture, its label, and its nearest ones as (data URI, id, label, same label?).
    """

    contact: Mapping[str, tuple[tuple[str, str], ...]]
    means: Mapping[str, str]
    rows: tuple[tuple[str, str, str, tuple[tuple[str, str, str, bool], ...]], ...]


@dataclass(frozen=True)
class Look:
    """All that was found out about a data set."""

    source: str
    manifest: Manifest
    description: Description
    neighbours: Neighbours
    confused: tuple[tuple[str, str, float], ...]
    placed: tuple[NDArray[np.int64], NDArray[np.float32]]
    labels: NDArray[np.object_]
    ids: NDArray[np.object_]
    associations: tuple[Association, ...]
    pictures: Pictures


@dataclass(frozen=True)
class ClassLine:
    """One class: number, share of the largest, and its light as tracks (left, width, middle)."""

    name: str
    count: str
    width: float
    share: str
    light: tuple[tuple[float, float, float, str], ...]


def write_explore(look: Look, target: Path, lang: str | None = None) -> Path:
    """Write the page as one HTML file that needs nothing but a browser; return its path.

    Raises:
        StorageError: it cannot be written.
    """
    with use_language(lang) as language:
        page = fill(
            "explore.html",
            look=look, language=language, d=look.description, answers=answers(look),
            classes=_class_lines(look.description), shown=CLASSES_SHOWN, map=_map(look),
            sizes=_sizes(look.description), legend=_legend(look), channels=_channels(look),
            strengths=_strengths(look.associations), facts=facts(look.description),
        )  # fmt: skip
    write_text(target, page.encode("utf-8", "backslashreplace").decode("utf-8"))
    return target


def answers(look: Look) -> tuple[str, ...]:
    """Say in a sentence each what a reader wants to know first."""
    d = look.description
    found = [_balance(d), _size(d), _color(d), _light(d), _looks(look)]
    strong = [a for a in look.associations if (a.strength or 0) >= STRONG]
    if strong:
        names = ", ".join(f"“{a.column}”" for a in strong[:3])
        found.append(t("explore.answer.column", columns=names))
    if d.refused:
        found.append(t("explore.answer.refused", n=count(sum(d.refused.values()))))
    return tuple(found)


def facts(d: Description) -> tuple[tuple[str, str], ...]:
    """Return the figures of the header as (name, value)."""
    rows = [("images", d.images), ("classes", len(d.counts))]
    found = [(t(f"explore.fact.{name}"), count(n)) for name, n in rows]
    found += [(t(f"report.part.{part}"), count(n)) for part, n in d.parts.items()]
    return tuple(found)


def _balance(d: Description) -> str:
    ranked = list(d.counts.items())
    (largest, most), (smallest, fewest) = ranked[0], ranked[-1]
    if most <= 1.5 * fewest:
        return t("explore.answer.balanced", low=count(fewest), high=count(most))
    return t(
        "explore.answer.unbalanced", ratio=f"{most / fewest:.1f}", largest=largest,
        most=count(most), smallest=smallest, fewest=count(fewest),
    )  # fmt: skip


def _size(d: Description) -> str:
    width, height, number = d.sizes[0]
    if len(d.sizes) == 1:
        return t("explore.answer.one_size", width=width, height=height)
    if number > d.seen / 2:
        values = {"share": percent(number / d.seen, 0), "n": count(len(d.sizes))}
        return t("explore.answer.main_size", width=width, height=height, **values)
    return t(
        "explore.answer.sizes", n=count(len(d.sizes)), low=round(min(d.width.low, d.height.low)),
        high=round(max(d.width.high, d.height.high)), width=round(d.width.middle),
        height=round(d.height.middle),
    )  # fmt: skip


def _color(d: Description) -> str:
    if d.gray > 0.99:
        return t("explore.answer.gray")
    if d.gray < 0.005:
        return t("explore.answer.color")
    return t("explore.answer.mixed", share=percent(d.gray))


def _light(d: Description) -> str:
    by_class = {name: s.middle for name, s in d.light["brightness"].items() if name}
    dark, bright = min(by_class, key=by_class.__getitem__), max(by_class, key=by_class.__getitem__)
    low, high = (f"{by_class[name]:.0f}" for name in (dark, bright))
    values = {"dark": dark, "low": low, "bright": bright, "high": high}
    within = d.light["brightness"][""]
    apart = by_class[bright] - by_class[dark] > 0.5 * (within.high - within.low)
    return t("explore.answer.light" if apart else "explore.answer.same_light", **values)


def _looks(look: Look) -> str:
    n = look.neighbours
    sentence = t("explore.answer.looks", share=percent(n.agreement, 0), chance=percent(n.chance, 0))
    if look.confused and look.confused[0][2] >= CONFUSED:
        one, other, _ = look.confused[0]
        sentence += " " + t("explore.answer.confused", one=one, other=other)
    return sentence


def confused_pairs(
    found: Neighbours, labels: NDArray[np.object_], most: int = 5
) -> tuple[tuple[str, str, float], ...]:
    """Return the pairs of classes whose pictures are each other's nearest most often, as (one,
    other, share of the pictures of both)."""
    if not found.nearest.shape[1]:
        return ()
    own, near = labels[found.rows].astype(str), labels[found.nearest[:, 0]].astype(str)
    names, totals = np.unique(own, return_counts=True)
    size = dict(zip(names.tolist(), totals.tolist(), strict=True))
    counts: dict[tuple[str, str], int] = {}
    for a, b in zip(own.tolist(), near.tolist(), strict=True):
        if a != b:
            pair = (a, b) if a < b else (b, a)
            counts[pair] = counts.get(pair, 0) + 1
    shares = [(a, b, n / (size[a] + size[b])) for (a, b), n in counts.items()]
    return tuple(sorted(shares, key=lambda s: (-s[2], s[0], s[1]))[:most])


def _class_lines(d: Description) -> tuple[ClassLine, ...]:
    most = max(d.counts.values())
    return tuple(
        ClassLine(
            name, count(n), 100 * n / most, percent(n / d.seen),
            tuple(_track(d.light[measure][name]) for measure in d.light),
        )
        for name, n in list(d.counts.items())[:CLASSES_LIMIT]
    )  # fmt: skip


def _track(s: Spread) -> tuple[float, float, float, str]:
    """Turn a spread on the scale 0 to 255 into left, width and middle in percent."""
    low, middle, high = (100 * v / 255 for v in (s.low, s.middle, s.high))
    return low, max(0.5, high - low), middle, f"{s.middle:.0f}"


def _map(look: Look) -> str:
    rows, places = look.placed
    colors = {name: i for i, name in enumerate(list(look.description.counts)[:COLORED])}
    names = [str(look.labels[row]) for row in rows]
    titles = [f"{label} · {look.ids[row]}" for label, row in zip(names, rows, strict=True)]
    return scatter(places, [colors.get(name, COLORED) for name in names], titles)


def _legend(look: Look) -> tuple[tuple[str, int], ...]:
    names = list(look.description.counts)
    named = [(name, i) for i, name in enumerate(names[:COLORED])]
    return tuple(named + ([(t("explore.map.others"), COLORED)] if len(names) > COLORED else []))


def _sizes(d: Description) -> str:
    found = [Bubble(w, h, n, f"{w} × {h}: {n:,}") for w, h, n in d.sizes[:400]]
    return bubbles(found, t("explore.sizes.width"), t("explore.sizes.height"))


def _channels(look: Look) -> tuple[tuple[str, str, str, str], ...]:
    """Return (colour, mean, spread, path of the histogram in a box of 32 × 10)."""
    highest = max(max(c.histogram) for c in look.description.channels) or 1.0
    found = []
    for name, channel in zip(("red", "green", "blue"), look.description.channels, strict=True):
        points = [f"{i + 0.5},{10 - 10 * v / highest:.2f}" for i, v in enumerate(channel.histogram)]
        path = f"M0,10 L{' L'.join(points)} L32,10 Z"
        found.append((name, f"{channel.mean:.1f}", f"{channel.std:.1f}", path))
    return tuple(found)


def _strengths(found: Sequence[Association]) -> tuple[tuple[Association, str, str], ...]:
    """Return each column with its strength and what that means, in words."""
    rows = []
    for a in found:
        shown = "–" if a.strength is None else f"{a.strength:.2f}"
        rows.append((a, shown, t(f"explore.column.{_level(a)}")))
    return tuple(rows)


def _level(a: Association) -> str:
    if a.strength is None:
        return a.kind
    return "strong" if a.strength >= STRONG else "some" if a.strength >= WEAK else "none"
