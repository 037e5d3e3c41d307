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
    """A training image: its row in ``rows`` of the manifest, and 1 minus the cosine."""

    id: str
    distance: float
    label: str
    sha256: str


class Neighbours:
    """Tables of neighbours, read once while they stay the same."""

    def __init__(self) -> None:
        self._tables: Kept[Any] = Kept(96 * MEGABYTE, lambda table: table[0].nbytes * 2)
        self._found: Kept[tuple[Near, ...]] = Kept(4 * MEGABYTE, lambda rows: 100 + 600 * len(rows))

    def of(self, line: RunLine, answers: Answers, identifier: str) -> tuple[Near, ...]:
        """Return the neighbours of an image; none where the run has not kept them, or the file is
        broken."""
        folder, part = line.folder, answers.said.part
        state = identity(folder.neighbours(part))
        if state is None or state[1] > 512 * MEGABYTE:
            return ()
        key = (line.id, part, state, identity(folder.manifest), identifier)
        return self._found.made(key, lambda: self._read(line, part, state, identifier))

    def _read(self, line: RunLine, part: str, state: object, identifier: str) -> tuple[Near, ...]:
        import pyarrow as pa

        try:
            table, places = self._tables.made(
                (line.id, part, state), lambda: _table(line.folder.neighbours(part))
            )
            place = places.get(identifier)
            if place is None:
                return ()
            row = table.slice(place, 1).to_pylist()[0]
            pairs = [(row[f"near:{k}"], float(row[f"distance:{k}"] or 0))
                     for k in range(1, COUNT + 1) if row.get(f"near:{k}")]  # fmt: skip
            facts = _facts(line.folder.manifest, [name for name, _ in pairs])
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
            return ()
        return tuple(Near(name, d, *facts[name]) for name, d in pairs if name in facts)


def _table(path: Any) -> tuple[Any, dict[str, int]]:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    return table, {name: i for i, name in enumerate(table.column("id").to_pylist())}


def _facts(path: Any, ids: list[str]) -> dict[str, tuple[str, str]]:
    """Return label and SHA-256 of samples by id."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=["id", "label", "sha256"])
    found = table.filter(pc.is_in(table.column("id"), value_set=_array(ids))).to_pylist()
    return {row["id"]: (str(row["label"] or ""), str(row["sha256"] or "")) for row in found}


def _array(ids: list[str]) -> Any:
    import pyarrow as pa

    return pa.array(ids, pa.string())
