# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether the demonstrations in a file are what they say: `mimic replay` twice, in one simulation.

- rest: its last recorded state is restored and left alone for a second; then the task's own success term is asked.
- replay: its actions are played from its initial state, then the same second of rest, and the success term is asked
  again. Also told is how far joints and objects strayed from what was recorded, and since which step by more than a
  millionth.

Each is played in the environment it was generated in, if the file says which. --num-envs plays them elsewhere.

    python benchmarks/verify_dataset.py generated.hdf5
    python benchmarks/verify_dataset.py generated.hdf5 --num-envs 4

Prints JSON, a line for every demonstration and one for the file. Ends with 0 if every demonstration passed the first
test, else with 1.
"""

import argparse
import json
import sys
from dataclasses import asdict, replace

from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.events import EpisodeReplayed, Event, StageFinished
from isaaclab_mimic_core.options import ReplayOptions
from isaaclab_mimic_core.stages.replay.replay import Replay
from isaaclab_mimic_core.tasks.open_env import open_env
from isaaclab_mimic_core.terminal.streams import take_streams

STRAYED = 1e-6
"""From this difference on a state counts as having left what was recorded [rad, m]."""


def verify(options: ReplayOptions) -> tuple[list[dict], dict]:
    """Put every demonstration of a file to both tests.

    Returns:
        A verdict a demonstration, and one for the file.
    """
    # Asked first, for it knows what the file was made with.
    with Replay(options) as stage:
        made = stage.options
    with open_env(made.task, made.num_envs, device=made.device, physics=made.physics, assets=made.assets) as env:
        ends, replays = (list(Replay(replace(made, by=by), env)) for by in ("end", "actions"))
    rest, replayed = ([event for event in events if isinstance(event, EpisodeReplayed)] for events in (ends, replays))
    rows = [{"rest": end.success, **asdict(again)} for end, again in zip(rest, replayed, strict=True)]
    return rows, {"rest": _summary(ends)["replayed"], **_summary(replays)}


def _summary(events: list[Event]) -> dict:
    return next(event.summary for event in events if isinstance(event, StageFinished))


def main() -> int:
    parser = argparse.ArgumentParser(description="Whether the demonstrations in a file are what they say.")
    parser.add_argument("file")
    parser.add_argument("--num-envs", type=int, default=0, help="0: as many as when the file was made, else 16")
    parser.add_argument("--physics", default="auto", help="auto: what the file was made with")
    parser.add_argument("--assets", default="auto", help="auto: what the file was made with")
    arguments = parser.parse_args()
    streams = take_streams("verify_dataset", json_lines=False, verbose=False)
    options = ReplayOptions(
        input=arguments.file,
        num_envs=arguments.num_envs,
        physics=arguments.physics,
        assets=arguments.assets,
        tolerance=STRAYED,
    )
    try:
        rows, total = verify(options)
    except MimicError as error:
        print(error, file=streams.err)
        return error.exit_code
    for line in (*rows, total):
        print(json.dumps(line), file=streams.out)
    return 0 if total["rest"] == total["of"] else 1


if __name__ == "__main__":
    sys.exit(main())
