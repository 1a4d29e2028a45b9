# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A counting stage with the snapshot of a recording while a person drives."""

from counting_stage import CountingStage


class DrivenStage(CountingStage):
    """Somebody is in the middle of a demonstration from the third step on, and never ends it.

    The snapshot says what the axes of driving follow, and where the view looks.
    """

    _heading: float | None = None
    _orientation = "view"

    def __init__(self, output: str, **others) -> None:
        super().__init__(output, num_demos=0, steps_per_demo=1_000_000, period=0.02)

    def snapshot(self) -> dict:
        steps = max(0, self._steps - 3)
        return super().snapshot() | {
            "teleop_device": "keyboard",
            "live": True,
            "waiting": not steps,
            "steps": steps,
            "seconds": 12.0,
            "url": None,
            "readings": {"orientation": self._orientation, "deflection": [0.0] * 6},
            "heading": self._heading,
        }

    def _request(self, name: str, **arguments) -> None:
        if name == "heading":
            self._heading = arguments["heading"]
        elif name == "orientation":
            self._orientation = arguments["orientation"]
        elif name not in ("watch", "view"):
            super()._request(name, **arguments)
