from __future__ import annotations

from typing import Any

import pytest

from dojang.app.screen import Silent
from dojang.app.unread import _UNREAD, tell, unread
from dojang.core.i18n import LANGUAGES, t, use_language
from dojang.core.recipe import Recipe, override, plain
from dojang.core.registry import Registry
from dojang.objectives.losses import LOSSES
from dojang.recipes.catalogue import RECIPES
from dojang.train.optimizers import OPTIMIZERS
from dojang.train.schedules import SCHEDULES

REGISTRIES: dict[str, Registry[Any]] = {
    "optimizer.name": OPTIMIZERS, "loss.name": LOSSES, "schedule.name": SCHEDULES,
}  # fmt: skip


class Notes(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, key: str, **values: object) -> None:
        self.said.append(t(key, **values))


def test_a_recipe_of_usual_values_and_every_ready_one_has_nothing_unread() -> None:
    assert unread(Recipe()) == []
    for name in RECIPES:
        assert unread(RECIPES[name]()) == [], name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_settings_without_effect_are_named_in_one_note(lang: str) -> None:
    recipe = override(Recipe(), {
        "optimizer.name": "adamw", "optimizer.nesterov": False, "optimizer.beta2": 0.99,
        "loss.gamma": 1.0,
        "schedule.power": 2.0, "augment.magnitude": 5, "model.name": "lenet5", "model.width": 32,
    })  # fmt: skip
    screen = Notes()
    with use_language(lang):
        tell(recipe, screen)
    (said,) = screen.said
    for named in (
        "optimizer.nesterov (optimizer.name=adamw)", "loss.gamma (loss.name=cross_entropy)",
        "schedule.power (schedule.name=onecycle)", "augment.magnitude (augment.policy=none)",
        "model.width (model.name=lenet5)",
    ):  # fmt: skip
        assert named in said
    assert "beta2" not in said  # AdamW reads it


def test_beside_its_own_choice_a_setting_is_not_named() -> None:
    screen = Notes()
    tell(override(Recipe(), {
        "optimizer.name": "muon", "optimizer.vector_rate": 0.1, "schedule.name": "plateau",
        "schedule.patience": "2ep", "loss.name": "focal", "loss.gamma": 3.0, "model.width": 32,
    }), screen)  # fmt: skip
    assert screen.said == []


def test_a_rate_of_transfer_is_read_only_where_there_are_weights() -> None:
    given = {"transfer.rate": 1.0}
    assert unread(override(Recipe(), given)) == [("transfer.rate", "model.weights", "null")]
    assert unread(override(Recipe(), given | {"model.weights": "weights.pt"})) == []


def test_the_table_speaks_of_keys_and_values_that_exist() -> None:
    tree = plain(Recipe())
    for key, (choice, values) in _UNREAD.items():
        for dotted in (key, choice):
            part, field = dotted.split(".")
            assert field in tree[part], dotted
        for value in values.split():
            override(Recipe(), {choice: value})
            assert choice not in REGISTRIES or value in list(REGISTRIES[choice]), value
