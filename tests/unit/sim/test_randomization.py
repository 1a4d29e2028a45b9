# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Ranges of what is drawn at random in pictures: what a file may say, and what is drawn from it."""

import re
from pathlib import Path

import pytest
import torch

from isaaclab_mimic_core.errors import InputFileError, OptionError
from isaaclab_mimic_core.sim.rendering.randomization import SETTINGS, Take, neutral, read_randomization

ROOT = Path(__file__).parents[3]
RANGES = """
distant_light: {azimuth: [-1, 1], color: {r: [0.5, 1], g: [0.5, 1], b: [0.2, 0.4]}}
background: {color: {choices: [[1, 0, 0], [0, 0.5, 0]]}}
materials:
  table: {texture: {patterns: [checker, wood], scale: [0.01, 0.1]}, per: frame}
  cube_.*: {color: {operation: scale, r: [0.5, 2], g: [0.5, 2], b: [0.5, 2]}, roughness: [0.2, 0.2]}
images: {.*: {noise: [0, 8]}}
per: demonstration
"""


def written(tmp_path, text: str) -> str:
    path = tmp_path / "look.yaml"
    path.write_text(text)
    return str(path)


def frames(count: int, number: int = 3, seed: int = 1, variation: int = 0) -> Take:
    return Take.of(seed, number, variation, torch.arange(count))


def test_a_value_is_drawn_for_a_demonstration_or_for_every_frame_within_its_range(tmp_path):
    ranges = read_randomization(written(tmp_path, RANGES))
    azimuth, color = ranges.group("distant_light")
    values = azimuth.values("distant_light", frames(50))
    assert values.shape == (50, 1) and len(values.unique()) == 1
    many = torch.cat([azimuth.values("distant_light", frames(1, i)) for i in range(300)])
    assert many.min() < -0.9 and many.max() > 0.9 and many.abs().max() <= 1 and abs(many.mean()) < 0.15
    drawn = torch.cat([color.values("distant_light", frames(1, i)) for i in range(100)])
    assert (drawn[:, 2] <= 0.4).all() and (drawn[:, :2] >= 0.5).all() and len(drawn.unique()) > 250
    things = ranges.of_each("materials", ["table", "cube_1", "cube_2", "robot"])
    assert set(things) == {"table", "cube_1", "cube_2"}
    patterns, scale = things["table"]
    assert len(scale.values("materials/table", frames(50)).unique()) == 50
    assert set(patterns.values("materials/table", frames(50)).unique().tolist()) == {1.0, 3.0}
    tint, roughness = things["cube_1"]
    one, other = (tint.values(f"materials/cube_{i}", frames(1)) for i in (1, 2))
    assert tint.scales and (one != other).any()
    assert roughness.values("materials/cube_1", frames(3)).flatten().tolist() == pytest.approx([0.2] * 3)
    (background,) = ranges.group("background")
    chosen = {tuple(background.values("background", frames(1, i))[0].tolist()) for i in range(40)}
    assert chosen == {(1.0, 0.0, 0.0), (0.0, 0.5, 0.0)}
    assert not ranges.group("dome_light") and not ranges.of_each("cameras", ["table_cam"])


def test_a_value_depends_on_what_it_is_for_and_on_nothing_else(tmp_path):
    ranges = read_randomization(written(tmp_path, RANGES))
    azimuth = ranges.group("distant_light")[0]
    scale = ranges.of_each("materials", ["table", "cube_1"])["table"][1]
    first = azimuth.values("distant_light", frames(1))
    for others in (frames(1, 4), frames(1, seed=2), frames(1, variation=1)):
        assert (azimuth.values("distant_light", others) != first).all()
    # A frame has the same value in any batch.
    whole = scale.values("materials/table", frames(9))
    some = scale.values("materials/table", Take.of(1, 3, 0, torch.tensor([7, 2])))
    assert (some == whole[[7, 2]]).all()
    # What else stands in the file, and where, is of no consequence.
    alone = read_randomization(written(tmp_path, "distant_light: {azimuth: [-1, 1]}")).group("distant_light")[0]
    assert (alone.values("distant_light", frames(4)) == azimuth.values("distant_light", frames(4))).all()
    assert azimuth.values("distant_light", frames(1)).item() == pytest.approx(PINNED, abs=1e-6)


