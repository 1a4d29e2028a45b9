# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How large the objects of a scene are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import DatasetError

if TYPE_CHECKING:
    import torch

_LARGEST = 100.0
"""No object is larger than this [m]."""


@dataclass(frozen=True)
class Box:
    """The box around an object, along the axes of its frame."""

    half: tuple[float, float, float]
    """Half of its extents [m]."""
    center: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Its middle in the object's frame [m]."""

    @property
    def corners(self) -> np.ndarray:
        """Its lower and upper corner in the object's frame: (2, 3) [m]."""
        return np.asarray(self.center) + np.outer([-1.0, 1.0], self.half)


def boxes(scene: Any) -> dict[str, Box]:
    """Return the box of each object of a scene by its name, from its shapes; without objects that have none."""
    from isaaclab.sim.utils import get_current_stage
    from pxr import Gf, Usd, UsdGeom

    stage: Any = get_current_stage()
    cache: Any = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_, UsdGeom.Tokens.render])
    found = {}
    for name, body in scene.rigid_objects.items():
        prim = stage.GetPrimAtPath(body.cfg.prim_path.replace(scene.env_regex_ns, scene.env_prim_paths[0]))
        if prim.IsValid():
            own: Any = Gf.Transform(UsdGeom.Xformable(prim).GetLocalTransformation()).GetScale()
            bound = cache.ComputeUntransformedBound(prim).ComputeAlignedRange()
            if not bound.IsEmpty():
                found[name] = box_of(bound.GetMin(), bound.GetMax(), own)
    return found


def box_of(low: Sequence[float], high: Sequence[float], scale: Sequence[float]) -> Box:
    """Return the box between two corners in an object's frame, which is then scaled; each (3,) [m]."""
    ends = [(factor * a, factor * b) for a, b, factor in zip(low, high, scale, strict=True)]
    x, y, z = (abs(b - a) / 2 for a, b in ends)
    return Box((x, y, z), ((ends[0][0] + ends[0][1]) / 2, (ends[1][0] + ends[1][1]) / 2, (ends[2][0] + ends[2][1]) / 2))


def below_origin(half: "torch.Tensor", center: "torch.Tensor", quats: "torch.Tensor") -> "torch.Tensor":
    """Return how far the lowest points of objects are below the origins of their frames: (N,) [m].

    Args:
        half: (3,) half of the extents of their box [m].
        center: (3,) its middle in their frame [m].
        quats: (N, 4) their orientations (xyzw).
    """
    import isaaclab.utils.math as math_utils

    up = math_utils.matrix_from_quat(quats)[:, 2]
    return up.abs() @ half - up @ center


def as_plain(found: Mapping[str, Box]) -> dict[str, list[list[float]]]:
    """Return boxes as they are written into files: lower and upper corner by object, to a hundredth of a millimetre."""
    return {name: box.corners.round(5).tolist() for name, box in found.items()}


def read_corners(written: Any, where: str) -> dict[str, np.ndarray]:
    """Read what `as_plain` has written: by object (2, 3) lower and upper corner [m].

    Args:
        written: The attribute of a file; nothing where it has none.
        where: The file and the demonstration, for errors.

    Raises:
        DatasetError: It is something else.
    """
    found = {}
    for name, corners in written.items() if isinstance(written, dict) else ():
        try:
            box = np.asarray(corners, dtype=float)
        except (TypeError, ValueError, OverflowError):
            box = np.full((2, 3), np.nan)
        if box.shape != (2, 3) or not (np.abs(box) <= _LARGEST).all() or (box[1] < box[0]).any():
            raise DatasetError(
                f"the size of its object {name} cannot be read", where=where, remedy="Leave this demonstration out."
            )
        found[name] = box
    return found
