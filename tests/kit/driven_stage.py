# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A counting stage with the snapshot of a recording while a person drives."""

from counting_stage import CountingStage


class DrivenStage(CountingStage):
    """Somebody is in the middle of a demonstration from the third step on, and never ends it."""

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
        }
