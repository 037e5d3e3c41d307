"""Cases worth looking at as cards: the image, where the model looked, and its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dojang.analysis.cases import KINDS
from dojang.analysis.nearest import leaning
from dojang.analysis.report.images import Album
from dojang.analysis.report.words import count, number, percent
from dojang.core.i18n import language, t
from dojang.core.store import write_text

Embed = Callable[[object], str | None]
PAGE_BUDGET = 20_000_000  # a page that was asked for may be large


@dataclass(frozen=True)
class NearCard:
    """A training image beside a case; ``side`` is whose class it has: label, answer or other."""

    id: str
    label: str
    distance: str
    side: str
    image: str | None


@dataclass(frozen=True)
class Example:
    """A picture with its explanation beside it; either may be missing.

    Attributes:
        suspect: whether its label is more likely wrong than right.
        near: the nearest training images; ``near_words`` says whom they side with.
    """

    id: str
    target: str
    predicted: str
    right: bool
    confidence: str
    width: float
    image: str | None
    overlay: str | None
    suspect: bool
    near: tuple[NearCard, ...]
    near_words: str


@dataclass(frozen=True)
class Group:
    """Examples of a kind; those of a confusion have a title."""

    title: str | None
    examples: tuple[Example, ...]


def make_examples(
    entries: Sequence[Mapping[str, Any]], embed: Embed
) -> dict[str, tuple[Group, ...]]:
    """Lay out the lines of a gallery by kind, errors first.

    Args:
        embed: from what stands for a picture to its data URI, or None where there is no room. The
            cases are asked for before their neighbours.
    """
    chosen = [(kind, entry) for kind in KINDS for entry in entries if entry.get("kind") == kind]
    bare = [(kind, entry, _example(entry, embed)) for kind, entry in chosen]
    found: dict[str, dict[str | None, list[Example]]] = {}
    for kind, entry, example in bare:
        near = tuple(_near(line, example, embed) for line in entry.get("near") or ())
        whole = replace(example, near=near, near_words=_words(near, example))
        title = _pair_title(entry) if kind == "pair" else None
        found.setdefault(kind, {}).setdefault(title, []).append(whole)
    return {
        kind: tuple(Group(title, tuple(examples)) for title, examples in groups.items())
        for kind, groups in found.items()
    }


def near_words(labels: Sequence[str], label: str, answer: str) -> str:
    """Say whom the nearest training images side with; nothing where there are none."""
    if not labels:
        return ""
    side = leaning(labels, label, answer)
    return t(
        f"mistakes.near.{side}", n=len(labels), label=label, answer=answer,
        labels=sum(name == label for name in labels),
        answers=sum(name == answer for name in labels),
    )  # fmt: skip


def write_page(
    out: Path,
    run: str,
    part: str,
    n: int,
    errors: int,
    lines: Sequence[Mapping[str, Any]],
    pictures: Mapping[str, bytes],
) -> Path:
    """Write cases as one HTML file; raises StorageError where it cannot be written."""
    from dojang.analysis.report.render import fill

    album = Album(out.parent, PAGE_BUDGET)
    examples = make_examples(lines, lambda name: album.embed_bytes(pictures.get(str(name), b"")))
    page = {
        "run": run, "part": t(f"cli.part.{part}"), "n": count(n), "errors": count(errors),
        "share": percent(errors / max(1, n)), "examples": examples, "left_out": album.left_out,
    }  # fmt: skip
    text = fill("mistakes.html", page=page, language=language())
    write_text(out, text.encode("utf-8", "backslashreplace").decode("utf-8"))
    return out


def _example(entry: Mapping[str, Any], embed: Embed) -> Example:
    target, predicted = str(entry.get("target") or ""), str(entry.get("predicted", ""))
    given = entry.get("confidence")
    confidence = float(given) if isinstance(given, int | float) else None
    return Example(
        id=str(entry.get("id", "")),
        target=target,
        predicted=predicted,
        right=target == predicted,
        confidence=percent(confidence),
        width=100 * min(1.0, max(0.0, confidence or 0.0)),
        image=embed(entry.get("image")),
        overlay=embed(entry.get("overlay")) if entry.get("overlay") else None,
        suspect=bool(entry.get("suspect")),
        near=(),
        near_words="",
    )


def _near(line: Mapping[str, Any], example: Example, embed: Embed) -> NearCard:
    label, away = str(line.get("label", "")), line.get("distance")
    sides = {example.predicted: "answer", example.target: "label"}
    return NearCard(
        str(line.get("id", "")), label,
        number(float(away) if isinstance(away, int | float) else None, 2),
        sides.get(label, "other"),
        embed(line.get("image")),
    )  # fmt: skip


def _words(near: Sequence[NearCard], example: Example) -> str:
    return near_words([n.label for n in near], example.target, example.predicted)


def _pair_title(entry: Mapping[str, Any]) -> str:
    values = {"target": entry.get("target"), "predicted": entry.get("predicted")}
    return t("mistakes.pair", **values, n=count(int(entry.get("count") or 0)))
