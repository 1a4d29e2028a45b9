# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Options of rendering the cameras of recorded demonstrations."""

from dataclasses import dataclass
from typing import Literal

from ..option import BY_CONTENT, FILES, MAY_DIFFER, RUN, OnResume, Role, option, redeclared
from .simulation import InverseKinematics, SimOptions
from .workers import WorkerOptions

_FILMS = "Films"
Renderer = Literal["auto", "rasterizer", "newton"]


@dataclass(frozen=True)
class RenderOptions(WorkerOptions, SimOptions):
    """Render camera images of recorded demonstrations from their states.

    mimic render --input generated.hdf5 --output seen.hdf5 --size 84
    mimic render --input generated.hdf5 --output seen.hdf5 --randomization look.yaml --variations 4
    mimic render --input generated.hdf5 --video films --beside annotated.hdf5
    """

    task: str = redeclared(SimOptions, "task")
    """Task id. Empty: the one that the input was made in. Another task must have the same scene."""
    input: str = option(
        "generated.hdf5", label="File of demonstrations", group=FILES, role=Role.INPUT_FILE, on_resume=BY_CONTENT
    )
    """File of demonstrations with their states."""
    output: str = option("rendered.hdf5", label="Output file", group=FILES, role=Role.OUTPUT_FILE, on_resume=MAY_DIFFER)
    """File to write: the same demonstrations, with camera images among their observations."""
    overwrite: bool = option(False, label="Replace the output if it exists", group=FILES, on_resume=MAY_DIFFER)
    """Replace the output if it exists."""
    resume: bool = option(False, label="Resume an earlier run's file", group=FILES, on_resume=MAY_DIFFER)
    """Continue a run that was stopped or killed."""
    episodes: str = option("", label="Demonstrations", group=FILES)
    """Demonstrations to render, by name, number or range: 3,demo_7,10-19; all by default."""
    cameras: str = option("", label="Cameras", group=FILES, role=Role.INPUT_FILE, on_resume=BY_CONTENT)
    """YAML file of cameras: new ones, or the task's with another pose, size or focal length."""
    size: int = option(0, label="Size", group=RUN, unit="pixels", low=0, high=4096)
    """Height and width of all images [pixels]; 0: as the task or the YAML file says. Without a camera a film is 8:5."""
    randomization: str = option(
        "", label="Visual randomization", group=FILES, role=Role.INPUT_FILE, on_resume=BY_CONTENT
    )
    """YAML file of ranges for light, materials, camera poses and image noise (docs/rendering.md)."""
    variations: int = option(1, label="Renderings of each", group=RUN, low=1, high=1000)
    """Renderings of each demonstration, each with new random values; more than 1 needs --randomization."""
    video: str = option(
        "", label="Film, or folder of films", group=_FILMS, role=Role.OUTPUT_FOLDER, on_resume=MAY_DIFFER
    )
    """Write films instead: FILE.mp4 for one of all demonstrations, else a folder with an mp4 of each."""
    camera: str = option("", label="Camera", group=_FILMS, on_resume=MAY_DIFFER)
    """Camera that films: one of the task's or of --cameras; by default one that sees all hands and objects."""
    beside: str = option("", label="Beside them, from", group=_FILMS, role=Role.INPUT_FILE, on_resume=MAY_DIFFER)
    """File that the demonstrations were generated from: beside each is shown what it was made from, in step."""
    renderer: Renderer = option("auto", label="Renderer", group=RUN)
    """rasterizer; newton, which casts rays and is slow; auto: the rasterizer if it supports the camera, else newton."""
    ik: InverseKinematics = redeclared(SimOptions, "ik", "auto", on_resume=MAY_DIFFER)
    """Inverse kinematics of the task's robot; nothing moves, so leave it at auto."""
    num_envs: int = redeclared(SimOptions, "num_envs", 32, on_resume=OnResume.SAME)
    """Images of a camera that a process renders at once."""
    processes: int = option(0, label="Processes", group=RUN, low=0, high=256, on_resume=MAY_DIFFER)
    """Processes of this machine that render in parallel, without workers; 0: one per processor core."""
