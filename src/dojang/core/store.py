"""Files that are whole or not there at all, and the layout of a run folder.

Every file is written to a temporary name in the same folder, flushed to the disk and renamed; then
the folder is flushed. A reader never sees half a file. Formats: JSON, YAML, Parquet, safetensors.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dojang.core.errors import RunError, StorageError, storage_errors
from dojang.core.types import RunRecord

if TYPE_CHECKING:
    import pandas as pd

RUN_FORMAT = 1
LOCK_TRIES = 5


class RunFolder:
    """Where the files of a run are. Documented in ``docs/run-folder.md``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.record = path / "run.json"
        self.recipe = path / "recipe.yaml"
        self.manifest = path / "manifest.parquet"
        self.refused = path / "refused.json"
        self.split = path / "split.parquet"
        self.split_facts = path / "split.json"
        self.history = path / "history.json"
        self.live = path / "live.json"
        self.layers = path / "layers.json"
        self.units = path / "units.json"
        self.measures = path / "measures.parquet"
        self.report = path / "report.html"
        self.card = path / "README.md"
        self.decisions = path / "decisions.json"
        self.balance = path / "balance.json"
        self.faults = path / "faults.json"
        self.finders = path / "finders.json"
        self.heads = path / "heads.json"
        self.study = path / "study.json"
        self.study_fits = path / "study"
        self.inside = path / "inside.json"
        self.inside_page = path / "inside.html"
        self.track = path / "track.json"
        self.trackers = path / "track"
        self.labels = path / "labels.csv"
        self.labels_page = path / "labels.html"
        self.lock = path / ".lock"

    def weights(self, fold: int) -> Path:
        """The best weights of ``fold``."""
        return self.path / "weights" / f"fold{fold}.safetensors"

    @property
    def checkpoints(self) -> Path:
        """The last states of each fold: weights, optimiser and place in the training."""
        return self.path / "checkpoints"

    def predictions(self, part: str) -> Path:
        return self.path / "predictions" / f"{part}.parquet"

    def evaluation(self, part: str) -> Path:
        return self.path / "evaluation" / f"{part}.json"

    def neighbours(self, part: str) -> Path:
        return self.path / "neighbours" / f"{part}.parquet"

    def gallery(self, part: str) -> Path:
        return self.path / "gallery" / f"{part}.json"

    def slices(self, part: str) -> Path:
        return self.path / "slices" / f"{part}.json"


def create_run_folder(path: Path) -> RunFolder:
    """Make the folder of a new run.

    Raises:
        RunError: there is something at ``path`` already.
        StorageError: it may not be made there.
    """
    _refuse_existing(path)
    with storage_errors(path):
        path.mkdir(parents=True, exist_ok=True)
    return RunFolder(path)


def check_new_run(path: Path) -> None:
    """Fail early where no run could be made at ``path``: look at the nearest folder that exists.

    Raises:
        RunError: there is something at ``path`` already.
        StorageError: nothing may be written there.
    """
    _refuse_existing(path)
    parent = path
    while not parent.exists() and parent != parent.parent:
        parent = parent.parent
    if not parent.is_dir():
        raise StorageError("storage.not_a_folder", path=parent)
    try:
        # Asking the rights is not enough: a mount may be read-only, and root may do everything.
        with tempfile.NamedTemporaryFile(dir=parent, prefix=".dojang-") as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        key = "storage.denied" if isinstance(error, PermissionError) else "storage.failed"
        raise StorageError(key, path=path, reason=error.strerror or error) from error


def _refuse_existing(path: Path) -> None:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise RunError("run.exists", path=path)


def next_run_path(parent: Path, stem: str) -> Path:
    """Return ``parent/stem-<n>`` with the first n that is free."""
    number = 1
    while (parent / f"{stem}-{number}").exists():
        number += 1
    return parent / f"{stem}-{number}"


def open_run_folder(path: Path) -> tuple[RunFolder, RunRecord]:
    """Open an existing run.

    Raises:
        RunError: there is no such folder, it is not a run, or a newer Dojang wrote it.
    """
    folder = RunFolder(path)
    if not path.exists():
        raise RunError("run.missing", path=path)
    if not folder.record.is_file():
        raise RunError("run.not_one", path=path)
    tree = read_json(folder.record)
    version = tree.get("format") if isinstance(tree, dict) else None
    if not isinstance(version, int):
        raise RunError("run.not_one", path=path)
    if version > RUN_FORMAT:
        raise RunError("run.newer", path=path, version=version, known=RUN_FORMAT)
    try:
        return folder, RunRecord.from_json(tree)
    except (KeyError, TypeError) as error:
        raise RunError("run.broken", path=folder.record, reason=error) from error


def write_record(folder: RunFolder, record: RunRecord) -> None:
    """Write the head of a run."""
    write_json(folder.record, record.to_json())


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``, whole or not at all.

    Raises:
        StorageError: the disk is full or may not be written; an older file stays as it was.
    """
    _write_with(path, lambda name: Path(name).write_bytes(data), len(data))


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, tree: object, compact: bool = False) -> None:
    """Write JSON that any parser reads: NaN and infinity become null.

    Args:
        compact: on one line, which takes a fifth of the time: for what is written every second.
    """
    if compact:
        text = json.dumps(_finite(tree), ensure_ascii=False, allow_nan=False)
    else:
        text = json_text(tree)
    write_text(path, text + "\n")


def json_text(tree: object) -> str:
    """Return JSON that any parser reads: NaN and infinity become null."""
    return json.dumps(_finite(tree), ensure_ascii=False, indent=1, allow_nan=False)


def read_json(path: Path) -> Any:
    """Read JSON; a file that is missing or broken is named."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunError("run.file_missing", path=path) from error
    except (OSError, ValueError) as error:
        raise RunError("run.broken", path=path, reason=error) from error


