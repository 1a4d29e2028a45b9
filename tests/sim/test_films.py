# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Films and thumbnails of demonstrations: of files with nothing but states, and of generated ones with sources."""

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from isaaclab_mimic_core import requirements
from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.errors import DatasetError, OptionError, OutputError, PlatformError
from isaaclab_mimic_core.events import StageFinished, StripDrawn, StripNotDrawn
from isaaclab_mimic_core.options import RenderOptions
from isaaclab_mimic_core.picture import Picture
from isaaclab_mimic_core.stages import create_with
from isaaclab_mimic_core.stages.generation.examples import draw_examples
from isaaclab_mimic_core.stages.rendering.films import Films
from isaaclab_mimic_core.stages.rendering.strip import kept_strip
from isaaclab_mimic_core.stages.rendering.strips import StripOptions, Strips
from isaaclab_mimic_core.tasks import DEFAULT_TASK

pytestmark = pytest.mark.sim

SAMPLE = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"
SIZE, WIDTH, CAPTION = 100, 160, 22
STEPS = 40


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> Path:
    """Two short ends of demonstrations, as Isaac Lab records them: without attributes of ours."""
    path = tmp_path_factory.mktemp("films") / "recorded.hdf5"
    with DatasetReader(SAMPLE) as reader, DatasetWriter(path, reader.env_args) as writer:
        for name in ("demo_3", "demo_5"):
            writer.add(Episode(shortened(reader.read(name)), {"success": True}))
    return path


def shortened(episode: Episode) -> dict[str, np.ndarray]:
    """Return the last steps of a demonstration."""
    data = {path: values[-STEPS:] for path, values in episode.data.items() if not path.startswith("initial_state")}
    return data | {
        path: episode.data[path.replace("initial_state", "states")][-STEPS - 1 : -STEPS]
        for path in episode.data
        if path.startswith("initial_state")
    }


def frames_of(path: Path) -> tuple[dict, np.ndarray]:
    video = imageio_ffmpeg.read_frames(str(path))
    about = next(video)
    width, height = about["size"]
    return about, np.stack([np.frombuffer(frame, np.uint8).reshape(height, width, 3) for frame in video]).astype(int)


def options(path: Path, video: Path, **changes) -> RenderOptions:
    return RenderOptions(**{"input": str(path), "video": str(video), "size": SIZE, "assets": "local", **changes})


def test_each_has_a_film_of_its_own(recorded, stack_env, run_stage, tmp_path):
    part = tmp_path / "films" / ".demo_7.part.mp4"
    part.parent.mkdir()
    part.write_bytes(b"A killed run has left this.")
    run = run_stage(Films(options(recorded, tmp_path / "films"), stack_env))
    assert [(event.name, event.exported, event.of) for event in run.kinds["DemoExported"]] == [
        ("demo_0", 1, 2),
        ("demo_1", 2, 2),
    ]
    assert run.ending.output == str(tmp_path / "films") and run.ending.results == ["2 of 2 demonstrations filmed"]
    assert sorted(path.name for path in (tmp_path / "films").iterdir()) == ["demo_0.mp4", "demo_1.mp4"]
    films = [frames_of(tmp_path / "films" / f"demo_{number}.mp4") for number in (0, 1)]
    for about, frames in films:
        assert about["fps"] == 20.0 and frames.shape == (STEPS + 1, SIZE, WIDTH, 3)
        for channel in range(3):
            others = np.delete(frames[-1], channel, axis=-1).max(axis=-1)
            assert (frames[-1][..., channel] > others + 50).sum() > 8, "a cube of each colour is seen"
        assert np.abs(frames[0] - frames[-1]).max() > 60, "the robot moves"
    assert np.abs(films[0][1][-1] - films[1][1][-1]).max() > 60, "each shows its own states"


