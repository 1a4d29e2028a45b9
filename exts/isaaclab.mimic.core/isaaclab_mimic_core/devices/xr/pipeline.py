# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Isaac Teleop pipeline from a headset to grippers, and to hands with fingers that only open and close.

For each side it returns the end effector's target pose, the gripper command, and which input gave them. A tracked
motion controller comes first, then the tracked bare hand. While neither is tracked, the command stays as it was: a hand
that leaves the headset's view does not move the robot or open the gripper.

The settings are Isaac Lab's. Controllers: its Franka pipeline
(isaaclab_tasks.contrib.stack.config.franka.stack_ik_abs_env_cfg). Hands: its Franka hand tracking before 3.0, in which
the gripper points down and turns about the vertical with the hand. Hands with fingers: its GR1T2 pipeline
(isaaclab_tasks.contrib.pick_place.pickplace_gr1t2_env_cfg), in which they are turned as the operator's. It takes no
controllers; how one lies in a hand is said by the OpenXR specification, 6.3.2 (grip pose) and 12.32 (wrist).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from isaacteleop.retargeters import GripperRetargeter, GripperRetargeterConfig, Se3AbsRetargeter, Se3RetargeterConfig
from isaacteleop.retargeting_engine.deviceio_source_nodes import ControllersSource, HandsSource
from isaacteleop.retargeting_engine.interface import BaseRetargeter, OutputCombiner, ValueInput
from isaacteleop.retargeting_engine.interface.tensor_group_type import OptionalType, TensorGroupType
from isaacteleop.retargeting_engine.tensor_types import (
    ControllerInput,
    ControllerInputIndex,
    DLDataType,
    FloatType,
    HandInput,
    HandInputIndex,
    HandJointIndex,
    NDArrayType,
    TransformMatrix,
)
from scipy.spatial.transform import Rotation

NOTHING, CONTROLLER, HAND = 0, 1, 2
"""What a side follows."""
WIDTH = 9
"""Numbers for each side: position [m], quaternion (xyzw), gripper (1 open, -1 closed), what it follows."""

_WRIST_IN_GRIP = {
    "left": ((0.0, -1.0, 0.0), (0.0, 0.0, 1.0), (-1.0, 0.0, 0.0)),
    "right": ((0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)),
}
"""Rotation of the wrist in the frame of a controller's grip; rows are the grip's axes in the wrist's frame."""

_ANCHOR = "world_T_anchor"
"""Name of the pipeline input with the pose of the headset's space in the world, as Isaac Lab Teleop has it."""


def pipeline_for(
    sides: Sequence[str], turns: Mapping[str, tuple[float, float, float]] | None = None
) -> Callable[[], Any]:
    """Return a value for `IsaacTeleopCfg.pipeline_builder`; the pipeline's action has `WIDTH` numbers for each side.

    Args:
        sides: `left` or `right`, in the order of the end effectors.
        turns: Side -> how a hand with fingers is turned from the wrist (`BatchedEnv.wrist_turns`) [deg]. Without it
            they are grippers.
    """

    def build() -> Any:
        controllers, hands = ControllersSource(name="controllers"), HandsSource(name="hands")
        anchor = ValueInput(_ANCHOR, TransformMatrix()).output(ValueInput.VALUE)
        controllers, hands = controllers.transformed(anchor), hands.transformed(anchor)
        inputs: dict[str, Any] = {}
        for side in sides:
            controller, hand = f"controller_{side}", f"hand_{side}"
            sources = {controller: controllers.output(controller), hand: hands.output(hand)}
            settings = (
                _gripper_poses(controller, hand) if not turns else _hand_poses(controller, hand, side, turns[side])
            )
            by_controller, by_hand = (
                Se3AbsRetargeter(each, name=f"by_{each.input_device}").connect(
                    {each.input_device: sources[each.input_device]}
                )
                for each in settings
            )
            gripper = GripperRetargeter(GripperRetargeterConfig(hand_side=side), name=f"gripper_{side}")
            inputs |= {
                **sources,
                f"by_{controller}": by_controller.output("ee_pose"),
                f"by_{hand}": by_hand.output("ee_pose"),
                f"gripper_{side}": gripper.connect(sources).output("gripper_command"),
            }
        follow = Follow(sides).connect(inputs)
        return OutputCombiner({"action": follow.output("command")})

    return build


