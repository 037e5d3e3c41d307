"""The page of ``dojang inside``, and its section of the report: made from ``inside.json`` alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Any

from dojang.analysis.report.files import RunFiles
from dojang.analysis.report.images import Album
from dojang.analysis.report.words import count, message, number
from dojang.core.i18n import language, t
from dojang.core.store import RunFolder, write_text
from dojang.core.types import RunRecord, Score

PRIMARY = "grad-cam"  # the pictures of a report are made with it
SHADE = 45.0  # percent of the accent where maps are the same as before


@dataclass(frozen=True)
class Cell:
    """A score and its interval as text; ``shade`` in percent of the accent."""

    value: str
    interval: str
    shade: float = 0.0


@dataclass(frozen=True)
class Row:
    """One method: its areas, its gain over chance with places in percent of a common axis, and how
    alike its maps are after each stage of the destruction.

    Attributes:
        verdict: better, worse or unclear against random orders.
        sane: follows, stays or unclear.
        others: how alike maps of different images are.
    """

    key: str
    name: str
    deletion: Cell
    insertion: Cell
    gain: Cell
    verdict: str
    left: float
    width: float
    dot: float
    stages: tuple[Cell, ...]
    others: str
    sane: str

    @property
    def after(self) -> Cell:
        """How alike maps are when everything is destroyed."""
        return self.stages[-1] if self.stages else Cell("–", "")


@dataclass(frozen=True)
class Channel:
    """A channel and the images that activate it most; ``picture`` as a data URI."""

    number: int
    picture: str | None
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """What the tests of explanations come to: a sentence each, and a row a method."""

    faithful: str
    random: str
    chance: tuple[Cell, Cell]
    zero: float
    rows: tuple[Row, ...]
    stages: tuple[str, ...]
    images: str
    randomised: str


@dataclass(frozen=True)
class Inside:
    """Findings and pictures, as the pages show them; a picture is a data URI or None."""

    findings: Findings
    layer: str | None
    filters: Mapping[str, Any] | None
    filters_picture: str | None
    maps: Mapping[str, Any] | None
    maps_picture: str | None
    photo: str | None
    channels: tuple[Channel, ...]
    looked_through: str


def make_inside(files: RunFiles, album: Album) -> Inside | None:
    """Lay out the section of the report; None where nobody has looked inside."""
    return None if files.inside is None else _inside(files.inside, album, whole=False)


def write_inside(folder: RunFolder, record: RunRecord, tree: Mapping[str, Any]) -> Path:
    """Write ``inside.html`` in the language of the moment and return its path."""
    from dojang.analysis.report.render import fill

    found = _inside(tree, Album(folder.path), whole=True)
    page = fill("inside.html", look=found, record=record, language=language())
    text = page.encode("utf-8", "backslashreplace").decode("utf-8")
    write_text(folder.inside_page, text)
    return folder.inside_page


def lay_out(tree: Mapping[str, Any]) -> Findings:
    """Turn ``inside.json`` into sentences and rows."""
    faithful, shuffled = tree["faithfulness"], tree["randomisation"]
    after = {entry["name"]: entry for entry in shuffled["methods"]}
    gains = [Score.from_json(entry["gain"]) for entry in faithful["methods"]]
    ends = [v for gain in gains for v in (gain.low, gain.high) if v == v]
    reach = 1.05 * max([0.05, *map(abs, ends)])
    low, high = (-reach if min(ends, default=0) < 0 else -0.05 * reach), reach
    rows = tuple(_row(entry, after.get(entry["name"]), low, high) for entry in faithful["methods"])
    return Findings(
        faithful=_faithful(rows, faithful["images"]),
        random=_random(rows, shuffled["images"]),
        chance=(_cell(faithful["random"]["deletion"]), _cell(faithful["random"]["insertion"])),
        zero=100 * (0 - low) / (high - low),
        rows=rows,
        stages=tuple(_stage(name, i) for i, name in enumerate(shuffled["stages"])),
        images=count(faithful["images"]),
        randomised=count(shuffled["images"]),
    )


def method_name(key: str) -> str:
    """What a method is called in a sentence."""
    return message(f"inside.method.{key.replace('++', '_pp').replace('-', '_')}") or key


def _inside(tree: Mapping[str, Any], album: Album, whole: bool) -> Inside:
    filters, maps = tree["filters"], tree["maps"]
    channels = tuple(
        Channel(line["channel"], album.embed(line["picture"]), _ids(line["examples"]))
        for line in (tree["channels"] if whole else ())
    )
    return Inside(
        findings=lay_out(tree),
        layer=tree["layer"],
        filters=filters,
        filters_picture=album.embed(filters["picture"]) if filters else None,
        maps=maps,
        maps_picture=album.embed(maps["picture"]) if maps and whole else None,
        photo=album.embed(maps["photo"]) if maps and whole else None,
        channels=channels,
        looked_through=count(tree["looked_through"]),
    )


def _row(entry: Mapping[str, Any], after: Mapping[str, Any] | None, low: float, high: float) -> Row:
    gain = Score.from_json(entry["gain"])
    known = gain.low == gain.low
    ends = [100 * (v - low) / (high - low) if known else 0.0
            for v in (gain.low, gain.high, gain.value)]  # fmt: skip
    others = None if after is None else after["others"]
    return Row(
        entry["name"], method_name(entry["name"]), _cell(entry["deletion"]),
        _cell(entry["insertion"]), _cell(entry["gain"], signed=True), entry["verdict"],
        ends[0], max(0.6, ends[1] - ends[0]), ends[2],
        tuple(_cell(score) for score in after["rank"]) if after else (),
        _plain(nan if others is None else others), after["verdict"] if after else "unclear",
    )  # fmt: skip


def _cell(tree: Mapping[str, float | None], signed: bool = False) -> Cell:
    score = Score.from_json(tree)
    text = _signed if signed else _plain
    interval = f"{text(score.low)} – {text(score.high)}" if score.low == score.low else ""
    shade = SHADE * min(1.0, max(0.0, score.value)) if score.value == score.value else 0.0
    return Cell(text(score.value), interval, shade)


def _plain(value: float) -> str:
    text = number(value, 2)
    return "0.00" if text == "-0.00" else text.replace("-", "−")


def _signed(value: float) -> str:
    if value != value:
        return number(value)
    text = f"{value:+.3f}"
    return text.replace("-", "−") if float(text) else text[1:]


def _faithful(rows: Sequence[Row], images: int) -> str:
    """Say whether the answer hangs on what the pictures of the report show, and what shows more."""
    if not rows:
        return t("inside.no_method")
    first = _primary(rows)
    values = {"method": first.name, "gain": first.gain.value, "interval": first.gain.interval}
    said = t(f"inside.faithful.{first.verdict}", n=count(images), **values)
    best = max(rows, key=lambda row: row.dot)
    if best.key != first.key and best.verdict == "better":
        said += " " + t("inside.faithful.best", method=best.name, gain=best.gain.value)
    return said


def _random(rows: Sequence[Row], images: int) -> str:
    """Say whether maps depend on the weights."""
    if not rows:
        return t("inside.no_method")
    first = _primary(rows)
    said = t(f"inside.random.{first.sane}", method=first.name, rank=first.after.value, n=images)
    staying = [row.name for row in rows if row.sane == "stays" and row.key != first.key]
    if staying:
        said += " " + t("inside.random.others", methods=", ".join(staying))
    return said


def _primary(rows: Sequence[Row]) -> Row:
    return next((row for row in rows if row.key == PRIMARY), rows[0])


def _stage(name: str, place: int) -> str:
    return t("inside.stage.head") if place == 0 else name


def _ids(examples: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(str(example["id"]) for example in examples)