def test_one_film_shows_all_with_their_sources_beside_them(recorded, stack_env, run_stage, tmp_path):
    """A demonstration that is made of two halves of others is shown beside these."""
    made, half = tmp_path / "made.hdf5", STEPS // 2
    with DatasetReader(recorded) as reader, DatasetWriter(made, reader.env_args) as writer:
        first, second = (reader.read(name).data for name in reader.episode_names)
        joined = {
            path: values if path.startswith("initial_state") else np.concatenate([values[:half], second[path][half:]])
            for path, values in first.items()
        }
        parts = [
            {"demo": "demo_0", "segment": [0, half], "end": half},
            {"demo": "demo_1", "segment": [half, STEPS], "end": STEPS},
        ]
        attrs = {"mimic": {"generated": {"sources": {"franka": parts}}}}
        writer.add(Episode(joined, attrs))
        writer.add(Episode(joined, attrs))
    film = tmp_path / "all.mp4"
    run = run_stage(Films(options(made, film, beside=str(recorded)), stack_env))
    assert run.ending.output == str(film) and sorted(path.name for path in tmp_path.iterdir()) == [film.name, made.name]
    _, frames = frames_of(film)
    assert frames.shape == (2 * (STEPS + 1), CAPTION + SIZE, 2 * WIDTH, 3)
    left, right = frames[:, CAPTION:, :WIDTH], frames[:, CAPTION:, WIDTH:]
    # What is at the joint's moment of the source is the state before its segment, of the made one the one after.
    apart = np.abs(left - right).mean(axis=(1, 2, 3))
    assert np.median(apart) < 2.0 and (apart > 4.0).sum() <= 2
    texts = frames[:, :CAPTION, WIDTH:]
    assert np.abs(texts[half - 2] - texts[half + 2]).max() > 60, "it says which source is shown"
    with pytest.raises(OutputError, match="exists already\n  Give another --video, or --overwrite"):
        Films(options(made, film))
    stage = Films(options(made, film, overwrite=True), stack_env)
    before = film.read_bytes()
    with stage:
        while not stage.snapshot()["phase"].startswith("Filming"):
            stage.step()
        stage.step()
        stage.request("stop")
        (ending,) = list(stage)
    assert ending.outcome == "stopped" and ending.output == "" and film.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [film.name, made.name]


def test_thumbnails_are_drawn_on_request_and_kept(recorded, stack_env, tmp_path, monkeypatch):
    """What is drawn once is taken from the cache folder; what cannot be drawn is said, and the next one is drawn.

    A file that takes the place of the first one is what is drawn from then on.
    """
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path / "cache"))
    before = recorded.read_bytes()
    shown = Path(shutil.copy(recorded, tmp_path / "shown.hdf5"))
    with DatasetReader(shown) as reader:
        path, rows = kept_strip(reader, "demo_0", DEFAULT_TASK)
    assert not path.exists() and rows == [0, 8, 16, 24, 32, 40]
    stage = Strips(StripOptions(input=str(shown), demo="demo_0"), stack_env)
    events = []
    with stage:
        while not any(isinstance(event, StripDrawn) for event in events):
            events += stage.step()
        assert events[-1] == StripDrawn("demo_0", str(path), rows)
        assert stage.step() == [] and stage.due > 0 and not stage.done, "it waits"
        drawn = path.stat().st_mtime_ns
        for name in ("demo_9", "demo_1", "demo_0"):
            stage.request("draw", demo=name)
        while sum(isinstance(event, StripDrawn) for event in events) < 3:
            events += stage.step()
        assert shown.read_bytes() == before
        with DatasetReader(recorded) as reader, DatasetWriter(tmp_path / "other.hdf5", reader.env_args) as writer:
            writer.add(reader.read("demo_1"))
        os.replace(tmp_path / "other.hdf5", shown)
        for name in ("demo_1", "demo_0"):
            stage.request("draw", demo=name)
        while sum(isinstance(event, StripDrawn) for event in events) < 4:
            events += stage.step()
        stage.request("stop")
        events += list(stage)
    paths = [event.path for event in events if isinstance(event, StripDrawn)]
    with DatasetReader(shown) as reader:
        now, _ = kept_strip(reader, "demo_0", DEFAULT_TASK)
    assert paths == [str(path), paths[1], str(path), str(now)] and now != path, "what is there now is drawn"
    pictures = [np.asarray(Image.open(each)).astype(int) for each in (paths[0], paths[1], now)]
    assert np.abs(pictures[2] - pictures[1]).max() == 0 < np.abs(pictures[2] - pictures[0]).max()
    failures = [(event.name, event.reason) for event in events if isinstance(event, StripNotDrawn)]
    assert [name for name, _ in failures] == ["demo_9", "demo_1"] and "no demonstration 'demo_9'" in failures[0][1]
    assert isinstance(events[-1], StageFinished) and path.stat().st_mtime_ns == drawn
    assert len(list(path.parent.iterdir())) == 3
    strip = np.asarray(Image.open(path)).astype(int)
    assert strip.shape == (120, 6 * 192, 3)
    first, last = strip[:, :192], strip[:, -192:]
    for channel in range(3):
        others = np.delete(last, channel, axis=-1).max(axis=-1)
        assert (last[..., channel] > others + 40).sum() > 8, "a cube of each colour is seen"
    assert np.abs(first - last).max() > 60, "the robot moves"


