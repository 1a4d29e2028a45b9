# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Start the processes of a training with torch's own launcher, and tell how they have ended.

    python -m isaaclab_mimic_core.remote.launch COUNT

The process of rank 0 is a worker (`remote.worker`) that has this program's stdin and stdout. The others say nothing;
they train with it (`learning.distributed`). If one of them fails or is killed, all are ended, and a last `StageFailed`
says which it was, and why. If this program is killed, the system ends them.
"""

import os
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..events import StageFailed, to_json
from ..exit_status import DONE, UNEXPECTED, WRONG_INPUT
from ..learning.ranks import GO_ON, Ranks, first_line
from .orphans import end_with_parent

if TYPE_CHECKING:
    from .worker import Channel

_RANK = "--rank"
_GRACE = 5.0
"""How long the process of rank 0 may take to stop [s]."""


def main(count: int) -> int:
    """Run so many processes to their end."""
    from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    # All of them are on this machine.
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    with tempfile.TemporaryDirectory(prefix="mimic_train_") as folder:
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
            # For the errors that end processes; what they print is not kept.
            logs_specs=DefaultLogsSpecs(folder),
        )
        try:
            elastic_launch(config, sys.executable)("-m", "isaaclab_mimic_core.remote.launch", _RANK)
        except ChildFailedError as error:
            failed = told(error.failures, count)
            if failed is None:
                return error.failures[0].exitcode
            print(to_json(failed), flush=True)
            return failed.exit_code
        except SignalException as error:
            return 128 + error.sigval
    return DONE


def told(failures: Mapping[int, Any], count: int) -> StageFailed | None:
    """Say which process was the first to fail, and why; None if that of rank 0 has said it itself.

    Args:
        failures: torch's `ProcessFailure` by rank.
        count: Number of processes.
    """
    # Those that ended because another one had did so by themselves, or by SIGTERM.
    culprits = {
        rank: each
        for rank, each in failures.items()
        if each.exitcode != -signal.SIGTERM and (rank > 0 or each.exitcode < 0)
    }
    if not culprits:
        if any(each.exitcode > 0 for each in failures.values()):
            return None
        return StageFailed("The training was ended from outside.", WRONG_INPUT)
    rank, first = min(culprits.items(), key=lambda each: each[1].timestamp)
    code = first.exitcode
    # `record` has kept the exception; else torch has only words of its own.
    why = f" ({first_line(first.message['message'])})" if isinstance(first.message, dict) else ""
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}{why}"
    return StageFailed(
        f"process {rank} of {count} {how}, and the training with it\n  {GO_ON}",
        WRONG_INPUT if code < 0 else UNEXPECTED,
    )


def run_rank() -> int:
    """Be one of the processes."""
    end_with_parent()
    ranks = Ranks.launched()
    assert ranks is not None, "torch's launcher has not started this"
    if ranks.leads:
        from . import worker

        return worker.run(begin=stop_on_sigterm)
    # Events are on stdout.
    os.dup2(2, 1)
    from torch.distributed.elastic.multiprocessing.errors import record

    record(follow_to_the_end)(ranks)
    return DONE


def stop_on_sigterm(channel: "Channel") -> None:
    """Let SIGTERM end this worker as the end of its stdin would, with complete files.

    torch sends it when another process has ended. What waits for that one on a GPU does not come back, so the worker
    is ended after `_GRACE`.
    """
    heard, tell = os.pipe()
    os.set_blocking(tell, False)
    # Python calls its own handlers only between two of its instructions.
    signal.set_wakeup_fd(tell)
    signal.signal(signal.SIGTERM, lambda *_: None)

    def wait() -> None:
        while os.read(heard, 1) != bytes([signal.SIGTERM]):
            pass
        channel.parent_gone = True
        time.sleep(_GRACE)
        os._exit(128 + signal.SIGTERM)

    threading.Thread(target=wait, name="mimic SIGTERM", daemon=True).start()


def follow_to_the_end(ranks: Ranks) -> None:
    """Be a process that trains with that of rank 0."""
    from .. import plugins
    from ..learning.distributed import follow

    plugins.load()
    follow(ranks)


if __name__ == "__main__":
    if _RANK in sys.argv:
        sys.exit(run_rank())
    try:
        sys.exit(main(int(sys.argv[1])))
    except KeyboardInterrupt:
        sys.exit(UNEXPECTED)
