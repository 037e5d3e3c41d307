"""Who is in which part: pure functions of ids, labels, groups, clusters, content and time.

``plan`` puts a kind of split together, ``units`` finds what must stay together, ``deal`` gives
units to parts, ``iterative`` does so for many labels at once, ``draws`` is the bootstrap, ``times``
the split by time, ``keep`` carries an earlier split on, and ``proofs`` checks what came out.
``docs/decisions/0009-stable-split.md`` says why it is so.
"""

from dojang.data.split.keep import Kept
from dojang.data.split.plan import counts, make_plan

__all__ = ["Kept", "counts", "make_plan"]
