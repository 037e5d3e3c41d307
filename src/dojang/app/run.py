"""The same from Python: ``run = dojang.train("photos/"); run.predict([...]); run.report()``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dojang.core.errors import DataError, RecipeError, RunError
from dojang.core.recipe import Recipe, load_recipe, override
from dojang.core.store import RunFolder, open_run_folder, read_json
from dojang.core.types import EpochRecord, Evaluation, RunRecord

if TYPE_CHECKING:
    import pandas as pd

    from dojang.analysis.labels import LabelReview
    from dojang.app.explaining import Explanation
    from dojang.app.screen import Screen
    from dojang.nn.factory import Network
    from dojang.ship.predict import Prediction

RECIPE_SUFFIXES = (".yaml", ".yml")


class Run:
    """A run folder and what can be done with it."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.folder, _ = open_run_folder(self.path)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    @property
    def record(self) -> RunRecord:
        """The head of the run as it stands now."""
        return open_run_folder(self.path)[1]

    @property
    def recipe(self) -> Recipe:
        """The recipe with every value filled in."""
        return load_recipe(self.folder.recipe)

    @property
    def history(self) -> list[EpochRecord]:
        """One record an epoch."""
        from dojang.train.session import load_history

        return load_history(self.folder)

    def scores(self, part: str = "valid") -> Evaluation:
        """Return the scores of a part that has been evaluated."""
        return Evaluation.from_json(read_json(self.folder.evaluation(part)))

    def predictions(self, part: str = "valid") -> pd.DataFrame:
        """Return the kept predictions of a part, with probabilities."""
        from dojang.core.store import read_parquet

        return read_parquet(self.folder.predictions(part))

    def labels(self) -> LabelReview:
        """Judge the labels by held-out predictions, the worst first; nothing is written."""
        from dojang.app.labels import review

        return review(self.path)

    def evaluate(self, progress: bool = False) -> Evaluation:
        """Open the sealed test part, once, and return its scores."""
        from dojang.app import pipeline

        return pipeline.evaluate(self.path, screen_for(progress))[0]

    def predict(
        self, images: str | Path | Sequence[str | Path], progress: bool = False
    ) -> pd.DataFrame:
        """Predict a folder, an archive, a file, or a list of files.

        Returns:
            One row an image: id, predicted, confidence, error, and ``p:<class>`` columns.
        """
        from dojang.ship.predict import to_table

        return to_table(self.predict_each(images, screen_for(progress)), self.record.classes)

    def predict_each(
        self, images: str | Path | Sequence[str | Path], screen: Screen | None = None
    ) -> list[Prediction]:
        """Predict as :meth:`predict` does, and return single predictions."""
        from dojang.app import deciding, stages
        from dojang.app.screen import Silent
        from dojang.core.types import SourceRef
        from dojang.data.sources import Entry, Listing, list_images
        from dojang.ship.predict import Prediction, predict_images

        networks = self._networks()
        if isinstance(images, str | Path):
            listing = list_images(Path(images))
        else:
            entries = [Entry(str(path), None) for path in images]
            listing = Listing(SourceRef("files", ""), entries)
        ids = [entry.id for entry in listing.entries]
        with ExitStack() as stack:
            pool = stack.enter_context(stages.open_pool(self.recipe, listing.source, networks))
            progress = stack.enter_context((screen or Silent()).task("progress.predict"))
            rule = deciding.rule_of(self.folder, self.record.classes)
            found = predict_images(networks, pool, ids, progress, rule)
        set_aside = [Prediction(refusal.id, None, refusal) for refusal in listing.refused]
        return found + set_aside

    def explain(
        self,
        image: str | Path,
        method: str | None = None,
        layer: str | None = None,
        target: str | None = None,
    ) -> Explanation:
        """Say what the model sees in an image and where it looks.

        Args:
            method: grad-cam (as without one), grad-cam++, layer-cam, occlusion,
                integrated-gradients or attention-rollout.
            layer: name of the layer to explain; found automatically unless given.
            target: class to explain; the answer unless given.

        Raises:
            DataError: the file is missing or not an image.
            ModelError: no such method, layer or class, or it does not suit the network.
        """
        from dojang.app.explaining import explain

        return explain(self.path, Path(image), method, layer, target)

    def inside(
        self,
        layer: str | None = None,
        image: str | Path | None = None,
        images: int = 32,
        progress: bool = False,
    ) -> dict[str, Any]:
        """Look inside the network and test its explanations on ``images`` validation images; write
        ``inside.html`` and return what is in ``inside.json``.

        Args:
            layer: whose maps and channels to show; found automatically unless given.
            image: whose maps to show; a validation image unless given.
        """
        from dojang.app.inside import look_inside

        picture = Path(image) if image else None
        return look_inside(self.path, layer, picture, images, screen_for(progress))

    def report(self, lang: str | None = None, out: str | Path | None = None) -> Path:
        """Write the report as one HTML file and return its path."""
        from dojang.analysis.report import write_report

        return write_report(self.folder, self.record, lang, Path(out) if out else None)

    def card(
        self,
        lang: str | None = None,
        out: str | Path | None = None,
        licence: str | None = None,
        repo: str | None = None,
        force: bool = False,
    ) -> Path:
        """Write a model card for the Hugging Face Hub and return its path.

        Args:
            lang: en, ko, or None for the reader's own language.
            out: where to write; ``README.md`` in the run folder unless given.
            licence: its id on the Hub, such as ``apache-2.0``; left to the author unless given.
            repo: OWNER/NAME on the Hub.
            force: whether a file that Dojang did not write, or that was edited, may be replaced.

        Raises:
            DataError: the licence or repository cannot be one, or there is such a file.
        """
        from dojang.analysis.report.card import write_card

        target = Path(out) if out else None
        return write_card(self.folder, self.record, lang, target, licence, repo, force)

    def _networks(self) -> list[Network]:
        from dojang.app import predicting

        return predicting.load_networks(self.folder, self.record, self.recipe)


