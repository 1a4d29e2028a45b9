# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Write and read LeRobot datasets with lerobot: a program that runs in lerobot's own Python environment.

`process` starts it with one argument: the file descriptor of a `multiprocessing.connection.Connection`. It ends when
the other end of the connection is closed. It does not check what it receives: `export` and `importing` check what they
send and receive. It imports lerobot with its dependencies, numpy and the standard library, but nothing of this package.

Messages are JSON objects. Their key `arrays` lists arrays, which follow one by one as bytes. The first message is

- `{"do": "write", "root", "repo_id", "fps", "robot_type", "features", "tasks"}`: write a dataset, see `write`
- `{"do": "read", "root"}`: read a dataset, see `read`
"""

import json
import os
import sys
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

Message = dict[str, Any]
Arrays = dict[str, np.ndarray]


def send(link: Connection, message: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> None:
    """Send a message with arrays by name."""
    whole = {name: np.ascontiguousarray(values) for name, values in (arrays or {}).items()}
    kinds = {name: [values.dtype.str, values.shape] for name, values in whole.items()}
    link.send_bytes(json.dumps({**message, "arrays": kinds}).encode())
    for values in whole.values():
        link.send_bytes(values.reshape(-1).view(np.uint8))


def receive(link: Connection) -> tuple[Message, Arrays]:
    """Receive a message and its arrays.

    Raises:
        EOFError: The other end is closed.
    """
    message = json.loads(link.recv_bytes())
    return message, {
        name: np.frombuffer(link.recv_bytes(), dtype).reshape(shape)
        for name, (dtype, shape) in message.pop("arrays").items()
    }


def write(link: Connection, order: Message) -> None:
    """Write a dataset.

    Answer the first message with `{"ready"}`. Then receive the episodes, each as a message
    `{"episode": length, "task", "subtasks": [[first frame, text], ...], "columns"}` with the numeric features as arrays
    (length, ...). If there are cameras, messages with blocks of their images follow. Answer each episode with
    `{"saved": number of episodes}`. Any other message ends the dataset; answer it with `{"done"}`. `subtasks` go into
    LeRobot's language columns, `columns` into the table of episodes.

    Args:
        link: The connection.
        order: The first message. `features`: in the form of `LeRobotDataset.create`; `tasks`: texts, to which the
            columns `annotation.*` refer by index.
    """
    from lerobot.datasets.lerobot_dataset import LeRobotDataset  # pyright: ignore[reportMissingImports]

    features = {name: {**each, "shape": tuple(each["shape"])} for name, each in order["features"].items()}
    cameras = [name for name, each in features.items() if each["dtype"] == "video"]
    dataset: Any = LeRobotDataset.create(
        repo_id=order["repo_id"],
        fps=order["fps"],
        features=features,
        root=order["root"],
        robot_type=order["robot_type"] or None,
        use_videos=bool(cameras),
        video_backend="pyav",
        streaming_encoding=bool(cameras),
        # 0: no limit, because a full queue drops frames.
        encoder_queue_maxsize=0,
    )
    dataset.meta.save_episode_tasks(order["tasks"])
    send(link, {"ready": True})
    subtasks: list[list] = []
    columns: list[Message] = []
    while True:
        message, values = receive(link)
        if "episode" not in message:
            break
        length, at = message["episode"], 0
        while at < length:
            images = receive(link)[1] if cameras else {}
            for row in range(len(next(iter(images.values()))) if cameras else length):
                frame = {name: array[at] for name, array in values.items()}
                frame |= {name: array[row] for name, array in images.items()}
                dataset.add_frame({**frame, "task": message["task"]})
                at += 1
        dataset.save_episode()
        for camera in cameras:
            saved = dataset.meta.latest_episode
            start, end = (np.ravel(saved[f"videos/{camera}/{edge}_timestamp"])[0] for edge in ("from", "to"))
            if round((end - start) * order["fps"]) != length:
                raise RuntimeError(f"the encoder lost images of {camera} in episode {len(columns)}")
        subtasks.append(message["subtasks"])
        columns.append(message["columns"])
        send(link, {"saved": len(columns)})
    dataset.finalize()
    if any(subtasks):
        _write_language(Path(order["root"]), subtasks)
    _extend_episodes(Path(order["root"]), columns)
    send(link, {"done": True})


def _write_language(root: Path, subtasks: list[list]) -> None:
    """Add LeRobot's language columns with rows of style `subtask`, by lerobot's own annotation pipeline."""
    import tempfile

    from lerobot.annotations.steerable_pipeline.reader import iter_episodes  # pyright: ignore[reportMissingImports]
    from lerobot.annotations.steerable_pipeline.staging import EpisodeStaging  # pyright: ignore[reportMissingImports]
    from lerobot.annotations.steerable_pipeline.writer import (  # pyright: ignore[reportMissingImports]
        LanguageColumnsWriter,
    )
    from lerobot.datasets.io_utils import load_info, write_info  # pyright: ignore[reportMissingImports]
    from lerobot.datasets.language import language_feature_info  # pyright: ignore[reportMissingImports]

    with tempfile.TemporaryDirectory() as staging:
        records = list(iter_episodes(root))
        for record in records:
            rows = [
                {
                    "role": "assistant",
                    "content": text,
                    "style": "subtask",
                    "timestamp": record.frame_timestamps[first],
                    "tool_calls": None,
                }
                for first, text in subtasks[record.episode_index]
            ]
            EpisodeStaging(Path(staging), record.episode_index).write("plan", rows)
        LanguageColumnsWriter().write_all(records, Path(staging), root)
    info = load_info(root)
    info.features = {**info.features, **language_feature_info()}
    write_info(info, root)


def _extend_episodes(root: Path, columns: list[Message]) -> None:
    """Add columns to the table of episodes."""
    import pyarrow as pa  # pyright: ignore[reportMissingImports]
    import pyarrow.parquet as pq  # pyright: ignore[reportMissingImports]

    kinds = {"text": pa.string(), "bool": pa.bool_(), "int": pa.int64()}
    for path in (root / "meta" / "episodes").rglob("*.parquet"):
        table = pq.read_table(path)
        rows = [columns[number] for number in table["episode_index"].to_pylist()]
        for name, (kind, _) in columns[0].items():
            table = table.append_column(name, pa.array([row[name][1] for row in rows], kinds[kind]))
        beside = path.with_suffix(".new")
        pq.write_table(table, beside)
        os.replace(beside, path)


def read(link: Connection, order: Message) -> None:
    """Read a dataset, without its images.

    Send `{"info": {"fps", "robot_type", "features", "episodes": [row of the table of episodes, ...]}}`. Receive
    `{"columns": names, "episodes": indices}`. Send each of these episodes as `{"episode": index}` with the columns as
    arrays.

    Args:
        link: The connection.
        order: The first message. `root`: the dataset's folder.
    """
    import pyarrow as pa  # pyright: ignore[reportMissingImports]
    import pyarrow.parquet as pq  # pyright: ignore[reportMissingImports]
    from lerobot.datasets.dataset_metadata import LeRobotDatasetMetadata  # pyright: ignore[reportMissingImports]

    root = Path(order["root"])
    meta = LeRobotDatasetMetadata(root.name, root)
    kept = [name for name in meta.episodes.column_names if not name.startswith(("stats/", "videos/"))]
    send(
        link,
        {
            "info": {
                "fps": meta.fps,
                "robot_type": meta.robot_type,
                "features": {
                    name: {"dtype": each["dtype"], "shape": list(each["shape"])} for name, each in meta.features.items()
                },
                "episodes": meta.episodes.select_columns(kept).to_list(),
            }
        },
    )
    wanted, _ = receive(link)
    for number in wanted["episodes"]:
        path = root / meta.get_data_file_path(number)
        table = pq.read_table(path, columns=wanted["columns"], filters=[("episode_index", "=", number)])
        arrays = {}
        for name in wanted["columns"]:
            column = table[name].combine_chunks()
            while True:
                if isinstance(column, pa.ExtensionArray):
                    column = column.storage
                elif pa.types.is_nested(column.type):
                    column = column.flatten()
                else:
                    break
            values = column.to_numpy(zero_copy_only=False)
            arrays[name] = values.reshape(table.num_rows, *meta.features[name]["shape"])
        send(link, {"episode": number}, arrays)


def main() -> None:
    """Run the command in the first message."""
    link = Connection(int(sys.argv[1]))
    try:
        order, _ = receive(link)
        {"write": write, "read": read}[order.pop("do")](link, order)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # The other process has closed the connection.
    except BaseException as error:
        number = error.errno if isinstance(error, OSError) else None
        send(
            link, {"error": str(error), "kind": type(error).__name__, "errno": number, "trace": traceback.format_exc()}
        )
    finally:
        link.close()
    # Exit without waiting for video encoders that still run.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
