# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which parts of Isaac Sim the package index has: when this changes, more can be tested."""

from pathlib import Path

MISSING = ("omni.usd", "omni.timeline", "omni.kit.viewport.window", "omni.kit.menu.utils", "omni.hydra.rtx")
"""What the tests of this folder stand in for, or leave to a person with an Isaac Sim."""


def extensions(folder: Path) -> set[str]:
    """Return the names of all extensions below a folder, without their versions."""
    return {file.parents[1].name.split("-")[0] for file in folder.rglob("config/extension.toml")}


def test_the_applications_and_the_neighbours_are_there(isaac_sim_parts):
    isaac_sim = isaac_sim_parts / "isaacsim"
    assert (isaac_sim / "apps" / "isaacsim.exp.full.kit").is_file()
    assert (isaac_sim / "VERSION").read_text().startswith("6.2.0")
    found = extensions(isaac_sim)
    assert {"isaacsim.core.version", "isaacsim.core.simulation_manager", "isaacsim.gui.menu"} <= found
    assert {"isaacsim.replicator.teleop.ui", "isaacsim.replicator.episode_recorder.ui"} <= found
    assert found.isdisjoint(MISSING)
