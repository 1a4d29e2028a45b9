# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Files as a broken disk, another program or somebody with bad intentions makes them, from good ones and by a seed.

Half of them have bytes changed, as a disk or a copy does; the others are whole HDF5 files whose contents are not what
they should be. Whatever refers to another file refers to one in the folder `bait`, which nobody may open.
"""

import json
import random
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
from h5py import h5d, h5p, h5s, h5t, h5z

BAIT = "bait.hdf5"
_UNKNOWN_FILTER = 32013
_MOST_PLACES = 500


def make_bait(folder: Path) -> None:
    """Make the files that mutated ones refer to."""
    folder.mkdir(parents=True, exist_ok=True)
    with h5py.File(folder / BAIT, "w") as file:
        file["x"] = np.zeros((12, 7), "f4")
        file["group/x"] = np.zeros((12, 7), "f4")
    (folder / "raw.bin").write_bytes(bytes(12 * 7 * 4))


def mutate(source: Path, target: Path, bait: Path, rng: random.Random) -> str:
    """Make a mutated copy of a file.

    Args:
        source: A good file.
        target: The file to make.
        bait: The folder that `make_bait` made.
        rng: Decides everything.

    Returns:
        What was done, in words.
    """
    if rng.random() < 0.5:
        content = bytearray(source.read_bytes())
        done = [_change_bytes(content, rng) for _ in range(rng.choice((1, 1, 2, 4, 8)))]
        target.write_bytes(content)
        return ", ".join(done)
    shutil.copy(source, target)
    done = []
    with h5py.File(target, "r+") as file:
        for change in rng.choices(CHANGES, k=rng.choice((1, 1, 1, 2, 3))):
            try:
                done.append(f"{change.__name__.strip('_')} {change(file, bait, rng)}")
            except Exception:
                done.append(f"{change.__name__.strip('_')} (not possible after what was done before)")
    return ", ".join(done)


def _change_bytes(content: bytearray, rng: random.Random) -> str:
    size = len(content)
    # The beginning holds what everything else hangs on.
    at = rng.randrange(min(2048, size)) if rng.random() < 0.3 else rng.randrange(size)
    kind = rng.choice(("byte", "byte", "byte", "bit", "word", "zeros", "copy", "cut"))
    if kind == "byte":
        content[at] = rng.choice((0, 255, rng.randrange(256)))
    elif kind == "bit":
        content[at] ^= 1 << rng.randrange(8)
    elif kind == "word":
        value = rng.choice((0, 2**64 - 1, 2**63, 2**40, rng.randrange(size), rng.randrange(2**64)))
        content[at : at + 8] = value.to_bytes(8, "little")[: size - at]
    elif kind == "zeros":
        length = min(rng.choice((4, 16, 64, 512)), size - at)
        content[at : at + length] = bytes(length)
    elif kind == "copy":
        length = min(rng.choice((8, 32, 256)), size - at)
        start = rng.randrange(size)
        content[at : at + length] = content[start : start + length].ljust(length, b"\0")
    else:
        # Not all of it, for there may be more to do.
        del content[max(at, 8) :]
    return f"{kind} at {at}"


# -- changes of contents: each takes the file, the folder of the bait and the generator, and returns where


def _demo(file: h5py.File, rng: random.Random) -> h5py.Group:
    return file["data"][rng.choice(list(file["data"]))]


def _place(file: h5py.File, rng: random.Random) -> tuple[h5py.Group, str]:
    """Choose a member of any group, most often an array."""
    places: list[tuple[h5py.Group, str]] = []

    def visit(group: h5py.Group) -> None:
        for name in group:
            # Groups may lie in themselves by now, and be linked more often than anybody could visit.
            if len(places) >= _MOST_PLACES:
                return
            places.append((group, name))
            if isinstance(group.get(name, getlink=True), h5py.HardLink) and isinstance(group[name], h5py.Group):
                visit(group[name])

    visit(_demo(file, rng))
    return rng.choice(places)


def _array(file: h5py.File, rng: random.Random) -> tuple[h5py.Group, str]:
    for _ in range(_MOST_PLACES):
        group, name = _place(file, rng)
        array = group[name]
        # Not what another change has made huge.
        if isinstance(array, h5py.Dataset) and (array.size or 0) < 1 << 20:
            return group, name
    raise KeyError("no array is left")


def _replace(file: h5py.File, rng: random.Random, make: Callable[[h5py.Group, str], object]) -> str:
    """Put something else in the place of an array."""
    group, name = _array(file, rng)
    del group[name]
    make(group, name)
    return f"{group.name}/{name}"


def soft_link_to_itself(file: h5py.File, bait: Path, rng: random.Random) -> str:
    group, name = _place(file, rng)
    del group[name]
    group[name] = h5py.SoftLink(rng.choice((f"{group.name}/{name}", name, ".", "/", "/data", "nowhere")))
    return f"{group.name}/{name}"


def soft_links_in_a_ring(file: h5py.File, bait: Path, rng: random.Random) -> str:
    demo = _demo(file, rng)
    demo["a"], demo["b"] = h5py.SoftLink("b"), h5py.SoftLink("a")
    return str(demo.name)


def group_in_itself(file: h5py.File, bait: Path, rng: random.Random) -> str:
    demo = _demo(file, rng)
    demo[rng.choice(("obs", "states", "initial_state"))]["again"] = rng.choice((demo, file["data"], file["/"]))
    return str(demo.name)


def groups_linked_many_times(file: h5py.File, bait: Path, rng: random.Random) -> str:
    group = _demo(file, rng)["obs"].create_group("many")
    for _ in range(20):
        below = group.file.create_group(None)
        for name in "abcdefgh":
            group[name] = below
        group = below
    group["x"] = np.zeros(3)
    return "obs/many"


def deep_groups(file: h5py.File, bait: Path, rng: random.Random) -> str:
    demo = _demo(file, rng)
    demo["obs/" + "/".join("g" * rng.choice((20, 500)))] = np.zeros(3)
    return str(demo.name)


def link_to_another_file(file: h5py.File, bait: Path, rng: random.Random) -> str:
    owner = rng.choice((_demo(file, rng), file["data"], _demo(file, rng)["obs"]))
    name = rng.choice((rng.choice(list(owner)), "new"))
    if name in owner:
        del owner[name]
    where = str(bait / BAIT) if rng.random() < 0.7 else f"../bait/{BAIT}"
    owner[name] = h5py.ExternalLink(where, rng.choice(("/x", "/group", "/")))
    return f"{owner.name}/{name}"


def soft_link_through_another_file(file: h5py.File, bait: Path, rng: random.Random) -> str:
    group, name = _place(file, rng)
    file["elsewhere"] = h5py.ExternalLink(str(bait / BAIT), "/group")
    del group[name]
    group[name] = h5py.SoftLink("/elsewhere/x")
    return f"{group.name}/{name}"


def whole_file_is_a_link(file: h5py.File, bait: Path, rng: random.Random) -> str:
    del file["data"]
    file["data"] = h5py.ExternalLink(str(bait / BAIT), "/group")
    return "data"


def values_from_another_file(file: h5py.File, bait: Path, rng: random.Random) -> str:
    def make(group: h5py.Group, name: str) -> None:
        sources = (str(bait / BAIT), str(bait / "%b.hdf5"), f"../bait/{BAIT}")
        most = rng.choice((12, None))
        plan = h5py.VirtualLayout((12, 7), "f4", maxshape=(most, 7))
        plan[...] = h5py.VirtualSource(rng.choice(sources), "x", shape=(12, 7), maxshape=(most, 7))
        group.create_virtual_dataset(name, plan)

    return _replace(file, rng, make)


def values_in_a_raw_file(file: h5py.File, bait: Path, rng: random.Random) -> str:
    raw = [(str(bait / "raw.bin"), 0, 12 * 7 * 4)]
    return _replace(file, rng, lambda group, name: group.create_dataset(name, (12, 7), "f4", external=raw))


def unknown_filter(file: h5py.File, bait: Path, rng: random.Random) -> str:
    def make(group: h5py.Group, name: str) -> None:
        plan = h5p.create(h5p.DATASET_CREATE)
        plan.set_chunk((12, 7))
        plan.set_filter(_UNKNOWN_FILTER, h5z.FLAG_OPTIONAL, (1, 2))
        array = h5d.create(group.id, name.encode(), h5t.IEEE_F32LE, h5s.create_simple((12, 7)), plan)
        array.write_direct_chunk((0, 0), bytes(12 * 7 * 4))

    return _replace(file, rng, make)


def size_that_is_not_there(file: h5py.File, bait: Path, rng: random.Random) -> str:
    rows = rng.choice((10**6, 10**9, 2**40, 2**62))
    width = rng.choice((1, 7, 10**4))
    chunk = rng.choice(((1, width), (100, width)))
    return _replace(
        file, rng, lambda group, name: group.create_dataset(name, (rows, width), "f4", chunks=chunk, fillvalue=1.0)
    )


def much_in_little(file: h5py.File, bait: Path, rng: random.Random) -> str:
    """Gigabytes of zeros, which gzip packs into megabytes."""

    def make(group: h5py.Group, name: str) -> None:
        count = rng.choice((40, 400, 4000))
        array = group.create_dataset(name, (count, 1 << 20), "u1", chunks=(1, 1 << 20), compression="gzip")
        packed = zlib.compress(bytes(1 << 20), 9)
        for row in range(count):
            array.id.write_direct_chunk((row, 0), packed)

    return _replace(file, rng, make)


def another_kind(file: h5py.File, bait: Path, rng: random.Random) -> str:
    rows = rng.choice((12, 12, 1, 0))
    record = np.dtype([("a", "f4"), ("b", "i8")])
    kinds: list[Callable[[h5py.Group, str], object]] = [
        lambda group, name: group.create_dataset(name, data=np.array([b"text"] * rows, "S4")),
        lambda group, name: group.create_dataset(name, data=["text"] * rows, dtype=h5py.string_dtype()),
        lambda group, name: group.create_dataset(name, (rows, 7), "c8"),
        lambda group, name: group.create_dataset(name, (rows,), record),
        lambda group, name: group.create_dataset(name, (rows,), h5py.vlen_dtype(np.float32)),
        lambda group, name: group.create_dataset(name, (rows,), h5py.ref_dtype),
        lambda group, name: group.create_dataset(name, (rows, 2), np.dtype("V8")),
        lambda group, name: group.create_dataset(name, (rows,), h5py.enum_dtype({"A": 0, "B": 1})),
        lambda group, name: group.create_dataset(name, data=h5py.Empty("f4")),
        lambda group, name: group.create_dataset(name, data=3.0),
        lambda group, name: group.create_dataset(name, (rows, 7), "f2"),
        lambda group, name: group.create_dataset(name, (rows, 7), "u8"),
        lambda group, name: group.create_dataset(name, (rows, 7), ">i2"),
        lambda group, name: group.create_dataset(name, (rows, 0), "f4"),
        lambda group, name: group.create_dataset(name, (rows, 3, 7), "f4"),
        lambda group, name: group.create_dataset(name, (rows, 9, 9, 3), "u1"),
        lambda group, name: group.create_group(name),
        lambda group, name: group.__setitem__(name, np.dtype("f4")),
    ]
    return _replace(file, rng, rng.choice(kinds))


def array_for_a_group(file: h5py.File, bait: Path, rng: random.Random) -> str:
    demo = _demo(file, rng)
    name = rng.choice([name for name in demo if isinstance(demo[name], h5py.Group)])
    del demo[name]
    demo[name] = np.zeros((12, 7), "f4")
    return f"{demo.name}/{name}"


def other_demonstrations(file: h5py.File, bait: Path, rng: random.Random) -> str:
    names = ("demo_" + "9" * 5000, "demo_x", "a\nb", "\x1b[31mred", "demo_٣", "datagen", " ", "..")
    name: str | bytes = rng.choice((*names, b"demo_\xff\xfe"))
    if rng.random() < 0.5:
        file["data"].create_group(name)
    else:
        file["data"].move(rng.choice(list(file["data"])), name)
    return ascii(name)[:40]


def something_less(file: h5py.File, bait: Path, rng: random.Random) -> str:
    group, name = _place(file, rng)
    del group[name]
    return f"{group.name}/{name}"


def other_values(file: h5py.File, bait: Path, rng: random.Random) -> str:
    group, name = _array(file, rng)
    values = group[name][()].astype("f8")
    values.flat[rng.randrange(values.size)] = rng.choice((np.nan, np.inf, -np.inf, 1e300, -1e300, 1e30))
    kind = rng.choice(("f4", "f8"))
    del group[name]
    with np.errstate(all="ignore"):
        group[name] = values.astype(kind)
    return f"{group.name}/{name}"


def other_length(file: h5py.File, bait: Path, rng: random.Random) -> str:
    group, name = _array(file, rng)
    values = group[name][()]
    del group[name]
    group[name] = rng.choice((values[:-1], np.concatenate([values, values[-1:]]), values[:0], values[0], values[:, :1]))
    return f"{group.name}/{name}"


def no_samples(file: h5py.File, bait: Path, rng: random.Random) -> str:
    demo = _demo(file, rng)
    for group, name in [(demo, "actions"), *((demo["obs"], name) for name in demo["obs"])]:
        if isinstance(group[name], h5py.Dataset):
            values = group[name][:0]
            del group[name]
            group[name] = values
    return str(demo.name)


_ATTRIBUTES = ("num_samples", "success", "seed", "mimic", "total", "env_args", "format_version", "other")


def other_attribute(file: h5py.File, bait: Path, rng: random.Random) -> str:
    owner = rng.choice((_demo(file, rng), file["data"], file))
    name = rng.choice(_ATTRIBUTES)
    generated = {"generated": rng.choice([{"sources": 3, "attempt": "x"}, [1], {"sources": {"franka": 7}}, "text"])}
    value = rng.choice(
        [
            None,
            "maybe",
            "",
            b"\xff\xfe",
            -1,
            2**63 - 1,
            0.5,
            float("nan"),
            float("inf"),
            np.array([1, 2, 3]),
            np.zeros((0,)),
            np.array([12]),
            np.array(["a", "b"], dtype=object),
            h5py.Empty("f4"),
            np.void(b"opaque"),
            True,
            12.0,
            "[" * 3000,
            "{" + '"a":{' * 500 + "}" * 501,
            "[1, 2]",
            '"text"',
            json.dumps({"env_name": "Nobody-Knows-v0", "type": "gym", "env_kwargs": 3}),
            json.dumps({"env_name": ["a"], "type": 2}),
            json.dumps({"env_name": "\ud800\x1b[2J"}),
            json.dumps(generated),
            json.dumps({"generated": {**generated, "num_envs": "many", "env": "x", "physics": 3}}),
            json.dumps({"annotated": {"by": "hand", "from": 3}, "recorded": [], "edits": 4}),
            '{"num_samples": 1e999}',
            np.complex64(1j),
        ]
    )
    if name in owner.attrs:
        del owner.attrs[name]
    if value is not None:
        owner.attrs.create(name, value) if not isinstance(value, str) else owner.attrs.__setitem__(name, value)
    return f"{owner.name} {name}"


def mask(file: h5py.File, bait: Path, rng: random.Random) -> str:
    file["mask/train"] = rng.choice((np.array([b"demo_77"]), np.zeros(3), np.array([b"demo_0", b"demo_0"])))
    return "mask"


CHANGES = [
    soft_link_to_itself,
    soft_links_in_a_ring,
    group_in_itself,
    groups_linked_many_times,
    deep_groups,
    link_to_another_file,
    link_to_another_file,
    soft_link_through_another_file,
    whole_file_is_a_link,
    values_from_another_file,
    values_in_a_raw_file,
    unknown_filter,
    size_that_is_not_there,
    much_in_little,
    another_kind,
    another_kind,
    another_kind,
    array_for_a_group,
    other_demonstrations,
    something_less,
    other_values,
    other_values,
    other_length,
    other_length,
    no_samples,
    other_attribute,
    other_attribute,
    other_attribute,
    mask,
]