PINNED = -0.065389
"""So that files that were drawn remain what their seed says."""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("[1, 2]", "line 1: should be a mapping"),
        ("{}", "should hold some of distant_light"),
        ("per: frame", "should hold some of distant_light"),
        ("lights: {}", "line 1, lights: is no setting"),
        ("\ndistant_light:\n  azimut: [0, 1]", "line 3, distant_light azimut: is no setting"),
        ("distant_light: {}", "distant_light: should hold some of azimuth"),
        ("distant_light: 3", "line 1, distant_light: should be a mapping"),
        ("distant_light: {azimuth: 1}", "azimuth: should be a range [low, high], not 1"),
        ("distant_light: {azimuth: [1, 0]}", "the lower end first"),
        ("distant_light: {azimuth: [0, 90]}", "within -6.28319 and 6.28319"),
        ("distant_light: {azimuth: [0, .nan]}", "azimuth"),
        ("distant_light: {azimuth: [yes, 1]}", "azimuth"),
        ("distant_light: {intensity: [-1, 1]}", "within 0"),
        ("distant_light: {color: {r: [0, 1]}}", "ranges r, g and b, or choices"),
        ("distant_light: {color: {choices: []}}", "color choices: should be a list of colours"),
        ("distant_light: {color: {operation: scale, r: [0, 1], g: [0, 1], b: [0, 1]}}", "ranges r, g and b"),
        ("distant_light: {azimuth: [0, 1], per: step}", "per: should be demonstration or frame, not 'step'"),
        ("distant_light:\n  azimuth: [0, 1]\n  azimuth: [0, 2]", "line 3, distant_light azimuth: is there twice"),
        ("materials: {}", "materials: should hold names"),
        ("materials: {table: {}}", "materials table: should hold some of color"),
        ("materials: {'*': {roughness: [1, 1]}}", "is no regular expression"),
        ("materials: {table: {metallic: [0, 1]}}", "materials table metallic: is no setting"),
        ("materials: {table: {roughness: [0, 1]}}", "within 0.05 and 1"),
        ("materials: {table: {color: {operation: add, r: [0, 1], g: [0, 1], b: [0, 1]}}}", "abs or scale"),
        ("materials: {table: {color: {r: [0, 2], g: [0, 1], b: [0, 1]}}}", "within 0 and 1"),
        ("materials: {table: {texture: {scale: [0.1, 0.2]}}}", "lacks patterns"),
        ("materials: {table: {texture: {patterns: [marble]}}}", "should be a list of some of none, checker"),
        ("materials: {table: {texture: {patterns: [wood], scale: [0, 1]}}}", "within 0.001"),
        ("cameras: {table_cam: {pose_range: {w: [0, 1]}}}", "pose_range w: is no setting"),
        ("cameras: {table_cam: {focal_length: [0, 1]}}", "within 0.1"),
        ("images: {table_cam: {noise: [0, 300]}}", "within 0 and 128"),
        ("images: {table_cam: {exposure: !!python/name:os.system x}}", "is no YAML"),
        ("images: {", "is no YAML"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(tmp_path, text, says):
    path = written(tmp_path, text)
    with pytest.raises(InputFileError) as error:
        read_randomization(path)
    assert says in str(error.value) and path in str(error.value)
    assert len(str(error.value).splitlines()) <= 2


def test_names_have_to_be_those_of_something_and_of_one_entry(tmp_path):
    path = written(tmp_path, "materials: {tabel: {roughness: [1, 1]}, cube_1: {roughness: [1, 1]}}")
    with pytest.raises(OptionError, match=r"line 1, materials tabel: there are no materials 'tabel'\n.* cube_1, table"):
        read_randomization(path).of_each("materials", ["table", "cube_1"])
    path = written(tmp_path, "images:\n  table_cam: {noise: [1, 1]}\n  .*: {noise: [2, 2]}")
    with pytest.raises(OptionError, match=r"line 3, images \.\*: table_cam is also meant by 'table_cam'"):
        read_randomization(path).of_each("images", ["table_cam"])


def test_the_shipped_example_and_the_documentation_name_every_setting():
    def names(known: dict, above: str = "") -> set[str]:
        inner = [
            names(kind, f"{above}{name}/") if isinstance(kind, dict) else {above + name} for name, kind in known.items()
        ]
        return set().union(*inner)

    known = {(group, setting) for group, settings in SETTINGS.items() for setting in names(settings)}
    ranges = read_randomization(str(ROOT / "config" / "stack_randomization.yaml"))
    assert {(part.group, draw.setting) for part in ranges.parts for draw in part.draws} == known
    page = (ROOT / "docs" / "rendering.md").read_text()
    table = re.findall(r"^\| `(\w+)` \| (`[^|]+`) \|.*\| ?([^|]*) \|$", page, re.MULTILINE)
    described = {
        (group, name.replace(" ", "/")): neutral
        for group, cell, neutral in table
        for name in re.findall("`(.*?)`", cell)
    }
    assert described.keys() == known
    for (group, setting), says in described.items():
        if re.fullmatch(r"\[\d, \d\]", says) and "contrast" not in setting:
            assert says == f"[{neutral(group, setting):g}, {neutral(group, setting):g}]"
