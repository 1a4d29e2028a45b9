# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which options a run may be resumed with other values of."""

from dataclasses import field, fields
from typing import Any

_ON_RESUME = "on resume"


def may_differ(default: Any) -> Any:
    """Declare an option that a run may be resumed with another value of, for it does not decide what is made.

    All others are compared, by what they are resolved to; see `run_manifest`.
    """
    return field(default=default, metadata={_ON_RESUME: "may differ"})


def by_content(default: Any) -> Any:
    """Declare an option that names files: a run is resumed with the same content, wherever that lies."""
    return field(default=default, metadata={_ON_RESUME: "by content"})


def deciding(options: Any) -> dict[str, Any]:
    """Return the options that decide what a run makes, beside the files it reads."""
    return {each.name: getattr(options, each.name) for each in fields(options) if _ON_RESUME not in each.metadata}
