# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The ways into Isaac Sim 6.2, on its own application files, its own kernel, and its own `isaacsim` command.

Its extensions are empty but for isaacsim.core.version: most of them need omni.usd, which no package holds.
"""

from pathlib import Path

import layouts
import pytest

ROOT = Path(__file__).parents[2]
APPLICATION = ROOT / "config" / "isaaclab.mimic.kit"
ENABLED = ["--ext-folder", str(ROOT / "exts"), "--enable", "isaaclab.mimic.ui"]
"""What the documentation says to add to isaac-sim.sh."""


@pytest.fixture(params=layouts.KINDS)
def installation(request, tmp_path, isaac_sim_parts) -> layouts.Installation:
    return layouts.install(request.param, tmp_path, isaac_sim_parts)


def check(seen: dict) -> None:
    assert seen["code"] == 0, seen["output"]
    assert seen["errors"] == []
    assert seen["failed"] == []
    assert seen["isaac_sim"] == "6.2.0"
    assert "isaaclab.mimic.ui" in seen["enabled"]


def test_our_application_file(installation):
    seen = layouts.start(installation, APPLICATION)
    check(seen)
    assert seen["window"] is True
    assert "omni.warp.core" not in seen["enabled"]


def test_our_application_file_with_a_headset(installation):
    seen = layouts.start(installation, APPLICATION, ["--enable", "isaaclab.python.xr.openxr"])
    check(seen)
    assert "omni.kit.xr.system.openxr" in seen["enabled"]


@pytest.mark.parametrize("name", ["isaacsim.exp.full", "isaacsim.exp.full.newton", "isaacsim.exp.base.xr.vr"])
def test_isaac_sims_applications_with_our_extensions_enabled(installation, name):
    seen = layouts.start(installation, installation.sim / "apps" / f"{name}.kit", ENABLED)
    check(seen)
    assert "omni.warp.core" in seen["enabled"]
    assert ("omni.kit.xr.core" in seen["enabled"]) == (name == "isaacsim.exp.base.xr.vr")


def test_isaac_sims_full_application_does_not_start_from_elsewhere(installation, tmp_path):
    """Why ours is based on Isaac Lab's: the folders that `isaacsim.exp.full` names are beside the file that starts."""
    file = tmp_path / "elsewhere" / "ours.kit"
    file.parent.mkdir()
    file.write_text('[package]\nversion = "1.0.0"\n[dependencies]\n"isaacsim.exp.full" = {}\n')
    apps = ["--ext-folder", str(installation.sim / "apps")]
    assert "dependency solver failure" in layouts.start(installation, file, apps)["log"]
