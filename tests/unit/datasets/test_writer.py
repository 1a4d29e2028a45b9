# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

import errno
import fcntl
import mmap
import os
import stat
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode, SavedEpisode, encoding, filesystem
from isaaclab_mimic_core.errors import MimicError, OutputError

ENV = {"env_name": "Task-v0"}


def files_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def refusal(*arguments, **keywords) -> str:
    with pytest.raises(OutputError) as error:
        DatasetWriter(*arguments, **keywords)
    text = str(error.value)
    assert len(text.splitlines()) == 2
    return text


def names_in(path: Path) -> list[str]:
    with DatasetReader(path, allow_empty=True) as reader:
        return reader.episode_names


def test_the_file_is_complete_from_its_first_demonstration_and_alone_at_the_end(tmp_path, make_episode):
    path = tmp_path / "new" / "folder" / "demos.hdf5"
    with DatasetWriter(path, ENV) as writer:
        assert writer.add(make_episode(30)) == "demo_0"
        assert writer.add(make_episode(40)) == "demo_1"
        assert not path.exists()
        assert writer.commit() == [SavedEpisode("demo_0", 30), SavedEpisode("demo_1", 40)]
        assert names_in(path) == ["demo_0", "demo_1"]
        assert writer.commit() == []
    assert files_in(path.parent) == ["demos.hdf5"]
    with h5py.File(path) as file:
        assert file.attrs["format_version"] == 1
        assert file["data"].attrs["total"] == 70
        assert file["data/demo_1"].attrs["num_samples"] == 40


@pytest.mark.parametrize("mode", ["create", "append", "overwrite"])
def test_without_a_demonstration_there_is_no_file(tmp_path, mode):
    DatasetWriter(tmp_path / "a.hdf5", ENV, mode).close()
    assert files_in(tmp_path) == []


def test_what_is_to_be_replaced_stays_until_there_is_something_new(tmp_path, make_episode):
    path = tmp_path / "a.hdf5"
    with DatasetWriter(path, ENV) as writer:
        writer.add(make_episode(30))
    before = path.read_bytes()
    DatasetWriter(path, ENV, "overwrite").close()
    assert path.read_bytes() == before and files_in(tmp_path) == ["a.hdf5"]
    with DatasetWriter(path, ENV, "overwrite") as writer:
        writer.add(make_episode(40))
        assert path.read_bytes() == before
        writer.commit()
        with DatasetReader(path) as reader:
            assert [reader.num_samples(name) for name in reader.episode_names] == [40]
    assert files_in(tmp_path) == ["a.hdf5"]


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path, make_episode):
    path = tmp_path / "a.hdf5"
    with pytest.raises(OutputError), DatasetWriter(path, ENV) as writer:
        writer.add(make_episode(30))
        path.write_text("somebody else's")
        writer.commit()
    assert path.read_text() == "somebody else's" and files_in(tmp_path) == ["a.hdf5"]


def test_both_copies_take_turns_and_hold_the_same(tmp_path, make_episode, assert_same):
    writer = DatasetWriter(tmp_path / "a.hdf5", ENV)
    inodes = set()
    for i in range(6):
        writer.add(make_episode(20 + i, seed=i))
        writer.commit()
        inodes.add(writer.path.stat().st_ino)
    writer.close()
    assert len(inodes) == 2
    with DatasetReader(writer.path) as reader:
        assert reader.data_attrs["total"] == sum(range(20, 26))
        for i, episode in enumerate(reader.episodes()):
            assert_same(episode, make_episode(20 + i, seed=i))


def test_a_commit_does_not_read_through_the_file(tmp_path, make_episode, monkeypatch):
    searched, map_file = [], mmap.mmap
    monkeypatch.setattr(mmap, "mmap", lambda *given, **more: searched.append(given) or map_file(*given, **more))
    path = tmp_path / "a.hdf5"
    with DatasetWriter(path, ENV) as writer:
        for _ in range(4):
            writer.add(make_episode(20))
            writer.commit()
        assert not searched
    # A file of somebody else is searched for damage.
    assert names_in(path) == [f"demo_{number}" for number in range(4)] and searched


def test_what_was_added_is_committed_on_closing(tmp_path, make_episode):
    writer = DatasetWriter(tmp_path / "a.hdf5", ENV)
    writer.add(make_episode())
    writer.close()
    writer.close()
    assert names_in(writer.path) == ["demo_0"]
    with pytest.raises(ValueError, match="closed"):
        writer.add(make_episode())


def test_demos_survive_an_exception_of_the_program(tmp_path, make_episode):
    with pytest.raises(KeyError), DatasetWriter(tmp_path / "a.hdf5", ENV) as writer:
        writer.add(make_episode())
        raise KeyError
    assert names_in(writer.path) == ["demo_0"]


