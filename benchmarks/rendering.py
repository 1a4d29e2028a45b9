# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Time of the rasteriser's images, and their difference from those of Newton's ray caster.

Both renderers draw the visuomotor stack task's two cameras in the same environments, which are set to the states of a
recorded demonstration, from the first to the last, without physics. Milliseconds are processor time per `rgb` image,
without the first frame, in which kernels are compiled. Depth, normals and segmentation are compared in another process,
so that only `rgb` is rendered while time is measured.

    python benchmarks/rendering.py                               # 200 and 84 pixels, 8 environments
    python benchmarks/rendering.py --sizes 84 --num-envs 1 8 64
    python benchmarks/rendering.py --sizes 84 --detail 0         # every triangle
    python benchmarks/rendering.py --pictures FOLDER             # and pictures side by side: ours, Newton's, difference

Prints a line of JSON for every size and number of environments on standard output, and a table on standard error.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0"
CAMERAS = ("table_cam", "wrist_cam")
OTHERS = ("distance_to_image_plane", "normals", "instance_segmentation")
_NEWTON = "_newton"
_FAR_OFF = 16
"""Of 255, in any channel: a pixel that is another colour."""
SAMPLE = Path(__file__).parents[1] / "data" / "franka_stack" / "demos.hdf5"


def measure(
    num_envs: int,
    size: int,
    frames: int,
    device: str,
    others: bool,
    detail: float | None = None,
    pictures: Path | None = None,
) -> dict:
    """Return what both renderers take and how their images differ, by camera; with `others`, not only of colours."""
    import torch

    from isaaclab_mimic_core.datasets import DatasetReader
    from isaaclab_mimic_core.stages.replay.recorded import RecordedStates
    from isaaclab_mimic_core.tasks.open_env import open_env

    with DatasetReader(SAMPLE) as reader:
        episode = reader.read(reader.episode_names[0])
    steps = len(episode.data["actions"])
    with (
        open_env(
            TASK, num_envs, device=device, physics="ovphysx", assets="local", configure=_both(size, others, detail)
        ) as env,
        torch.inference_mode(),
    ):
        everyone = torch.arange(num_envs, device=env.device)
        env.reset(everyone, everyone)
        recorded = RecordedStates(episode, env)
        sensors = {name: env.env.scene[name] for camera in CAMERAS for name in (camera, camera + _NEWTON)}
        times: dict[str, list[float]] = {name: [] for name in sensors}
        found: dict[str, list[dict]] = {camera: [] for camera in CAMERAS}
        samples = []
        for frame in range(-1, frames):
            # The first is drawn for the sake of the compiler.
            rows = (max(frame, 0) * num_envs + everyone) * steps // max(frames * num_envs - 1, 1)
            recorded.show(rows.clamp(max=steps))
            for name, sensor in sensors.items():
                sensor.update(0.0, force_recompute=True)  # the poses, and what is drawn at first
                begin = _clock(device)
                sensor._renderer.render(sensor._render_data)
                times[name].append(1e3 * (_clock(device) - begin) / num_envs)
            images = {
                name: {kind: output.torch.cpu().numpy() for kind, output in sensor.data.output.items()}
                for name, sensor in sensors.items()
            }
            for camera in CAMERAS:
                found[camera].append(differences(images[camera], images[camera + _NEWTON]))
            if frame >= 0:
                samples.append([side_by_side(images[c]["rgb"][0], images[c + _NEWTON]["rgb"][0]) for c in CAMERAS])
        if pictures is not None:
            _save(pictures, size, samples)
    result: dict[str, Any] = {"size": size, "num_envs": num_envs, "frames": frames, "device": device}
    for camera in CAMERAS:
        ours, newton = (statistics.median(times[name][1:]) for name in (camera, camera + _NEWTON))
        worst = {key: max(frame[key] for frame in found[camera]) for key in ("mean_difference", "far_off_percent")}
        result[camera] = {
            "ms": round(ours, 3),
            "newton_ms": round(newton, 3),
            **{key: round(statistics.fmean(frame[key] for frame in found[camera]), 4) for key in found[camera][0]},
            "worst": {key: round(value, 4) for key, value in worst.items()},
        }
    return result


