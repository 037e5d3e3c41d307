"""The training images that are nearest to an image, from ``neighbours/<part>.parquet``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dojang.app.web.answers import Answers
from dojang.app.web.files import MEGABYTE, Kept, identity
from dojang.app.web.runs import RunLine

COUNT = 5


@dataclass(frozen=True)
class Near:
    """A training image; ``distance`` is 1 minus the cosine."""

    id: str
    distance: float
    label: str
    sha256: str


class Neighbours:
    """Tables of neighbours, read once while they stay the same."""

    def __init__(self) -> None:
        self._tables: Kept[Any] = Kept(96 * MEGABYTE, lambda table: table.nbytes)
        self._found: Kept[tuple[Near, ...]] = Kept(4 * MEGABYTE, lambda rows: 100 + 600 * len(rows))

    def of(self, line: RunLine, answers: Answers, identifier: str) -> tuple[Near, ...]:
        """Return the neighbours of an image; none where the run has not kept them, or the file is
        broken."""
        folder, part = line.folder, answers.said.part
        state = identity(folder.neighbours(part))
        if state is None or state[1] > 512 * MEGABYTE:
            return ()
        key = (line.id, part, state, identity(folder.manifest), identifier)
        return self._found.made(key, lambda: self._read(line, answers, state, identifier))

    def _read(
        self, line: RunLine, answers: Answers, state: object, identifier: str
    ) -> tuple[Near, ...]:
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        part = answers.said.part
        path = line.folder.neighbours(part)
        try:
            table = self._tables.made((line.id, part, state), lambda: pq.read_table(path))
            column = table.column("id")
            place = pc.index(column, pa.scalar(identifier, column.type)).as_py()
            if place < 0:
                return ()
            row = table.slice(place, 1).to_pylist()[0]
            found = []
            for k in range(1, COUNT + 1):
                name = row.get(f"near:{k}")
                fact = answers.facts.of(name) if name else None
                if fact is not None and fact.sha256:
                    distance = float(row.get(f"distance:{k}") or 0)
                    found.append(Near(name, distance, fact.label, fact.sha256))
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
            return ()
        return tuple(found)