def _gripper_poses(controller: str, hand: str) -> tuple[Se3RetargeterConfig, Se3RetargeterConfig]:
    """Return how a controller and a bare hand move a gripper."""
    return (
        Se3RetargeterConfig(
            input_device=controller, zero_out_xy_rotation=False, use_wrist_position=False, target_offset_roll=90.0
        ),
        Se3RetargeterConfig(input_device=hand, zero_out_xy_rotation=True, use_wrist_position=True),
    )


def _hand_poses(
    controller: str, hand: str, side: str, turn: tuple[float, float, float]
) -> tuple[Se3RetargeterConfig, Se3RetargeterConfig]:
    """Return how a controller and a bare hand move a hand with fingers."""
    from_wrist = Rotation.from_euler("XYZ", turn, degrees=True)
    from_grip = Rotation.from_matrix(_WRIST_IN_GRIP[side]) * from_wrist
    return _turned(controller, from_grip), _turned(hand, from_wrist)


def _turned(device: str, rotation: Rotation) -> Se3RetargeterConfig:
    roll, pitch, yaw = rotation.as_euler("XYZ", degrees=True).tolist()
    return Se3RetargeterConfig(
        input_device=device,
        zero_out_xy_rotation=False,
        use_wrist_rotation=True,
        use_wrist_position=True,
        target_offset_roll=roll,
        target_offset_pitch=pitch,
        target_offset_yaw=yaw,
    )


class Follow(BaseRetargeter):
    """Follows what is tracked on each side; keeps the last command while nothing is."""

    def __init__(self, sides: Sequence[str]):
        self._sides = tuple(sides)
        self._commands = np.zeros((len(self._sides), WIDTH), dtype=np.float32)
        self._commands[:, 6:8] = 1.0
        super().__init__(name="follow")

    def input_spec(self) -> dict:
        pose = TensorGroupType("ee_pose", [_floats("pose", 7)])
        spec: dict[str, Any] = {}
        for side in self._sides:
            spec |= {
                f"controller_{side}": OptionalType(ControllerInput()),
                f"hand_{side}": OptionalType(HandInput()),
                f"by_controller_{side}": pose,
                f"by_hand_{side}": pose,
                f"gripper_{side}": TensorGroupType("gripper_command", [FloatType("command")]),
            }
        return spec

    def output_spec(self) -> dict:
        return {"command": TensorGroupType("command", [_floats("command", WIDTH * len(self._sides))])}

    def _compute_fn(self, inputs: Any, outputs: Any, context: Any) -> None:
        for side, command in zip(self._sides, self._commands, strict=True):
            follows = _tracked(inputs[f"controller_{side}"], inputs[f"hand_{side}"])
            command[8] = follows
            if follows != NOTHING:
                pose = inputs[f"by_controller_{side}" if follows == CONTROLLER else f"by_hand_{side}"]
                command[:7] = np.from_dlpack(pose[0])
                command[7] = float(inputs[f"gripper_{side}"][0])
        outputs["command"][0] = self._commands.reshape(-1).copy()


def _tracked(controller: Any, hand: Any) -> int:
    if not controller.is_none:
        # An idle controller reports no pose, but its trigger still decides the gripper, so do not follow the hand.
        return CONTROLLER if bool(controller[ControllerInputIndex.GRIP_IS_VALID]) else NOTHING
    if not hand.is_none and bool(np.from_dlpack(hand[HandInputIndex.JOINT_VALID])[HandJointIndex.WRIST]):
        return HAND
    return NOTHING


def _floats(name: str, count: int) -> NDArrayType:
    return NDArrayType(name, shape=(count,), dtype=DLDataType.FLOAT, dtype_bits=32)
