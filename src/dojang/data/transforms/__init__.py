"""Random changes to training images, each image with its own addressed random numbers."""

from dojang.data.transforms.batch import augment
from dojang.data.transforms.geometry import shrink
from dojang.data.transforms.joint import Sample, augment_sample
from dojang.data.transforms.mixing import Mix, draw_mix, mix
from dojang.data.transforms.settings import STORED_MARGIN, Augment

__all__ = [
    "STORED_MARGIN",
    "Augment",
    "Mix",
    "Sample",
    "augment",
    "augment_sample",
    "draw_mix",
    "mix",
    "shrink",
]
