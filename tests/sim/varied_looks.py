# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How each setting of visual randomisation changes the stack task's pictures, as JSON; a process of its own.

Of each setting: for each camera the part of pixels that it changes, and by how much their mean changes [of 255]. All
other settings are in the same file, at the values that change nothing.
"""

import copy
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.learning.perturb import VARIANTS
from isaaclab_mimic_core.sim.rendering.appearance import Appearance
from isaaclab_mimic_core.sim.rendering.randomization import Randomization, Take, read_randomization
from isaaclab_mimic_core.stages.replay.recorded import RecordedStates
from isaaclab_mimic_core.tasks.open_env import open_env

SAMPLE = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"
TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0"
CAMERAS = ("table_cam", "wrist_cam")
ONES, ZEROS = [1.0, 1.0], [0.0, 0.0]
AXES = ("x", "y", "z", "roll", "pitch", "yaw")


def color(value: list[float], **more: str) -> dict[str, Any]:
    return {**dict.fromkeys("rgb", value), **more}


NEUTRAL: dict[str, Any] = {
    "distant_light": {"azimuth": ZEROS, "elevation": ZEROS, "intensity": ONES, "color": color(ONES)},
    "dome_light": {"intensity": ONES, "color": color(ONES)},
    "background": {"color": color([0.933, 0.933])},
    "materials": {
        "robot|table|cube_.": {
            "color": color(ONES, operation="scale"),
            "roughness": ONES,
            "texture": {"patterns": ["noise"], "scale": [0.06, 0.06], "rotation": [0.3, 0.3], "contrast": ZEROS},
        }
    },
    "cameras": {".*": {"pose_range": dict.fromkeys(AXES, ZEROS), "focal_length": ONES}},
    "images": {".*": {"exposure": ZEROS, "noise": ZEROS}},
}
MATERIAL = ("materials", "robot|table|cube_.")
TEXTURE = {"patterns": ["checker"], "scale": [0.06, 0.06], "rotation": ZEROS, "contrast": [0.5, 0.5]}
CHANGES: dict[str, tuple[tuple[str, ...], Any]] = {
    "azimuth": (("distant_light", "azimuth"), [2.0, 2.0]),
    "elevation": (("distant_light", "elevation"), [0.5, 0.5]),
    "light intensity": (("distant_light", "intensity"), [1.3, 1.3]),
    "light color": (("distant_light", "color"), {"r": ONES, "g": ONES, "b": [0.3, 0.3]}),
    "dome intensity": (("dome_light", "intensity"), [2.0, 2.0]),
    "dome color": (("dome_light", "color"), {"r": [2.0, 2.0], "g": ONES, "b": ONES}),
    "background": (("background", "color"), color([0.2, 0.2])),
    "material color": ((*MATERIAL, "color"), color([0.2, 0.2])),
    "scaled material color": ((*MATERIAL, "color"), color([0.5, 0.5], operation="scale")),
    "roughness": ((*MATERIAL, "roughness"), [0.4, 0.4]),
    "checker": ((*MATERIAL, "texture"), TEXTURE),
    "noise texture": ((*MATERIAL, "texture"), {**TEXTURE, "patterns": ["noise"]}),
    "wood": ((*MATERIAL, "texture"), {**TEXTURE, "patterns": ["wood"]}),
    "texture scale": ((*MATERIAL, "texture"), {**TEXTURE, "scale": [0.03, 0.03]}),
    "texture rotation": ((*MATERIAL, "texture"), {**TEXTURE, "rotation": [0.5, 0.5]}),
    "texture contrast": ((*MATERIAL, "texture"), {**TEXTURE, "contrast": ONES}),
    "texture color": ((*MATERIAL, "texture"), {**TEXTURE, "color": color([0.9, 0.9])}),
    **{f"pose {axis}": (("cameras", ".*", "pose_range", axis), [0.05, 0.05]) for axis in AXES},
    "focal length": (("cameras", ".*", "focal_length"), [1.2, 1.2]),
    "exposure": (("images", ".*", "exposure"), [0.5, 0.5]),
    "image noise": (("images", ".*", "noise"), [5.0, 5.0]),
}
OF_CHECKER = ("texture scale", "texture rotation", "texture contrast", "texture color")
"""What has no effect without a texture is compared with the checker."""


def changed(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    settings = copy.deepcopy(NEUTRAL)
    inner = settings
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return settings


def small(cfg: Any) -> None:
    for camera in CAMERAS:
        getattr(cfg.scene, camera).height = getattr(cfg.scene, camera).width = 64


def main(folder: Path) -> None:
    with DatasetReader(SAMPLE) as reader:
        episode = reader.read(reader.episode_names[0])
    middle = int(0.6 * len(episode.data["actions"]))
    with open_env(TASK, 2, device="cpu", physics="ovphysx", assets="local", configure=small) as env:
        everyone = torch.arange(2)
        with torch.inference_mode():
            env.reset(everyone, everyone)
            RecordedStates(episode, env).show(torch.tensor([0, middle]))

            def shown(ranges: Randomization) -> Appearance:
                look = Appearance(env.env, ranges)
                look.show(Take.of(1, 0, 0, torch.tensor([0, middle])), everyone)
                return look

            def seen(settings: dict[str, Any] | None) -> dict[str, np.ndarray]:
                if settings is not None:
                    file = folder / "look.yaml"
                    file.write_text(yaml.safe_dump(settings, sort_keys=False))
                    shown(read_randomization(str(file)))
                pictures = {}
                for camera in CAMERAS:
                    sensor = env.env.scene[camera]
                    sensor.update(0.0, force_recompute=True)
                    pictures[camera] = sensor.data.output["rgb"].torch.numpy().astype(int)
                return pictures

            plain = seen(None)
            found = {"neutral": compared(seen(NEUTRAL), plain)}
            checker = seen(changed(*CHANGES["checker"]))
            for name, change in CHANGES.items():
                found[name] = compared(seen(changed(*change)), checker if name in OF_CHECKER else plain)
            found["neutral again"] = compared(seen(NEUTRAL), plain)
            for variant in VARIANTS:
                if variant.looks is not None:
                    look = shown(variant.looks)
                    found[f"perturbed: {variant.name}"] = compared(seen(None), plain)
                    look.remove()
                    found[f"undone: {variant.name}"] = compared(seen(None), plain)
            sky = plain["table_cam"] == round(0.933 * 255)
    print(json.dumps({**found, "sky": float(sky.all(axis=-1).mean())}))


def compared(ours: dict[str, np.ndarray], others: dict[str, np.ndarray]) -> dict[str, list[float]]:
    apart = {camera: ours[camera] - others[camera] for camera in CAMERAS}
    return {
        camera: [float((d != 0).any(axis=-1).mean()), float(d.mean()), float(d.std())] for camera, d in apart.items()
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