@pytest.mark.parametrize("name", ["a", "a.v1", "a.hdf5", "a.h5"])
def test_the_suffix_is_added_when_missing(tmp_path, make_episode, name):
    with DatasetWriter(tmp_path / name, ENV) as writer:
        writer.add(make_episode())
    expected = name if name.endswith(("hdf5", "h5")) else name + ".hdf5"
    assert writer.path == tmp_path / expected and files_in(tmp_path) == [expected]


def test_an_existing_file_is_never_replaced_unasked(make_file):
    path = make_file()
    before = path.read_bytes()
    text = refusal(path, ENV)
    assert "exists already" in text and "--append" in text and "--overwrite" in text
    assert path.read_bytes() == before and files_in(path.parent) == ["demos.hdf5"]


def test_append_numbers_on_and_keeps_what_is_there(make_file, make_episode, assert_same):
    path = make_file(2, note="kept")
    with h5py.File(path, "r+") as file:
        file.move("data/demo_1", "data/demo_11")
        file["mask/train"] = np.array([b"demo_0"])
    path.chmod(0o640)
    with DatasetWriter(path, {"env_name": "Other"}, mode="append", attrs={"mimic": {"run": 2}}) as writer:
        assert writer.env_args["env_name"] == "Task-v0"
        assert writer.add(make_episode(50, seed=9)) == "demo_12"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    with DatasetReader(path) as reader:
        assert reader.episode_names == ["demo_0", "demo_11", "demo_12"]
        assert reader.env_name == "Task-v0"
        assert reader.data_attrs["note"] == "kept" and reader.data_attrs["mimic"] == {"run": 2}
        assert reader.data_attrs["total"] == 30 + 31 + 50
        assert_same(reader.read("demo_12"), make_episode(50, seed=9))
    with h5py.File(path) as file:
        assert "mask/train" in file


def test_append_makes_a_missing_file(tmp_path, make_episode):
    with DatasetWriter(tmp_path / "a.hdf5", ENV, mode="append") as writer:
        writer.add(make_episode())
    assert names_in(writer.path) == ["demo_0"]


def test_append_removes_what_a_killed_run_left(make_file, make_episode):
    path = make_file(2)
    for role in ("shadow", "shadow~", "tmp", "lock"):
        (path.parent / f".demos.hdf5.{role}").write_bytes(b"half a file")
    with DatasetWriter(path, ENV, mode="append") as writer:
        writer.add(make_episode())
    assert files_in(path.parent) == ["demos.hdf5"] and len(names_in(path)) == 3


def test_append_refuses_older_quaternions(tmp_path):
    path = tmp_path / "a.hdf5"
    with h5py.File(path, "w") as file:
        file["data/demo_0/actions"] = np.zeros((3, 7))
    before = path.read_bytes()
    assert "mimic convert" in refusal(path, ENV, mode="append")
    assert path.read_bytes() == before


def test_append_refuses_what_is_no_dataset(tmp_path):
    path = tmp_path / "a.hdf5"
    path.write_bytes(b"something else")
    assert "not an HDF5 file" in refusal(path, ENV, mode="append")
    assert path.read_bytes() == b"something else"


def test_append_refuses_a_write_protected_file(make_file):
    path = make_file()
    path.chmod(0o400)
    if os.access(path, os.W_OK):
        pytest.skip("this user may write everything")
    assert "permission" in refusal(path, ENV, mode="append")


def test_a_folder_is_refused(tmp_path):
    assert "is a folder" in refusal(tmp_path, ENV)
    assert files_in(tmp_path) == []


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "notes").write_text("")
    assert "notes is a file, not a folder" in refusal(tmp_path / "notes" / "deep" / "a.hdf5", ENV)