def write_parquet(path: Path, frame: pd.DataFrame, metadata: Mapping[str, str]) -> None:
    """Write a table with ``metadata`` in its schema, whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    merged = {
        **(table.schema.metadata or {}),
        **{k.encode(): v.encode() for k, v in metadata.items()},
    }
    size = int(frame.memory_usage().sum())
    _write_with(
        path, lambda name: pq.write_table(table.replace_schema_metadata(merged), name), size
    )


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a table, or some columns of it; a file that is missing or broken is named."""
    import pandas as pd
    import pyarrow as pa

    try:
        return pd.read_parquet(path, columns=None if columns is None else list(columns))
    except FileNotFoundError as error:
        raise RunError("run.file_missing", path=path) from error
    except (OSError, pa.ArrowException) as error:
        raise RunError("run.broken", path=path, reason=error) from error


def write_tensors(
    path: Path,
    tensors: Mapping[str, Any],
    metadata: Mapping[str, str],
    final: Callable[[Path], Path] | None = None,
) -> Path:
    """Write torch tensors as safetensors, whole or not at all, and return where.

    Args:
        final: says, from the file that is written, under which name in the folder of ``path`` it
            shall be.
    """
    from safetensors.torch import save_file

    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    size += sum(len(text.encode()) for text in metadata.values())
    return _write_with(
        path, lambda name: save_file(dict(tensors), name, metadata=dict(metadata)), size, final
    )


def read_tensors(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Read a safetensors file: tensors and metadata.

    Raises:
        RunError: the file is missing, cut short, or of another format.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            names = list(file.keys())
            return {name: file.get_tensor(name) for name in names}, file.metadata() or {}
    except FileNotFoundError as error:
        raise RunError("run.file_missing", path=path) from error
    except (OSError, SafetensorError) as error:
        raise RunError("run.broken", path=path, reason=error) from error


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_with(
    path: Path,
    write: Callable[[str], object],
    size: int,
    final: Callable[[Path], Path] | None = None,
) -> Path:
    """Let ``write`` fill a temporary file beside ``path``, then rename it there."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _require_room(path, size)
        write(str(temporary))
        temporary.chmod(0o666 & ~_umask())  # safetensors would keep its files to their owner
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        path = final(temporary) if final else path
        temporary.replace(path)
        _sync_folder(path.parent)
    except PermissionError as error:
        raise StorageError("storage.denied", path=path) from error
    except Exception as error:
        # safetensors and pyarrow wrap the system's errors in classes of their own.
        if not isinstance(error, OSError) and "os error" not in str(error).lower():
            raise
        reason = getattr(error, "strerror", None) or error
        raise StorageError(
            "storage.no_space", path=path, needed=_megabytes(size), free=_free(path), reason=reason
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _require_room(path: Path, size: int) -> None:
    """Say at once that a file cannot fit, before the rest of the disk is filled with half of it."""
    if hasattr(os, "statvfs"):
        stats = os.statvfs(path.parent)
        if stats.f_blocks and stats.f_bavail * stats.f_frsize < size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def remove_leftovers(folder: Path) -> list[Path]:
    """Remove what writers that were killed left in ``folder``; nobody reads it. Files that
    safetensors was about to rename are among them."""
    hidden = (path for path in folder.rglob(".*") if path.is_file())
    found = [path for path in hidden if path.suffix == ".tmp" or path.name.startswith(".tmp")]
    for path in found:
        path.unlink(missing_ok=True)
    return found


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Keep a run to one writer: a second process that asks meanwhile is refused.

    Raises:
        RunError: another process is at work on the run.
    """
    if os.name == "nt":  # no advisory locks of this kind there
        yield
        return
    import fcntl

    folder.mkdir(parents=True, exist_ok=True)
    with RunFolder(folder).lock.open("a") as file:
        for tries in range(LOCK_TRIES):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                    break  # a mount without locks, as some network drives are
                if tries == LOCK_TRIES - 1:
                    raise RunError("run.busy", path=folder) from error
                time.sleep(0.02)  # somebody may only be asking, as at_work does
        yield


def at_work(folder: Path) -> bool | None:
    """Is a process at work on the run? None where that cannot be known.

    Nothing is written, and a lock that is free is held for no longer than it takes to ask.
    """
    if os.name == "nt":
        return None
    import fcntl

    try:
        with RunFolder(folder).lock.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError as error:
        return True if error.errno in (errno.EWOULDBLOCK, errno.EACCES) else None
    return False


def _umask() -> int:
    """The mask of new files; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _sync_folder(path: Path) -> None:
    """Make the rename itself survive a power cut; folders cannot be opened on Windows."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _free(path: Path) -> str:
    parent = next((p for p in path.parents if p.exists()), Path.cwd())
    stats = os.statvfs(parent) if hasattr(os, "statvfs") else None
    return _megabytes(stats.f_bavail * stats.f_frsize) if stats else "?"


def _megabytes(size: float) -> str:
    return f"{size / 1e6:.1f} MB"


def _finite(tree: object) -> object:
    if isinstance(tree, float):
        return tree if math.isfinite(tree) else None
    if isinstance(tree, Mapping):
        return {str(key): _finite(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_finite(value) for value in tree]
    return tree
