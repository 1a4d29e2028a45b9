# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Damaged or malicious files: the error is reported, and no other file is opened."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from h5py import h5d, h5p, h5s, h5t, h5z
from waiting import LIMIT, LONG

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, format_summary, summarise
from isaaclab_mimic_core.datasets.check import check_file, require
from isaaclab_mimic_core.datasets.edit import drop, merge, select
from isaaclab_mimic_core.datasets.layout import natural_order
from isaaclab_mimic_core.datasets.lerobot.features import LeRobotTerms, features_of, require_float32
from isaaclab_mimic_core.errors import DatasetError, InputFileError

FUZZ = Path(__file__).parents[2] / "fuzz"
TERM = "obs/eef_pos"


@pytest.fixture
def bait(tmp_path) -> Path:
    """A file that the others refer to, and a raw one."""
    with h5py.File(tmp_path / "bait.hdf5", "w") as file:
        file["x"] = np.ones((31, 3), "f4")
        file["demo"] = h5py.SoftLink("/")
    (tmp_path / "raw.bin").write_bytes(bytes(31 * 3 * 4))
    return tmp_path / "bait.hdf5"


def virtual(demo: h5py.Group, bait: Path) -> None:
    plan = h5py.VirtualLayout((31, 3), "f4")
    plan[...] = h5py.VirtualSource(str(bait), "x", shape=(31, 3))
    demo.create_virtual_dataset(TERM, plan)


def stored_elsewhere(demo: h5py.Group, bait: Path) -> None:
    demo.create_dataset(TERM, (31, 3), "f4", external=[(str(bait.with_name("raw.bin")), 0, 31 * 3 * 4)])


def filtered(demo: h5py.Group, bait: Path) -> None:
    plan = h5p.create(h5p.DATASET_CREATE)
    plan.set_chunk((31, 3))
    plan.set_filter(32013, h5z.FLAG_OPTIONAL, (1,))
    array = h5d.create(demo["obs"].id, b"eef_pos", h5t.IEEE_F32LE, h5s.create_simple((31, 3)), plan)
    array.write_direct_chunk((0, 0), bytes(31 * 3 * 4))


def through_another_file(demo: h5py.Group, bait: Path) -> None:
    demo["out"] = h5py.ExternalLink(str(bait), "/")
    demo[TERM] = h5py.SoftLink(f"{demo.name}/out/x")


PLACES: dict[str, tuple[str, Callable[[h5py.Group, Path], object]]] = {
    "a link to another file": (
        "is a link to another file, which is not followed",
        lambda demo, bait: demo.__setitem__(TERM, h5py.ExternalLink(str(bait), "x")),
    ),
    "a soft link through another file": ("is a link to another file, which is not followed", through_another_file),
    "a virtual dataset": ("has its values in another file, which is not opened", virtual),
    "external storage": ("has its values in another file, which is not opened", stored_elsewhere),
    "an unknown filter": ("is packed with the HDF5 filter 32013, which this program does not load", filtered),
    "a soft link to itself": (
        "is a link that leads nowhere",
        lambda demo, bait: demo.__setitem__(TERM, h5py.SoftLink(f"{demo.name}/{TERM}")),
    ),
    "a soft link to nothing": (
        "is a link that leads nowhere",
        lambda demo, bait: demo.__setitem__(TERM, h5py.SoftLink("nothing")),
    ),
    "a group in itself": ("lies in itself", lambda demo, bait: demo["obs"].__setitem__("eef_pos", demo["obs"])),
    "a million chunks": (
        "is cut into 1000000 chunks, and at most 65536 are read",
        lambda demo, bait: demo.create_dataset(TERM, (10**6, 3), "f4", chunks=(1, 3)),
    ),
    "no values": ("holds no values", lambda demo, bait: demo.__setitem__(TERM, h5py.Empty("f4"))),
}


