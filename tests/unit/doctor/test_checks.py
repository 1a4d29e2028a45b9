# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The doctor's single checks, each on machines that this one is not."""

import threading
from importlib import metadata

import pytest

from isaaclab_mimic_core.devices.spacemouse import probe as spacemouse
from isaaclab_mimic_core.doctor import assets, graphics, kit, packages, physics, system


class TestPackages:
    OURS = [
        "isaaclab==3.0.0",
        "ovphysx==0.6.4.72118723",
        "isaaclab-mimic-kit[ui]; extra == 'dev'",
        'robomimic==0.3.0; extra == "learning"',
        'ovui==0.1.1; extra == "ui"',
    ]
    THEIRS = ["torch==2.11.0", "newton[sim]==1.6.1", "numpy>=2", 'viser>=9.9; extra == "viser"']

    @pytest.fixture
    def check(self, monkeypatch):
        """Return what is found where these versions are installed."""
        requires = {"isaaclab-mimic-kit": self.OURS, "isaaclab": self.THEIRS}

        def check(**installed: str) -> dict:
            def version(name: str) -> str:
                if name.replace("-", "_") not in installed:
                    raise metadata.PackageNotFoundError(name)
                return installed[name.replace("-", "_")]

            monkeypatch.setattr(packages.metadata, "requires", lambda name: requires[name])
            monkeypatch.setattr(packages.metadata, "version", version)
            monkeypatch.setattr(packages, "is_there", lambda package: package.name.replace("-", "_") in installed)
            return {finding.topic: finding for finding in packages.check_packages()}

        return check

    def test_versions_are_compared_with_our_and_isaaclabs_metadata(self, check):
        found = check(isaaclab="3.0.0", torch="2.11.0+cu130", newton="1.7.0", viser="1.1.1")
        assert found["isaaclab"].level == found["torch"].level == found["viser"].level == "ok"
        assert found["newton"].level == "problem"
        assert "1.7.0 found, 1.6.1 wanted" in found["newton"].text

    def test_optional_packages_name_the_extra_that_brings_them(self, check):
        found = check(isaaclab="3.0.0")
        assert (found["robomimic"].level, found["robomimic"].remedy) == ("note", "./mimic.sh setup learning")
        assert (found["ovphysx"].level, found["ovphysx"].remedy) == ("problem", "./mimic.sh setup")

    def test_inside_isaac_sim_physics_without_kit_is_optional(self, check, monkeypatch):
        monkeypatch.setattr(packages, "isaac_sim_is_here", lambda: True)
        assert check()["ovphysx"].level == "note"

    def test_without_metadata_of_our_own_nothing_is_compared(self, monkeypatch):
        def missing(name: str):
            raise metadata.PackageNotFoundError(name)

        monkeypatch.setattr(packages.metadata, "requires", missing)
        monkeypatch.setattr(packages.metadata, "version", lambda name: "0.0.1")
        found = {finding.topic: finding for finding in packages.check_packages()}
        assert found["mimic"].level == "note" and found["isaaclab"].level == "ok"


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

        return plug_in, lambda: list(spacemouse.examine(classes, devices))

    def test_none(self, plug_in):
        _, check = plug_in
        (finding,) = check()
        assert (finding.level, finding.text) == ("ok", "none plugged in")

    def test_a_readable_one(self, plug_in):
        plug, check = plug_in
        plug(0x256F, 0xC635, "3Dconnexion SpaceMouse Compact")
        (finding,) = check()
        assert finding.level == "ok" and "SpaceMouse Compact at" in finding.text

    def test_a_forbidden_one_comes_with_the_udev_rule(self, plug_in, monkeypatch):
        plug, check = plug_in
        plug(0x046D, 0xC626, "3Dconnexion SpaceNavigator")
        # Not by file permissions: they do not stop root.
        monkeypatch.setattr(spacemouse, "_accessible", lambda device: False)
        (finding,) = check()
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
    def test_vulkan_drivers_are_looked_for_where_the_loader_does(self, tmp_path, monkeypatch):
        for name in ("VK_DRIVER_FILES", "VK_ICD_FILENAMES"):
            monkeypatch.delenv(name, raising=False)
        icds = tmp_path / "vulkan" / "icd.d"
        icds.mkdir(parents=True)
        (icds / "lvp_icd.json").touch()
        monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
        assert icds / "lvp_icd.json" in graphics.vulkan_drivers()
        monkeypatch.setenv("VK_DRIVER_FILES", str(tmp_path / "missing.json"))
        assert graphics.vulkan_drivers() == []

    def test_without_vulkan_the_packages_are_named(self, monkeypatch):
        def refuse(name: str):
            raise OSError(name)

        monkeypatch.setattr(graphics.ctypes, "CDLL", refuse)
        (finding,) = graphics.check_vulkan()
        assert finding.level == "note" and "mesa-vulkan-drivers" in finding.remedy

    def test_driver_in_the_kernel_but_not_in_the_container(self, tmp_path, monkeypatch):
        def refuse(name: str):
            raise OSError(name)

        version = tmp_path / "version"
        version.write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun Jul 27 2025\n")
        monkeypatch.setattr(graphics, "_DRIVER_VERSION", version)
        monkeypatch.setattr(graphics.ctypes, "CDLL", refuse)
        (finding,) = graphics.check_gpu_driver()
        assert finding.level == "problem" and "NVIDIA driver 580.65.06" in finding.text

    def test_display(self, monkeypatch):
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        monkeypatch.setenv("DISPLAY", ":7")
        assert [finding.text for finding in graphics.check_display()] == ["DISPLAY=:7"]
        monkeypatch.delenv("DISPLAY")
        assert [finding.level for finding in graphics.check_display()] == ["note"]


