# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Questions that ask for a confirmation before something is lost. This module has no widgets."""

from __future__ import annotations

from collections.abc import Callable

from .session import Session


def unsaved(session: Session) -> str:
    """Name what would be lost if a run ended now; empty if nothing.

    Only a person's demonstration counts, because it cannot be repeated exactly. Marks are saved as they are set, and a
    program can repeat its work.
    """
    shown = session.snapshot
    if session.step.name != "record" or not session.is_driven or shown.get("waiting", True) or not shown.get("steps"):
        return ""
    return f"the demonstration that is going on ({shown.get('seconds', 0.0):.0f} s)"


def ask_before_stop(session: Session) -> str:
    """Word the question before a run is stopped; empty if there is none."""
    lost = unsaved(session)
    return f"{lost[0].upper()}{lost[1:]} is not saved yet, and is lost if you stop." if lost else ""


def stop(session: Session, ask: Callable[..., None]) -> None:
    """Stop a run; ask first if something would be lost.

    Args:
        session: Whose run.
        ask: Asks the user something; see `Question.ask`.
    """
    if not (text := ask_before_stop(session)):
        session.stop()
        return
    state = session.state
    ask(("stop", session.step.name), text, "Cancel", "Stop", session.stop, still=lambda: session.state is state)


def ask_before_start(session: Session, other: Session | None, stage: str) -> str:
    """Word the question before a run begins; empty if there is none.

    Args:
        session: The session that starts.
        other: Another session whose run has to end first; None if there is none.
        stage: Name of the open stage with unsaved changes, which the run would set aside; empty if there is none.
    """
    title = session.step.title
    if other is not None:
        lost = unsaved(other)
        tail = f" {lost[0].upper()}{lost[1:]} would be lost." if lost else ""
        return f"{other.step.title} is using the simulation of this window. Stop it, and start {title}?{tail}"
    return (
        f"{stage} has changes that are not saved. {title} sets it aside, and opens it again at the end."
        if stage
        else ""
    )


def ask_before_close(running: list[Session], command: bool) -> str:
    """Word the question before the program ends; empty if there is none.

    Args:
        running: Whose runs it would end.
        command: Whether it would end a command of Dataset.
    """
    titles = [session.step.title for session in running] + ["Dataset"] * command
    if not titles:
        return ""
    verb = "is" if len(titles) == 1 else "are"
    lost = [text for session in running if (text := unsaved(session))]
    tail = f", {' and '.join(lost)} is not" if lost else ""
    return f"{' and '.join(titles)} {verb} running. Close again to stop; whatever has been saved is kept{tail}."
