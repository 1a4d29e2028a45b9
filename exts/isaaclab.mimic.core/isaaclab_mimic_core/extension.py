# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What Kit starts when `isaaclab.mimic.core` is enabled. Imported inside Kit only."""

import importlib.util

import carb
import omni.ext  # pyright: ignore[reportMissingImports]


class MimicCoreExtension(omni.ext.IExt):
    """Says early whether this application can run the workflow; everything else waits until it is asked for.

    Extensions that depend on this one register what they bring in their `on_startup` (`plugins`). What is ours is
    registered when it is first asked for, and imported when it is needed: torch and Isaac Lab would slow down every
    start of an application that has the extension enabled.
    """

    def on_startup(self, ext_id: str) -> None:
        if importlib.util.find_spec("isaaclab") is None:
            # Not an exception: the window can still open, and show what is missing in place of a traceback.
            carb.log_error(f"[{ext_id}] Isaac Lab is not in this application's Python: install isaaclab 3.0.0 there")
        else:
            carb.log_info(f"[{ext_id}] ready")
