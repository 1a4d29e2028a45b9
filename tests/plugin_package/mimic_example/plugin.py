# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The specs of robot, device, planner and learner; this imports neither torch nor Isaac Lab."""

from isaaclab_mimic_core.plugins import DeviceSpec, LearnerSpec, PlannerSpec, RobotSpec

ROBOT = RobotSpec(
    "example_arm",
    "My arm",
    batched={"mimic_example.environment:ExampleStackEnv": "mimic_example.parts:ExampleArmEnv"},
    local_assets="mimic_example.parts:use_local_arm",
)
DEVICE = DeviceSpec(
    "example_pad",
    "My pad",
    live=False,
    device="mimic_example.parts:ExamplePad",
    settings="mimic_example.settings:PadSettings",
    check="mimic_example.plugin:check",
    probe="mimic_example.plugin:probe",
    doctor="mimic_example.plugin:examine",
)
PLANNER = PlannerSpec("example_hop", "In one hop", planner="mimic_example.parts:Hop")
LEARNER = LearnerSpec("example_linear", "A linear policy", learner="mimic_example.learner:LinearLearner")


def check(settings, task_id):
    """Refuse what this device does not drive."""
    from isaaclab_mimic_core.errors import DeviceError

    if "Stack" not in task_id:
        raise DeviceError("my pad only stacks", where=task_id)


def probe():
    """Say for `mimic devices` what is plugged in."""
    from isaaclab_mimic_core.devices.listing import Listed

    return [Listed("example_pad", True, "plugged in")]


def examine():
    """Say for `mimic doctor` how it does."""
    from isaaclab_mimic_core.finding import Finding

    return [Finding("example pad", "ok", "plugged in")]
