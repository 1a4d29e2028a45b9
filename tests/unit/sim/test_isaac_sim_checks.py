# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Applications in which Isaac Lab is known not to work are refused in words, before anything is opened."""

from importlib import metadata

import pytest

from isaaclab_mimic_core.errors import OptionError, TaskError
from isaaclab_mimic_core.sim import visualizers
from isaaclab_mimic_core.sim.isaac_sim import checks


class Manager:
    """Kit's manager of extensions, as far as it is asked."""

    def __init__(self, *enabled: str) -> None:
        self._enabled = enabled

    def get_extensions(self):
        return [{"name": name, "enabled": True} for name in self._enabled] + [
            {"name": "omni.kit.livestream.app", "enabled": False}
        ]


@pytest.mark.parametrize("streaming", ["omni.kit.livestream.app", "omni.kit.livestream.webrtc"])
def test_the_full_application_is_refused_while_it_is_streamed(streaming):
    with pytest.raises(TaskError, match="livestreaming") as told:
        checks.check_streaming(Manager("isaacsim.exp.full", streaming))
    assert "process of its own" in told.value.remedy


@pytest.mark.parametrize("enabled", [("isaacsim.exp.full",), ("isaacsim.exp.base", "omni.kit.livestream.app"), ()])
def test_other_applications_are_not(enabled):
    checks.check_streaming(Manager(*enabled))


def test_another_warp_than_isaac_labs_is_refused_with_its_place():
    pytest.importorskip("isaaclab")
    checks.check_warp(metadata.version("warp-lang"), "warp")
    with pytest.raises(TaskError, match=r"Warp 1\.8\.2 is loaded, and Isaac Lab needs ==") as told:
        checks.check_warp("1.8.2", "/isaac-sim/extscache/omni.warp.core-1.8.2/warp/__init__.py")
    assert "omni.warp.core-1.8.2" in str(told.value) and "process of its own" in told.value.remedy


def test_without_isaac_labs_metadata_nothing_is_known_and_nothing_refused(monkeypatch):
    def not_installed(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(checks.metadata, "requires", not_installed)
    checks.check_warp("0.1", "")


@pytest.mark.parametrize("name", ["viser", "newton"])
def test_a_view_that_a_run_in_isaac_sim_has_not_is_refused(name, monkeypatch):
    monkeypatch.setattr(visualizers, "inside_isaac_sim", lambda: True)
    with pytest.raises(OptionError, match="viewport") as told:
        visualizers.check_visualizer(name)
    assert "--viz kit" in told.value.remedy
    visualizers.check_visualizer("kit")
