# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Replay as a file was made: with its engine and assets, and every demonstration in its own environment."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...errors import MimicError
from ...options import ReplayOptions
from ...sim.engines import choose_engine
from ..files.made_with import made_with, whole_number

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_NUM_ENVS = 16


def as_it_was_made(
    options: ReplayOptions, run: Any, attrs: list[dict], env: "BatchedEnv | None"
) -> tuple[ReplayOptions, list[int]]:
    """Fill in options that were left open with what the file was made with: engine, assets, environments.

    Returns:
        The options, and the environment of each demonstration; empty if it does not matter.
    """
    made = [{**made_with(run), **made_with(demo.get("mimic"))} for demo in attrs]
    common: dict[str, Any] = {
        key: value for key, value in made[0].items() if all(origin.get(key) == value for origin in made)
    }
    num_envs = env.num_envs if env is not None else options.num_envs
    as_made = whole_number(common, "num_envs", options.input) or 0
    num_envs = num_envs or as_made or _NUM_ENVS
    envs = [whole_number(origin, "env", options.input) for origin in made]
    places = [env for env in envs if env is not None and env < num_envs] if as_made == num_envs else []
    # Each in its own, or none.
    places = places if len(places) == len(made) else []
    changes: dict[str, Any] = {"num_envs": num_envs}
    if options.assets == "auto" and common.get("assets"):
        changes["assets"] = common["assets"]
    if options.ik == "auto" and common.get("ik"):
        changes["ik"] = common["ik"]
    if options.physics == "auto" and common.get("physics"):
        try:
            changes["physics"] = choose_engine(common["physics"])
        except MimicError:
            pass  # Another machine's; this one's own has to do.
    return replace(options, **changes), places
