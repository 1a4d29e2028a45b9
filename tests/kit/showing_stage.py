# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A stage that shows what it is asked for as plain colours: red is the sample, green its source's."""

import time

import numpy as np

from isaaclab_mimic_core.events import PhaseStarted, StageFinished
from isaaclab_mimic_core.picture import Picture
from isaaclab_mimic_core.stages.stage import Stage

STEP_DT = 0.05


def start(**options) -> "ShowingStage":
    """Build it as `stages.rendering.strips.start` does its own."""
    return ShowingStage()


class ShowingStage(Stage):
    """Answers `show`, `watch` and `view` as the stage that draws recorded states; refuses demonstration `demo_2`."""

    name = "showing"

    def __init__(self) -> None:
        super().__init__()
        self._moments: list[dict] = []
        self._cameras: list[dict] = []
        self._is_new = False

    @property
    def due(self) -> float:
        return time.monotonic() + 0.02

    def run(self):
        yield [PhaseStarted("Opening the simulation")]
        while not self._stopping:
            yield []
        return [StageFinished(self.name, "stopped")]

    @property
    def _refuses(self) -> bool:
        return any(moment["demo"] == "demo_2" for moment in self._moments)

    def snapshot(self) -> dict:
        told = super().snapshot() | {"url": None, "step_dt": STEP_DT}
        if self._refuses:
            return told | {"shown": [], "not_shown": "demo_2: has no states"}
        if not self._moments:
            return told
        return told | {"shown": self._moments, "watched": self._watched()}

    def picture(self) -> Picture | None:
        if not self._is_new or not self._cameras or not self._moments or self._refuses:
            return None
        self._is_new = False
        images = []
        for number, camera in enumerate(self._cameras):
            image = np.zeros((camera["height"], camera["width"], 4), np.uint8)
            image[..., number], image[..., 3] = 100 + self._moments[number]["row"], 255
            images.append(image)
        return Picture(self._watched() | {"cameras": self._cameras}, images)

    def _watched(self) -> dict:
        pose = [[1.0, 0.0, 0.0, 0.01 * self._moments[0]["row"]], [0, 1, 0, 0.0], [0, 0, 1, 0.2], [0, 0, 0, 1]]
        poses = {"eefs": {"arm": pose}, "objects": {"cube": pose}}
        return {"env": 0, "origin": [0.0] * 3, "facing": 0.0, "openings": {}, **poses}

    def _request(self, name: str, **arguments) -> None:
        self._is_new = True
        if name == "show":
            self._moments = arguments["moments"]
        elif name == "view":
            self._cameras = arguments["cameras"]
