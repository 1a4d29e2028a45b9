# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Films of recorded demonstrations, drawn from their states: one of each, or one of all."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ...datasets import DatasetReader
from ...datasets.edit import Selection, select_names
from ...datasets.layout import ACTIONS, INITIAL_STATE, STATES
from ...datasets.origin import Part
from ...errors import OptionError, OutputError
from ...events import DemoExported, EpisodeSkipped, Event, Progress
from ...files import FolderLock, holds_something
from ...option import flag
from ...options import RenderOptions
from ...requirements import VIDEOS, require
from ...sim.engines import choose_engine
from ...sim.rendering.camera_file import CameraEntry, read_cameras, resized
from ..files.input_task import with_task
from ..files.made_with import recorded_scale
from ..files.output_check import check_output
from ..replay.recorded import check_fits, states_of, usable_recordings
from ..sim_stage import SimStage
from ..stage import Steps
from .beside import Sources
from .caption import captioned
from .film_file import FilmFile, remove_parts
from .state_pictures import StatePictures, free_camera, scene_camera

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_WIDTH, _HEIGHT = 640, 400
"""Size of a picture without a camera [pixels]."""
_OF_DATASETS = ("output", "resume", "randomization", "variations", "processes")
"""Options that films have no use for."""


class Films(SimStage):
    """Films demonstrations at the speed of the task.

    A film of all shows one after another, under its name and the time; so does one with sources beside.
    """

    name = "render"
    options: RenderOptions

    def __init__(self, options: RenderOptions, env: "BatchedEnv | None" = None):
        options = with_task(options, options.input)
        _check(options)
        if options.camera and env is not None:
            raise OptionError("needs environments of its own", where="--camera")
        self._entries = read_cameras(options.cameras) if options.cameras else {}
        self._in_one = Path(options.video).suffix.lower() == ".mp4"
        names = select_names(options.input, Selection(demos=options.episodes))
        with DatasetReader(options.input) as reader:
            self._names, self._skipped = usable_recordings(reader, names, states=True)
            scale = options.object_scale or recorded_scale(reader, self._names)
            super().__init__(replace(options, object_scale=scale), env)
            self._sources = Sources(options.beside) if options.beside else None
            if self._sources is not None:
                self._resources.callback(self._sources.close)
            self._parts: dict[str, dict[str, list[Part]]] = {
                name: self._sources.parts(name, reader.attrs(name)) if self._sources else {} for name in self._names
            }
        self._filmed = 0

    @property
    def progress(self) -> Progress:
        return Progress(self._filmed, len(self._names), "demonstrations")

    def run(self) -> Steps:
        yield self._started()
        yield from self._open(self._configure)
        return (yield from self._film_all())

    def _configure(self, cfg: Any) -> None:
        """Leave only the camera that films."""
        from ...sim.engines.cameras import cameras_of, leave_out_cameras
        from ...sim.rendering.added_cameras import change_cameras

        camera = self.options.camera
        leave_out_cameras(cfg, keep=camera)
        if not camera:
            return
        there = [*cameras_of(cfg), *self._entries]
        if camera not in there:
            raise OptionError(
                f"there is no camera {camera!r}",
                where="--camera",
                remedy="Give one of the task's, or one that --cameras describes; or leave it out.",
            )
        entry = replace(self._entries.get(camera, CameraEntry()), data_types=("rgb",))
        self._entry = resized({camera: entry}, self.options.size)[camera]
        change_cameras(cfg, {camera: self._entry}, self.options.renderer, choose_engine(self.options.physics))

    @torch.inference_mode()
    def _film_all(self) -> Steps:
        reader = self._resources.enter_context(DatasetReader(self.options.input))
        self._pictures = StatePictures(self.env, self._look(reader))
        target = Path(self.options.video)
        if self._in_one:
            target.parent.mkdir(parents=True, exist_ok=True)
        else:
            self._resources.callback(FolderLock(target).release)
            remove_parts(target)
        what = f"Filming {len(self._names)} demonstrations"
        yield [self._enter(what), *(EpisodeSkipped(name, reason) for name, reason in self._skipped.items())]
        film = FilmFile(target, 1.0 / self.env.step_dt) if self._in_one else None
        try:
            for number, name in enumerate(self._names, 1):
                yield from self._film(reader, name, film)
                if self._stopping:
                    break
                self._filmed = number
                yield [DemoExported(name, number, len(self._names))]
            if film is not None:
                film.close(whole=not self._stopping)
        finally:
            if film is not None:
                film.close(whole=False)
        return self._end()

    def _film(self, reader: DatasetReader, name: str, film: FilmFile | None) -> Iterator[list[Event]]:
        """Add a demonstration to a film, or make one of its own."""
        episode = reader.read(name, [ACTIONS, INITIAL_STATE, STATES])
        check_fits(episode, self.env, self.options.input)
        own = film or FilmFile(Path(self.options.video) / f"{name}.mp4", 1.0 / self.env.step_dt)
        states = states_of(episode, self.env)
        count, at_once = episode.num_samples + 1, self.env.num_envs
        try:
            for begin in range(0, count, at_once):
                if self._stopping:
                    return
                for frame in self._frames(name, states, slice(begin, min(begin + at_once, count))):
                    own.add(frame)
                yield []
            if film is None:
                own.close()
        finally:
            if film is None:
                own.close(whole=False)

    def _look(self, reader: DatasetReader) -> Any:
        options = self.options
        if options.camera:
            return scene_camera(self.env, options.camera, self._entry)
        # What there is to see is where it is when the first demonstration begins.
        first = reader.read(self._names[0], [ACTIONS, INITIAL_STATE, STATES])
        check_fits(first, self.env, options.input)
        height = options.size or _HEIGHT
        return free_camera(self.env, height * _WIDTH // _HEIGHT, height, states_of(first, self.env))

    def _frames(self, name: str, states: Mapping[str, np.ndarray], rows: slice) -> Iterator[np.ndarray]:
        """Yield frames of some states of a demonstration, given all its states by path: (height, width, 3) uint8."""
        env, samples = self.env, len(next(iter(states.values()))) - 1
        panels = [self._pictures.of({path: values[rows] for path, values in states.items()})]
        titles = [[name] * len(panels[0])]
        for eef, parts in self._parts[name].items():
            assert self._sources is not None
            sources, which = self._sources.states(parts, samples, rows, env)
            words = [f"from {parts[index].demo}, subtask {index + 1} of {len(parts)}" for index in which]
            panels.append(self._pictures.of(sources))
            titles.append([f"{eef}: {text}" for text in words] if len(self._parts[name]) > 1 else words)
        for index, pictures in enumerate(zip(*panels, strict=True)):
            if len(panels) == 1 and not self._in_one:
                yield pictures[0]
                continue
            time = f"{(rows.start + index) * env.step_dt:.1f} s"
            texts = [f"{title[index]}   {time if number == 0 else ''}" for number, title in enumerate(titles)]
            yield np.concatenate([captioned(each, text) for each, text in zip(pictures, texts, strict=True)], axis=1)

    def _end(self) -> list[Event]:
        whole = self._filmed == len(self._names)
        # A film of all is there only if it shows all.
        filmed = 0 if self._in_one and not whole else self._filmed
        of = len(self._names) + len(self._skipped)
        return self._finish(
            "done" if whole else "stopped",
            {"input": self.options.input, "filmed": filmed, "of": of, "skipped": list(self._skipped)},
            output=self.options.video if filmed else "",
            findings=len(self._skipped),
            results=[f"{filmed} of {of} demonstrations filmed"],
        )


def _check(options: RenderOptions) -> None:
    """Check what can be checked without the file of demonstrations.

    Raises:
        OptionError: What is asked for would have no effect.
        OutputError: The films cannot be written, or would replace something.
        PlatformError: What writes films is not installed.
    """
    require(VIDEOS, where="--video")
    defaults = {each.name: each.default for each in fields(options)}
    if given := [name for name in _OF_DATASETS if getattr(options, name) != defaults[name]]:
        raise OptionError(
            f"a film has no use for {', '.join(map(flag, given))}", where="--video", remedy="Leave one of them out."
        )
    if options.cameras and not options.camera:
        raise OptionError("say which camera films", where="--cameras", remedy="Name it: --camera NAME")
    if not options.camera and options.renderer == "newton":
        raise OptionError("without a camera the rasterizer films", where="--renderer", remedy="Give --camera NAME.")
    if not options.camera and choose_engine(options.physics) == "isaacsim":
        raise OptionError("without a camera it films outside of Isaac Sim only", where="--video")
    target = Path(options.video)
    if target.suffix.lower() == ".mp4":
        check_output(options.video, "overwrite" if options.overwrite else "create", option="--video")
        return
    if target.is_file():
        raise OutputError("this is a file, and a folder is to be made", where=options.video, remedy="End it in .mp4.")
    if target.is_dir() and holds_something(target) and not options.overwrite:
        raise OutputError(
            "the folder is there, and not empty", where=options.video, remedy="Give another --video, or --overwrite."
        )
    check_output(str(target / "demo.mp4"), "overwrite", option="--video")
