# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A USD stage made for one run; the stage that was open comes back afterwards.

Isaac Lab builds into the stage it is given, or into the first one of USD's cache: it sets the up axis, and deletes the
physics scenes that it finds. At the end it closes whatever the application has open, and clears the cache.
"""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import TaskError
from .keeping import kept_attributes

_PATIENCE = 5.0
"""[s] How long the application may take to open a stage that is in memory."""


class OwnStage:
    """The stage of a run, and the one that was open before."""

    def __init__(self) -> None:
        import omni.usd  # type: ignore[import-not-found]
        from pxr import Usd, UsdUtils

        self._context = omni.usd.get_context()
        self._cache: Any = UsdUtils.StageCache.Get()
        # A stage lives as long as some cache has it: a Python reference alone does not keep it.
        self._kept: Any = Usd.StageCache()
        theirs = self._context.get_stage()
        if theirs is not None:
            self._kept.Insert(theirs)
        self._unsaved = theirs is not None and self._context.has_pending_edit()
        self._theirs = identify(theirs)
        ours: Any = Usd.Stage.CreateInMemory("mimic.usda")
        self._cache.Insert(ours)
        self.stage = ours
        """The stage to simulate in."""
        self._ours = identify(ours)

    @property
    def is_open(self) -> bool:
        """Whether the application has the run's stage open."""
        return identify(self._context.get_stage()) == self._ours

    def check(self) -> None:
        """See to it that the application still has the run's stage open.

        Raises:
            TaskError: It has another one, or none.
        """
        if not self.is_open:
            raise TaskError(
                "another stage was opened, and the one that was simulated is closed",
                where=self._name(),
                remedy=f"Start again for a new one.{self._rescue()}",
            )

    def worth_nothing(self) -> None:
        """Keep the application from asking whether the run's stage shall be saved, when it ends or opens another."""
        if self.is_open:
            self._context.set_pending_edit(False)

    def give_back(self) -> None:
        """Open the stage of before, unless somebody has opened another one since; without one before, an empty one.

        Raises:
            TaskError: It cannot come back, and had changes that nobody has saved; says where they are now.
        """
        if identify(self._context.get_stage()) in (self._ours, ""):
            if self._theirs:
                stage_id = self._cache.Insert(self._kept.GetAllStages()[0]).ToLongInt()
                self._context.attach_stage_with_callback(stage_id)
                _update_until(lambda: identify(self._context.get_stage()) == self._theirs)
                self._context.set_pending_edit(self._unsaved)
            else:
                self._context.new_stage()
        saved = "" if identify(self._context.get_stage()) == self._theirs else self._rescue()
        if not self.stage.expired:
            self._cache.Erase(self.stage)
        self._kept.Clear()
        if saved:
            raise TaskError("the stage that was open before does not come back", remedy=saved.strip())

    def leave(self) -> bool:
        """Do what Isaac Lab does at the end, but for taking everybody's stages out of USD's cache."""
        from isaaclab.sim.utils import stage as isaaclab_stage

        isaaclab_stage._context.stage = None
        return True

    def _name(self) -> str:
        now = identify(self._context.get_stage())
        return now.rsplit("/", 1)[-1] if now and not now.startswith("anon:") else "Stage"

    def _rescue(self) -> str:
        """Write the stage of before to a file if it has changes that nobody has saved, for it cannot come back."""
        if not self._unsaved or not self._theirs:
            return ""
        import tempfile

        self._unsaved = False
        folder = Path(tempfile.mkdtemp(prefix="mimic_stage_"))
        path = folder / "unsaved.usd"
        self._kept.GetAllStages()[0].GetRootLayer().Export(str(path))
        return f" The changes that were not saved before the run are in {path}."


def identify(stage: Any) -> str:
    """Return what tells a stage from others: its root layer's identifier; empty if there is none."""
    return stage.GetRootLayer().identifier if stage else ""


@contextlib.contextmanager
def own_stage() -> Iterator[OwnStage]:
    """Have Isaac Lab simulate in a stage of its own, and leave the application with the one it had."""
    from isaaclab.sim.utils import stage as isaaclab_stage

    own = OwnStage()
    # What Isaac Lab's next simulation takes, and what its end closes.
    with (
        kept_attributes(isaaclab_stage._context, stage=own.stage),
        kept_attributes(isaaclab_stage, close_stage=own.leave),
        _context_left_alone(),
    ):
        try:
            yield own
        finally:
            own.give_back()


@contextlib.contextmanager
def _context_left_alone() -> Iterator[None]:
    """Keep the end of Isaac Lab's simulation from closing whatever is open in the application by then."""
    from isaaclab_physx.app.kit_stage import KitStageBackend

    with kept_attributes(KitStageBackend, close=lambda backend: None):
        yield


def _update_until(reached: Any) -> None:
    """Update the application, which opens stages between two frames, until that is done."""
    import omni.kit.app  # type: ignore[import-not-found]

    app = omni.kit.app.get_app()
    deadline = time.monotonic() + _PATIENCE
    while not reached() and time.monotonic() < deadline:
        app.update()
