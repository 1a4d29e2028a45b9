# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The version, which `config/extension.toml` of the extension declares."""

import tomllib
from pathlib import Path


def _read_version() -> str:
    # The extension's own file, for it lies beside the package wherever that is: in a checkout, in a wheel, in Kit.
    config = Path(__file__).parents[1] / "config" / "extension.toml"
    return tomllib.loads(config.read_text(encoding="utf-8"))["package"]["version"]


__version__ = _read_version()
