# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A headset, through Isaac Lab Teleop: the end effectors follow the operator's hands.

Robots with grippers are driven by our own pipeline (`pipeline.py`), with absolute or relative actions. Robots with
other hands are driven by the pipeline in the task's configuration (`isaac_teleop`), with local assets by ours if their
class says how the hands are turned: it opens and closes each as a whole.

Each poll reads one frame of the session, and the robot follows the last frame read. A replayed session has the same
frames, so it gives the same actions.
"""

import contextlib
import copy
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import isaaclab.utils.math as math_utils
import numpy as np
import torch

from ...envs import BatchedEnv
from ...errors import DeviceError, TaskError
from ...sim.host import inside_isaac_sim
from ..device import PAUSE, RESET, RESUME, STOP, TeleopDevice
from ..grip import Grip
from .session import cloudxr_profile, count_frames, find_runtime

if TYPE_CHECKING:
    from . import XrSettings

_RETRY = 1.0
"""Time between two attempts to find a headset that is not connected [s]."""
_MESSAGE_ROOM = 300
"""Most characters of a line shown in the headset; a message must stay below 900 bytes."""
_NO_HEADSET = "-35"
"""OpenXR's XR_ERROR_FORM_FACTOR_UNAVAILABLE, as Isaac Teleop's error text has it."""
_FOLLOWS = ("nothing", "controller", "hand")


class Xr(TeleopDevice):
    """Follows motion controllers or bare hands.

    Args:
        env: The environments.
        settings: An `XrSettings`.

    Raises:
        DeviceError: No session can be opened here.
        TaskError: The robot's hands are no grippers, and the task's configuration has no `isaac_teleop`.
    """

    name = "xr"
    waits_for_start = True

    def __init__(self, env: BatchedEnv, settings: "XrSettings"):
        super().__init__()
        self._env, self._settings = env, settings
        self._sides = _sides(env)
        self._frames_left = count_frames(settings.mcap_replay) if settings.mcap_replay else -1
        self._profile = None if settings.mcap_replay else find_runtime(settings.cloudxr)
        self._bridge = inside_isaac_sim() and not settings.mcap_replay
        self._parts = 0
        # The session's space is the world; targets are in the environment's frame.
        self._env_T_world = np.eye(4, dtype=np.float32)
        self._env_T_world[:3, 3] = -env.env.scene.env_origins[0].cpu().numpy()
        with torch.inference_mode(False):
            self._target = torch.eye(4, device=env.device).repeat(env.num_envs, len(env.eef_names), 1, 1)
        self._grip = Grip(env, 1.0 / (settings.step_hz or 1.0 / env.step_dt)) if self._sides else None
        self._closed = [False] * len(self._sides)
        self._action: torch.Tensor | None = None
        self._follows = [0] * len(self._sides)
        self._touched = self._running = self._own_reset = self._over = False
        self._trouble, self._retry_at = "", 0.0
        self._message: dict | None = None
        self._teleop: Any = None
        self._open()

    # -- for the stage

    def begin(self, env_ids: torch.Tensor, numbers: torch.Tensor) -> None:
        self._target[env_ids] = self._env.eef_pose()[env_ids]
        self._closed = [False] * len(self._sides)
        if self._grip:
            self._grip.reset()
        # Reset the retargeters, and pause a running session until the operator starts it again. A session that does not
        # run is not paused: that would discard a start in the same frame. Unless the operator has just pressed reset,
        # the next frame reports a reset of our own, which must not count as the operator's.
        self._own_reset = not self._teleop.last_control_events.should_reset
        self._teleop.reset(pause=self._running)
        self._touched = self._running = False

    def halt(self) -> None:
        self._target[:] = self._env.eef_pose()

    def poll(self) -> None:
        if self._frames_left == 0:
            self._frames_left, self._over = -1, True
            self._trouble, self._retry_at = "The recorded session is over.", float("inf")
            self.ask(STOP)
        if time.monotonic() < self._retry_at:
            return
        try:
            action = self._teleop.advance(self._env_T_world if self._sides else None)
        except RuntimeError as error:
            self._lose(_explain(error))
            return
        if action is None:
            self._lose("Start AR in Isaac Sim and connect the headset." if self._bridge else "The headset is gone.")
            return
        self._trouble = ""
        self._frames_left -= self._frames_left > 0
        self._take(action)
        self._take_events()

    def action(self) -> torch.Tensor:
        if self._grip:
            return self._env.target_to_action(self._target, self._grip.step(self._closed))
        if self._action is None:
            here = self._env.eef_pose()
            return self._env.target_to_action(here, here.new_zeros(*here.shape[:2], self._env.gripper_dim))
        return self._action.to(self._env.device).expand(self._env.num_envs, -1)

    @property
    def connected(self) -> bool:
        return not self._trouble

    @property
    def trouble(self) -> str:
        return self._trouble

    @property
    def over(self) -> bool:
        return self._over

    @property
    def active(self) -> bool:
        return self._touched

    def key(self, name: str, pressed: bool, at: float) -> None:
        super().key(name, pressed, at)
        if pressed and name == "SPACE":
            # For headset clients without buttons, and for a second person at the keyboard.
            (self._teleop.request_stop if self._running else self._teleop.request_start)()

    def show(self, instructions: dict[str, tuple[str, str]]) -> None:
        prefix = len(instructions) > 1
        now = [f"{eef}: {told[0]}" if prefix else told[0] for eef, told in instructions.items()]
        then = [f"{eef}: {told[1]}" if prefix else told[1] for eef, told in instructions.items() if told[1]]
        title = "; ".join(now)[:_MESSAGE_ROOM]
        summary = f"Next: {'; '.join(then)}"[:_MESSAGE_ROOM] if then else ""
        notice = {"level": "info", "title": title, "summary": summary, "items": []}
        self._message = {"type": "system_notice", "message": notice}
        self._teleop.send_client_message(self._message)
        if self._bridge:
            # Show it in Isaac Lab's panel in the scene, too; Isaac Lab says so itself if the panel is missing.
            from isaaclab_mimic.ui.instruction_display import InstructionDisplay

            InstructionDisplay(xr=True).show_subtask(f"{title}\n{summary}")

    def readings(self) -> dict:
        shown: dict[str, Any] = {"session": self._trouble or ("running" if self._running else "waiting for start")}
        for index, (side, follows) in enumerate(zip(self._sides, self._follows, strict=True)):
            shown[side] = {
                "follows": _FOLLOWS[follows],
                "position": [round(value, 3) for value in self._target[0, index, :3, 3].tolist()],
                "closed": self._closed[index],
            }
        return shown

    def help(self) -> list[tuple[str, str]]:
        return [
            ("start (headset)", "begin, go on"),
            ("stop (headset)", "pause"),
            ("reset (headset)", "discard and start again"),
            ("trigger, or pinch", "close the gripper"),
            ("SPACE", "start or stop, from the keyboard"),
        ]

    def close(self) -> None:
        if self._teleop is not None:
            teleop, self._teleop = self._teleop, None
            teleop.__exit__(None, None, None)

    # -- the session

    def _open(self, again: bool = False) -> None:
        """Open a session. If no headset is connected, `poll` tries again.

        Args:
            again: There was a session before: let `poll` try again after any error.

        Raises:
            DeviceError: No session can be opened, for another reason than a missing headset.
        """
        from isaaclab_teleop import create_isaac_teleop_device

        if self._profile is None and "NV_CXR_RUNTIME_DIR" not in os.environ:
            # Isaac Teleop checks CloudXR's environment variables, which other runtimes do not set.
            os.environ.setdefault("ISAAC_TELEOP_DISABLE_CXR_ENV_CHECKS", "1")
        self._teleop = create_isaac_teleop_device(
            _teleop_cfg(self._env, self._sides, exact=bool(self._sides or self._settings.mcap_replay)),
            sim_device="cpu" if self._sides else str(self._env.device),
            cloudxr_env_file=cloudxr_profile(self._profile) if self._profile else None,
            use_kit_xr_bridge=self._bridge,
            mcap_record_path=_part(self._settings.mcap_record, self._parts),
            mcap_replay_path=self._settings.mcap_replay or None,
        )
        if self._message:
            self._teleop.send_client_message(self._message)
        try:
            self._teleop.__enter__()
        except RuntimeError as error:
            if not again and _NO_HEADSET not in str(error):
                with contextlib.suppress(RuntimeError):
                    self.close()
                raise DeviceError(f"no XR session can be opened: {error}", where="--teleop-device xr") from error
            self._lose(_explain(error))

    def _lose(self, trouble: str) -> None:
        """Pause because the session is lost; once there is one again, the operator has to press start."""
        # Keep the first reason: the errors of later attempts to connect say less.
        self._trouble = self._trouble or trouble
        self._retry_at = 0.0 if self._bridge else time.monotonic() + _RETRY
        if not self._touched:
            return
        self._touched = False
        if self._running:
            self._running = False
            self.ask(PAUSE)
        if self._settings.mcap_record:
            # A new session in the same file would overwrite the recording, so record into another file.
            self._parts += 1
            self.close()
            self._open(again=True)
        else:
            self._teleop.request_stop()

    def _take(self, action: torch.Tensor) -> None:
        """Set targets and grippers from the commands of a frame."""
        if not self._sides:
            self._action = action
            self._touched = True
            return
        commands = action.reshape(len(self._sides), -1)
        values = commands.tolist()
        self._follows = [int(row[8]) for row in values]
        rows = [index for index, follows in enumerate(self._follows) if follows]
        if rows:
            self._touched = True
            commands = commands[rows].to(self._env.device)
            rotation = math_utils.matrix_from_quat(commands[:, 3:7])
            self._target[:, rows] = math_utils.make_pose(commands[:, :3], rotation)
            for row in rows:
                self._closed[row] = values[row][7] <= 0.0

    def _take_events(self) -> None:
        """Turn the operator's start, stop and reset into requests."""
        events = self._teleop.last_control_events
        running = bool(events.is_active)
        if events.should_reset and not self._own_reset:
            self._running = running
            self.ask(RESET)
            return
        if events.should_reset:
            self._own_reset = False
        if running != self._running:
            self._running = running
            self.ask(RESUME if running else PAUSE)


