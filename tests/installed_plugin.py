# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Install the example package into a folder, as an installer does, without asking a package index for anything."""

import shutil
import tomllib
from pathlib import Path

PACKAGE = Path(__file__).with_name("plugin_package")


def install_plugin(folder: Path, broken: bool = False) -> Path:
    """Lay out package and metadata in a folder of Python's search path, which is returned.

    Args:
        folder: Where to; made if it is not there.
        broken: Install a version that fails when it is imported.
    """
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    name, version = project["name"], project["version"]
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [
        line
        for group, entries in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{entry} = {place}" for entry, place in entries.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    installed = shutil.copytree(PACKAGE / "mimic_example", folder / "mimic_example")
    if broken:
        (installed / "__init__.py").write_text('raise RuntimeError("this version is broken")\n')
    return folder
