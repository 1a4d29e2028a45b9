# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The doctor's single checks, with the facts of other machines."""

import threading
from pathlib import Path

import pytest

from isaaclab_mimic_core.devices.spacemouse import probe as spacemouse
from isaaclab_mimic_core.doctor import assets, graphics, kit, packages, physics, system
from isaaclab_mimic_core.doctor.machine import DISTRIBUTION, Machine
from isaaclab_mimic_core.robots.gr1t2 import usd as gr1t2


class TestPackages:
    OURS = (
        "isaaclab==3.0.0",
        "ovphysx==0.6.4.72118723",
        "isaaclab-mimic-kit[ui]; extra == 'dev'",
        'robomimic==0.3.0; extra == "learning"',
        'ovui==0.1.1; extra == "ui"',
    )
    THEIRS = ("torch==2.11.0", "newton[sim]==1.6.1", "numpy>=2", 'viser>=9.9; extra == "viser"')

    def found(self, isaac_sim_is_here: bool = False, **versions: str) -> dict:
        """Return what is found where these versions are installed."""
        machine = Machine(
            versions=versions,
            importable=frozenset(versions),
            requirements={DISTRIBUTION: self.OURS, "isaaclab": self.THEIRS},
            isaac_sim_is_here=isaac_sim_is_here,
        )
        return {finding.topic: finding for finding in packages.check_packages(machine)}

    def test_versions_are_compared_with_our_and_isaaclabs_metadata(self):
        found = self.found(isaaclab="3.0.0", torch="2.11.0+cu130", newton="1.7.0", viser="1.1.1")
        assert found["isaaclab"].level == found["torch"].level == found["viser"].level == "ok"
        assert found["newton"].level == "problem"
        assert "1.7.0 found, 1.6.1 wanted" in found["newton"].text

    def test_optional_packages_name_the_extra_that_brings_them(self):
        found = self.found(isaaclab="3.0.0")
        assert (found["robomimic"].level, found["robomimic"].remedy) == ("note", "./mimic.sh setup learning")
        assert (found["ovphysx"].level, found["ovphysx"].remedy) == ("problem", "./mimic.sh setup")

    def test_inside_isaac_sim_physics_without_kit_is_optional(self):
        assert self.found(isaac_sim_is_here=True)["ovphysx"].level == "note"

    def test_without_metadata_of_our_own_nothing_is_compared(self):
        machine = Machine(versions={"isaaclab": "0.0.1"}, importable=frozenset({"isaaclab"}))
        found = {finding.topic: finding for finding in packages.check_packages(machine)}
        assert found["mimic"].level == "note" and found["isaaclab"].level == "ok"

    def test_what_can_be_imported_without_a_version_is_there(self):
        (finding,) = [
            each for each in packages.check_packages(Machine(importable=frozenset({"h5py"}))) if each.topic == "h5py"
        ]
        assert finding.level == "ok" and "without saying its version" in finding.text


class TestHid:
    @pytest.fixture
    def plug_in(self, tmp_path):
        """Return a function that plugs a HID device into a pretended machine, and one that runs the check there."""
        classes, devices = tmp_path / "class", tmp_path / "dev"
        classes.mkdir()
        devices.mkdir()

        def plug_in(vendor: int, product: int, name: str, node: bool = True) -> None:
            number = len(list(classes.iterdir()))
            folder = classes / f"hidraw{number}" / "device"
            folder.mkdir(parents=True)
            (folder / "uevent").write_text(f"HID_ID=0003:{vendor:08X}:{product:08X}\nHID_NAME={name}\n")
            if node:
                (devices / f"hidraw{number}").touch()

        return plug_in, lambda **others: list(spacemouse.examine(classes, devices, **others))

    def test_none(self, plug_in):
        _, check = plug_in
        (finding,) = check()
        assert (finding.level, finding.text) == ("ok", "none plugged in")

    def test_a_readable_one(self, plug_in):
        plug, check = plug_in
        plug(0x256F, 0xC635, "3Dconnexion SpaceMouse Compact")
        (finding,) = check()
        assert finding.level == "ok" and "SpaceMouse Compact at" in finding.text

    def test_a_forbidden_one_comes_with_the_udev_rule(self, plug_in):
        plug, check = plug_in
        plug(0x046D, 0xC626, "3Dconnexion SpaceNavigator")
        # Not by file permissions: they do not stop root.
        (finding,) = check(accessible=lambda device: False)
        assert finding.level == "problem"
        assert """echo 'KERNEL=="hidraw*", KERNELS=="*:046D:*", TAG+="uaccess"' | sudo tee""" in finding.remedy

    def test_one_that_a_container_does_not_show(self, plug_in):
        plug, check = plug_in
        plug(0x256F, 0xC635, "3Dconnexion SpaceMouse Compact", node=False)
        (finding,) = check()
        assert finding.level == "problem" and "--device" in finding.remedy

    def test_a_logitech_keyboard_is_no_spacemouse(self, plug_in):
        plug, check = plug_in
        plug(0x046D, 0xC31C, "Logitech USB Keyboard")
        (finding,) = check()
        assert finding.text == "none plugged in; 1 of 1 other HID devices can be read"

    def test_a_device_that_tells_nothing_is_passed_over(self, plug_in, tmp_path):
        _, check = plug_in
        (tmp_path / "class" / "hidraw0").mkdir()
        (finding,) = check()
        assert finding.level == "ok"


