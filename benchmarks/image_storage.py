# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Ways to store camera images: how large they are, how fast they are written, and read at random and in sequence.

Draws the sample's demonstrations from the visuomotor stack task's two cameras (or takes a file that has images already)
and stores the frames of each camera in every way, in one process on one core. Everything is lossless but the last rows.
`--noise` adds sensor noise to the frames, the worst case for every lossless code.

    python benchmarks/image_storage.py                          # draws 10 demonstrations at 84 pixels first
    python benchmarks/image_storage.py --input seen.hdf5 --noise 2

Prints a line of JSON for every way on standard output, and a table on standard error.
"""

import argparse
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0"
SAMPLE = Path(__file__).parents[1] / "data" / "franka_stack" / "demos.hdf5"
SEQUENCE = 10
"""Frames of one training sample, as BC-RNN takes them."""
DEMOS = 1000

Frames = np.ndarray
"""(T, height, width, 3) uint8."""


@dataclass(frozen=True)
class Way:
    """One way to store the frames of one camera and demonstration as a file."""

    name: str
    write: Callable[[Path, Frames], None]
    read: Callable[[Path, int, int], Frames]
    """Returns frames from an index on, and how many."""
    read_by: str
    """Who reads it without more code."""
    reads: int = 100
    """How many reads are timed."""


def hdf5(name: str, rows: int, read_by: str = "robomimic, Isaac Lab, h5py", **filters: Any) -> Way:
    """Store as a chunked dataset; `rows`: frames in a chunk."""

    def write(path: Path, frames: Frames) -> None:
        with h5py.File(path, "w") as file:
            file.create_dataset("frames", data=frames, chunks=(min(rows, len(frames)), *frames.shape[1:]), **filters)

    def read(path: Path, first: int, count: int) -> Frames:
        with h5py.File(path, "r") as file:
            dataset: Any = file["frames"]
            return dataset[first : first + count]

    return Way(name, write, read, read_by)


def coded(name: str, encode: Callable[[Frames], bytes], decode: Callable[[bytes, tuple[int, ...]], Frames]) -> Way:
    """Store every frame on its own as bytes, in a dataset of variable length."""

    def write(path: Path, frames: Frames) -> None:
        with h5py.File(path, "w") as file:
            dataset = file.create_dataset("frames", len(frames), h5py.vlen_dtype(np.uint8))
            for number, frame in enumerate(frames):
                dataset[number] = np.frombuffer(encode(frame), np.uint8)
            file.attrs["shape"] = frames.shape[1:]

    def read(path: Path, first: int, count: int) -> Frames:
        with h5py.File(path, "r") as file:
            dataset: Any = file["frames"]
            shape = tuple(file.attrs["shape"])
            return np.stack([decode(each.tobytes(), shape) for each in dataset[first : first + count]])

    return Way(name, write, read, "own code only")


def video(name: str, *options: str) -> Way:
    """Store as a video, by the ffmpeg of `imageio-ffmpeg`; frames before the first one asked for are decoded, too."""
    import imageio_ffmpeg

    program = imageio_ffmpeg.get_ffmpeg_exe()

    def run(arguments: list[str], given: bytes = b"") -> bytes:
        return subprocess.run(
            [program, "-v", "error", "-y", *arguments], input=given, capture_output=True, check=True
        ).stdout

    def write(path: Path, frames: Frames) -> None:
        height, width = frames.shape[1:3]
        raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", "20", "-i", "-"]
        run([*raw, *options, "-g", "20", "-threads", "1", "-f", "matroska", str(path)], frames.tobytes())
        path.with_suffix(".json").write_text(json.dumps(frames.shape[1:]))

    def read(path: Path, first: int, count: int) -> Frames:
        shape = json.loads(path.with_suffix(".json").read_text())
        chosen = f"select=between(n\\,{first}\\,{first + count - 1})"
        raw_frames = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
        raw = run(["-threads", "1", "-i", str(path), "-vf", chosen, *raw_frames])
        return np.frombuffer(raw, np.uint8).reshape(-1, *shape)

    return Way(name, write, read, "LeRobot; any player", reads=10)


def ways() -> Iterator[Way]:
    """Yield all that is compared; the product's own way first."""
    from PIL import Image

    def png(frame: Frames) -> bytes:
        stream = io.BytesIO()
        Image.fromarray(frame).save(stream, "png", compress_level=2)
        return stream.getvalue()

    yield hdf5("HDF5, gzip 2, a frame a chunk (ours)", 1, compression="gzip", compression_opts=2)
    yield hdf5("HDF5, gzip 6, a frame a chunk", 1, compression="gzip", compression_opts=6)
    yield hdf5("HDF5, gzip 2, 10 frames a chunk", SEQUENCE, compression="gzip", compression_opts=2)
    yield hdf5("HDF5, lzf, a frame a chunk", 1, compression="lzf")
    yield hdf5("HDF5, as they are", 1)
    yield coded("PNG frames in HDF5", png, lambda data, _: np.asarray(Image.open(io.BytesIO(data))))
    try:
        import zstandard
    except ImportError:
        print("zstandard is not installed; left out", file=sys.stderr)
    else:
        pack, unpack = zstandard.ZstdCompressor(3), zstandard.ZstdDecompressor()
        yield coded(
            "zstd 3 frames in HDF5",
            lambda frame: pack.compress(frame.tobytes()),
            lambda data, shape: np.frombuffer(unpack.decompress(data), np.uint8).reshape(shape),
        )
    yield video("H.264 lossless, video beside HDF5", "-c:v", "libx264rgb", "-qp", "0", "-preset", "veryfast")
    yield video("H.264 crf 23, lossy", "-c:v", "libx264", "-crf", "23", "-preset", "veryfast", "-pix_fmt", "yuv420p")
    yield video("AV1 crf 30, lossy", "-c:v", "libsvtav1", "-crf", "30", "-preset", "8", "-pix_fmt", "yuv420p")


