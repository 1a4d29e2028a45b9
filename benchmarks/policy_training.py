# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Training, compared with robomimic's own loop on one file in one process: equal weights, and time per epoch.

    python benchmarks/policy_training.py generated.hdf5 --epochs 3

robomimic's loop calls its own functions in the order of its scripts/train.py. Ours runs with `--exact`, which must give
the same weights bit by bit on a CPU, and by default, in float32 and bfloat16. The sides alternate by epochs.
"""

import argparse
import contextlib
import io
import time

import numpy as np
import torch
from torch.utils.data import DataLoader

from isaaclab_mimic_core.learning.robomimic.config import build_config, read_config
from isaaclab_mimic_core.learning.robomimic.trainer import Trainer

TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"


class Robomimic:
    """robomimic's own loop, an epoch at a time."""

    def __init__(self, config, device: str, workers: int):
        from robomimic.algo import algo_factory
        from robomimic.utils import file_utils, obs_utils, train_utils

        np.random.seed(config.train.seed)
        torch.manual_seed(config.train.seed)
        obs_utils.initialize_obs_utils_with_config(config)
        shapes = file_utils.get_shape_metadata_from_dataset(config.train.data, all_obs_keys=config.all_obs_keys)
        self.model = algo_factory(
            config.algo_name, config, shapes["all_shapes"], shapes["ac_dim"], torch.device(device)
        )
        data, _ = train_utils.load_data_for_training(config, obs_keys=shapes["all_obs_keys"])
        self._loader = DataLoader(
            data, batch_size=config.train.batch_size, shuffle=True, num_workers=workers, drop_last=True
        )
        self._steps = config.experiment.epoch_every_n_steps
        self._run_epoch = train_utils.run_epoch
        self._epoch = 0

    def epoch(self) -> None:
        self._epoch += 1
        self._run_epoch(self.model, self._loader, self._epoch, num_steps=self._steps)
        self.model.on_epoch_end(self._epoch)


class Ours:
    """Our loop, an epoch at a time."""

    def __init__(self, config, device: str, exact: bool, precision: str):
        self._trainer = Trainer(config, device, exact, precision)
        self.model = self._trainer.model

    def epoch(self) -> None:
        self._trainer.begin_epoch()
        while not self._trainer.advance(60.0):
            pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("--epochs", type=int, default=3, help="of 100 steps each")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--workers", type=int, nargs="+", default=[0], help="loader workers robomimic is tried with")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)

    raw, where = read_config("upstream", TASK)
    raw["train"] |= {"data": arguments.dataset, "cuda": arguments.device != "cpu"}
    config = build_config(raw, where)
    config.lock()
    device = arguments.device
    makers = {f"robomimic, {n} workers": lambda n=n: Robomimic(config, device, n) for n in arguments.workers}
    makers["ours, --exact"] = lambda: Ours(config, device, True, "float32")
    makers["ours"] = lambda: Ours(config, device, False, "float32")
    makers["ours, bfloat16"] = lambda: Ours(config, device, False, "bfloat16")

    times: dict[str, list[float]] = {name: [] for name in makers}
    sides, generators = {}, {}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for name, make in makers.items():
            sides[name] = make()
            generators[name] = torch.get_rng_state()
        for _ in range(arguments.epochs):
            for name, side in sides.items():
                # Each side draws from torch's global generator as if it were alone.
                torch.set_rng_state(generators[name])
                began = time.perf_counter()
                side.epoch()
                if device != "cpu":
                    torch.cuda.synchronize()
                times[name].append(time.perf_counter() - began)
                generators[name] = torch.get_rng_state()

    theirs = sides[next(iter(sides))].model.serialize()
    mine = sides["ours, --exact"].model.serialize()
    equal = all(torch.equal(theirs[name], mine[name]) for name in theirs)
    steps = arguments.epochs * config.experiment.epoch_every_n_steps
    print(f"weights after {steps} steps bitwise equal to robomimic's: {'yes' if equal else 'NO'}")
    print(f"{torch.get_num_threads()} threads, {device}")
    for name, taken in times.items():
        low, middle, high = min(taken), sorted(taken)[len(taken) // 2], max(taken)
        print(f"{name:24} {low:6.2f} – {middle:6.2f} – {high:6.2f} s per epoch of 100 steps")


if __name__ == "__main__":
    main()
