"""Why did the model say so? Maps of where the evidence lies, and whether to trust them."""

from __future__ import annotations

from dojang.analysis.explain.cam import grad_cam, grad_cam_plus_plus, layer_cam
from dojang.analysis.explain.draw import overlay
from dojang.analysis.explain.find import find_layer, layer_named, name_of
from dojang.analysis.explain.gradients import gradient_map, integrated_gradients
from dojang.analysis.explain.methods import (
    DEFAULT,
    METHODS,
    explain_images,
    method_named,
    methods_for,
)
from dojang.analysis.explain.occlude import occlusion
from dojang.analysis.explain.rollout import attention_rollout

__all__ = [
    "DEFAULT",
    "METHODS",
    "attention_rollout",
    "explain_images",
    "find_layer",
    "grad_cam",
    "grad_cam_plus_plus",
    "gradient_map",
    "integrated_gradients",
    "layer_cam",
    "layer_named",
    "method_named",
    "methods_for",
    "name_of",
    "occlusion",
    "overlay",
]
