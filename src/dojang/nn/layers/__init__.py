"""The layer language: a network described layer by layer, checked before anything runs.

Text → :mod:`grammar` → layers → :mod:`shapes` → planned layers → :mod:`build` → modules. The first
two know no torch. ``docs/models.md`` is the manual.
"""

from __future__ import annotations

from dojang.nn.layers.grammar import Layer, parse
from dojang.nn.layers.rules import Shape
from dojang.nn.layers.shapes import Planned, plan

__all__ = ["Layer", "Planned", "Shape", "parse", "plan"]