def test_any_state_of_any_file_of_the_task_is_shown_at_once(recorded, stack_env, tmp_path):
    """A state in each of two environments, seen by two cameras; what does not fit is said, and nothing is shown."""
    other, foreign = tmp_path / "other.hdf5", tmp_path / "foreign.hdf5"
    shutil.copy(recorded, other)
    with DatasetReader(recorded) as reader, DatasetWriter(foreign, reader.env_args) as writer:
        data = reader.read("demo_0").data
        writer.add(Episode({path: values for path, values in data.items() if "cube_1" not in path}))
    eye = {"width": 96, "height": 64, "eye": [1.4, 0.0, 0.7], "look_at": [0.5, 0.0, 0.0]}
    stage = Strips(StripOptions(input=str(recorded)), stack_env)

    def shown(*moments: tuple[Path, str, int]) -> Picture:
        stage.request("show", moments=[{"path": str(path), "demo": demo, "row": row} for path, demo, row in moments])
        stage.request("view", cameras=[eye, eye | {"env": 1}])
        picture = None
        while picture is None:
            stage.step()
            stage._viewing._due = 0.0
            picture = stage.picture()
        return picture

    with stage:
        stage.request("watch", env=0)
        one = shown((recorded, "demo_0", 3), (other, "demo_0", 3))
        assert (one.images[0] == one.images[1]).all() and np.ptp(one.images[0]) > 50, "the same state of both files"
        assert stage.snapshot()["shown"][1] == {"path": str(other), "demo": "demo_0", "row": 3}
        two = shown((recorded, "demo_0", 3), (other, "demo_0", 10**9))
        assert (two.images[0] == one.images[0]).all() and (two.images[1] != one.images[1]).any()
        with DatasetReader(recorded) as reader:
            data = reader.read("demo_0").data
        cube = data["states/rigid_object/cube_2/root_pose"]
        assert np.allclose([row[3] for row in two.info["objects"]["cube_2"][:3]], cube[2, :3], atol=1e-4)
        ways = stage.snapshot()["watched"]
        assert np.allclose(ways["done"]["franka"][-1], data["obs/eef_pos"][3], atol=1e-4)
        assert np.allclose(ways["planned"]["franka"][-1], data["obs/eef_pos"][-1], atol=1e-4)
        for moment, said in (
            ((foreign, "demo_0", 0), "has no"),
            ((recorded, "demo_7", 0), "no demonstration 'demo_7'"),
        ):
            stage.request(
                "show", moments=[dict(zip(("path", "demo", "row"), map(str, moment), strict=True)) | {"row": 0}]
            )
            while "not_shown" not in (told := stage.snapshot()):
                stage.step()
            assert said in told["not_shown"] and "watched" not in told and stage.picture() is None
            shown((recorded, "demo_1", 0))
        with pytest.raises(ValueError, match="row"):
            stage.request("show", moments=[{"path": "", "demo": ""}])
        asked = stage._asked_at
        stage.request("view", cameras=[eye])
        assert stage._asked_at > asked, "it does not end while somebody looks at it from other sides"


