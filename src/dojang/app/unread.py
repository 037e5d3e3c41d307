"""Settings that a recipe gives and nothing reads, since they belong to a choice that it did not
make: ``optimizer.nesterov`` beside ``optimizer.name: adamw``."""

from __future__ import annotations

from dojang.app.screen import Screen
from dojang.core.recipe import Recipe, plain

# Key → the choice that it belongs to, and the values of that choice beside which nothing reads it.
# What a plug-in adds is not listed: nobody can know here what it reads.
_UNREAD: dict[str, tuple[str, str]] = {
    "optimizer.momentum": ("optimizer.name", "adagrad"),
    "optimizer.nesterov": ("optimizer.name", "adagrad rmsprop adam adamw"),
    "optimizer.beta2": ("optimizer.name", "sgd adagrad"),
    "optimizer.vector_rate": ("optimizer.name", "sgd adagrad rmsprop adam adamw"),
    "loss.gamma": ("loss.name", "cross_entropy bce"),
    "balance.beta": (
        "balance.method",
        "none class-weights balanced-sampling sqrt-sampling upsample downsample logit-adjustment",
    ),
    "balance.tau": (
        "balance.method",
        "none class-weights effective-number balanced-sampling sqrt-sampling upsample downsample",
    ),
    "decide.when": ("decide.goal", "none precision"),
    "decide.beta": ("decide.goal", "none balanced_accuracy precision cost"),
    "decide.precision": ("decide.goal", "none f_beta balanced_accuracy cost"),
    "decide.costs": ("decide.goal", "none f_beta balanced_accuracy precision"),
    "schedule.milestones": (
        "schedule.name",
        "onecycle cosine constant step restarts polynomial plateau",
    ),
    "schedule.every": ("schedule.name", "onecycle cosine constant multistep polynomial plateau"),
    "schedule.factor": ("schedule.name", "onecycle cosine constant restarts polynomial"),
    "schedule.growth": (
        "schedule.name",
        "onecycle cosine constant step multistep polynomial plateau",
    ),
    "schedule.power": (
        "schedule.name",
        "onecycle cosine constant step multistep restarts plateau",
    ),
    "schedule.patience": (
        "schedule.name",
        "onecycle cosine constant step multistep restarts polynomial",
    ),
    "schedule.floor": ("schedule.name", "onecycle constant"),
    "average.decay": ("average.kind", "none swa"),
    "average.start": ("average.kind", "none ema"),
    "average.every": ("average.kind", "none ema"),
    "augment.magnitude": ("augment.policy", "none trivialaugment"),
    "augment.num_ops": ("augment.policy", "none trivialaugment"),
    "transfer.blocks": ("transfer.mode", "full frozen"),
    "transfer.rate": ("transfer.mode", "frozen"),
}
_WITH_WIDTH = ("convnet", "dojang/convnet")


def unread(recipe: Recipe) -> list[tuple[str, str, str]]:
    """Return each key without effect, the choice that it belongs to, and what was chosen there.

    A key at its usual value says nothing: every recipe that Dojang writes has them all.
    """
    tree, usual = plain(recipe), plain(Recipe())
    found = []
    for key, (choice, values) in _UNREAD.items():
        (part, field), (other_part, other) = key.split("."), choice.split(".")
        chosen = tree[other_part][other]
        if tree[part][field] != usual[part][field] and chosen in values.split():
            found.append((key, choice, chosen))
    name = tree["model"]["name"]
    if tree["model"]["width"] != usual["model"]["width"] and name not in _WITH_WIDTH:
        found.append(("model.width", "model.name", name))
    if tree["transfer"]["rate"] != usual["transfer"]["rate"] and tree["model"]["weights"] is None:
        found.append(("transfer.rate", "model.weights", "null"))
    return found


def tell(recipe: Recipe, screen: Screen) -> None:
    """Name all such keys in one sentence, if there are any."""
    if found := unread(recipe):
        keys = ", ".join(f"{key} ({choice}={chosen})" for key, choice, chosen in found)
        screen.note("recipe.unread", keys=keys)
