# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Check what an XR session needs before anything is opened: the package, an OpenXR runtime or CloudXR, a recording.

This module imports neither Isaac Lab, torch nor Isaac Teleop.
"""

import ctypes
import json
import os
import struct
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import DeviceError, InputFileError, MimicError, OptionError, OutputError, PlatformError
from ...finding import Finding
from ...requirements import XR, how_to_get
from ...sim.host import inside_isaac_sim
from .application import check_application

if TYPE_CHECKING:
    from . import XrSettings

PACKAGE = "isaacteleop"
EULA_VARIABLE = "ISAACLAB_CXR_ACCEPT_EULA"
"""Isaac Lab's environment variable: setting it to 1 accepts NVIDIA's licence for CloudXR."""

_MANIFESTS = (".config/openxr/1/active_runtime.json", "/etc/xdg/openxr/1/active_runtime.json")
"""Where OpenXR's loader looks for a runtime's manifest without XR_RUNTIME_JSON; the first is in the home folder."""
_CLOUDXR_NEEDS = ("cryptography", "websockets")
_LICENCE = "https://github.com/NVIDIA/IsaacTeleop/blob/main/deps/cloudxr/CLOUDXR_LICENSE"
_REPLAY = "A recorded session needs no headset: --mcap-replay FILE."

_MCAP_MAGIC = b"\x89MCAP0\r\n"
_MCAP_FOOTER, _MCAP_STATISTICS = 0x02, 0x0B


def check_xr(settings: "XrSettings", task_id: str) -> None:
    """Check that an XR session can be opened with these `XrSettings`.

    Raises:
        PlatformError: Isaac Teleop is not installed.
        OptionError: The setting `cloudxr` is neither a known profile nor a file.
        InputFileError: The session to replay is missing or damaged.
        OutputError: The session to record would replace a file, or cannot be written.
        DeviceError: There is no OpenXR runtime and CloudXR cannot be started here, or the running Isaac Sim is an
            application without XR.
    """
    if installed_version() is None:
        raise PlatformError(f"XR needs the package {PACKAGE}, which is not installed", remedy=how_to_get(XR))
    if settings.mcap_replay:
        count_frames(settings.mcap_replay)
        return
    if settings.mcap_record:
        _check_recording(Path(settings.mcap_record), settings.overwrite)
    check_application()
    find_runtime(settings.cloudxr)


def installed_version() -> str | None:
    """Return Isaac Teleop's version, or None."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return None


# -- the runtime


def find_runtime(cloudxr: str) -> str | None:
    """Find an OpenXR runtime: return None if one is set up, else the profile to start CloudXR with.

    Args:
        cloudxr: auto, none, or a profile of `cloudxr_profile`.

    Raises:
        DeviceError: There is no runtime and CloudXR cannot be started; says what is missing.
        InputFileError: XR_RUNTIME_JSON does not name a runtime.
    """
    if cloudxr in ("auto", "none") and (manifest := runtime_manifest()):
        _check_manifest(manifest)
        return None
    if cloudxr == "none":
        raise DeviceError(
            "there is no OpenXR runtime: XR_RUNTIME_JSON is not set, and CloudXR is not to be started",
            where="--cloudxr none",
            remedy=f"Set XR_RUNTIME_JSON to a runtime's manifest, or leave --cloudxr out. {_REPLAY}",
        )
    profile = "" if cloudxr == "auto" else cloudxr
    if profile not in ("", "quest", "vision-pro") and not Path(profile).expanduser().is_file():
        raise OptionError(
            f"{profile!r} is neither auto, none, quest or vision-pro nor a file of CloudXR settings", where="--cloudxr"
        )
    if missing := missing_for_cloudxr():
        what, remedy = missing
        raise DeviceError(f"CloudXR, which serves the headset, cannot be started: {what}", remedy=f"{remedy} {_REPLAY}")
    return profile or ("quest" if inside_isaac_sim() else "standalone")


def runtime_manifest() -> Path | None:
    """Return the manifest of the OpenXR runtime that this process would use, or None."""
    if named := os.environ.get("XR_RUNTIME_JSON"):
        return Path(named)
    return next((path for path in (Path.home() / name for name in _MANIFESTS) if path.exists()), None)


def missing_for_cloudxr() -> tuple[str, str] | None:
    """Return why CloudXR cannot be started and what to do about it; None if it can."""
    if not _has_driver():
        return (
            "it needs an NVIDIA GPU with its driver (libcuda.so.1), and this machine has none",
            "Use a machine with an NVIDIA GPU, or name another OpenXR runtime: XR_RUNTIME_JSON=FILE.",
        )
    lacking = [name for name in _CLOUDXR_NEEDS if util.find_spec(name) is None]
    if lacking:
        return f"the Python packages {' and '.join(lacking)} are not installed", how_to_get(XR)
    if not _licence_accepted():
        return (
            "NVIDIA's licence for it has not been accepted",
            f"Read {_LICENCE}; to accept it, set {EULA_VARIABLE}=1 or run once: python -m isaacteleop.cloudxr.",
        )
    return None