def _sides(env: BatchedEnv) -> tuple[str, ...]:
    """Return which hand drives each end effector; empty if the task's own pipeline drives the robot."""
    if env.gripper_dim != 1:
        local = env.info.get("assets") == "local"
        return env.eef_names if local and env.wrist_turns else ()
    if len(env.eef_names) == 1:
        return ("right",)
    return tuple("left" if "left" in name else "right" for name in env.eef_names)


def _teleop_cfg(env: BatchedEnv, sides: tuple[str, ...], exact: bool) -> Any:
    """Return Isaac Lab Teleop's configuration for an environment's task."""
    from isaaclab_teleop import IsaacTeleopCfg, XrCfg
    from isaacteleop.teleop_session_manager import RetargetingExecutionConfig

    from .pipeline import pipeline_for

    given = getattr(env.cfg, "isaac_teleop", None)
    if sides:
        place = given.xr_cfg if given else getattr(env.cfg, "xr", None) or XrCfg()
        cfg = IsaacTeleopCfg(pipeline_builder=pipeline_for(sides, env.wrist_turns), xr_cfg=place)
    elif given is None:
        raise TaskError("its configuration says nothing about XR (isaac_teleop)", where=env.info["task"])
    else:
        cfg = copy.copy(given)
    if exact:
        # Compute each frame's action at once. Isaac Lab's default computes it in parallel and returns it a frame later.
        cfg.retargeting_execution = RetargetingExecutionConfig(mode="sync")
    return cfg


def _part(path: str, number: int) -> str | None:
    """Return the file to record into: after a lost session, a numbered one beside the first."""
    if not path or not number:
        return path or None
    whole = Path(path)
    return str(whole.with_name(f"{whole.stem}-{number + 1}{whole.suffix}"))


def _explain(error: RuntimeError) -> str:
    if _NO_HEADSET in str(error):
        return "No headset is connected to the OpenXR runtime."
    return f"The XR session has ended ({error})."
