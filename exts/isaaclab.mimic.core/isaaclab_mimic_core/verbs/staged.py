# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Verbs that run a stage: drive it to its end, and show its events."""

from collections.abc import Callable
from typing import Any

from ..events import Event, to_json
from ..exit_status import DONE, FINDINGS, INTERRUPTED, UNEXPECTED
from ..terminal.streams import Streams
from .job import Output


def run_stage(
    name: str, options: Any, streams: Streams, output: Output, after: Callable[[dict, Streams], None] | None = None
) -> int:
    """Drive a stage to its end and show its events."""
    from ..stages import create_with
    from ..stages.drive import drive
    from ..terminal.keys import check_keys, keys_for

    check_keys(options)
    stage = create_with(name, options)

    def tell(events: list[Event]) -> None:
        for event in events:
            print(to_json(event), file=streams.out)

    if name == "annotate_by_hand":
        from ..terminal.marking import MarkingTerminal

        with MarkingTerminal(stage, streams.err if output.json else streams.out) as view:

            def show(events: list[Event]) -> None:
                view(events)
                if output.json:
                    tell(events)

            ending = drive(stage, show, view.refresh)
    elif output.json:
        with keys_for(stage, options, streams.err) as poll_keys:
            ending = drive(stage, tell, each_step=poll_keys)
    else:
        from ..terminal.show import TerminalView

        with TerminalView(stage, streams.out) as view, keys_for(stage, options, streams.out) as poll_keys:

            def each_step() -> None:
                poll_keys()
                view.refresh()

            ending = drive(stage, view, each_step=each_step)
        if ending and ending.outcome == "done":
            if after:
                after(ending.summary, streams)
            elif ending.output:
                print(ending.output, file=streams.out)
    if ending is None:
        return UNEXPECTED
    if ending.outcome == "stopped":
        return INTERRUPTED
    return FINDINGS if ending.outcome != "done" or ending.findings else DONE