def train(
    source: str | Path | Recipe,
    *,
    recipe: str | None = None,
    run: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: bool | Screen = True,
    profile: bool = False,
) -> Run:
    """Train on images, or run a recipe, and return the run.

    Args:
        source: a folder, archive or table of labelled images; a recipe file; or a recipe.
        recipe: name of a ready recipe to train data with, such as ``cifar10``.
        run: where the run folder will be; must not exist yet.
        settings: dotted keys of the recipe, such as ``{"train.epochs": 30}``.
        progress: whether to show progress.
        profile: whether to write where the time went, ``profile.json`` and ``trace.json``.
    """
    from dojang.app import pipeline

    chosen = override(recipe_for(source, recipe), settings or {})
    screen = screen_for(progress) if isinstance(progress, bool) else progress
    command = shlex.join(["dojang", *sys.argv[1:]]) if sys.argv else "dojang"
    path = Path(run) if run else None
    return Run(pipeline.train(chosen, path, screen, command, profile))


def recipe_for(source: str | Path | Recipe, name: str | None = None) -> Recipe:
    """Return a recipe file's content, or the recipe for data: the default one, or a ready one.

    Args:
        source: data, a recipe file, or a recipe.
        name: of the ready recipe, for data.

    Raises:
        DojangError: there is no ready recipe of this name.
        RecipeError: a recipe file was given besides.
    """
    is_file = not isinstance(source, Recipe) and Path(source).suffix.lower() in RECIPE_SUFFIXES
    if name is not None and (is_file or isinstance(source, Recipe)):
        raise RecipeError("recipe.two", name=name)
    if isinstance(source, Recipe):
        return source
    if is_file:
        return load_recipe(Path(source))
    from dojang.recipes.ready import ready

    return override(ready(name) if name else Recipe(), {"data.source": str(source)})


def load(path: str | Path) -> Run:
    """Open an existing run."""
    return Run(path)


def runs(parent: str | Path = "runs") -> list[RunLine]:
    """Return the runs below a folder, best first; folders that are no runs are passed over."""
    lines = [_line(path) for path in _folders(Path(parent))]
    found = [line for line in lines if line is not None]
    ordered = sorted(found, key=lambda line: (-line.quality, line.name))
    if not ordered or ordered[0].valid is None:
        return ordered
    return [replace(line, as_good=_as_good(ordered[0], line)) for line in ordered]


def _as_good(best: RunLine, line: RunLine) -> bool | None:
    from dojang.app.comparing import told_apart

    if line.valid is None or line is best:
        return None if line.valid is None else True
    try:
        apart = told_apart(RunFolder(Path(best.path)), RunFolder(Path(line.path)))
    except (RunError, DataError):
        return None
    return None if apart is None else not apart


@dataclass(frozen=True)
class RunLine:
    """One line of the table of runs.

    Attributes:
        as_good: whether it is the best or cannot be told apart from it on the same validation
            images; None where they have none in common.
    """

    name: str
    path: str
    status: str
    model: str
    created: str
    seconds: float
    valid: Evaluation | None
    test: Evaluation | None
    as_good: bool | None = None

    @property
    def quality(self) -> float:
        """Validation accuracy; runs without one come last. The test part never ranks."""
        return self.valid.metrics["accuracy"].value if self.valid else -1.0


def _folders(parent: Path) -> Iterable[Path]:
    if not parent.is_dir():
        return []
    return sorted(path for path in parent.iterdir() if (path / "run.json").is_file())


def _line(path: Path) -> RunLine | None:
    try:
        folder, record = open_run_folder(path)
        model = load_recipe(folder.recipe).model.name
        valid, test = (_scores_or_none(folder, part) for part in ("valid", "test"))
    except (RunError, DataError):
        return None
    return RunLine(
        record.name, str(path), record.status, model, record.created, record.seconds, valid, test
    )


def _scores_or_none(folder: RunFolder, part: str) -> Evaluation | None:
    path = folder.evaluation(part)
    return Evaluation.from_json(read_json(path)) if path.is_file() else None


def screen_for(progress: bool) -> Screen:
    """Return where progress is shown, or a place where it is not."""
    from dojang.app.screen import Lines, Silent

    return Lines() if progress else Silent()
