"""What every network must hold, as one function to call in a test.

::

    def test_my_network():
        check_model("dojang/resnet18", size=64)
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.nn import functional as F

from dojang.core.errors import DojangError
from dojang.core.types import InputSpec
from dojang.nn.factory import Network, build, natural_size
from dojang.nn.loading import load_tensors
from dojang.nn.modes import evaluating

_BATCH = 3
_OTHER = 32  # pixels by which the second size is larger
_NEUTRAL = (127.5, 127.5, 127.5)


def check_model(model: str | Network, *, size: int | None = None, classes: int = 5) -> None:
    """Assert that a network keeps what Dojang promises of every network.

    It takes images on the scale 0 to 255 of any integer or floating type and gives finite logits;
    features and head are apart and its input is described; at a second size it works too or says
    why not; every parameter that takes part gets a finite gradient; weights through safetensors
    give the same logits; in evaluation it is deterministic and an image's answer does not depend on
    its batch; bf16 brings no infinity and no NaN; ``torch.export`` gives the same logits.

    Args:
        model: a name, which is built with random weights, or a network, which is not changed.
        size: side of the images; None takes the one that the network was made for.
        classes: of the head, where it is built here.

    Raises:
        AssertionError: promises are broken; the text says which, all of them.
    """
    broken = broken_promises(model, size=size, classes=classes)
    name = model if isinstance(model, str) else type(model.features).__name__
    told = "\n".join(f"  {promise}: {reason}" for promise, reason in broken.items())
    assert not broken, f"{name} breaks {len(broken)} of {len(PROMISES)} promises:\n{told}"


def broken_promises(
    model: str | Network, *, size: int | None = None, classes: int = 5
) -> dict[str, str]:
    """Return the promises that a network breaks, each with the reason; see :func:`check_model`."""
    case = _Case(model, size or _size_of(model), classes)
    broken = {}
    for name, promise in PROMISES.items():
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            try:
                promise(case)
            except Exception as error:  # whatever a strange network raises is what it breaks
                broken[name] = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    return broken


def _size_of(model: str | Network) -> int:
    return natural_size(model) if isinstance(model, str) else model.spec.size


@dataclass
class _Case:
    """A network under test."""

    model: str | Network
    size: int
    classes: int

    @cached_property
    def network(self) -> Network:
        """The network in evaluation mode; nobody may change it."""
        if isinstance(self.model, Network):
            return copy.deepcopy(self.model).eval()
        return self.built(self.size, 1).eval()

    def built(self, size: int, seed: int) -> Network:
        assert isinstance(self.model, str)
        spec = InputSpec(size, "squash", _NEUTRAL, (60.0, 60.0, 60.0))
        return build(self.model, self.classes, spec, seed=seed)

    def images(self, count: int = _BATCH, size: int | None = None) -> Tensor:
        side = size or self.size
        generator = torch.Generator().manual_seed(count)
        shape = (count, 3, side, side)
        return torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)

    def logits(self, images: Tensor) -> Tensor:
        with torch.no_grad():
            found: Tensor = self.network(images)
        return found


def _surface(case: _Case) -> None:
    """Images in, features between, logits out, whatever the type of the pixels."""
    network, images = case.network, case.images()
    logits = case.logits(images)
    classes = case.classes if isinstance(case.model, str) else logits.shape[-1]
    assert logits.shape == (_BATCH, classes), f"logits {tuple(logits.shape)}"
    assert logits.isfinite().all(), "logits that are no numbers"
    torch.testing.assert_close(case.logits(images.float()), logits)
    assert network.spec.size == case.size, f"the input is described as {network.spec.size} px"
    with torch.no_grad():
        features = network.features((images.float() - network.mean) / network.std)
        assert features.ndim == 2, f"features {tuple(features.shape)}"
        torch.testing.assert_close(network.head(features), logits)


def _second_size(case: _Case) -> None:
    """A larger image is taken, or refused with an explanation before anything runs."""
    size = case.size + _OTHER
    if isinstance(case.model, str):
        try:
            network = case.built(size, 1).eval()
        except DojangError:
            return
        with torch.no_grad():
            logits = network(case.images(size=size))
        assert logits.shape == (_BATCH, case.classes) and logits.isfinite().all()


def _gradients(case: _Case) -> None:
    """The parameters of every layer that runs get a gradient, and it is finite."""
    network, ran = copy.deepcopy(case.network).requires_grad_(True), set()
    for module in network.modules():
        if next(module.children(), None) is None:
            module.register_forward_hook(lambda done, *_: ran.add(done))
    _backward(network, case.images())
    without, odd, some = [], [], False
    for name, module in network.named_modules():
        for inner, parameter in module.named_parameters(name, recurse=False):
            if parameter.grad is None:
                without += [inner] if module in ran else []
            elif not parameter.grad.isfinite().all():
                odd.append(inner)
            else:
                some = some or bool(parameter.grad.any())
    assert not without, f"no gradient: {without[:5]}"
    assert not odd, f"gradients that are no numbers: {odd[:5]}"
    assert some, "every gradient is 0"


def _backward(network: nn.Module, images: Tensor) -> Tensor:
    network.train()
    logits: Tensor = network(images)
    loss = F.cross_entropy(logits.float(), torch.arange(len(images)) % logits.shape[1])
    assert loss.isfinite(), f"loss {loss.item()}"
    loss.backward()  # type: ignore[no-untyped-call]
    return logits


def _saved(case: _Case) -> None:
    """Weights survive a file: another network with them gives the same logits, to the bit."""
    images = case.images()
    state = {name: tensor.clone() for name, tensor in case.network.state_dict().items()}
    other = copy.deepcopy(case.network)
    with torch.no_grad():
        for tensor in (*other.parameters(), *other.buffers()):
            tensor.zero_()
    kept = {n for n, b in other.named_buffers() if n not in state}  # made anew with the network
    for name in kept:
        other.get_buffer(name).copy_(case.network.get_buffer(name))
    load_tensors(other, load(save({n: t.contiguous() for n, t in state.items()})))
    with torch.no_grad():
        assert torch.equal(other(images), case.logits(images)), "other logits after loading"


def _deterministic(case: _Case) -> None:
    """Twice the same image, twice the same answer, to the bit."""
    images = case.images()
    assert torch.equal(case.logits(images), case.logits(images)), "two runs, two answers"


def _batch_of_one(case: _Case) -> None:
    """What an image is answered does not depend on its batch."""
    images = case.images()
    together = case.logits(images)
    alone = torch.cat([case.logits(images[i : i + 1]) for i in range(len(images))])
    scale = float(together.abs().max()) or 1.0
    torch.testing.assert_close(alone / scale, together / scale, rtol=1e-3, atol=1e-4)


def _bf16(case: _Case) -> None:
    """Half the digits bring no infinity and no NaN, forward and backward."""
    network = copy.deepcopy(case.network).requires_grad_(True)
    with torch.autocast("cpu", torch.bfloat16), torch.no_grad(), evaluating(network):
        assert network(case.images()).isfinite().all(), "logits that are no numbers"
    with torch.autocast("cpu", torch.bfloat16):
        _backward(network, case.images())
    odd = [n for n, p in network.named_parameters() if p.grad is not None and p.grad.isnan().any()]
    assert not odd, f"gradients that are no numbers: {odd[:5]}"


def _exported(case: _Case) -> None:
    """torch.export takes the network, and what comes out answers alike."""
    images = case.images()
    program = torch.export.export(case.network, (images,))
    with torch.no_grad():
        found = program.module()(images)
    scale = float(case.logits(images).abs().max()) or 1.0
    torch.testing.assert_close(found / scale, case.logits(images) / scale, rtol=1e-3, atol=1e-4)


PROMISES: dict[str, Callable[[_Case], None]] = {
    "surface": _surface,
    "second size": _second_size,
    "gradients": _gradients,
    "saved": _saved,
    "deterministic": _deterministic,
    "batch of one": _batch_of_one,
    "bf16": _bf16,
    "exported": _exported,
}