def cloudxr_profile(profile: str) -> str:
    """Return the file of CloudXR settings for a profile: standalone, quest, vision-pro, or the path of a file.

    `standalone` is Isaac Lab's profile for teleoperation without rendering to the headset.
    """
    from isaaclab_teleop.isaac_teleop_cfg import CLOUDXR_AVP_ENV, CLOUDXR_JS_ENV, CLOUDXR_STANDALONE_ENV

    files = {"standalone": CLOUDXR_STANDALONE_ENV, "quest": CLOUDXR_JS_ENV, "vision-pro": CLOUDXR_AVP_ENV}
    return files.get(profile) or str(Path(profile).expanduser())


def _has_driver() -> bool:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


def _licence_accepted() -> bool:
    marker = Path.home() / ".cloudxr" / "run" / "eula_accepted"
    return os.environ.get(EULA_VARIABLE, "").strip().lower() in ("1", "y", "yes") or marker.is_file()


def _check_manifest(manifest: Path) -> None:
    """Check that a runtime's manifest names a library that exists."""
    remedy = f"Set XR_RUNTIME_JSON to the manifest of an OpenXR runtime, or unset it to use CloudXR. {_REPLAY}"
    try:
        library = str(json.loads(manifest.read_text())["runtime"]["library_path"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not the manifest of an OpenXR runtime"
        raise InputFileError(f"cannot be used: {reason}", where=str(manifest), remedy=remedy) from error
    # A bare name is looked up by the dynamic loader; a relative path is relative to the manifest.
    if "/" in library and not (manifest.parent / library).exists():
        raise InputFileError(f"the runtime it names, {library}, does not exist", where=str(manifest), remedy=remedy)


# -- recorded sessions


def count_frames(path: str | Path) -> int:
    """Return the number of frames in a recorded session; each poll of the device replays one.

    It is read from the file's statistics: the least number of messages in a channel, for every source writes at least
    one message per frame.

    Raises:
        InputFileError: No such file, or not a complete recording.
    """
    try:
        with open(path, "rb") as file:
            counts = _message_counts(file)
    except OSError as error:
        raise InputFileError(error.strerror or str(error), where=str(path)) from error
    except (ValueError, struct.error) as error:
        raise InputFileError(f"is not a complete MCAP recording: {error}", where=str(path)) from error
    if not counts:
        raise InputFileError("holds no frames", where=str(path))
    return min(counts)


def _message_counts(file: Any) -> list[int]:
    """Read each channel's number of messages from the summary at a file's end. Format: https://mcap.dev/spec."""
    if file.read(len(_MCAP_MAGIC)) != _MCAP_MAGIC:
        raise ValueError("it does not begin as one does")
    size = file.seek(0, os.SEEK_END)
    footer = 1 + 8 + 20
    file.seek(max(0, size - footer - len(_MCAP_MAGIC)))
    tail = file.read()
    if not tail.endswith(_MCAP_MAGIC) or tail[0] != _MCAP_FOOTER:
        raise ValueError("it was cut off before it was finished")
    (summary,) = struct.unpack_from("<Q", tail, 9)
    file.seek(summary)
    records, at = file.read(), 0
    while summary and at + 9 < len(records):
        kind, length = struct.unpack_from("<BQ", records, at)
        body = records[at + 9 : at + 9 + length]
        if kind == _MCAP_STATISTICS:
            # Counts and times of the whole file come first, then the length of a map from channel to message count.
            (entries,) = struct.unpack_from("<I", body, 42)
            return [struct.unpack_from("<HQ", body, 46 + offset)[1] for offset in range(0, entries, 10)]
        at += 9 + length
    raise ValueError("it has no statistics")


def _check_recording(path: Path, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise OutputError("exists already", where=str(path), remedy="Choose another name for --mcap-record.")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise OutputError("its folder does not exist or cannot be written", where=str(path))


def state() -> list[Finding]:
    """Return the state of XR on this machine; all of it is optional, so what is missing is a note."""
    version = installed_version()
    if version is None:
        return [Finding("XR", "note", f"{PACKAGE} is not installed (teleoperation with a headset)", how_to_get(XR))]
    found = [Finding("XR", "ok", f"{PACKAGE} {version}")]
    if manifest := runtime_manifest():
        try:
            _check_manifest(manifest)
            found.append(Finding("OpenXR runtime", "ok", str(manifest)))
        except MimicError as error:
            text = f"{error.where}: {error.what}"
            found.append(Finding("OpenXR runtime", "note", text, error.remedy or ""))
    if missing := missing_for_cloudxr():
        what, remedy = missing
        found.append(Finding("CloudXR", "note", f"cannot be started: {what}", remedy))
    else:
        found.append(Finding("CloudXR", "ok", "can be started"))
    return found
