# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Start the processes of a training with torch's own launcher, and tell how they have ended.

    python -m isaaclab_mimic_core.remote.launch COUNT

The process of rank 0 is a worker (`remote.worker`) that has this program's stdin and stdout. The others say nothing;
they train with it (`learning.distributed`). If one of them fails or is killed, all are ended, and a last `StageFailed`
says which it was. If this program is killed, the system ends them.
"""

import ctypes
import os
import signal
import sys
import uuid
from collections.abc import Mapping
from typing import Any

from ..events import StageFailed, to_json
from ..exit_status import DONE, UNEXPECTED, WRONG_INPUT

_RANK = "--rank"
_PR_SET_PDEATHSIG = 1


def main(count: int) -> int:
    """Run so many processes to their end."""
    from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    # All of them are on this machine.
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=count,
        run_id=uuid.uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        local_addr="localhost",
        # Started again they would begin anew; `--resume` goes on.
        max_restarts=0,
        logs_specs=DefaultLogsSpecs(os.devnull),
    )
    try:
        elastic_launch(config, sys.executable)("-m", "isaaclab_mimic_core.remote.launch", _RANK)
    except ChildFailedError as error:
        if why := told(error.failures, count):
            print(to_json(StageFailed(why, WRONG_INPUT)), flush=True)
        return WRONG_INPUT
    except SignalException as error:
        return 128 + error.sigval
    return DONE


def told(failures: Mapping[int, Any], count: int) -> str:
    """Say which process has failed, from torch's `ProcessFailure` by rank; empty if the first has said why itself."""
    # Those that ended because another one had did so by themselves, or by SIGTERM.
    culprits = {
        rank: each.exitcode
        for rank, each in failures.items()
        if each.exitcode != -signal.SIGTERM and (rank > 0 or each.exitcode < 0)
    }
    if not culprits:
        return "" if any(each.exitcode > 0 for each in failures.values()) else "The training was ended from outside."
    rank, code = min(culprits.items())
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    return (
        f"process {rank} of {count} {how}, and the training with it\n"
        "  Its checkpoints are complete; go on with --resume."
    )


def run_rank() -> int:
    """Be one of the processes."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    from ..learning.ranks import Ranks

    ranks = Ranks.launched()
    assert ranks is not None, "torch's launcher has not started this"
    if ranks.leads:
        from . import worker

        return worker.main()
    # Events are on stdout.
    os.dup2(2, 1)
    return _follow(ranks)


def _follow(ranks: Any) -> int:
    from .. import plugins
    from ..learning.distributed import follow

    plugins.load()
    follow(ranks)
    return DONE


if __name__ == "__main__":
    if _RANK in sys.argv:
        sys.exit(run_rank())
    try:
        sys.exit(main(int(sys.argv[1])))
    except KeyboardInterrupt:
        sys.exit(UNEXPECTED)
