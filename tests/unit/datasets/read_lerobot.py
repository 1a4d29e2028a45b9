# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Reads a dataset with lerobot, run by its own Python: FOLDER OUTPUT; writes OUTPUT.npz and OUTPUT.json."""

import json
import sys
from pathlib import Path

import numpy as np
from lerobot.datasets.lerobot_dataset import LeRobotDataset
from lerobot.utils.feature_utils import dataset_to_policy_features

folder, output = Path(sys.argv[1]), Path(sys.argv[2])
dataset = LeRobotDataset(folder.name, root=folder, video_backend="pyav")
rows = dataset.hf_dataset.with_format("numpy")
arrays = {}
for name, feature in dataset.meta.features.items():
    if feature["dtype"] == "video":
        frames = [dataset[at][name].numpy() for at in range(0, len(dataset), 7)]
        arrays[name] = np.stack(frames)
    elif feature["dtype"] != "language":
        arrays[name] = np.stack(rows[:][name])
item = dataset[40]
about = {
    "version": str(dataset.meta.info.codebase_version),
    "fps": dataset.fps,
    "robot_type": dataset.meta.robot_type,
    "features": {
        name: {"dtype": each["dtype"], "shape": each["shape"], "names": each["names"]}
        for name, each in dataset.meta.features.items()
    },
    "policy_features": {
        name: [each.type.value, each.shape] for name, each in dataset_to_policy_features(dataset.meta.features).items()
    },
    "tasks": dataset.meta.tasks["task_index"].to_dict(),
    "episodes": [
        {name: value for name, value in row.items() if not name.startswith("stats/")} for row in dataset.meta.episodes
    ],
    "successful": dataset.meta.filter_episodes(lambda episode: episode["success"]),
    "stats": {name: each["mean"].tolist() for name, each in dataset.meta.stats.items()},
    "item": {"task": item["task"], "episode_index": int(item["episode_index"]), "action": item["action"].tolist()},
    "language": [
        [[row["style"], row["content"], row["timestamp"]] for row in dataset[at].get("language_persistent") or []]
        for at in (0, 40)
    ],
}
np.savez(output.with_suffix(".npz"), **arrays)
output.with_suffix(".json").write_text(json.dumps(about, default=str))