@pytest.mark.parametrize("place", PLACES)
def test_what_lies_elsewhere_is_said_and_not_opened(make_file, bait, watch, place):
    why, change = PLACES[place]
    path = make_file(3)
    with h5py.File(path, "r+") as file:
        del file["data/demo_1"][TERM]
        change(file["data/demo_1"], bait)
    watch.touched()
    findings = check_file(path).findings
    assert (f"{TERM} {why}", "damaged") in {(found.message, found.check) for found in findings if found.demo}
    assert summarise(path)["unfit"]["train"] == {"demo_1": f"{TERM} {why}"}
    with DatasetReader(path) as reader, pytest.raises(DatasetError, match=f"demo_1: {TERM} {why}"):
        require(reader, [TERM])
    with pytest.raises(DatasetError, match=f"demo_1: {TERM} {why}"):
        merge([path, make_file(1, "other.hdf5")], path.with_name("both.hdf5"))
    assert not path.with_name("both.hdf5").exists()
    # Without that one it is a file like any other.
    drop(path, ["demo_1"], path.with_name("good.hdf5"))
    assert watch.touched() <= {path.name, "other.hdf5", "good.hdf5"}
    assert not [found for found in check_file(path.with_name("good.hdf5")).findings if found.check == "damaged"]


@pytest.fixture
def watch(tmp_path):
    """Who opens or reads what in the test's folder, seen by the system: HDF5 opens files from C. Our hidden helpers of
    writing are left out."""
    sys.path.insert(0, str(FUZZ))
    try:
        from watch import Watch
    finally:
        sys.path.remove(str(FUZZ))

    class Visible(Watch):
        def touched(self) -> set[str]:
            return {name for name in super().touched() if not name.startswith(".")}

    return Visible(tmp_path)


def test_the_watch_sees_what_hdf5_opens(make_file, bait, watch):
    path = make_file(1)
    with h5py.File(path, "r+") as file:
        file["data/demo_0/link"] = h5py.ExternalLink(str(bait), "x")
        watch.touched()
        assert file["data/demo_0/link"][()].any()
    assert "bait.hdf5" in watch.touched()


def test_data_that_is_a_link_to_another_file(make_file, bait, watch):
    path = make_file(1)
    with h5py.File(path, "r+") as file:
        del file["data"]
        file["data"] = h5py.ExternalLink(str(bait), "/")
    watch.touched()
    with pytest.raises(InputFileError):
        DatasetReader(path)
    assert watch.touched() == {path.name}


def test_a_soft_link_within_the_file_is_followed(make_file):
    path = make_file(2)
    with h5py.File(path, "r+") as file:
        file.move(f"data/demo_1/{TERM}", "kept")
        file[f"data/demo_1/{TERM}"] = h5py.SoftLink("/kept")
        file["data/demo_2"] = h5py.SoftLink("demo_0")
    with DatasetReader(path) as reader:
        require(reader, [TERM])
        assert reader.read("demo_1", [TERM]).data[TERM].shape == (31, 3)
        assert reader.episode_names == ["demo_0", "demo_1", "demo_2"]


def test_groups_that_are_linked_many_times_end(make_file):
    path = make_file(1)
    with h5py.File(path, "r+") as file:
        group = file["data/demo_0/obs"]
        for _ in range(12):
            below = file.create_group(None)
            for name in "abcdefgh":
                group[name] = below
            group = below
        group["x"] = np.zeros(3)
    with DatasetReader(path) as reader:
        assert "is one of more than" in " ".join(reader.damage("demo_0").values())


