"""Which steps a W&B log on the disk holds.

``*.wandb`` files are LevelDB logs after a header of seven bytes: blocks of 32 KiB, in them pieces
with a head of checksum, length and kind (1 whole, 2 first, 3 middle, 4 last). Each record is a
``wandb.proto.wandb_internal_pb2.Record``.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wandb.proto import wandb_internal_pb2

MARK = "loss/valid"  # every epoch has it
_HEADER, _BLOCK, _HEAD = 7, 32_768, struct.Struct("<IHB")
_ENDS = (1, 4)
_PROTO: Any = wandb_internal_pb2  # its classes are made as it is imported


def read_records(path: Path) -> Iterator[Any]:
    """Yield the records of a log; one that was cut short at the end is left out."""
    data, place, piece = path.read_bytes(), _HEADER, b""
    while place + _HEAD.size <= len(data):
        left = _BLOCK - place % _BLOCK
        if left < _HEAD.size:  # too little for a head: filled with zeros
            place += left
            continue
        _, length, kind = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        if kind == 0 or place + length > len(data):
            return
        piece += data[place : place + length]
        place += length
        if kind in _ENDS:
            record = _PROTO.Record()
            record.ParseFromString(piece)
            piece = b""
            yield record


def rows(path: Path) -> Iterator[dict[str, object]]:
    """Yield the rows of the history by key; NaN is read as a number."""
    for record in read_records(path):
        if record.WhichOneof("record_type") == "history":
            yield {
                "/".join(item.nested_key) or item.key: json.loads(item.value_json)
                for item in record.history.item
            }


def steps(folder: Path) -> dict[int, bool]:
    """Return the steps of all logs of a run below ``folder``, and whether each is an epoch's."""
    found: dict[int, bool] = {}
    for path in sorted(folder.glob("*run-*/run-*.wandb")):
        for row in rows(path):
            step = int(str(row["_step"]))
            found[step] = found.get(step, False) or any(key.startswith(MARK) for key in row)
    return found