def test_a_report_shows_successes_and_causes_of_failure_above_their_sources(recorded, stack_env, tmp_path):
    made, failed = tmp_path / "made.hdf5", tmp_path / "made_failed.hdf5"
    part = {"demo": "demo_1", "segment": [0, STEPS], "end": STEPS}
    generated = {"sources": {"franka": [part]}}
    with DatasetReader(recorded) as reader, DatasetWriter(made, reader.env_args) as writer:
        data = reader.read("demo_0").data
        for _ in range(4):
            writer.add(Episode(data, {"success": True, "mimic": {"generated": generated}}))
        with DatasetWriter(failed, reader.env_args) as writer:
            for cause in ("dropped", "dropped", "pushed"):
                said = generated | {"cause": cause, "subtask": "franka/0"}
                writer.add(Episode(data, {"success": False, "mimic": {"generated": said}}))
    isaac_sim = SimpleNamespace(info={"physics": "isaacsim"})
    assert draw_examples(isaac_sim, str(made), str(recorded), str(failed)) == [], "there it is no failure"
    examples = draw_examples(stack_env, str(made), str(recorded), str(failed))
    assert [example.title for example in examples] == [
        *(f"demo_{number}, {STEPS} steps" for number in range(3)),
        f"Failed: dropped in franka/0 (demo_0, {STEPS} steps)",
        f"Failed: pushed in franka/0 (demo_2, {STEPS} steps)",
    ]
    for example in examples:
        above, below = example.strips
        assert above.labels == ["0.0 s", "0.4 s", "0.8 s", "1.2 s", "1.6 s", "2.0 s"]
        assert below.labels == ["from demo_1"] * 6
        assert above.jpeg == examples[0].strips[0].jpeg != below.jpeg
    assert sum(len(strip.jpeg) for example in examples for strip in example.strips) < 500_000


def test_without_an_encoder_it_is_refused_before_the_simulation_opens(recorded, tmp_path, monkeypatch):
    there = requirements.is_there
    monkeypatch.setattr(requirements, "is_there", lambda each: each.name != "imageio-ffmpeg" and there(each))
    with pytest.raises(PlatformError, match="--video: imageio-ffmpeg is not installed, needed for videos"):
        create_with("render", options(recorded, tmp_path / "out"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "changes, error, message",
    [
        ({"randomization": "look.yaml", "resume": True}, OptionError, "no use for --resume, --randomization"),
        ({"beside": "INPUT"}, DatasetError, "demo_0: does not say what it was made from"),
        ({"renderer": "newton"}, OptionError, "without a camera the rasterizer films"),
        ({"video": "INPUT"}, OutputError, "this is a file, and a folder is to be made"),
        ({"video": "FOLDER"}, OutputError, "the folder is there, and not empty"),
        ({"video": "", "camera": "table_cam"}, OptionError, "--camera: this is for films"),
    ],
)
def test_what_cannot_be_filmed_is_refused_at_the_door(recorded, tmp_path, changes, error, message):
    names = {"INPUT": str(recorded), "FOLDER": str(recorded.parent)}
    given = {"video": str(tmp_path / "out"), **{key: names.get(value, value) for key, value in changes.items()}}
    with pytest.raises(error, match=message):
        create_with("render", RenderOptions(input=str(recorded), **given))
    assert not list(tmp_path.iterdir())
