"""The commands, one function each: parse, call, print. Help texts are keys of the catalogue."""

from __future__ import annotations

from dojang.app.commands.data import labels
from dojang.app.commands.learn import init, resume, train
from dojang.app.commands.lists import models, runs, schema
from dojang.app.commands.use import evaluate, explain, predict, report

COMMANDS = (train, resume, init, predict, evaluate, explain, report, labels, runs, models, schema)
