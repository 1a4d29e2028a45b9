# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One process's share of the demonstrations that are to be drawn."""

import zlib
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...datasets import DatasetReader
from ...datasets.layout import ACTIONS, INITIAL_STATE, OBS, RANDOMIZATION, STATES, demo_number, join
from ...errors import OptionError, OutputError
from ...events import PieceMade, ShareReady
from ...options import SimOptions
from ...sim.engines import choose_engine
from ...sim.rendering.camera_file import CameraEntry, read_cameras, resized
from ...sim.rendering.randomization import Take, read_randomization
from ..asked import AskedStage
from ..replay.recorded import check_fits, states_of
from ..sim_stage import SimStage
from ..stage import Steps
from .pieces import piece_name, write_piece


@dataclass(frozen=True)
class ShareOptions(SimOptions):
    """What a share is; see `RenderOptions`."""

    input: str = ""
    names: tuple[str, ...] = ()
    """Its demonstrations; one that is drawn several times is there as often."""
    variations: tuple[int, ...] = ()
    """Which rendering each of them is."""
    on_request: bool = False
    """Draw those that are asked for by the request `work`, until a stop; else all of them."""
    folder: str = ""
    """Where their pieces go, as `piece_name` says."""
    cameras: str = ""
    size: int = 0
    randomization: str = ""
    renderer: str = "auto"


def start(**options: Any) -> "Share":
    """Build the stage from plain data, as a worker process gets it."""
    return Share(ShareOptions(**options))


