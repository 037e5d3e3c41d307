"""Image, mask and boxes move together."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision import tv_tensors
from torchvision.transforms.v2 import functional as tv

from dojang.data.transforms import Augment, augment, augment_sample
from dojang.data.transforms.joint import VOID

SIDE = 96

geometry = st.builds(
    Augment,
    flip=st.sampled_from(["none", "horizontal", "vertical", "both"]),
    min_area=st.floats(0.3, 1),
    rotate=st.floats(0, 180),
    shift=st.floats(0, 0.3),
    policy=st.sampled_from(["none", "randaugment", "trivialaugment"]),
    magnitude=st.integers(0, 30),
)


def image(side: int = SIDE) -> torch.Tensor:
    made = torch.Generator().manual_seed(3)
    return torch.randint(0, 256, (3, side, side), generator=made, dtype=torch.uint8)


def drawn(box: torch.Tensor, side: int = SIDE) -> torch.Tensor:
    """Return a mask that is 1 inside the box."""
    mask = torch.zeros(side, side, dtype=torch.uint8)
    left, top, right, bottom = box.int().tolist()
    mask[top:bottom, left:right] = 1
    return mask


@settings(max_examples=150, deadline=None)
@given(
    geometry,
    st.integers(0, 10**6),
    st.tuples(*[st.integers(0, 70)] * 2),
    st.tuples(*[st.integers(12, 26)] * 2),
)
def test_a_box_drawn_as_a_mask_stays_on_its_box(
    how: Augment, sample: int, corner: tuple[int, int], extent: tuple[int, int]
) -> None:
    (left, top), (width, height) = corner, extent
    box = torch.tensor([[left, top, left + width, top + height]]).float()
    found = augment_sample(
        image(), sample, how, SIDE, 1, 0, mask=drawn(box[0]), boxes=box, least_share=0.05
    )
    assert found.mask is not None and found.boxes is not None
    rows, columns = torch.nonzero(found.mask == 1, as_tuple=True)
    if len(found.boxes) == 0:
        assert len(rows) < 0.15 * SIDE * SIDE
        return
    got = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    # A pixel is one of nearest centres, and sharp corners of sheared boxes end between centres.
    slack = 4 if how.policy == "trivialaugment" else 2.5
    assert np.abs(np.array([int(v) for v in got]) - found.boxes[0].numpy()).max() <= slack


@pytest.mark.parametrize("flip", ["horizontal", "vertical", "both"])
def test_two_mirrors_are_none(flip: str) -> None:
    box = torch.tensor([[10.0, 20, 40, 80], [0, 0, 96, 5]])
    mask = drawn(box[0])
    for sample in range(8):
        once = augment_sample(image(), sample, Augment(flip=flip), SIDE, 1, 0, mask=mask, boxes=box)
        assert once.mask is not None
        twice = augment_sample(
            once.image.round().to(torch.uint8), sample, Augment(flip=flip), SIDE, 1, 0,
            mask=once.mask, boxes=once.boxes,
        )  # fmt: skip
        torch.testing.assert_close(twice.image, image().float(), rtol=0, atol=0.01)
        assert torch.equal(twice.mask, mask)  # type: ignore[arg-type]
        torch.testing.assert_close(twice.boxes, box, rtol=0, atol=1e-3)


def test_a_mirror_is_that_of_torchvision() -> None:
    box = torch.tensor([[10.0, 20, 40, 80]])
    theirs = tv_tensors.BoundingBoxes(box, format="XYXY", canvas_size=(SIDE, SIDE))
    flipped = 0
    for sample in range(16):
        found = augment_sample(
            image(), sample, Augment(flip="horizontal"), SIDE, 1, 0, mask=drawn(box[0]), boxes=box
        )
        if torch.allclose(found.image, image().float(), atol=0.01):
            continue
        flipped += 1
        torch.testing.assert_close(
            found.image, tv.horizontal_flip(image()).float(), rtol=0, atol=0.01
        )
        torch.testing.assert_close(
            found.boxes, torch.as_tensor(tv.horizontal_flip(theirs)), rtol=0, atol=1e-3
        )
        assert torch.equal(found.mask, tv.horizontal_flip(drawn(box[0])))  # type: ignore[arg-type]
    assert 2 < flipped < 14


def test_an_image_alone_is_as_in_a_batch() -> None:
    how = Augment("both", 0.4, 20.0, 0.1, 0.4, 0.5, 0.1, 0.1, 1.0, "randaugment")
    batch = augment(image()[None], np.array([9]), how, 80, 5, 2)
    torch.testing.assert_close(
        augment_sample(image(), 9, how, 80, 5, 2).image, batch[0], rtol=0, atol=0
    )


def test_boxes_that_leave_the_picture_are_dropped_and_the_rest_are_named() -> None:
    boxes = torch.tensor([[0.0, 40, 8, 56], [44, 44, 52, 52], [88, 40, 96, 56]])
    how, seen = Augment(shift=0.4), set()
    for sample in range(40):
        found = augment_sample(image(), sample, how, SIDE, 1, 0, boxes=boxes, least_share=0.5)
        assert found.boxes is not None and len(found.boxes) == len(found.kept)
        assert (found.boxes[:, :2] >= 0).all() and (found.boxes[:, 2:] <= SIDE).all()
        areas = (found.boxes[:, 2] - found.boxes[:, 0]) * (found.boxes[:, 3] - found.boxes[:, 1])
        whole = (boxes[found.kept][:, 2:] - boxes[found.kept][:, :2]).prod(dim=1)
        assert (areas >= 0.5 * whole - 1e-3).all()
        seen.add(tuple(found.kept.tolist()))
    assert len(seen) > 2


def test_outside_the_picture_a_mask_is_void_where_there_are_boxes_and_mirrored_elsewhere() -> None:
    how, mask = Augment(shift=0.3), torch.full((SIDE, SIDE), 7, dtype=torch.int64)
    boxes = torch.tensor([[40.0, 40, 60, 60]])
    filled = augment_sample(image(), 1, how, SIDE, 1, 0, mask=mask, boxes=boxes).mask
    mirrored = augment_sample(image(), 1, how, SIDE, 1, 0, mask=mask).mask
    assert filled is not None and mirrored is not None
    assert set(filled.unique().tolist()) == {7, VOID}
    assert set(mirrored.unique().tolist()) == {7}


def test_colours_leave_mask_and_boxes_alone() -> None:
    how = Augment(color=0.5, erase=1.0, hue=0.5, noise=0.2, blur=2.0)
    box = torch.tensor([[10.0, 20, 40, 80]])
    found = augment_sample(image(), 4, how, SIDE, 1, 0, mask=drawn(box[0]), boxes=box)
    assert torch.equal(found.mask, drawn(box[0]))  # type: ignore[arg-type]
    assert torch.equal(found.boxes, box)  # type: ignore[arg-type]
    assert not torch.equal(found.image, image().float())
    empty = augment_sample(image(), 4, Augment(rotate=30), SIDE, 1, 0, boxes=box[:0])
    assert empty.boxes is not None and empty.boxes.shape == (0, 4)
