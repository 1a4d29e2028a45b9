# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Simulate in a new USD stage, and open the previous stage again afterwards.

Isaac Lab builds its scene in the stage that it is given, or in the first stage of USD's cache: it sets the up axis and
deletes the physics scenes that it finds. At the end it closes the application's open stage and clears the cache.
"""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import TaskError
from .restoring import replaced_attributes

_OPENING_TIMEOUT = 5.0
"""Longest time that the application may take to open a stage that is in memory [s]."""


class OwnStage:
    """The stage of a run, and the stage that was open before."""

    def __init__(self) -> None:
        import omni.usd  # type: ignore[import-not-found]
        from pxr import Usd, UsdUtils

        self._context = omni.usd.get_context()
        self._cache: Any = UsdUtils.StageCache.Get()
        # A stage lives only as long as it is in some cache, and Isaac Lab clears USD's global one.
        self._previous_cache: Any = Usd.StageCache()
        previous = self._context.get_stage()
        if previous is not None:
            self._previous_cache.Insert(previous)
        self._unsaved = previous is not None and self._context.has_pending_edit()
        self._previous = identify(previous)
        own: Any = Usd.Stage.CreateInMemory("mimic.usda")
        self._cache.Insert(own)
        self.stage = own
        """The stage to simulate in."""
        self._own = identify(own)

    @property
    def is_open(self) -> bool:
        """Whether the application has the run's stage open."""
        return identify(self._context.get_stage()) == self._own

    def check(self) -> None:
        """Check that the application still has the run's stage open.

        Raises:
            TaskError: Another stage is open, or none.
        """
        if not self.is_open:
            raise TaskError(
                "another stage was opened, and the one that was simulated is closed",
                where=self._name(),
                remedy=f"Start again for a new one.{self._export_unsaved()}",
            )

    def clear_pending_edits(self) -> None:
        """Mark the run's stage as unchanged, so that the application does not ask whether to save it."""
        if self.is_open:
            self._context.set_pending_edit(False)

    def reopen_previous(self) -> None:
        """Open the previous stage again, or an empty one if none was open.

        Does nothing if the user has opened another stage meanwhile.

        Raises:
            TaskError: The previous stage cannot be opened and had unsaved changes; names the file that has them now.
        """
        if identify(self._context.get_stage()) in (self._own, ""):
            if self._previous:
                stage_id = self._cache.Insert(self._previous_cache.GetAllStages()[0]).ToLongInt()
                self._context.attach_stage_with_callback(stage_id)
                _update_until(lambda: identify(self._context.get_stage()) == self._previous)
                self._context.set_pending_edit(self._unsaved)
            else:
                self._context.new_stage()
        saved = "" if identify(self._context.get_stage()) == self._previous else self._export_unsaved()
        if not self.stage.expired:
            self._cache.Erase(self.stage)
        self._previous_cache.Clear()
        if saved:
            raise TaskError("the stage that was open before does not come back", remedy=saved.strip())

    def release(self) -> bool:
        """Take the place of Isaac Lab's `close_stage`, without clearing USD's cache."""
        from isaaclab.sim.utils import stage as isaaclab_stage

        isaaclab_stage._context.stage = None
        return True

    def _name(self) -> str:
        now = identify(self._context.get_stage())
        return now.rsplit("/", 1)[-1] if now and not now.startswith("anon:") else "Stage"

    def _export_unsaved(self) -> str:
        """Write the previous stage to a file if it has unsaved changes; return a sentence that names the file."""
        if not self._unsaved or not self._previous:
            return ""
        import tempfile

        self._unsaved = False
        folder = Path(tempfile.mkdtemp(prefix="mimic_stage_"))
        path = folder / "unsaved.usd"
        self._previous_cache.GetAllStages()[0].GetRootLayer().Export(str(path))
        return f" The changes that were not saved before the run are in {path}."


def identify(stage: Any) -> str:
    """Return the identifier of a stage's root layer; empty if there is no stage."""
    return stage.GetRootLayer().identifier if stage else ""


@contextlib.contextmanager
def own_stage() -> Iterator[OwnStage]:
    """Make Isaac Lab simulate in a new stage, and open the previous one again at the end."""
    from isaaclab.sim.utils import stage as isaaclab_stage

    own = OwnStage()
    # The stage that Isaac Lab's next simulation takes, and the function that closes it.
    with (
        replaced_attributes(isaaclab_stage._context, stage=own.stage),
        replaced_attributes(isaaclab_stage, close_stage=own.release),
        _stage_left_open(),
    ):
        try:
            yield own
        finally:
            own.reopen_previous()


@contextlib.contextmanager
def _stage_left_open() -> Iterator[None]:
    """Keep Isaac Lab from closing the application's open stage when a simulation ends."""
    from isaaclab_physx.app.kit_stage import KitStageBackend

    with replaced_attributes(KitStageBackend, close=lambda backend: None):
        yield


def _update_until(reached: Any) -> None:
    """Update the application until `reached()` is true or the time is over; it opens stages between two frames."""
    import omni.kit.app  # type: ignore[import-not-found]

    app = omni.kit.app.get_app()
    deadline = time.monotonic() + _OPENING_TIMEOUT
    while not reached() and time.monotonic() < deadline:
        app.update()