def test_a_folder_that_may_not_be_written(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    # Where the tests run as root, the kernel's own file system refuses.
    target = Path("/proc/demos.hdf5") if os.access(folder, os.W_OK) else folder / "demos.hdf5"
    assert "cannot be written" in (text := refusal(target, ENV)) or "permission" in text


def test_a_name_too_long(tmp_path):
    assert "too long" in refusal(tmp_path / ("x" * 300), ENV)


def test_a_symbolic_link_stays_one(tmp_path, make_episode):
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "real.hdf5"
    link = tmp_path / "link.hdf5"
    link.symlink_to(target)
    with DatasetWriter(link, ENV, mode="append") as writer:
        for _ in range(3):
            writer.add(make_episode())
            writer.commit()
    assert link.is_symlink() and len(names_in(target)) == 3
    assert files_in(tmp_path / "elsewhere") == ["real.hdf5"]


def test_two_writers_are_refused(tmp_path):
    with DatasetWriter(tmp_path / "a.hdf5", ENV):
        for mode in ("create", "append", "overwrite"):
            assert "another program is writing" in refusal(tmp_path / "a.hdf5", ENV, mode=mode)
    DatasetWriter(tmp_path / "a.hdf5", ENV, mode="append").close()


def test_file_systems_without_locks(tmp_path, make_episode, monkeypatch):
    def flock(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    with DatasetWriter(tmp_path / "a.hdf5", ENV) as writer:
        writer.add(make_episode())
    assert names_in(writer.path) == ["demo_0"] and files_in(tmp_path) == ["a.hdf5"]


def test_file_systems_that_cannot_reserve_room(tmp_path, make_episode, monkeypatch):
    def posix_fallocate(*_):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "posix_fallocate", posix_fallocate)
    with DatasetWriter(tmp_path / "a.hdf5", ENV) as writer:
        writer.add(make_episode())
        writer.commit()
        monkeypatch.setattr(filesystem.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
        writer.add(make_episode())
        with pytest.raises(OutputError, match="no space is left"):
            writer.commit()
        writer.close(commit=False)
    assert names_in(writer.path) == ["demo_0"]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"actions": np.zeros((0, 7))},
        {"obs/a": np.zeros((3, 2))},
        {"actions": np.zeros((3, 7)), "actions/a": np.zeros(3)},
        {"actions": np.zeros((3, 7)), "obs/text": np.array(["a", "b", "c"])},
        {"actions": np.zeros((3, 7)), "obs/any": np.array([None, 1, "c"])},
    ],
)
def test_impossible_episodes_are_refused_at_once(tmp_path, data):
    with DatasetWriter(tmp_path / "a.hdf5", ENV) as writer, pytest.raises(ValueError):
        writer.add(Episode(data))
    assert files_in(tmp_path) == []


RNG = np.random.default_rng(0)
ARRAYS = {
    "noise": RNG.normal(size=(400, 9)).astype(np.float32),
    "noise_bytes": RNG.integers(0, 256, (300, 64), np.uint8),
    "images": np.tile(np.arange(96 * 96 * 3, dtype=np.uint8).reshape(1, 96, 96, 3), (90, 1, 1, 1)),
    "images_odd": RNG.integers(0, 9, (41, 200, 200, 3), np.uint8),
    "one_big_row": np.zeros((2, 700, 800), np.float32),
    "many_small_rows": np.arange(400_000, dtype=np.int64),
    "half": RNG.normal(size=(500, 3)).astype(np.float16),
    "double": RNG.normal(size=(100, 3, 3)),
    "flags": RNG.random((5000, 1)) > 0.5,
    "few_flags": np.array([[True], [False]]),
    "scalar": np.float32(4),
    "nothing": np.zeros((0, 5), np.float32),
    "no_width": np.zeros((7, 0), np.float32),
    "every_other": np.arange(6000, dtype=np.int32)[::2],
    "columns_first": np.asfortranarray(RNG.normal(size=(300, 20))),
    "big_endian": np.arange(1000, dtype=">f4"),
}


@pytest.mark.parametrize("compression", [True, False])
def test_arrays_of_all_shapes_and_types_read_the_same(tmp_path, compression):
    data = {"actions": np.zeros((5, 7), np.float32)} | {f"obs/{name}": values for name, values in ARRAYS.items()}
    with DatasetWriter(tmp_path / "a.hdf5", ENV, compression=compression) as writer:
        writer.add(Episode(data))
        writer.commit()
        writer.add(Episode(data))
    with h5py.File(writer.path) as file:
        for path, values in data.items():
            for demo in ("demo_0", "demo_1"):
                dataset = file[f"data/{demo}/{path}"]
                assert dataset.dtype == values.dtype and dataset.shape == values.shape
                np.testing.assert_array_equal(dataset[()], values, err_msg=path)
        assert file["data/demo_0/obs/images"].compression == ("gzip" if compression else None)
        if compression:
            assert file["data/demo_0/obs/images"].compression_opts == 2
            assert file["data/demo_0/obs/noise"].chunks == (400, 9)
            assert np.prod(file["data/demo_0/obs/images_odd"].chunks) <= 1 << 20


def test_the_room_reserved_is_enough(tmp_path, make_episode):
    """HDF5 must never grow a file past what was reserved: that is where a full disk would crash the process."""
    tiny = {"actions": np.ones((1, 1)), **{f"a/b{i}/c/d/e{i}": np.ones((400, 1)) for i in range(60)}}
    attrs = {f"attribute_{i}": "x" * i * 100 for i in range(30)}
    large = {"actions": np.zeros((5, 7)), **{f"obs/{name}": values for name, values in ARRAYS.items()}}
    for episode in (Episode(tiny, attrs), Episode(large), make_episode(250, annotated=True)):
        with DatasetWriter(tmp_path / "a.hdf5", ENV, mode="overwrite") as writer:
            writer.add(episode)
            writer.commit()
            for _ in range(3):
                before = writer.path.stat().st_size
                writer.add(episode)
                writer.commit()
                grown = writer.path.stat().st_size - before
                bound = encoding.encode_episode("demo_0", episode, True).size_bound
                assert 0 < grown < bound, (grown, bound)


