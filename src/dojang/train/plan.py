"""Everything that one model is trained with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from accelerate import Accelerator

from dojang.core.clock import OFF, Clock
from dojang.core.durations import Duration
from dojang.data.loader import EvalLoader, TrainLoader
from dojang.nn.factory import Network
from dojang.tasks.base import Task
from dojang.train.loop import steps_per_epoch
from dojang.train.trainee import Trainee

OnNan = Literal["rollback", "stop", "skip"]


@dataclass(frozen=True)
class Session:
    """Everything that one model is trained with.

    Attributes:
        fold: number of the fold, 0 without folds.
        valid: batches of the validation part.
        probe: batches of some training samples, unchanged, to compare with ``valid``.
        contract: what is stored with the weights.
        accumulate: batches of the loader that make one step.
        plateau: the factor of the learning rate after a history of the monitored value (lower is
            better), or None where the schedule does not wait for one.
        refresh_norms: are the statistics of norms of averaged weights to be taken again?
        clock: where the seconds of the training are counted.
    """

    fold: int
    trainee: Trainee
    task: Task
    loader: TrainLoader
    valid: EvalLoader
    probe: EvalLoader
    accelerator: Accelerator
    epochs: int
    monitor: str
    patience: Duration | None
    limit: Duration | None
    checkpoint: Duration
    contract: Mapping[str, Any]
    accumulate: int = 1
    on_nan: OnNan = "rollback"
    plateau: Callable[[Sequence[float]], float] | None = None
    refresh_norms: bool = False
    clock: Clock = OFF

    @property
    def network(self) -> Network:
        """The network itself; ``trainee.model`` is what the accelerator made of it."""
        assert isinstance(self.trainee.network, Network)
        return self.trainee.network

    @property
    def per_epoch(self) -> int:
        """Steps of the optimiser in an epoch."""
        return steps_per_epoch(self.loader, self.accumulate)
