# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Repeated enabling and disabling leaves no objects, functions, tasks, subscriptions, threads or memory."""

import gc
import sys
import weakref
from collections import Counter

from harness import in_kit
from mimic_window import count_input_subscriptions, describe_process, open_window

CORE, UI = "isaaclab.mimic.core", "isaaclab.mimic.ui"
ROUNDS = 20


def go_round(kit) -> None:
    import carb.input

    kit.enable(UI)
    window = open_window(kit)
    assert window.visible
    kit.press_input(carb.input.KeyboardInput.F1)
    kit.expect(lambda: window.chosen, "keys")
    assert describe_process()["input"]["input_events"] == 1, "our keys are listened to"
    kit.disable(UI)
    # Nobody hears it any more; a binding that was left would open a panel of a window that is gone.
    kit.press_input(carb.input.KeyboardInput.F1)
    kit.disable(CORE)


def resident() -> float:
    """Return how much memory this process holds [MB]."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6


def kinds_of_objects() -> Counter:
    gc.collect()
    return Counter(f"{type(thing).__module__}.{type(thing).__qualname__}" for thing in gc.get_objects())


# Kit never frees code that it has run, whosever (see below): of our modules, read anew in each round, 1.4 MB. As that
# would hide what the window itself leaves, modules are kept here. `test_window.py` runs with modules read anew.
@in_kit(enable=["omni.ui", "omni.appwindow"], settings=["/app/runWithoutRunloop=false"])
def test_rounds_leave_no_objects_and_no_memory(kit, tmp_path):
    count_input_subscriptions()
    # Everybody's caches fill in the first rounds.
    for _ in range(5):
        go_round(kit)
    before, objects, memory = describe_process(), kinds_of_objects(), resident()
    for _ in range(ROUNDS):
        go_round(kit)
    gc.collect()
    grown = resident() - memory
    print(f"{ROUNDS} rounds: {grown:.1f} MB")
    after = describe_process()
    assert after == before and not any(after["input"].values())
    left = {
        kind: count - objects[kind] for kind, count in kinds_of_objects().items() if count - objects[kind] >= ROUNDS
    }
    assert not left, left
    # 7 to 10 MB, 0.43 a round, with nothing of ours left by the count above: omni.ui's own.
    assert grown < 16, f"{grown} MB in {ROUNDS} rounds"


@in_kit()
def test_a_kit_without_extensions_keeps_all_code_that_it_has_run(kit, tmp_path):
    code = compile("def answer():\n    return 42\nanswer()", "nowhere", "exec")
    kept = weakref.ref(code)
    exec(code, {})
    del code
    gc.collect()
    # Nothing that Python knows of refers to it. Once this fails, rounds can be counted with modules read anew.
    assert kept() is not None and not gc.get_referrers(kept())


@in_kit(enable=[CORE])
def test_the_core_starts_alone_and_light(kit, tmp_path):
    from isaaclab_mimic_core.remote import worker_client

    assert worker_client.WorkerClient
    assert not kit.is_enabled("omni.ui") and not kit.is_enabled(UI)
    assert not {"omni.ui", "torch", "isaaclab", "h5py"} & set(sys.modules)
