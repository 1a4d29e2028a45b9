# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A stage that updates the application in the middle of its steps, as Isaac Lab does inside Isaac Sim."""

from counting_stage import CountingStage


class PumpingStage(CountingStage):
    """Counts how deep its steps are nested, and sees whether physics is left to it."""

    deepest = 0
    played: set = set()

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self._depth = 0
        self._pump()

    def _advance(self):
        self._depth += 1
        PumpingStage.deepest = max(PumpingStage.deepest, self._depth)
        try:
            self._pump()
            return super()._advance()
        finally:
            self._depth -= 1

    def close(self) -> None:
        assert self._depth == 0, "closed in the middle of a step"
        super().close()

    def _pump(self) -> None:
        import carb.settings
        import omni.kit.app

        settings = carb.settings.get_settings()
        PumpingStage.played.add(settings.get("/app/player/playSimulations"))
        settings.set("/app/player/playSimulations", True)  # as PhysxManager.initialize leaves it
        for _ in range(2):
            omni.kit.app.get_app().update()