def test_what_does_not_fit_into_memory_is_not_read(make_file, monkeypatch):
    path = make_file(1)
    with h5py.File(path, "r+") as file:
        rows = file.create_dataset("data/demo_0/obs/big", (30, 1 << 20), "u1", chunks=(1, 1 << 20), compression="gzip")
        rows[:] = 0
    monkeypatch.setattr("isaaclab_mimic_core.datasets.tree.free_memory", lambda: 50e6)
    with (
        DatasetReader(path) as reader,
        pytest.raises(DatasetError, match="obs/big takes 31 MB of memory, and 50 MB are free"),
    ):
        reader.read("demo_0")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("num_samples", "many", "its attribute num_samples is 'many', not a whole number"),
        ("num_samples", -3, "its attribute num_samples is -3, not a count"),
        ("success", "maybe", "its attribute success is 'maybe', not true or false"),
        ("seed", np.array([1, 2]), "its attribute seed is [1, 2], not a whole number"),
        ("seed", h5py.Empty("f4"), "its attribute seed is neither number, boolean nor text"),
    ],
)
def test_an_attribute_that_is_not_of_its_kind_counts_as_absent(make_file, name, value, says):
    path = make_file(2)
    with h5py.File(path, "r+") as file:
        file["data/demo_1"].attrs[name] = value
    assert ("demo_1", says) in {(found.demo, found.message) for found in check_file(path).findings}
    with DatasetReader(path) as reader:
        attrs = reader.attrs("demo_1")
        assert attrs["num_samples"] == 31 and (name == "num_samples" or name not in attrs)
    summary = summarise(path)
    assert summary["samples"]["total"] == 61 and summary["success_unknown"] == (name == "success")
    assert [kept.samples for kept in select(path, ["demo_1"], path.with_name("b.hdf5")).kept] == [31]


def test_names_of_attributes_that_are_not_text(make_file):
    path = make_file(1)
    with h5py.File(path, "r+") as file:
        file["data"].attrs[b"a\xff"] = 3
        file["data/demo_0"].attrs[b"b\xff"] = 4
    with DatasetReader(path) as reader:
        assert reader.data_attrs["a\ufffd"] == 3 and reader.attrs("demo_0")["b\ufffd"] == 4
    select(path, ["demo_0"], path.with_name("b.hdf5"))
    with DatasetReader(path.with_name("b.hdf5")) as reader:
        assert reader.attrs("demo_0")["b\ufffd"] == 4


def test_samples_are_counted_alike_where_the_file_does_not_say(make_file, make_episode):
    path = make_file(3)
    with h5py.File(path, "r+") as file:
        for demo in file["data"].values():
            del demo.attrs["num_samples"]
        del file["data"].attrs["total"]
    summary = summarise(path)
    assert summary["samples"] == {"total": 93, "min": 30, "mean": 31.0, "max": 32}
    assert set(summary["usable"].values()) <= {"", summary["usable"]["generate"]}
    messages = {found.message for found in check_file(path).findings}
    assert "says no total, and its demonstrations have 93 samples" in messages
    with DatasetWriter(path, {}, mode="append") as writer:
        writer.add(make_episode(10))
    with DatasetReader(path) as reader:
        assert reader.data_attrs["total"] == 103


def test_one_unreadable_demonstration_says_nothing_of_the_total(make_file):
    path = make_file(3)
    with h5py.File(path, "r+") as file:
        width = file["data/demo_1/actions"].shape[1]
        del file["data/demo_1/actions"]
        file["data/demo_1"].create_dataset("actions", (10**9, width), "f4", chunks=(1000, width))
    found = {(finding.demo, finding.check) for finding in check_file(path).findings if finding.check != "jump"}
    assert ("demo_1", "damaged") in found and not {check for demo, check in found if not demo}


def test_info_says_of_what_a_demonstration_cannot_be_used_for(make_file):
    path = make_file(3)
    with h5py.File(path, "r+") as file:
        del file["data/demo_1/initial_state/rigid_object/cube_1"]
    summary = summarise(path)
    why = "has no initial_state/rigid_object/cube_1/root_pose, and states of it"
    assert summary["unfit"]["replay"] == summary["unfit"]["annotate"] == {"demo_1": why}
    # The others can be, and they are.
    assert summary["usable"]["replay"] == "" and not summary["unfit"]["train"]
    assert f"replay      yes, but for demo_1: {why}" in format_summary(summary)


