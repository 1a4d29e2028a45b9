# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The worker that is kept ready: what it takes, and a button that ends it."""

from __future__ import annotations

import omni.ui as ui

from isaaclab_mimic_core.remote.spare import SpareWorker


class SpareRow:
    """Builds into the current container; takes no space without a worker.

    Args:
        spare: Where the worker is kept.
    """

    def __init__(self, spare: SpareWorker) -> None:
        self._spare = spare
        self._row = ui.HStack(height=22, spacing=4, visible=False)
        with self._row:
            self.label = ui.Label("", name="hint", elided_text=True)
            self.end_button = ui.Button("End", name="small", width=44, clicked_fn=spare.end)
        self._row.set_tooltip(
            "A process with Isaac Lab loaded, so that the next step starts at once.\n"
            "It ends by itself when it is not used for a quarter of an hour, or when memory gets scarce."
        )

    @property
    def shown(self) -> bool:
        """Whether it takes space."""
        return self._row.visible

    def refresh(self) -> None:
        """Show what there is; call it a few times a second."""
        memory = self._spare.memory
        self._row.visible = memory > 0
        text = f"Worker ready, {memory / 1e9:.1f} GB" if self._spare.ready else "Worker is loading"
        if self.label.text != text:
            self.label.text = text
