"""What the frozen part of a network makes of images: computed once, kept on disk by content.

Legend: n samples, D features.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dojang.core.errors import StorageError
from dojang.data.cache import PixelStore, Progress, settings_of
from dojang.data.shelf import Row, Shelf
from dojang.data.shelves import cache_root, filled, room
from dojang.nn.factory import Network, channels_last_pays
from dojang.nn.modes import evaluating

BATCH = 128
_REVISION = 1  # counts the changes of this module after which features differ


def features_of(
    network: Network,
    store: PixelStore,
    precision: str,
    *,
    contents: Sequence[str] | None = None,
    cache: str = "auto",
    progress: Progress | None = None,
) -> Tensor:
    """Return the features of every image of ``store`` in evaluation mode, float32, ``(n, D)``.

    Args:
        network: its features alone are used; it stays on its device, in its mode.
        store: pixels of the size that the network takes.
        precision: ``fp32``, or what the forward pass is computed in: ``bf16``, ``fp16``.
        contents: SHA-256 of each file, by which the disk finds features; without it there is no
            disk.
        cache: ``disk``, ``memory``, ``none`` or ``auto``, as for pixels; only the disk is shared.
        progress: called with how many of those that were not kept are done.

    Raises:
        StorageError: ``disk`` was asked for and the cache cannot be written.
    """
    everything = np.arange(len(store), dtype=np.int64)
    width = width_of(network)
    row = Row("features", (width,), "float32")
    # A box of its own is not part of a file's content: such features are not shared.
    boxed = not isinstance(store.how, str) and store.how.wants_boxes
    unchecked = isinstance(store.kept, Tensor)  # nobody compared these pixels with the contents
    shared = contents is not None and cache in ("auto", "disk") and not boxed and not unchecked
    if contents is not None and shared and len(store):
        shelf = Shelf(cache_root(), _settings(network, store, precision), store.size, row)
        try:
            if len(store) * row.bytes <= room(shelf.root):
                kept = filled(
                    shelf,
                    contents,
                    lambda missing: _computed(
                        network, store, precision, missing, contents, progress
                    ),
                )
                return kept[torch.from_numpy(everything)]
        except StorageError:
            if cache == "disk":
                raise
    out = torch.empty(len(store), width)
    computed = _computed(network, store, precision, everything, None, progress)
    for i, values in enumerate(computed):
        out[i] = torch.from_numpy(values)
    return out


def digest_of(network: Network) -> str:
    """Return SHA-256 over the weights of the features and the statistics of the input."""
    digest = hashlib.sha256()
    state = {**network.features.state_dict(), "/mean": network.mean, "/std": network.std}
    for name in sorted(state):
        tensor = state[name].detach().cpu().contiguous()
        digest.update(f"{name}|{tuple(tensor.shape)}|{tensor.dtype}\0".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _settings(network: Network, store: PixelStore, precision: str) -> str:
    """Name all on which features depend besides the content of a file."""
    kind = type(network.features).__name__
    library = f"torch {torch.__version__}"
    pixels = settings_of(store.pool, store.how)
    digest = digest_of(network)[:32]
    return f"{kind} {digest}, {precision}, revision {_REVISION}, {library}, {pixels}"


def width_of(network: Network) -> int:
    """How many features an image has: what the head takes."""
    linears = [m for m in network.head.modules() if isinstance(m, torch.nn.Linear)]
    return linears[0].in_features


def _computed(
    network: Network,
    store: PixelStore,
    precision: str,
    positions: NDArray[np.int64],
    contents: Sequence[str] | None,
    progress: Progress | None,
) -> Iterator[NDArray[np.float32]]:
    """Yield the features at ``positions``, one row ``(D,)`` at a time."""
    device = next(network.parameters()).device
    if channels_last_pays(device, precision):
        network.to(memory_format=torch.channels_last)
    half = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision)
    batches = [positions[i : i + BATCH] for i in range(0, len(positions), BATCH)]
    done = 0
    for images in store.stream(batches, contents):
        with (
            evaluating(network),
            torch.inference_mode(),
            torch.autocast(device.type, dtype=half, enabled=half is not None),
        ):
            scaled = (images.to(device).float() - network.mean) / network.std
            rows = network.features(scaled).float().cpu().numpy()
        done += len(rows)
        if progress:
            progress(done, len(positions))
        yield from rows
