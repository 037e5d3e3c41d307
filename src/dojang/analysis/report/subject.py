"""What was learnt from and with: the data, the split, the network, the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dojang.analysis.report.files import RunFiles
from dojang.analysis.report.images import Album
from dojang.analysis.report.words import count, message, plain_value, short
from dojang.core.i18n import t
from dojang.core.recipe import keys, plain
from dojang.core.types import Fact

BARS_SHOWN = 24
CONTACT_SHOWN = 24
CONTACT_LIMIT = 200
ROWS_LIMIT = 1000


@dataclass(frozen=True)
class Balance:
    """One class: its number of samples by part, and the widths of its bars in percent."""

    name: str
    counts: tuple[str, ...]
    widths: tuple[float, ...]


@dataclass(frozen=True)
class Contact:
    """Pictures of one class as (data URI, id)."""

    name: str
    pictures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Data:
    """Balance of the parts that may be looked at, pictures, and what was set aside.

    Attributes:
        parts: names of the parts in ``balance``; never the test part.
        ratio: how many times the largest class is larger than the smallest, or None.
        refused: (id, reason) of files that were set aside; ``refused_cut`` more are not listed.
    """

    parts: tuple[str, ...]
    balance: tuple[Balance, ...]
    balance_rest: tuple[Balance, ...]
    balance_cut: int
    ratio: str | None
    largest: str
    smallest: str
    contact: tuple[Contact, ...]
    contact_rest: tuple[Contact, ...]
    refused: tuple[tuple[str, str], ...]
    refused_cut: int
    refused_total: int


@dataclass(frozen=True)
class Split:
    """How the parts were made; ``parts`` as (part, name, number, share in percent)."""

    kind: str
    seed: str
    parts: tuple[tuple[str, str, str, float], ...]
    proofs: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class LayerLine:
    name: str
    kind: str
    output: str
    parameters: str
    multiply_adds: str
    field: str
    width: float


@dataclass(frozen=True)
class Network:
    """The table of layers as text, and its totals."""

    name: str
    start: str
    size: int
    parameters: str
    multiply_adds: str
    layers: tuple[LayerLine, ...]


@dataclass(frozen=True)
class Setting:
    """A field of the recipe; ``reason`` where its value was chosen from the data."""

    key: str
    value: str
    about: str
    reason: str | None


def make_data(files: RunFiles, album: Album) -> Data:
    """Gather the numbers and pictures of the training and validation parts."""
    counts = _visible(files.record.data)
    bars = _balance(counts)
    order = {bar.name: place for place, bar in enumerate(bars)}
    contact = _contact(files, album, order)
    shown = BARS_SHOWN if len(bars) > BARS_SHOWN + 6 else len(bars)
    totals = {bar.name: sum(part.get(bar.name, 0) for part in counts.values()) for bar in bars}
    low = min(totals.values(), default=0)
    refused = [(str(r.get("id", "")), _why(r)) for r in files.refused]
    return Data(
        parts=tuple(t(f"report.part.{part}") for part in counts),
        balance=bars[:shown],
        balance_rest=bars[shown:ROWS_LIMIT],
        balance_cut=max(0, len(bars) - ROWS_LIMIT),
        ratio=f"{max(totals.values()) / low:.1f}" if low and len(totals) > 1 else None,
        largest=bars[0].name if bars else "",
        smallest=bars[-1].name if bars else "",
        contact=contact[:CONTACT_SHOWN],
        contact_rest=contact[CONTACT_SHOWN:],
        refused=tuple(refused[:ROWS_LIMIT]),
        refused_cut=max(0, len(refused) - ROWS_LIMIT),
        refused_total=max(len(refused), _whole(files.record.data.get("refused"))),
    )


def _visible(data: Mapping[str, Any]) -> dict[str, Mapping[str, int]]:
    """Counts by class, without the test part: its labels feed no picture of the data."""
    given = data.get("counts") or {}
    parts = ("train", "valid", "cv")
    return {part: given[part] for part in parts if isinstance(given.get(part), Mapping)}


def _balance(counts: Mapping[str, Mapping[str, int]]) -> tuple[Balance, ...]:
    names = dict.fromkeys(name for part in counts.values() for name in part)
    largest = max((n for part in counts.values() for n in part.values()), default=0) or 1
    totals = {name: sum(part.get(name, 0) for part in counts.values()) for name in names}
    rows = []
    for name in sorted(names, key=lambda n: (-totals[n], n)):
        numbers = [part.get(name, 0) for part in counts.values()]
        widths = tuple(100 * n / largest for n in numbers)
        rows.append(Balance(name, tuple(count(n) for n in numbers), widths))
    return tuple(rows)


def _contact(files: RunFiles, album: Album, order: Mapping[str, int]) -> tuple[Contact, ...]:
    by_class: dict[str, list[tuple[str, str]]] = {}
    for entry in files.contact:
        label = str(entry.get("label", ""))
        if label not in by_class and len(by_class) >= CONTACT_LIMIT:
            continue
        uri = album.embed(entry.get("file"))
        if uri:
            by_class.setdefault(label, []).append((uri, str(entry.get("id", ""))))
    names = sorted(by_class, key=lambda n: (order.get(n, len(order)), n))
    return tuple(Contact(name, tuple(by_class[name])) for name in names)


def _why(refusal: Mapping[str, Any]) -> str:
    """The reason in words; a code of another version is shown as it is, with its detail."""
    code, detail = str(refusal.get("reason", "")), str(refusal.get("detail") or "")
    said = message(code, refusal)
    return said if said is not None else f"{code}: {detail}" if detail else code


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def make_split(files: RunFiles) -> Split | None:
    """Say who is in which part, or return None where the split was not made."""
    facts = files.split
    if facts is None:
        return None
    names = ("train", "valid", "cv", "test")
    counts = {n: c for n in names if (c := _whole((facts.get("counts") or {}).get(n)))}
    total = sum(counts.values()) or 1
    kind = str(facts.get("kind", ""))
    folds = _whole(facts.get("folds")) or 1
    return Split(
        kind=message(f"report.split.kind.{kind}", {"folds": folds}) or kind,
        seed=plain_value(facts.get("seed")),
        parts=tuple(
            (n, t(f"report.part.{n}"), count(c), 100 * c / total) for n, c in counts.items()
        ),
        proofs=_facts(facts.get("proofs")),
        notes=_facts(facts.get("notes")),
    )


def _facts(given: Any) -> tuple[str, ...]:
    """Facts in words; runs of old have bare keys, and newer ones may have keys unknown here."""
    found = (Fact.from_json(tree) for tree in given or () if isinstance(tree, str) or "key" in tree)
    said = (message(fact.key, fact.values) for fact in found)
    return tuple(text for text in said if text)


def make_network(files: RunFiles) -> Network | None:
    """Write the table of layers as text, or return None where no model was built."""
    layers = files.layers
    if layers is None:
        return None
    model = files.recipe.model if files.recipe else None
    largest = max((row.parameters for row in layers.rows), default=0) or 1
    lines = tuple(
        LayerLine(
            name=row.name,
            kind=row.kind,
            output=" × ".join(str(n) for n in row.output),
            parameters=count(row.parameters),
            multiply_adds=count(row.multiply_adds),
            field=t("report.model.whole") if row.field is None else t("report.px", n=row.field),
            width=100 * row.parameters / largest,
        )
        for row in layers.rows
    )
    return Network(
        name=model.name if model else "",
        start=_start(model.weights if model else None, bool(model and model.layers)),
        size=layers.size,
        parameters=short(layers.parameters),
        multiply_adds=short(layers.multiply_adds),
        layers=lines,
    )


def _start(weights: str | None, described: bool = False) -> str:
    if described:
        return " · ".join([t("report.model.described"), _start(weights)])
    if weights is None:
        return t("report.model.start.random")
    if weights == "hub":
        return t("report.model.start.hub")
    return t("report.model.start.file", file=weights)


def make_settings(files: RunFiles) -> tuple[Setting, ...]:
    """Every field of the recipe in its order, with the reason of its value where there is one."""
    if files.recipe is None:
        return ()
    tree = plain(files.recipe)
    settings = []
    for key in keys():
        value: Any = tree
        for step in key.split("."):
            value = value[step]
        about = message(f"recipe.{key}") or ""
        settings.append(Setting(key, plain_value(value), about, _reason(files, key)))
    return tuple(settings)


def _reason(files: RunFiles, key: str) -> str | None:
    given = files.record.reasons.get(key)
    if not isinstance(given, Mapping):
        return None
    return message(str(given.get("key", "")), given.get("values") or {})
