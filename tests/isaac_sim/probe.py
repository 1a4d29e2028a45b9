# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Runs inside an application (`--exec "probe.py REPORT"`): writes what it sees to a file, and quits."""

import json
import os
import subprocess
import sys
import traceback

import carb.settings
import carb.tokens
import omni.kit.app


def _look() -> dict:
    app = omni.kit.app.get_app()
    manager = app.get_extension_manager()
    settings = carb.settings.get_settings()
    tokens = carb.tokens.get_tokens_interface()
    enabled = [extension["id"] for extension in manager.get_extensions() if extension["enabled"]]
    seen = {
        "app": settings.get("/app/name"),
        "title": settings.get("/app/window/title"),
        "app_version": app.get_app_version(),
        "enabled": sorted(name.rsplit("-", 1)[0] for name in enabled),
        "failed": [name for name in enabled if manager.get_extension_dict(name)["state"]["failed"]],
        "excluded": settings.get("/app/extensions/excluded"),
        "folders": [folder["path"] for folder in manager.get_folders()],
        "tokens": {name: tokens.resolve("${" + name + "}") for name in ("kit", "exe-path", "app")},
        "settings": {name: settings.get(name) for name in sys.argv[2:]},
        "python": {"executable": sys.executable, "prefix": sys.prefix, "path": sys.path},
        "environment": dict(os.environ),
    }
    if "isaacsim.core.version" in seen["enabled"]:
        from isaacsim.core.version import get_version

        seen["isaac_sim"] = get_version()[0]
    if "isaaclab.mimic.ui" in seen["enabled"]:
        import isaaclab_mimic_ui
        from isaaclab_mimic_core.doctor import to_dicts
        from isaaclab_mimic_core.doctor.isaac_sim import examine
        from isaaclab_mimic_core.interpreter import child_environment, find_interpreter
        from isaaclab_mimic_ui.extension import get_window

        python = find_interpreter()
        process = subprocess.run(
            [python, "-c", "import sys, isaaclab, isaaclab_mimic_core as core; print(sys.prefix, core.__file__)"],
            env=child_environment(python),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        seen["worker"] = process.stdout.split() or process.stderr
        seen["examined"] = to_dicts(examine())
        window = get_window()
        seen["window"] = window is not None and bool(window.visible)
        seen["window_from"] = isaaclab_mimic_ui.__file__
    return seen


try:
    seen = _look()
except Exception:
    seen = {"traceback": traceback.format_exc()}
with open(sys.argv[1], "w") as report:
    json.dump(seen, report)
omni.kit.app.get_app().post_quit(0)
