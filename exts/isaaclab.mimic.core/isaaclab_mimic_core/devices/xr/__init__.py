# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A headset and its controllers or hands, through Isaac Teleop."""

from dataclasses import dataclass

from ...errors import OptionError
from ...option import Role, option
from ..folder import device_in
from ..settings import LiveSettings

DEVICE = device_in(
    __name__,
    "Headset",
    device="device:Xr",
    settings="XrSettings",
    check="session:check_xr",
    shows_scene=True,
    start="Press Record: it starts the session; put the headset on, and begin with its start button.",
    doctor="session:state",
    state="session:state",
    around="application:application_for_xr",
)


@dataclass(frozen=True)
class XrSettings(LiveSettings):
    """The headset's session."""

    mcap_record: str = option("", label="Record the session into", role=Role.OUTPUT_FILE, suffixes=(".mcap",))
    """Record the headset's session into this MCAP file, to be replayed without a headset."""
    mcap_replay: str = option("", label="Replay a session", role=Role.INPUT_FILE, suffixes=(".mcap",))
    """Replay this recorded session."""
    cloudxr: str = option("auto", label="CloudXR")
    """How CloudXR is started: auto (if there is no other OpenXR runtime), none, quest, vision-pro, or a file of its
    settings."""
    overwrite: bool = False
    """Replace the file of a session that is there."""

    def check(self) -> None:
        super().check()
        if self.mcap_record and self.mcap_replay:
            raise OptionError("a session is either recorded or replayed", where="--mcap-replay")