def test_programs_that_have_the_file_open_keep_seeing_their_copy(tmp_path, make_episode, assert_same):
    with DatasetWriter(tmp_path / "a.hdf5", ENV) as writer:
        readers = []
        for i in range(5):
            writer.add(make_episode(25, seed=i))
            writer.commit()
            readers.append(DatasetReader(writer.path))
            for count, reader in enumerate(readers, start=1):
                assert len(reader) == count
                for seed, episode in enumerate(reader.episodes()):
                    assert_same(episode, make_episode(25, seed=seed))
        for reader in readers:
            reader.close()
    assert len(names_in(writer.path)) == 5 and files_in(tmp_path) == ["a.hdf5"]


def test_another_process_that_reads_is_neither_disturbed_nor_in_the_way(tmp_path, make_episode, run_python):
    with DatasetWriter(tmp_path / "a.hdf5", ENV) as writer:
        writer.add(make_episode(25))
        writer.commit()
        reader = run_python("read_repeatedly.py", writer.path)
        assert reader.stdout.readline().strip() == "reading"
        for _ in range(60):
            writer.add(make_episode(25))
            writer.commit()
    reader.terminate()
    assert reader.stdout.read() == "" and reader.stderr.read() == ""
    reader.wait()
    assert len(names_in(writer.path)) == 61


@pytest.mark.parametrize("damage", ["removed", "garbage", "read only open"])
def test_a_lost_or_damaged_shadow_is_made_anew(tmp_path, make_episode, damage):
    with DatasetWriter(tmp_path / "a.hdf5", ENV) as writer:
        for _ in range(3):
            writer.add(make_episode())
            writer.commit()
        shadow = tmp_path / ".a.hdf5.shadow"
        if damage == "removed":
            shadow.unlink()
        elif damage == "garbage":
            shadow.write_bytes(b"no HDF5")
        holder = h5py.File(shadow) if damage == "read only open" else None
        for _ in range(2):
            writer.add(make_episode())
            writer.commit()
        if holder is not None:
            holder.close()
    assert len(names_in(writer.path)) == 5


def test_a_file_removed_after_the_last_commit_is_reported(tmp_path, make_episode):
    writer = DatasetWriter(tmp_path / "a.hdf5", ENV)
    writer.add(make_episode())
    writer.commit()
    writer.path.unlink()
    with pytest.raises(OutputError, match="was removed"):
        writer.close()
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_a_file_taken_away_is_reported_and_nothing_foreign_touched(tmp_path, make_episode, how):
    writer = DatasetWriter(tmp_path / "a.hdf5", ENV)
    writer.add(make_episode())
    writer.commit()
    writer.path.unlink()
    if how == "replaced":
        writer.path.write_bytes(b"somebody else's")
    writer.add(make_episode())
    with pytest.raises(OutputError, match=how):
        writer.commit()
    with pytest.raises(MimicError):
        writer.close()
    assert files_in(tmp_path) == (["a.hdf5"] if how == "replaced" else [])
    if how == "replaced":
        assert writer.path.read_bytes() == b"somebody else's"


def test_a_failed_commit_can_be_tried_again(tmp_path, make_episode, monkeypatch):
    with DatasetWriter(tmp_path / "a.hdf5", ENV) as writer:
        for step, saved in (("rename_new", ["demo_0", "demo_1"]), ("exchange", ["demo_2", "demo_3"])):
            for moment in ("before", "after"):
                writer.add(make_episode())
                original = getattr(filesystem, step)

                def interrupted(*paths, moment=moment, original=original):
                    if moment == "after":
                        original(*paths)
                    raise KeyboardInterrupt

                with monkeypatch.context() as patch:
                    patch.setattr(filesystem, step, interrupted)
                    with pytest.raises(KeyboardInterrupt):
                        writer.commit()
            assert [episode.name for episode in writer.commit()] == saved
    with DatasetReader(writer.path) as reader:
        assert reader.episode_names == ["demo_0", "demo_1", "demo_2", "demo_3"]
        assert reader.data_attrs["total"] == 120


@pytest.mark.parametrize("links", [True, False])
def test_systems_that_cannot_exchange_names(tmp_path, make_episode, monkeypatch, links):
    monkeypatch.setattr(filesystem, "_renameat2", None)
    if not links:
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no links")))
    with DatasetWriter(tmp_path / "a.hdf5", ENV) as writer:
        for _ in range(4):
            writer.add(make_episode())
            writer.commit()
    assert len(names_in(writer.path)) == 4 and files_in(tmp_path) == ["a.hdf5"]
    text = refusal(writer.path, ENV)
    assert "exists already" in text
