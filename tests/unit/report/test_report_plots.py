# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Tests of what is drawn, on the pixels and on the data in the figures."""

import io
import subprocess
import sys

import h5py
import matplotlib.image
import numpy as np
import pytest
from empty_file import write_empty
from matplotlib.colors import to_rgb

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.outcomes import FailureCause
from isaaclab_mimic_core.report import RunRecord, contents, labels, plots, style
from isaaclab_mimic_core.report.contents import read_contents

FAILURES = [("not_grasped", "arm/0"), ("dropped", "arm/1"), ("dropped", "arm/1"), ("unstable", "")]


def painted(figure, *colors: str) -> np.ndarray:
    """Return the plot after checking that it is one, and that each of the colours covers some of it."""
    image = matplotlib.image.imread(io.BytesIO(style.png(figure)))[..., :3]
    assert (np.abs(image - 1.0).max(axis=-1) > 0.1).mean() > 0.005, "nothing but background"
    for color in colors:
        near = np.abs(image - np.array(to_rgb(color))).max(axis=-1) < 0.03
        assert near.sum() > 20, f"no {color}"
    return image


def texts(figure) -> str:
    figure.canvas.draw()
    found = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    return "\n".join(found)


@pytest.fixture
def sides(source_file, make_generated):
    return read_contents(source_file), read_contents(make_generated(6))


def test_success(make_record):
    figure = plots.success(make_record(6, FAILURES))
    painted(figure, style.GENERATED)
    assert "60 %: 6 of 10 attempts succeeded" in texts(figure)
    rate = next(line.get_ydata() for line in figure.axes[0].lines if len(line.get_ydata()) > 2)
    assert rate[0] == 1.0
    assert rate[-1] == pytest.approx(0.6)


@pytest.mark.parametrize("failures", [[], FAILURES])
@pytest.mark.parametrize("num_demos", [0, 1])
def test_success_of_few(make_record, num_demos, failures):
    record = make_record(num_demos, failures)
    if record.attempts:
        painted(plots.success(record))
    else:
        with pytest.raises(plots.NothingToDraw):
            plots.success(record)


def test_failures_by_subtask_and_cause(make_record):
    figure = plots.failures(make_record(6, FAILURES), {"arm/0": "reach", "arm/1": "arm/1", "": "unknown"})
    painted(figure, *(FailureCause(cause).color for cause, _ in FAILURES))
    bars = {(round(bar.get_y() + bar.get_height() / 2), bar.get_width()) for bar in figure.axes[0].patches}
    assert {(0, 1), (1, 2), (2, 1)} <= bars
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["reach", "arm/1", "unknown"]
    assert "4 of 10 attempts failed" in texts(figure)


def test_no_attempt_failed(make_record):
    figure = plots.failures(make_record(2, []), {})
    painted(figure)
    assert "No attempt failed." in texts(figure)


def test_paths_share_their_axes(sides):
    figure = plots.paths(*sides)
    painted(figure)
    left, right = figure.axes
    assert left.get_xlim() == right.get_xlim()
    assert left.get_ylim() == right.get_ylim()
    for axes, side in zip(figure.axes, sides, strict=True):
        drawn = [collection for collection in axes.collections if hasattr(collection, "get_segments")]
        segments = drawn[0].get_segments()
        assert len(segments) == len(side.demos)
        np.testing.assert_allclose(segments[0], side.eef_paths["eef_pos"][0][:, :2])


def test_paths_without_the_source(sides):
    figure = plots.paths(None, sides[1])
    painted(figure)
    assert "source: file not available" in texts(figure)


def test_starts_show_place_and_heading(sides):
    figure = plots.starts(*sides)
    painted(figure, style.GENERATED, style.SOURCE)
    axes = figure.axes[0]
    assert axes.get_title(loc="left") == "cube_1"
    marks = {len(line.get_xdata()): np.column_stack(line.get_data()) for line in axes.lines}
    np.testing.assert_allclose(marks[3], [[0.45, 0.05], [0.5, 0.05], [0.55, 0.05]], atol=1e-6)
    ticks = {len(c.get_segments()): np.array(c.get_segments()) for c in axes.collections}
    along = ticks[3][:, 1] - ticks[3][:, 0]
    np.testing.assert_allclose(np.arctan2(along[:, 1], along[:, 0]), [0.0, 0.3, 0.6], atol=1e-5)


def test_lengths_are_shares(sides):
    figure = plots.lengths(*sides)
    painted(figure, style.GENERATED, style.SOURCE)
    heights = [sum(bar.get_height() for bar in container) for container in figure.axes[0].containers]
    assert heights == pytest.approx([1.0, 1.0])
    assert "source: 40 to 60 (3)" in texts(figure)
    assert "generated: 100 to 105 (6)" in texts(figure)


def test_sources_are_counted(sides):
    figure = plots.sources(*sides, {})
    painted(figure)
    grid = np.asarray(figure.axes[0].images[0].get_array())
    assert grid.tolist() == [[6, 2], [0, 2], [0, 2]]
    assert "3 of 3 source demonstrations used" in texts(figure)


def test_unused_source_is_shown(source_file, make_generated):
    figure = plots.sources(read_contents(source_file), read_contents(make_generated(1)), {})
    assert "1 of 3 source demonstrations used" in texts(figure)
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["demo_0", "demo_1", "demo_2"]