def differences(ours: dict[str, np.ndarray], newton: dict[str, np.ndarray]) -> dict[str, float]:
    """Return how far the images of one camera are from each other, over all environments.

    Depth and normals are compared where both see the same thing: at an edge one of two is seen.
    """
    colors = np.abs(ours["rgb"].astype(int) - newton["rgb"])
    found = {
        "mean_difference": float(colors.mean()),
        "far_off_percent": 100 * float((colors.max(axis=-1) > _FAR_OFF).mean()),
    }
    if "normals" not in ours:
        return found
    same = (ours["instance_segmentation"] == newton["instance_segmentation"]).all(axis=-1)
    here, there = (images["distance_to_image_plane"][..., 0] for images in (ours, newton))
    both = same & (here > 0) & (there > 0)
    depth = np.abs(here - there)[both]
    angle = (ours["normals"] * newton["normals"]).sum(axis=-1)[both].clip(-1, 1)
    return found | {
        "depth_within_1mm_percent": 100 * float((depth < 1e-3).mean()),
        "depth_median_mm": 1e3 * float(np.median(depth)),
        "same_instance_percent": 100 * float(same.mean()),
        "normal_degrees": float(np.degrees(np.arccos(angle)).mean()),
    }


def side_by_side(ours: np.ndarray, newton: np.ndarray) -> np.ndarray:
    """Return ours, Newton's and four times their difference in one picture."""
    apart = np.clip(4 * np.abs(ours.astype(int) - newton), 0, 255)
    return np.concatenate([ours, newton, apart], axis=1).astype(np.uint8)


def _both(size: int, others: bool, detail: float | None) -> Any:
    """Return a function that lets the task's cameras be there twice, drawn by either renderer."""

    def configure(cfg: Any) -> None:
        from isaaclab_newton.renderers import NewtonWarpRendererCfg

        from isaaclab_mimic_core.sim.rendering.renderer_cfg import RasterizerCfg

        for camera in CAMERAS:
            ours = getattr(cfg.scene, camera)
            ours.height = ours.width = size
            ours.data_types = ["rgb", *(OTHERS if others else ())]
            if detail is not None:
                ours.renderer_cfg = RasterizerCfg(detail_tolerance=detail)
            newton = ours.copy()
            newton.prim_path, newton.renderer_cfg = ours.prim_path + _NEWTON, NewtonWarpRendererCfg()
            setattr(cfg.scene, camera + _NEWTON, newton)

    return configure


def _clock(device: str) -> float:
    if device == "cpu":
        return time.process_time()
    import torch

    torch.cuda.synchronize()
    return time.perf_counter()


def _save(folder: Path, size: int, samples: list[list[np.ndarray]]) -> None:
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for index in sorted({0, len(samples) // 2, len(samples) - 1}):
        Image.fromarray(np.concatenate(samples[index])).save(folder / f"{size}_{index}.png")


def _in_a_process(what: str, size: int, num_envs: int, options: argparse.Namespace) -> dict:
    """Measure in a process of its own: one simulation can live in each."""
    command = [sys.executable, __file__, "--inside", what, "--sizes", str(size), "--num-envs", str(num_envs)]
    command += ["--frames", str(options.frames), "--device", options.device]
    if options.detail is not None:
        command += ["--detail", str(options.detail)]
    if options.pictures and what == "colors":
        command += ["--pictures", str(options.pictures)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 84], help="of a picture [pixels]")
    parser.add_argument("--num-envs", type=int, nargs="+", default=[8])
    parser.add_argument("--frames", type=int, default=10, help="moments that are drawn in every environment")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--detail", type=float, help="tolerance of levels of detail [pixels]; 0: every triangle")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures side by side")
    parser.add_argument("--inside", choices=("colors", "all"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        size, num_envs = options.sizes[0], options.num_envs[0]
        others = options.inside == "all"
        given = (size, options.frames, options.device, others, options.detail, options.pictures)
        print(json.dumps(measure(num_envs, *given)))
        return
    print(
        f"{'size':>5} {'envs':>5} {'camera':<10} {'ms':>7} {'Newton ms':>10} {'mean':>7} {'off %':>7}", file=sys.stderr
    )
    for size in options.sizes:
        for num_envs in options.num_envs:
            result = _in_a_process("colors", size, num_envs, options)
            compared = _in_a_process("all", size, num_envs, options)
            for camera in CAMERAS:
                result[camera] |= {key: value for key, value in compared[camera].items() if "ms" not in key.split("_")}
            print(json.dumps(result), flush=True)
            for camera in CAMERAS:
                row = result[camera]
                figures = f"{row['ms']:7.2f} {row['newton_ms']:10.2f} {row['mean_difference']:7.3f}"
                print(f"{size:5} {num_envs:5} {camera:<10} {figures} {row['far_off_percent']:7.3f}", file=sys.stderr)


if __name__ == "__main__":
    main()
