# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The checks that every reader of a file makes first; `check` finds the same."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.datasets.check import check_file, faults, require, usable
from isaaclab_mimic_core.errors import DatasetError

CUBE = "rigid_object/cube_1/root_pose"
TERMS = ("obs/eef_pos", "obs/gripper_open", "initial_state", "states")


def put(demo: h5py.Group, path: str, values: object) -> None:
    if path in demo:
        del demo[path]
    demo[path] = values


def chunk_of_zeros(demo: h5py.Group, path: str) -> None:
    """Overwrite an array by one whose only chunk cannot be unpacked."""
    shape = demo[path].shape
    del demo[path]
    array = demo.create_dataset(path, shape, "f4", chunks=shape, compression="gzip")
    array.id.write_direct_chunk((0,) * len(shape), b"\0" * 50)


def huge(demo: h5py.Group, path: str) -> None:
    width = demo[path].shape[1:]
    del demo[path]
    demo.create_dataset(path, (10**9, *width), "f4", chunks=(10**5, *width))


def longer(demo: h5py.Group, path: str) -> None:
    values = demo[path][()]
    put(demo, path, np.concatenate([values, values[-1:]]))


def not_a_number(demo: h5py.Group, path: str) -> None:
    demo[path][5, 1] = np.nan


FAULTS: dict[str, tuple[str, str, Callable[[h5py.Group], None]]] = {
    "one row more": ("rows", "obs/eef_pos has 32 rows, not 31", lambda demo: longer(demo, "obs/eef_pos")),
    "NaN": (
        "not_finite",
        "obs/eef_pos, row 5 is not finite (1 value in all)",
        lambda demo: not_a_number(demo, "obs/eef_pos"),
    ),
    "a term less": ("missing", "has no obs/eef_pos (in obs: gripper_open)", lambda demo: demo["obs"].pop("eef_pos")),
    "narrower": (
        "mixed_layouts",
        "obs/eef_pos holds numbers 2, with most it is numbers 3",
        lambda demo: put(demo, "obs/eef_pos", np.zeros((31, 2), "f4")),
    ),
    "text": (
        "not_numeric",
        "obs/eef_pos holds text",
        lambda demo: put(demo, "obs/eef_pos", np.array([b"x"] * 31)),
    ),
    "no actions": ("missing", "has no actions", lambda demo: demo.pop("actions")),
    "no samples": ("empty", "has 0 samples", lambda demo: put(demo, "actions", np.zeros((0, 7), "f4"))),
    "actions of one number": ("shape", "actions of shape (31,)", lambda demo: put(demo, "actions", np.zeros(31, "f4"))),
    "a size that cannot be": (
        "damaged",
        "obs/eef_pos states a size of 12.0 GB, of which the file holds 0 bytes",
        lambda demo: huge(demo, "obs/eef_pos"),
    ),
    "a damaged chunk": (
        "damaged",
        "obs/eef_pos is damaged and cannot be read",
        lambda demo: chunk_of_zeros(demo, "obs/eef_pos"),
    ),
    "an object less at the start": (
        "initial_state",
        f"has no initial_state/{CUBE}, and states of it",
        lambda demo: demo.pop(f"initial_state/{CUBE}"),
    ),
    "an object less": (
        "mixed_layouts",
        f"lacks what most have: initial_state/{CUBE} and 1 more",
        lambda demo: (demo.pop(f"initial_state/{CUBE}"), demo.pop(f"states/{CUBE}")),
    ),
}


@pytest.fixture
def spoiled(make_file) -> Callable[..., Path]:
    def spoil(change: Callable[[h5py.Group], object]) -> Path:
        path = make_file(4)
        with h5py.File(path, "r+") as file:
            change(file["data/demo_1"])
        return path

    return spoil


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_by_every_way_of_asking(spoiled, fault):
    check, says, change = FAULTS[fault]
    path = spoiled(change)
    with DatasetReader(path) as reader:
        with pytest.raises(DatasetError) as error:
            require(reader, TERMS)
        good, bad = usable(reader, TERMS)
        found = list(faults(reader, TERMS))
        # Who does not use what is bad is not kept from the rest.
        require(reader, [], ["demo_0", "demo_2", "demo_3"])
    assert str(error.value).startswith(f"{path}, demo_1: ") and says in str(error.value)
    assert len(str(error.value).splitlines()) == 2
    assert good == ["demo_0", "demo_2", "demo_3"] and list(bad) == ["demo_1"]
    assert bad["demo_1"].check == check and says in bad["demo_1"].message
    assert {finding.demo for finding in found} == {"demo_1"}
    # The demonstrations are random walks, at which the checks of motion have something to find, too.
    kinds = {check for check, _, _ in FAULTS.values()}
    reported = {
        (one.demo, one.check) for one in check_file(path).findings if one.level == "error" if one.check in kinds
    }
    # What a term is missing to a reader is an odd layout to the file.
    assert ("demo_1", "mixed_layouts" if fault == "a term less" else check) in reported
    assert {demo for demo, _ in reported} == {"demo_1"}


def test_a_good_file_passes(make_file):
    with DatasetReader(make_file(3, annotated=True)) as reader:
        require(reader, [*TERMS, "obs/datagen_info"])
        assert usable(reader, TERMS) == (["demo_0", "demo_1", "demo_2"], {})


def test_only_what_is_used_is_asked_for(spoiled):
    path = spoiled(lambda demo: not_a_number(demo, "obs/eef_pos"))
    with DatasetReader(path) as reader:
        require(reader, ["initial_state"])
        require(reader, ["obs"], ["demo_0", "demo_3"])
        require(reader, ["obs"], values=False)
        with pytest.raises(DatasetError, match="demo_1: obs/eef_pos"):
            require(reader, ["obs"])
        with pytest.raises(DatasetError, match="no demonstration 'demo_9'"):
            require(reader, ["obs"], ["demo_9"])


def test_a_term_that_none_has_is_missing_in_each(make_file):
    with DatasetReader(make_file(2)) as reader:
        good, bad = usable(reader, ["obs/force"])
        assert not good and list(bad) == ["demo_0", "demo_1"]
        assert "has no obs/force (in obs: eef_pos, gripper_open)" in bad["demo_0"].message
