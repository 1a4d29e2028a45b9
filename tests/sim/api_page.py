# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Run the examples of docs/api.md one after another in one process: `api_page.py PAGE`.

A program of its own, for one simulation can live in a process at a time. `result.json` says what came of it.
"""

import json
import re
import sys
from pathlib import Path

from isaaclab_mimic_core import plugins

scope: dict = {"__name__": "__main__"}
blocks = re.findall(r"^```python\n(.*?)^```", Path(sys.argv[1]).read_text(), re.DOTALL | re.MULTILINE)
for number, block in enumerate(blocks):
    exec(compile(block, f"example {number} of {sys.argv[1]}", "exec"), scope)
result = {
    "examples": len(blocks),
    "task": scope["task"].id,
    "lifted": scope["lifted"].flatten().tolist(),
    "annotated": scope["events"][-1].summary["annotated"],
    "generated": scope["generated"].summary["saved"],
    "replayed": scope["replayed"].outcome,
    "trained": scope["trained"].summary["epochs"],
    "rollouts": [row["rollouts"] for row in scope["evaluated"].summary["results"]],
    "refused": str(scope["refused"]),
    "registered": [
        name for registry in plugins.REGISTRIES.values() for name in registry.all() if name[:2].lower() == "my"
    ],
}
Path("result.json").write_text(json.dumps(result))