def measure(way: Way, demos: list[Frames], folder: Path) -> dict:
    """Return size, times and error of a way."""
    rng = np.random.default_rng(0)
    paths = [folder / f"{number}.file" for number in range(len(demos))]
    total = sum(map(len, demos))
    begin = time.perf_counter()
    for path, frames in zip(paths, demos, strict=True):
        way.write(path, frames)
    row: dict[str, Any] = {"way": way.name, "read_by": way.read_by, "frames": total}
    row["write_ms"] = 1e3 * (time.perf_counter() - begin) / total
    row["bytes_per_frame"] = sum(path.stat().st_size for path in paths) / total
    row["worst"] = 0
    for count in (1, SEQUENCE):
        which = rng.integers(len(demos), size=way.reads)
        firsts = [int(rng.integers(len(demos[index]) - count)) for index in which]
        begin = time.perf_counter()
        found = [way.read(paths[index], first, count) for index, first in zip(which, firsts, strict=True)]
        row[f"read_{count}_ms"] = 1e3 * (time.perf_counter() - begin) / way.reads
        for index, first, frames in zip(which, firsts, found, strict=True):
            there = demos[index][first : first + count]
            assert frames.shape == there.shape, (way.name, frames.shape)
            row["worst"] = max(row["worst"], int(np.abs(frames.astype(int) - there).max()))
    return row


def draw(folder: Path, size: int) -> Path:
    """Draw the sample's demonstrations."""
    output = folder / "seen.hdf5"
    command = ["render", "--input", str(SAMPLE), "--output", str(output), "--size", str(size), "--task", TASK]
    subprocess.run([sys.executable, "-m", "isaaclab_mimic_core", *command, "--assets", "local"], check=True)
    return output


def frames_of(path: Path, noise: float) -> dict[str, list[Frames]]:
    """Return the images of each camera: name -> (T, height, width, 3) uint8 of each demonstration."""
    rng = np.random.default_rng(0)
    found: dict[str, list[Frames]] = {}
    with h5py.File(path) as file:
        demos: Any = file["data"]
        for demo in demos.values():
            for name, term in demo["obs"].items():
                if getattr(term, "ndim", 0) == 4 and term.dtype == np.uint8:
                    frames = term[()]
                    if noise:
                        frames = np.clip(frames + rng.normal(0, noise, frames.shape), 0, 255).round().astype(np.uint8)
                    found.setdefault(name, []).append(frames)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=Path, help="a file with images; drawn if it is left out")
    parser.add_argument("--size", type=int, default=84, help="height and width of drawn images [pixels]")
    parser.add_argument("--noise", type=float, default=0.0, help="standard deviation of added noise [of 255]")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        cameras = frames_of(options.input or draw(folder, options.size), options.noise)
        print(
            f"{'':38}  bytes a frame  GB a thousand*  write ms  read 1 ms  read {SEQUENCE} ms  worst", file=sys.stderr
        )
        for way in ways():
            rows = [measure(way, demos, folder) | {"camera": name} for name, demos in cameras.items()]
            for row in rows:
                print(json.dumps(row), flush=True)
            mean = {
                key: float(np.mean([row[key] for row in rows])) for key in rows[0] if isinstance(rows[0][key], float)
            }
            per_demo = sum(row["bytes_per_frame"] * row["frames"] for row in rows) / len(next(iter(cameras.values())))
            print(
                f"{way.name:38} {mean['bytes_per_frame']:14.0f} {per_demo * DEMOS / 1e9:15.2f}"
                f" {mean['write_ms']:9.2f} {mean['read_1_ms']:10.2f} {mean[f'read_{SEQUENCE}_ms']:11.2f}"
                f" {max(row['worst'] for row in rows):6d}",
                file=sys.stderr,
            )
        print("* demonstrations, with the cameras of the file", file=sys.stderr)


if __name__ == "__main__":
    main()