class TestGraphics:
    def test_vulkan_drivers_are_looked_for_where_the_loader_does(self, tmp_path):
        icds = tmp_path / "vulkan" / "icd.d"
        icds.mkdir(parents=True)
        (icds / "lvp_icd.json").touch()
        assert icds / "lvp_icd.json" in graphics.vulkan_drivers({"XDG_DATA_DIRS": str(tmp_path)})
        chosen = {"XDG_DATA_DIRS": str(tmp_path), "VK_DRIVER_FILES": str(tmp_path / "missing.json")}
        assert graphics.vulkan_drivers(chosen) == []

    def test_without_vulkan_the_packages_are_named(self):
        (finding,) = graphics.check_vulkan(Machine())
        assert finding.level == "note" and "mesa-vulkan-drivers" in finding.remedy

    def test_driver_in_the_kernel_but_not_in_the_container(self):
        said = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun Jul 27 2025\n"
        (finding,) = graphics.check_gpu_driver(Machine(kernel_driver=said))
        assert finding.level == "problem" and "NVIDIA driver 580.65.06" in finding.text

    def test_without_a_driver_there_is_no_gpu(self):
        (driver,), (gpu,) = graphics.check_gpu_driver(Machine()), graphics.check_gpu(Machine())
        assert driver.level == gpu.level == "note"

    def test_display(self):
        shown = graphics.check_display(Machine(environment={"DISPLAY": ":7"}))
        assert [finding.text for finding in shown] == ["DISPLAY=:7"]
        assert [finding.level for finding in graphics.check_display(Machine())] == ["note"]


class TestLicence:
    def test_is_the_users_to_accept(self):
        (finding,) = kit.check_licence(Machine())
        assert finding.level == "note" and "OMNI_KIT_ACCEPT_EULA=YES" in finding.remedy
        for machine in (Machine(environment={"OMNI_KIT_ACCEPT_EULA": "Yes"}), Machine(licence_answered=True)):
            (finding,) = kit.check_licence(machine)
            assert finding.level == "ok" and machine.licence_accepted


class TestSystem:
    def test_cache_that_cannot_be_written(self):
        # Nobody, root included, can make files there.
        (finding,) = system.check_cache(Machine(cache=Path("/proc/mimic")))
        assert finding.level == "problem" and "MIMIC_CACHE" in finding.remedy

    def test_cache_that_has_still_to_be_made(self, tmp_path):
        (finding,) = system.check_cache(Machine(cache=tmp_path / "not" / "yet"))
        assert finding.level == "ok"
        assert list(tmp_path.iterdir()) == []

    def test_full_disk(self):
        (finding,) = system.check_disk(Machine(free_disk=1e8))
        assert finding.level == "problem" and finding.remedy

    @pytest.mark.parametrize("library", [("glibc", "2.31"), ("", "")])
    def test_old_or_other_c_library(self, library):
        (finding,) = system.check_platform(Machine(libc=library))
        assert finding.level == "problem"

    def test_other_platform(self):
        (finding,) = system.check_platform(Machine(architecture="aarch64"))
        assert finding.level == "problem"

    def test_other_python(self):
        (finding,) = system.check_python(Machine(python=(3, 11)))
        assert finding.level == "problem" and "3.12 needed" in finding.text

    def test_modules_that_are_compiled_at_every_start(self):
        _, finding = system.check_python(Machine(environment={"PYTHONDONTWRITEBYTECODE": "1"}))
        assert finding.level == "note" and "./mimic.sh" in finding.remedy
        assert len(list(system.check_python(Machine(environment={"PYTHONPYCACHEPREFIX": "somewhere"})))) == 1


class TestAssets:
    def test_a_server_that_hangs_does_not_hang_the_doctor(self):
        pytest.importorskip("isaaclab")
        answer = threading.Event()
        # It answers although the server never does.
        (finding,) = assets.start_cloud_check(answer.wait, timeout=0.2)(Machine())
        answer.set()
        assert finding.level == "note" and "within" in finding.text

    def test_local_robots(self, tmp_path):
        machine = Machine(cache=tmp_path)
        names = ("Franka", "GR1T2 (Apache-2.0)", "G1 (Apache-2.0)")
        for finding, name in zip(assets.check_local_robots(machine), names, strict=True):
            assert name in finding.text and "not built yet" in finding.text
        for version, says in (("0.2.7", "its first use does it"), ("0.1.0", "downloads its description")):
            other = Machine(cache=tmp_path, versions={"fourier-robot-descriptions": version, "holosoma": version})
            _, fourier, unitree = assets.check_local_robots(other)
            assert says in fourier.text and "downloads its description" in unitree.text
        folder = tmp_path / gr1t2.FOLDER
        folder.mkdir()
        (folder / "gr1t2.usd").write_bytes(b"x" * 2_000_000)
        franka, humanoid, _ = assets.check_local_robots(machine)
        assert "not built yet" in franka.text and humanoid.level == "ok" and "2 MB" in humanoid.text


class TestPhysics:
    def test_outside_isaac_sim(self):
        found = {finding.topic: finding for finding in physics.check_physics(Machine())}
        assert found["physics: isaacsim"].level == "note"

    def test_inside_isaac_sim_only_its_own_runs(self, monkeypatch):
        monkeypatch.setattr("isaaclab_mimic_core.sim.engines.choice.inside_isaac_sim", lambda: True)
        monkeypatch.setattr("isaaclab_mimic_core.sim.engines.choice.check_application", lambda: None)
        found = {finding.topic: finding.level for finding in physics.check_physics(Machine(inside_isaac_sim=True))}
        assert found == {"physics: ovphysx": "note", "physics: newton": "note", "physics: isaacsim": "ok"}


def test_the_facts_of_this_machine_are_read():
    machine = Machine.here()
    assert machine.python == (3, 12) and machine.libc[0] == "glibc" and machine.free_disk > 0
    assert machine.versions["isaaclab"] == "3.0.0" and "h5py" in machine.importable
    assert machine.versions.keys() - machine.importable == set()
    assert machine.environment["PATH"]