class Share(AskedStage, SimStage):
    """Puts environments into recorded states, many at once, and writes what their cameras see.

    A state is always shown in the environment of its number in its demonstration, so that its picture is the same
    whatever else is drawn: elsewhere the distance to the world's origin rounds differently.
    """

    name = "render_share"
    options: ShareOptions

    def __init__(self, options: ShareOptions):
        super().__init__(options, None)
        self._entries: dict[str, CameraEntry] = read_cameras(options.cameras) if options.cameras else {}
        self._ranges = read_randomization(options.randomization) if options.randomization else None
        self._terms: dict[str, str] = {}
        self._todo = deque(() if options.on_request else range(len(options.names)))

    @property
    def _is_idle(self) -> bool:
        return self._begun and not self._todo

    def _request(self, name: str, **arguments: Any) -> None:
        """Offer `work(numbers)`: draw demonstrations of the options' list, too."""
        if name == "work":
            self._todo += map(int, arguments["numbers"])
        else:
            super()._request(name, **arguments)

    def run(self) -> Steps:
        yield self._started()
        yield from self._open(self._configure)
        return (yield from self._draw_all())

    def _configure(self, cfg: Any) -> None:
        """Let the task's cameras, and those of the file, be as they are asked for."""
        from ...sim.engines.cameras import camera_terms, cameras_of
        from ...sim.rendering.added_cameras import change_cameras

        options = self.options
        everyone = {**dict.fromkeys(cameras_of(cfg), CameraEntry()), **self._entries}
        if not everyone:
            raise OptionError(
                f"the task {options.task} has no cameras",
                where="--cameras",
                remedy="Describe some in a YAML file (docs/rendering.md), or give a --task with cameras.",
            )
        engine = choose_engine(options.physics)
        change_cameras(cfg, resized(everyone, options.size), options.renderer, engine)
        self._terms = camera_terms(cfg)

    @torch.inference_mode()
    def _draw_all(self) -> Steps:
        from ...sim.rendering.added_cameras import CameraPoses
        from ...sim.rendering.appearance import Appearance

        options = self.options
        reader = self._resources.enter_context(DatasetReader(options.input))
        self._poses = CameraPoses(self.env.env, self._entries)
        self._look = Appearance(self.env.env, self._ranges) if self._ranges else None
        about = {name: self.env.info[name] for name in ("device", "physics", "assets")}
        yield [self._enter(f"Drawing {len(options.names)} demonstrations"), ShareReady(about)]
        while not self._stopping:
            if self._todo:
                yield [self._make_piece(reader, self._todo.popleft())]
            elif options.on_request:
                yield []
            else:
                return self._finish("done", {})
        return self._finish("stopped", {})

    def _make_piece(self, reader: DatasetReader, number: int) -> PieceMade:
        """Draw one demonstration and write its piece."""
        options = self.options
        name, variation = options.names[number], options.variations[number]
        pictures = self._pictures(reader, name, variation)
        drawn, values = {}, {}
        if self._look is not None:
            steps = len(next(iter(pictures.values())))
            drawn, values = self._look.record(self._take(name, variation, torch.arange(steps)))
        values = {join(RANDOMIZATION, path): array for path, array in values.items()}
        path = Path(options.folder) / piece_name(name, variation)
        try:
            write_piece(path, pictures, drawn, values)
        except OSError as error:
            raise OutputError(
                f"cannot be written ({(error.strerror or str(error)).lower()})", where=str(path)
            ) from error
        return PieceMade(number, str(path))

    def _take(self, name: str, variation: int, frames: torch.Tensor) -> Take:
        number = demo_number(name)
        number = zlib.crc32(name.encode()) if number is None else number
        return Take.of(self.options.seed, number, variation, frames)

    def _pictures(self, reader: DatasetReader, name: str, variation: int) -> dict[str, np.ndarray]:
        """Return what cameras see in a demonstration, by path in it: (steps, ...)."""
        episode = reader.read(name, [ACTIONS, INITIAL_STATE, STATES])
        check_fits(episode, self.env, self.options.input)
        # An observation is of the moment before its action, the first one of the initial state.
        states = {path: values[:-1] for path, values in states_of(episode, self.env).items()}
        steps, at_once = len(episode.data[ACTIONS]), self.env.num_envs
        pictures: dict[str, np.ndarray] = {}
        for begin in range(0, steps, at_once):
            rows = slice(begin, min(begin + at_once, steps))
            if self._look is not None:
                frames = torch.arange(rows.start, rows.stop, device=self.env.device)
                self._look.show(self._take(name, variation, frames), frames - begin)
            for path, values in self._draw({path: values[rows] for path, values in states.items()}).items():
                whole = pictures.setdefault(path, np.empty((steps, *values.shape[1:]), values.dtype))
                whole[rows] = values
        return pictures

    def _draw(self, states: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return what cameras see in up to `num_envs` states, by path in a demonstration."""
        env = self.env
        count = len(next(iter(states.values())))
        everyone = torch.arange(env.num_envs, device=env.device)
        if count < env.num_envs:
            env.stop_drawing(everyone[count:])
        values = {path: torch.as_tensor(rows, dtype=torch.float32, device=env.device) for path, rows in states.items()}
        env.restore(values, everyone[:count])
        self._poses.update()
        seen = {join(OBS, term): self._observed(term, camera) for term, camera in self._terms.items()}
        for camera in sorted({*self._terms.values(), *self._entries}):
            sensor, entry = env.env.scene[camera], self._entries.get(camera, CameraEntry())
            is_observed = camera in self._terms.values()
            # Of a camera that the task observes, what it observes, unless more is asked for.
            for kind in entry.data_types or (() if is_observed else ("rgb",)):
                if kind != "rgb" or not is_observed:
                    path = join(OBS, camera if kind == "rgb" else f"{camera}_{kind}")
                    seen[path] = sensor.data.output[kind].torch
        return {path: image[:count].to("cpu", copy=True).numpy() for path, image in seen.items()}

    def _observed(self, term: str, camera: str) -> torch.Tensor:
        """Return an observation of a camera as a policy is shown it: (num_envs, ...)."""
        if not self._poses.places(camera):
            return self.env.observations()[term]
        # The one at hand was made before the camera was put in its place.
        groups: Any = self.env.env.cfg.observations
        settings = getattr(groups.policy, term)
        return settings.func(self.env.env, **settings.params)
