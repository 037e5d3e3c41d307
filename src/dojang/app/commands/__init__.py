"""The commands, one function each: parse, call, print. Help texts are keys of the catalogue."""

from __future__ import annotations

from dojang.app.commands.data import audit, cache, explore, labels, preview
from dojang.app.commands.judge import (
    advise,
    compare,
    inside,
    mistakes,
    similarity,
    slices,
    study,
)
from dojang.app.commands.learn import find, init, resume, train
from dojang.app.commands.lists import model, models, runs, schema, words
from dojang.app.commands.use import card, evaluate, explain, predict, report
from dojang.app.commands.watch import studio

COMMANDS = (
    audit,
    explore,
    preview,
    init,
    find,
    train,
    resume,
    labels,
    predict,
    evaluate,
    explain,
    report,
    card,
    runs,
    studio,
    advise,
    compare,
    slices,
    mistakes,
    similarity,
    study,
    inside,
    models,
    model,
    cache,
    schema,
    words,
)
