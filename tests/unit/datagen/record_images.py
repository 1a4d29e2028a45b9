# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Records a synthetic 200x200 camera in all environments, episode after episode; prints the names of those saved.

Arguments: the file, environments, steps of an episode, episodes of each environment, MiB that may wait for the writer,
and how many bytes a file may have (0: no limit). The last line says by how much the memory has grown at most [bytes].
"""

import json
import resource
import sys

import numpy as np
import torch

from isaaclab_mimic_core.datasets import BackgroundWriter, DatasetWriter, Episode, FrameSpool
from isaaclab_mimic_core.envs.recorder import EpisodeRecorder
from isaaclab_mimic_core.errors import OutputError


def peak_bytes() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(path: str, num_envs: int, steps: int, episodes: int, pending_mib: int, limit: int) -> None:
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    everyone = torch.arange(num_envs)
    # Half of it can be compressed.
    plain = 100.0 + torch.zeros(200, 200, 3)
    plain[:100].random_(0, 200)
    before = peak_bytes()
    with BackgroundWriter(DatasetWriter(path, {"env_name": "T"}), 2, pending_mib << 20) as writer:
        recorder = EpisodeRecorder(num_envs, torch.device("cpu"), steps, FrameSpool(writer))
        for _ in range(episodes):
            recorder.begin(everyone, {"initial_state/x": torch.zeros(num_envs, 1)})
            for step in range(steps):
                image = (plain + step % 50).to(torch.uint8).expand(num_envs, -1, -1, -1)
                recorder.record({"actions": torch.zeros(num_envs, 7), "obs/table_cam": image})
            for env_id in range(num_envs):
                large = recorder.take_large(env_id)
                writer.submit(Episode(recorder.take(env_id), streamed=large))
                for saved in writer.poll():
                    print(saved.name, flush=True)
        for saved in writer.finish():
            print(saved.name, flush=True)
    print(json.dumps({"grown": peak_bytes() - before}))


if __name__ == "__main__":
    try:
        main(sys.argv[1], *np.array(sys.argv[2:], dtype=int).tolist())
    except OutputError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
