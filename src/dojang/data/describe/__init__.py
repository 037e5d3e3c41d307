"""The numbers of a look at the data: pure functions of manifest, survey and plan.

Labels of the sealed test part are used for nothing: its samples are counted, and left out.
"""

from __future__ import annotations

from dojang.data.describe.association import Association, associations
from dojang.data.describe.looks import Neighbours, describe_looks, layout, neighbours
from dojang.data.describe.numbers import (
    Description,
    Spread,
    describe,
)

__all__ = [
    "Association",
    "Description",
    "Neighbours",
    "Spread",
    "associations",
    "describe",
    "describe_looks",
    "layout",
    "neighbours",
]
