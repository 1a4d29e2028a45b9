# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One cell per environment: how far its attempt is, and how the one before ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import omni.ui as ui

from isaaclab_mimic_core.outcomes import AttemptOutcome

from ..running.subtask_names import NO_NAMES, SubtaskNames
from . import style

_MOST = 256
"""More cells than that cannot be told apart, and each costs a little in every frame."""


class EnvGrid:
    """Builds into the current container.

    Args:
        on_chosen: Called with the environment whose cell was clicked.
        chosen: The one that is chosen from the start; -1: none.
    """

    def __init__(self, on_chosen: Callable[[int], None], chosen: int = -1) -> None:
        self._on_chosen = on_chosen
        self._cells: list[tuple[ui.Rectangle, ui.Label, ui.ZStack]] = []
        self._told: list[tuple] = []
        self._shown: tuple[Sequence[Sequence[int]], dict[int, AttemptOutcome], SubtaskNames] = (), {}, NO_NAMES
        self.chosen = chosen
        self._frame = ui.Frame(height=0)

    @property
    def cells(self) -> list[ui.ZStack]:
        return [cell for _, _, cell in self._cells]

    def show(
        self,
        subtasks: Sequence[Sequence[int]],
        last: dict[int, AttemptOutcome],
        names: SubtaskNames,
    ) -> None:
        """Bring the cells up to date.

        Args:
            subtasks: (num_envs, num_eefs) the subtask that each end effector is in.
            last: Environment -> how its last attempt ended.
            names: What subtasks are called.
        """
        self._shown = subtasks, last, names
        count = min(len(subtasks), _MOST)
        if count != len(self._cells):
            self._build(count, len(subtasks))
        for index in range(count):
            ended = last.get(index)
            text = " ".join(str(subtask + 1) for subtask in subtasks[index])
            how = "cell" if ended is None else "cell_good" if ended.success else "cell_bad"
            told = (text, how, index == self.chosen, ended and (ended.attempt, ended.cause))
            if self._told[index] == told:
                continue
            self._told[index] = told
            rectangle, label, cell = self._cells[index]
            rectangle.name = how + ("_chosen" if index == self.chosen else "")
            label.text = text
            was = "none yet" if ended is None else "saved" if ended.success else ended.cause.label
            where = f" in: {names.title(ended.subtask)}" if ended is not None and ended.subtask else ""
            now = [names.title(f"{eef}/{subtask}") for eef, subtask in zip(names.by_eef, subtasks[index], strict=False)]
            cell.set_tooltip(
                f"Environment {index}: {' and '.join(now) or text}; the attempt before: {was}{where}. Click to look."
            )

    def _build(self, count: int, all_of_them: int) -> None:
        self._cells = []
        self._told = [()] * count
        with self._frame, ui.VStack(height=0, spacing=2):
            with ui.VGrid(column_width=style.CELL + 3, row_height=style.CELL + 3, height=0):
                for index in range(count):
                    with ui.HStack(), ui.VStack():
                        cell = ui.ZStack(width=style.CELL, height=style.CELL)
                        with cell:
                            rectangle = ui.Rectangle(name="cell")
                            label = ui.Label("", name="cell", alignment=ui.Alignment.CENTER)
                        cell.set_mouse_pressed_fn(
                            lambda x, y, button, modifier, index=index: self._choose(index) if button == 0 else None
                        )
                    self._cells.append((rectangle, label, cell))
            if count < all_of_them:
                ui.Label(f"The first {count} of {all_of_them} environments.", name="hint", height=0)

    def _choose(self, index: int) -> None:
        self.chosen = -1 if index == self.chosen else index
        # A click is answered at once, not when numbers are next brought up to date.
        self.show(*self._shown)
        self._on_chosen(self.chosen)