def test_same_data_same_bytes(sides):
    assert style.png(plots.starts(*sides)) == style.png(plots.starts(*sides))


def test_names_are_no_formulas(source_file, make_generated):
    strange = r"$\frac{1$ and a name that is longer than any plot has room for"
    generated = read_contents(make_generated(2, first_source=strange))
    painted(plots.sources(read_contents(source_file), generated, {"arm/0": strange}))
    starts = {strange: generated.starts["cube_1"]}
    generated = contents.Contents(generated.path, "", {}, generated.demos, {}, starts, [])
    painted(plots.starts(None, generated))


def test_two_arms_and_many_objects(tmp_path):
    rng = np.random.default_rng(0)
    path = tmp_path / "two.hdf5"
    with DatasetWriter(path, {"env_name": "Two"}) as writer:
        data = {f"obs/{side}_eef_pos": rng.normal(size=(20, 3)) for side in ("left", "right")}
        pose = np.array([[0.1, 0.2, 0.0, 0.0, 0.0, 0.0, 1.0]])
        data |= {f"initial_state/rigid_object/part_{i}/root_pose": pose + 0.1 * i for i in range(12)}
        writer.add(Episode({"actions": np.zeros((20, 2)), **data}))
    made = read_contents(path)
    figure = plots.paths(None, made)
    painted(figure, *style.GENERATED_SHADES[:2])
    assert "generated, right" in texts(figure)
    assert "9 of 12 objects" in texts(plots.starts(None, made))


@pytest.mark.parametrize("draw", [plots.paths, plots.starts, plots.lengths])
def test_empty_file_draws_nothing(draw, tmp_path):
    with pytest.raises(plots.NothingToDraw, match=r"\.$"):
        draw(None, read_contents(write_empty(tmp_path / "generated.hdf5", "Stack")))


def test_positions_that_are_not_finite_are_left_out(tmp_path):
    path = tmp_path / "nan.hdf5"
    with DatasetWriter(path, {"env_name": ""}) as writer:
        positions = np.array([[0.0, 0.0, 0.0], [np.nan, 0.0, 0.0], [0.1, 0.1, 0.0]])
        writer.add(Episode({"actions": np.zeros((3, 1)), "obs/eef_pos": positions}))
        writer.add(Episode({"actions": np.zeros((3, 1)), "obs/eef_pos": np.full((3, 3), np.inf)}))
    made = read_contents(path)
    assert [len(line) for line in made.eef_paths["eef_pos"]] == [2, 0]
    painted(plots.paths(None, made))


def test_yaw_of_older_files(make_generated):
    """Files without format_version store quaternions wxyz."""
    path = make_generated(3)
    expected = read_contents(path).starts["cube_1"]
    with h5py.File(path, "r+") as file:
        del file.attrs["format_version"]
        for demo in file["data"].values():
            poses = demo["initial_state/rigid_object/cube_1/root_pose"]
            poses[...] = poses[...][:, [0, 1, 2, 6, 3, 4, 5]]
    np.testing.assert_allclose(read_contents(path).starts["cube_1"], expected, atol=1e-6)
    np.testing.assert_allclose(expected[:, 2], [0.0, 0.1, 0.2], atol=1e-5)


def test_annotation_stands_in_for_missing_observations(tmp_path):
    path = tmp_path / "annotated.hdf5"
    poses = np.tile(np.eye(4), (5, 1, 1))
    poses[:, 0, 3] = np.arange(5)
    with DatasetWriter(path, {"env_name": ""}) as writer:
        writer.add(Episode({"actions": np.zeros((5, 1)), "obs/datagen_info/eef_pose/arm": poses}))
    assert read_contents(path).eef_paths["arm"][0][:, 0].tolist() == [0, 1, 2, 3, 4]


def test_evenly():
    assert contents.evenly("abc", 5) == ["a", "b", "c"]
    chosen = contents.evenly(range(1000), 40)
    assert (len(chosen), chosen[0], chosen[-1]) == (40, 0, 999)


def test_subtasks_are_named_only_where_that_is_certain():
    assert labels.subtask_names(["arm/1", "arm/0"], ["grasp"]) == {
        "arm/0": "arm/0, until grasp",
        "arm/1": "arm/1, to the end",
        "": "no certain subtask",
    }
    assert labels.subtask_names(["left/0", "right/0"], ["grasp"])["left/0"] == "left/0"
    assert labels.subtask_names(["arm/0"], ["grasp"])["arm/0"] == "arm/0"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.625, "62 %"), (0.999, "99.9 %"), (0.99999, "> 99.9 %"), (0.0001, "< 0.1 %")],
)
def test_percent(share, text):
    assert labels.percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(3.14, "3.1 s"), (42.2, "42 s"), (128.9, "2 min 09 s"), (702.0, "12 min"), (7500.0, "2 h 05 min")],
)
def test_duration(seconds, text):
    assert labels.duration(seconds) == text


def test_imports_only_what_is_needed():
    """Whoever collects events does not pay for drawing, and drawing leaves a host's pyplot alone."""
    program = (
        "import sys; from isaaclab_mimic_core.report import RunRecord; assert 'matplotlib' not in sys.modules;"
        "from isaaclab_mimic_core.report import write_report;"
        "assert not {'matplotlib.pyplot', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def test_empty_record_has_no_plots():
    for draw in (plots.success, lambda record: plots.failures(record, {})):
        with pytest.raises(plots.NothingToDraw):
            draw(RunRecord())
