# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Accelerations that are computed only once they have been read.

isaaclab_ov 3.0.0 computes the accelerations of all bodies and joints after every physics step, as differences of
velocities. In a task that never reads them, that is half of all kernel launches and a third of all reads from the
simulation. Here the first read of an acceleration switches its computation on; from then on it is Isaac Lab's. Only the
first value differs: it is the mean over all steps since the last reset.
"""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

_WRITERS = tuple(
    f"write_root_{frame}_velocity_to_sim_{choice}" for frame in ("com", "link") for choice in ("index", "mask")
)
"""Methods of a rigid object that touch its accelerations only to set them to zero."""


def compute_accelerations_on_demand(env: "ManagerBasedRLEnv") -> None:
    """Make the assets of an environment on PhysX without Kit compute accelerations only once they have been read."""
    from isaaclab_ov.assets.articulation.articulation_data import ArticulationData
    from isaaclab_ov.assets.rigid_object.rigid_object_data import RigidObjectData

    for assets, stock, name, writers in (
        (env.scene.articulations, ArticulationData, "joint_acc", ()),
        (env.scene.rigid_objects, RigidObjectData, "body_com_acc_w", _WRITERS),
    ):
        lazy = _lazy(stock, name)
        for asset in assets.values():
            # Derived classes may override anything, so they are left unchanged.
            if type(asset.data) is stock:
                asset.data.__class__ = lazy
                for writer in writers:
                    setattr(asset, writer, _not_reading(asset.data, getattr(asset, writer)))


def _lazy(stock: type, name: str) -> type:
    """Return a subclass of asset data whose `update` computes the acceleration `name` only once it has been read."""
    compute = getattr(stock, name).fget

    def read(self: Any) -> Any:
        self._accelerations_are_read = True
        return compute(self)

    def update(self: Any, dt: float) -> None:
        if self._accelerations_are_read:
            stock.update(self, dt)
        else:
            self._sim_timestamp += dt

    members = {
        "_accelerations_are_read": False,
        "update": update,
        name: property(read, doc=getattr(stock, name).__doc__),
    }
    return type(stock.__name__, (stock,), members)


def _not_reading(data: Any, write: Callable) -> Callable:
    @functools.wraps(write)
    def write_only(*args: Any, **kwargs: Any) -> Any:
        before = data._accelerations_are_read
        try:
            return write(*args, **kwargs)
        finally:
            data._accelerations_are_read = before

    return write_only