class TestLicence:
    def test_is_the_users_to_accept(self, monkeypatch):
        monkeypatch.setattr(kit, "_accepted_before", lambda: False)
        monkeypatch.delenv("OMNI_KIT_ACCEPT_EULA", raising=False)
        (finding,) = kit.check_licence()
        assert finding.level == "note" and "OMNI_KIT_ACCEPT_EULA=YES" in finding.remedy
        assert "OMNI_KIT_ACCEPT_EULA" not in kit.os.environ
        monkeypatch.setenv("OMNI_KIT_ACCEPT_EULA", "Yes")
        (finding,) = kit.check_licence()
        assert finding.level == "ok"


class TestSystem:
    def test_cache_that_cannot_be_written(self, monkeypatch):
        # Nobody, root included, can make files there.
        monkeypatch.setenv("MIMIC_CACHE", "/proc/mimic")
        (finding,) = system.check_cache()
        assert finding.level == "problem" and "MIMIC_CACHE" in finding.remedy

    def test_cache_that_has_still_to_be_made(self, tmp_path, monkeypatch):
        monkeypatch.setenv("MIMIC_CACHE", str(tmp_path / "not" / "yet"))
        (finding,) = system.check_cache()
        assert finding.level == "ok"
        assert list(tmp_path.iterdir()) == []

    def test_full_disk(self, monkeypatch):
        monkeypatch.setattr(system, "_LEAST_DISK", 1e30)
        (finding,) = system.check_disk()
        assert finding.level == "problem" and finding.remedy

    @pytest.mark.parametrize("library", [("glibc", "2.31"), ("", "")])
    def test_old_or_other_c_library(self, library, monkeypatch):
        monkeypatch.setattr(system.platform, "libc_ver", lambda: library)
        (finding,) = system.check_platform()
        assert finding.level == "problem"

    def test_other_platform(self, monkeypatch):
        monkeypatch.setattr(system.platform, "machine", lambda: "aarch64")
        (finding,) = system.check_platform()
        assert finding.level == "problem"

    def test_other_python(self, monkeypatch):
        monkeypatch.setattr(system.sys, "version_info", (3, 11, 4))
        (finding,) = system.check_python()
        assert finding.level == "problem" and "3.12 needed" in finding.text


class TestAssets:
    def test_a_server_that_hangs_does_not_hang_the_doctor(self, monkeypatch):
        pytest.importorskip("isaaclab")
        monkeypatch.setattr(assets, "_PATIENCE", 0.2)
        answer = threading.Event()
        monkeypatch.setattr(assets, "cloud_assets_reachable", answer.wait)
        # It answers although the server never does.
        (finding,) = assets.start_cloud_check()()
        answer.set()
        assert finding.level == "note" and "within" in finding.text

    def test_local_robot(self, tmp_path, monkeypatch):
        monkeypatch.setenv("MIMIC_CACHE", str(tmp_path))
        (finding,) = assets.check_local_robot()
        assert "not built yet" in finding.text
        folder = tmp_path / f"franka-panda-{assets.RECIPE}"
        folder.mkdir()
        (folder / "panda.usd").write_bytes(b"x" * 2_000_000)
        (finding,) = assets.check_local_robot()
        assert finding.level == "ok" and "2 MB" in finding.text


class TestPhysics:
    def test_outside_isaac_sim(self):
        found = {finding.topic: finding for finding in physics.check_physics()}
        assert found["physics: isaacsim"].level == "note"

    def test_inside_isaac_sim_only_its_own_runs(self, monkeypatch):
        monkeypatch.setattr("isaaclab_mimic_core.sim.engines.choice.inside_isaac_sim", lambda: True)
        monkeypatch.setattr("isaaclab_mimic_core.sim.engines.choice.check_application", lambda: None)
        monkeypatch.setattr(physics, "inside_isaac_sim", lambda: True)
        found = {finding.topic: finding.level for finding in physics.check_physics()}
        assert found == {"physics: ovphysx": "note", "physics: newton": "note", "physics: isaacsim": "ok"}