def test_a_heap_without_end_is_found_before_hdf5_reads_it(make_file):
    path = make_file(3)
    with h5py.File(path, "r+") as file:
        file["data/demo_1"].attrs["more"] = "words " * 50
    content = bytearray(path.read_bytes())
    at = content.rindex(b"GCOL") + 16
    content[at : at + 16] = bytes(16)
    path.write_bytes(content)
    # HDF5 would not come back, and nothing could stop it but the end of its process.
    command = [sys.executable, "-m", "isaaclab_mimic_core", "info", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 2
    assert f"{path}: is cut short or damaged" in done.stderr


def test_heaps_that_end_are_read(make_file):
    path = make_file(3)
    with h5py.File(path, "r+") as file:
        for number in range(40):
            file["data/demo_1"].attrs[f"more_{number}"] = "words " * number
        for number in range(0, 40, 3):
            del file["data/demo_1"].attrs[f"more_{number}"]
    assert path.read_bytes().count(b"GCOL") > 1
    with DatasetReader(path) as reader:
        assert reader.attrs("demo_1")["more_2"] == "words words "


def test_only_what_is_asked_for_is_looked_at(make_file):
    path = make_file(1)
    with h5py.File(path, "r+") as file:
        file["data/demo_0/obs/damaged"] = h5py.SoftLink("nowhere")
    with DatasetReader(path) as reader:
        everything, damage = reader.shapes("demo_0"), reader.damage("demo_0")
        assert set(damage) == {"obs/damaged"}
        assert reader.shapes("demo_0", ["obs/eef_pos"]) == {"obs/eef_pos": everything["obs/eef_pos"]}
        assert not reader.damage("demo_0", ["obs/eef_pos"])
        asked = ["actions", "states/rigid_object", "obs", "nothing"]
        wanted = {name: array for name, array in everything.items() if name.startswith(tuple(asked))}
        assert len(wanted) > 3 and reader.shapes("demo_0", asked) == wanted
        assert reader.damage("demo_0", asked) == damage


def test_names_of_thousands_of_digits_are_put_in_order():
    names = ["demo_" + "9" * 5000, "demo_10", "demo_2", "demo_002"]
    assert sorted(names, key=natural_order) == ["demo_2", "demo_002", "demo_10", "demo_" + "9" * 5000]


def test_mutated_files_through_the_verbs():
    """A few of the thousands that the program itself makes; a failure there names the file's number."""
    program = [sys.executable, str(FUZZ / "mutate_datasets.py"), "--files", "40", "--verbs", "light", "--each", "3"]
    done = subprocess.run(program, capture_output=True, text=True, timeout=LONG)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "40 files, 120 runs, 0 failures" in done.stdout


def test_of_very_many_arrays_those_that_are_exported_are_found(make_file):
    path = make_file(1)
    with h5py.File(path, "r+") as file:
        obs = file["data/demo_0/obs"]
        obs["z_last"] = np.zeros((30, 3), np.float32)
        many = obs.create_group("many")
        for number in range(2100):
            many[str(number)] = obs["z_last"]
    with DatasetReader(path) as reader:
        assert "obs/z_last" not in reader.shapes("demo_0")
        features = features_of(reader, "demo_0", LeRobotTerms(("z_last",), (), ()), with_states=False)
        require_float32(reader, ["demo_0"], features)
    assert [part.shape for part in features.numbers["observation.state"]] == [(3,)]


def test_a_task_of_other_characters_is_told_in_one_line(make_file):
    path = make_file(1)
    with h5py.File(path, "r+") as file:
        file["data"].attrs["env_args"] = json.dumps({"env_name": "\ud800\x1b[2J\nMine"})
    with DatasetReader(path) as reader:
        assert reader.env_name == r"\ud800\x1b[2J\nMine" and reader.env_name.isprintable()
