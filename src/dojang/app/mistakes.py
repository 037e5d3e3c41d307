"""Mistakes of a run: kept with their pictures at the end of a training, listed and drawn later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dojang.analysis.cases import KINDS, Case, CaseKind, confusions, gallery_cases, ranked
from dojang.analysis.gallery import NetworkOf, draw_cases, save_cases
from dojang.analysis.labels import suspects
from dojang.analysis.nearest import Neighbour, leaning
from dojang.app import nearing, predicting, stages
from dojang.app.files import load_manifest, load_plan
from dojang.app.screen import Screen
from dojang.app.seen import Seen, kept_of
from dojang.core.errors import DataError, RunError, did_you_mean
from dojang.core.recipe import Recipe, load_recipe
from dojang.core.store import RunFolder, open_run_folder, read_parquet
from dojang.core.tables import from_frame
from dojang.core.types import Manifest, Predictions, SplitPlan
from dojang.data.workers import DecodePool
from dojang.nn.factory import Network

SHOWN = 5  # cases of a kind
ALONE = 20  # where one kind is asked for


@dataclass(frozen=True)
class Mistakes:
    """What there is to look at in a part of a run.

    Attributes:
        errors: how many answers are wrong.
        cases: by kind, the most telling first.
        totals: by kind, how many there are; of the uncertain, all images.
        suspects: rows of all likely label errors.
        near: by id, the nearest training images; None where the run has not kept them.
    """

    part: str
    predictions: Predictions
    errors: int
    cases: Mapping[CaseKind, tuple[Case, ...]]
    totals: Mapping[CaseKind, int]
    suspects: frozenset[int]
    near: Mapping[str, tuple[Neighbour, ...]] | None

    def to_json(self, run: Path) -> dict[str, Any]:
        """Return plain values."""
        names = self.predictions.classes
        return {
            "run": str(run), "part": self.part, "n": len(self.predictions), "errors": self.errors,
            "neighbours": self.near is not None,
            "pairs": [
                {"target": names[c.target], "predicted": names[c.predicted], "count": c.count}
                for c in confusions(self.predictions)
            ],
            "totals": dict(self.totals),
            "kinds": {
                kind: [self._line(case) for case in cases] for kind, cases in self.cases.items()
            },
        }  # fmt: skip

    def _line(self, case: Case) -> dict[str, Any]:
        said, i = self.predictions, case.index
        target, predicted = int(said.targets[i]), int(said.predicted[i])
        label = said.classes[target] if target >= 0 else None
        near = self.near_of(case)
        answer = said.classes[predicted]
        return {
            "id": said.ids[i], "target": label, "predicted": answer,
            "confidence": float(said.confidence[i]),
            "p_target": float(said.probabilities[i, target]) if target >= 0 else None,
            "suspect": i in self.suspects,
            "near": [vars(n) for n in near],
            "leaning": leaning([n.label for n in near], label, answer) if near and label else None,
        }  # fmt: skip

    def near_of(self, case: Case) -> tuple[Neighbour, ...]:
        """Return the nearest training images of a case, as far as they are known."""
        return (self.near or {}).get(self.predictions.ids[case.index], ())


def save(
    folder: RunFolder,
    predictions: Predictions,
    seen: Seen,
    recipe: Recipe,
    manifest: Manifest,
    plan: SplitPlan,
    networks: Sequence[Network],
    pool: DecodePool,
    screen: Screen,
) -> None:
    """Find the nearest training images of a part, and keep its gallery."""
    cases = gallery_cases(predictions)
    shown = [predictions.ids[case.index] for case in cases]
    seen = predicting.see_others(networks[0], seen, shown, recipe, manifest, pool, screen)
    nearing.find_near(folder, predictions, seen, networks[0], recipe, manifest, plan, pool, screen)
    near = nearing.load_near(folder, predictions.part, shown, manifest)
    with pool.clock.span("predict"):
        save_cases(folder, pool, predictions, network_of(networks), cases, near)


def network_of(networks: Sequence[Network]) -> NetworkOf:
    """Return the model that a prediction is of; of an average over folds, the first one speaks."""
    return lambda fold: (networks[max(0, fold)], networks[0].spec)


def collect(
    path: Path,
    part: str = "valid",
    kind: CaseKind | None = None,
    pair: str | None = None,
    top: int | None = None,
) -> Mistakes:
    """Rank what there is to look at in a part.

    Args:
        part: valid, or test where it was opened.
        kind: only this one; all of them unless given.
        pair: two classes with a comma between them, true and answered: only such errors.
        top: how many cases of a kind.

    Raises:
        RunError: it is no run, or has no predictions of the part.
        DataError: no such pair of classes, or a pair with another kind.
    """
    folder, _ = open_run_folder(path)
    if not folder.predictions(part).is_file():
        raise RunError(f"mistakes.no_predictions.{part}", path=path)
    predictions = from_frame(read_parquet(folder.predictions(part)), part)
    if pair is not None and kind not in (None, "pair"):
        raise DataError("mistakes.pair_kind", kind=kind)
    chosen = None if pair is None else _pair(pair, predictions.classes)
    kinds: tuple[CaseKind, ...] = ("pair",) if chosen else KINDS if kind is None else (kind,)
    rows = {name: ranked(predictions, name, chosen) for name in kinds}
    count = top if top is not None else SHOWN if len(kinds) > 1 else ALONE
    cases = {
        name: tuple(Case(name, i) for i in found[:count].tolist()) for name, found in rows.items()
    }
    shown = [predictions.ids[case.index] for found in cases.values() for case in found]
    kept = folder.neighbours(part).is_file()
    return Mistakes(
        part, predictions, len(ranked(predictions, "worst")), cases,
        {name: len(found) for name, found in rows.items()},
        frozenset(suspects(predictions).tolist()),
        nearing.load_near(folder, part, shown, load_manifest(folder)) if kept else None,
    )  # fmt: skip


def find_missing(path: Path, part: str, screen: Screen) -> None:
    """Find the nearest training images for a run that has none: an older one, say.

    Raises:
        RunError: it is no run, has no predictions of the part, or no weights.
        DataError: its images are not where they were.
    """
    folder, record = open_run_folder(path)
    if not folder.predictions(part).is_file():
        raise RunError(f"mistakes.no_predictions.{part}", path=path)
    predictions = from_frame(read_parquet(folder.predictions(part)), part)
    recipe, manifest, plan = load_recipe(folder.recipe), load_manifest(folder), load_plan(folder)
    networks = predicting.load_networks(folder, record, recipe)
    nothing, kept = Seen.nothing(networks[0]), kept_of(networks[0], predictions.ids)
    wanted = [identifier for identifier in predictions.ids if identifier in kept]
    with stages.open_pool(recipe, manifest.source, networks, manifest) as pool:
        seen = predicting.see_others(networks[0], nothing, wanted, recipe, manifest, pool, screen)
        nearing.find_near(
            folder, predictions, seen, networks[0], recipe, manifest, plan, pool, screen
        )


def draw(path: Path, found: Mistakes) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Describe all cases and draw them from the images and the weights of the run.

    Returns:
        The lines as they are kept in the gallery, and the pictures by name.
    """
    folder, record = open_run_folder(path)
    recipe, manifest = load_recipe(folder.recipe), load_manifest(folder)
    networks = predicting.load_networks(folder, record, recipe)
    cases = [case for kind in found.cases.values() for case in kind]
    pictures: dict[str, bytes] = {}

    def keep(name: str, picture: bytes) -> str:
        pictures[name] = picture
        return name

    with stages.open_pool(recipe, manifest.source, networks, manifest) as pool:
        lines = draw_cases(
            pool, found.predictions, network_of(networks), cases, found.near or {}, keep
        )
    return lines, pictures


def _pair(text: str, classes: Sequence[str]) -> tuple[int, int]:
    """Read two classes; their names may hold commas."""
    words = text.split(",")
    for i in range(1, len(words)):
        true, answered = ",".join(words[:i]).strip(), ",".join(words[i:]).strip()
        if true in classes and answered in classes and true != answered:
            return classes.index(true), classes.index(answered)
    if len(words) != 2 or words[0].strip() == words[1].strip():
        raise DataError("mistakes.pair_form", text=text)
    unknown = [word.strip() for word in words if word.strip() not in classes]
    hint = did_you_mean(unknown[0], classes)
    raise DataError("mistakes.pair_class", name=unknown[0], hint=hint)
