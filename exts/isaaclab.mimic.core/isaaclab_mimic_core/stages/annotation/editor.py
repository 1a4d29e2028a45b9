# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Edit the marks of one demonstration: marks, playhead and selection."""

from collections.abc import Callable, Mapping
from typing import Any

from .marking import Marking, MarkRefused, Slot
from .playhead import Playhead


class MarkEditor:
    """Carries out a person's requests on one demonstration.

    Args:
        marking: The demonstration's marks.
        playhead: The position of its playback.
    """

    def __init__(self, marking: Marking, playhead: Playhead):
        self.marking = marking
        self.playhead = playhead
        self._given = marking.marks()
        self._eef = 0
        self._selected: int | None = None
        self._requests: dict[str, Callable[..., None]] = {
            "play": self._play,
            "pause": playhead.pause,
            "toggle": self._toggle,
            "step": lambda by=1: self._scrub(playhead.row + int(by)),
            "scrub": self._scrub,
            "speed": lambda times: playhead.set_speed(playhead.speed * float(times)),
            "mark": self._mark,
            "remove": self._remove,
            "select": self._select,
            "previous_mark": lambda: self._jump(-1),
            "next_mark": lambda: self._jump(1),
            "undo": self._undo,
            "redo": self._redo,
            "next_eef": self._next_eef,
        }

    @property
    def changed(self) -> bool:
        """Whether the marks differ from those that the editor began with."""
        return self.marking.marks() != self._given

    def restore(self, marks: Mapping[str, int]) -> None:
        """Load marks that an earlier run left unfinished; they count as changes."""
        self.marking = self.marking.with_marks(marks)

    def obey(self, name: str, **arguments: Any) -> None:
        """Carry out a request.

        Raises:
            KeyError: There is no such request.
            MarkRefused: It is not possible; nothing has changed.
        """
        self._requests[name](**arguments)

    def snapshot(self) -> dict:
        """Return the state to show, as plain data."""
        marking, head = self.marking, self.playhead
        return {
            "row": head.row,
            "num_samples": head.num_samples,
            "step_dt": head.step_dt,
            "playing": head.playing,
            "speed": head.speed,
            "eef": self._eef_name,
            "eefs": list(marking.eef_names),
            "marks": [self._shown(index, slot) for index, slot in enumerate(marking.slots)],
            "problems": marking.problems(),
            "complete": marking.complete,
            "can_undo": marking.can_undo,
            "can_redo": marking.can_redo,
        }

    def _shown(self, index: int, slot: Slot) -> dict:
        return {
            "label": slot.label,
            "eef": slot.eef,
            "subtask": slot.subtask,
            "kind": slot.kind,
            "signal": slot.signal,
            "description": slot.description,
            "step": self.marking.steps[index],
            "next": index == self._target(),
            "selected": index == self._selected,
        }

    @property
    def _eef_name(self) -> str | None:
        """The end effector that is being marked; None if the task has no marks."""
        names = self.marking.eef_names
        return names[self._eef] if names else None

    def _target(self) -> int | None:
        """Return the slot that the next mark sets: the selected one, else the first unset one."""
        if self._selected is not None or self._eef_name is None:
            return self._selected
        return self.marking.next_slot(self._eef_name)

    def _play(self) -> None:
        self._selected = None
        self.playhead.play()

    def _toggle(self) -> None:
        self.playhead.pause() if self.playhead.playing else self._play()

    def _scrub(self, to: int) -> None:
        self.playhead.pause()
        self.playhead.move(int(to))

    def _mark(self, label: str | None = None) -> None:
        slot = self._target() if label is None else self.marking.find(label)
        if slot is None:
            whose = self._eef_name or "this task"
            raise MarkRefused(f"all marks of {whose} are set; jump to one to move it, or accept")
        self.marking.place(slot, self.playhead.row)
        self._selected = None

    def _remove(self, label: str | None = None) -> None:
        slot = self._selected if label is None else self.marking.find(label)
        if slot is None:
            raise MarkRefused("no mark is chosen; jump to the one that shall go")
        self.marking.remove(slot)
        self._selected = None

    def _select(self, label: str) -> None:
        slot = self.marking.find(label)
        self._selected, self._eef = slot, self.marking.eef_names.index(self.marking.slots[slot].eef)

    def _jump(self, direction: int) -> None:
        slot = self.marking.neighbour(self.playhead.row, direction)
        if slot is None:
            raise MarkRefused(f"there is no mark {'before' if direction < 0 else 'after'} this sample")
        step = self.marking.steps[slot]
        assert step is not None
        self._scrub(step)
        self._select(self.marking.slots[slot].label)

    def _undo(self) -> None:
        self.marking.undo()
        self._selected = None

    def _redo(self) -> None:
        self.marking.redo()
        self._selected = None

    def _next_eef(self) -> None:
        self._selected = None
        self._eef = (self._eef + 1) % max(len(self.marking.eef_names), 1)
