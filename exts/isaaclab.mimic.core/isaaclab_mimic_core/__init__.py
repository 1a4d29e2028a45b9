# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Lab Mimic's engine: environments, datasets, generation and the stages a user runs. It has no window.

- `datagen/`: generate demonstrations. `datagen/generator.py` is the algorithm.
- `datasets/`: read, write, check, edit and export dataset files. `datasets/writer.py` writes them.
- `envs/`, `robots/`, `tasks/`: environments in batches, what differs by robot, and the tasks.
- `sim/`: physics engines, assets, rendering; inside and outside Isaac Sim.
- `devices/`: teleoperation. `learning/`: train and run policies.
- `options/`: every option with its default, range and help text.
- `stages/`: the steps of the workflow: record, annotate, generate, replay, render, train, evaluate, play.
- `cli.py`, `verbs/`, `terminal/`: the command line. `remote/`: run a stage in another process.
- `report/`: the report of a run. `doctor/`: examine the machine. `plugins/`: register what others bring.

`__init__.pyi` lists what a script can import from here, and `docs/api.md` has an example of each. A name is imported
on first use, because torch and Isaac Lab take seconds to import.
"""

import functools
import importlib


def __getattr__(name: str) -> object:
    """Import what the stub lists (PEP 562).

    `lazy_loader.attach_stub` does the same, but comes with Isaac Lab, and Kit imports this package without it, too.
    """
    module = _exports().get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_exports()})


@functools.cache
def _exports() -> dict[str, str]:
    """Return each name in the stub with the module that it is imported from."""
    # Imported late, because most programs do not need it.
    import ast
    from pathlib import Path

    imports = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8")).body
    return {
        alias.name: str(each.module) for each in imports if isinstance(each, ast.ImportFrom) for alias in each.names
    }
