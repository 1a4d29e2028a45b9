# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Our application file, started by the real kernel with Isaac Lab's real application files, in each layout."""

import re
from pathlib import Path

import layouts
import pytest

ROOT = Path(__file__).parents[2]
APPLICATION = ROOT / "config" / "isaaclab.mimic.kit"

pytestmark = pytest.mark.kit


@pytest.fixture(scope="module", params=layouts.KINDS)
def installation(request, tmp_path_factory) -> layouts.Installation:
    return layouts.install(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def seen(installation) -> dict:
    """What is there after the command of the documentation."""
    return layouts.start(installation, APPLICATION)


def test_it_starts_with_the_window_open(seen):
    assert seen["code"] == 0, seen["output"]
    assert seen["errors"] == []
    assert seen["failed"] == []
    assert {"isaaclab.python", "omni.replicator.core", "isaaclab.mimic.ui"} <= set(seen["enabled"])
    assert seen["window"] is True
    assert Path(seen["window_from"]).is_relative_to(ROOT / "exts")
    assert seen["title"] == "Isaac Lab Mimic"


def test_isaac_sim_knows_its_version(seen):
    # Isaac Lab takes it apart when the first robot is loaded, and an empty one is an InvalidVersion.
    assert seen["isaac_sim"] == "6.2.0"
    assert seen["app_version"].startswith("6.2.0")


def test_paths_that_isaac_lab_writes_down_lead_to_kit(installation, seen):
    assert Path(seen["tokens"]["exe-path"]) == installation.kit
    assert Path(seen["tokens"]["kit"]) == installation.kit
    for folder in ("exts", "extscache", "extsDeprecated"):
        assert str(installation.sim / folder) in seen["folders"]


def test_packages_that_are_not_isaac_labs_stay_out(seen):
    assert {"omni.warp.core", "omni.kit.pip_archive", "omni.isaac.ml_archive"} <= set(seen["excluded"])
    assert set(seen["excluded"]).isdisjoint(seen["enabled"])


def test_a_worker_runs_in_the_python_of_this_isaac_sim(installation, seen):
    # In the binary one `sys.executable` is whatever `python3` the search path holds, which has nothing of this.
    prefix, package = seen["worker"]
    assert prefix == seen["python"]["prefix"]
    assert (Path(prefix) == installation.kit / "python") == (installation.kind == "binary")
    assert Path(package).is_relative_to(ROOT / "exts")


def test_the_report_knows_this_isaac_sim(installation, seen):
    rows = {row["topic"]: row for row in seen["examined"]}
    assert rows["Isaac Sim"]["text"] == "6.2.0"
    assert rows["application"]["text"].startswith("isaaclab.mimic 6.2.0")
    assert all("\n" not in row["text"] for row in rows.values())
    assert rows["extension omni.warp.core"]["level"] == "ok"
    embedded = "Python is embedded in it" in rows["program"]["text"]
    assert embedded == (installation.kind == "binary")
    if embedded:
        assert Path(rows["worker's Python"]["text"]) == installation.sim / "python.sh"


def test_a_headset_is_one_more_word(installation):
    settings = ["/defaults/xr/activeProfile", "/app/xr/enabled", "/exts/isaaclab.mimic.ui/openAtStartup"]
    seen = layouts.start(installation, APPLICATION, ["--enable", "isaaclab.python.xr.openxr"], settings=settings)
    assert seen["errors"] == [], seen["output"]
    assert {"omni.kit.xr.core", "omni.kit.xr.system.openxr", "omni.kit.xr.ui.window.profile"} <= set(seen["enabled"])
    assert list(seen["settings"].values()) == ["ar", True, True]
    assert seen["window"] is True
    assert seen["isaac_sim"] == "6.2.0"


def test_isaac_lab_as_a_clone_is_named(tmp_path):
    installation = layouts.install("binary", tmp_path, lab="../IsaacLab/apps")
    without = layouts.start(installation, APPLICATION)
    assert re.search(r"No versions of isaaclab\.python", without["log"])
    seen = layouts.start(installation, APPLICATION, ["--ext-folder", str(tmp_path / "IsaacLab" / "apps")])
    assert seen["errors"] == [], seen["output"]
    assert seen["window"] is True
