# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A headless Kit application for one test: booted, stepped, clicked, photographed, shut down."""

import contextlib
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from waiting import LIMIT, wait_until

from .kernel import load_kit_app

_DEVEXTS = Path(__file__).parent / "devexts"
EXTS = Path(__file__).parents[3] / "exts"
_QUICK_FRAMES = 20
"""Of each wait: what is only a matter of frames is there by then."""
_FRAME, _LATER_FRAME = 0.05, 0.2
"""[s] From one frame to the next afterwards, and a while later: another thread or process is waited for, which needs
the processor, too."""
MESA_PAINTS_NOT = "LP_NO_RAST"
"""Mesa's renderer on the processor reads this variable: everything is laid out and drawn, but no pixel is filled."""
_KEPT: list = []
"""What must outlive Kit's shutdown; the process ends without finalisation."""

_ARGUMENTS = (
    "--allow-root",
    "--no-window",
    "--/app/extensions/registryEnabled=0",
    # Else Kit ends the process, as Isaac Sim does, instead of shutting extensions down, which most tests want to see.
    "--/app/fastShutdown=false",
    # Else it counts as not running, for want of a loop of its own, and Kit keeps the modules of disabled extensions.
    "--/app/runWithoutRunloop=true",
    # A worker that loads Isaac Lab after every run would take the time of the tests beside it.
    "--/exts/isaaclab.mimic.ui/keepWorkerReady=false",
    "--/crashreporter/enabled=0",
    "--/telemetry/enableAnonymousData=0",
    "--/log/outputStreamLevel=Warn",
)

_KIT_FILE = """\
[package]
title = "Mimic test application"
version = "0.1.0"
"""


class KitHarness:
    """A running Kit. One update is one frame: Kit's loop, asyncio, and omni.ui if it is enabled."""

    def __init__(self, app, root: Path) -> None:
        self._app = app
        self.root = root
        """The portable root: settings, caches and log of this run."""

    @property
    def extensions(self):
        return self._app.extension_manager

    def update(self, count: int = 1) -> None:
        """Run `count` frames."""
        for _ in range(count):
            self._app.update()

    def pump_until(
        self,
        condition: Callable[[], object],
        what: str = "",
        seen: Callable[[], object] | None = None,
        limit: float = LIMIT,
    ):
        """Run frames until something is seen (`waiting.wait_until`), and return it."""
        frames = 0

        def run_frame() -> None:
            nonlocal frames
            frames += 1
            begun = time.monotonic()
            self.update()
            if frames > _QUICK_FRAMES:
                period = _FRAME if frames < 5 * _QUICK_FRAMES else _LATER_FRAME
                time.sleep(max(0.005, period - (time.monotonic() - begun)))

        return wait_until(condition, what, run_frame, seen, limit)

    def expect(self, look: Callable[[], object], wanted: object, what: str = "") -> None:
        """Run frames until what is looked at is what is wanted."""
        self.pump_until(lambda: look() == wanted, what or f"{wanted!r}", look)

    def run(self, coroutine):
        """Run a coroutine on Kit's own loop, and return its result."""
        from omni.kit.async_engine import run_coroutine

        task = run_coroutine(coroutine)
        self.pump_until(task.done, "the end of the coroutine")
        return task.result()

    # Extensions -------------------------------------------------------------------------------------------------------

    def enable(self, name: str) -> None:
        """Enable an extension.

        Raises:
            RuntimeError: It is not enabled afterwards, or its start-up raised (Kit calls that enabled, too).
        """
        self.extensions.set_extension_enabled_immediate(name, True)
        self.update(2)
        self.check(name)

    def disable(self, name: str) -> None:
        self.extensions.set_extension_enabled_immediate(name, False)
        self.update(2)

    def is_enabled(self, name: str) -> bool:
        return self.extensions.is_extension_enabled(name)

    def check(self, name: str) -> None:
        """See to it that an extension is enabled and has started."""
        identifier = self.extensions.get_enabled_extension_id(name)
        if not identifier:
            raise RuntimeError(f"{name} is not enabled; see the log above")
        if self.extensions.get_extension_dict(identifier)["state"]["failed"]:
            raise RuntimeError(f"{name} failed to start; see the log above")

    # Hands and eyes ---------------------------------------------------------------------------------------------------

    def click(self, widget) -> None:
        """Click the middle of a widget (see `middle_of`)."""
        self.click_at(*self.middle_of(widget))

    def middle_of(self, widget) -> tuple[float, float]:
        """Run frames until a widget is laid out and stands still; return where its middle is [px].

        Args:
            widget: The widget, or what returns it if it is made in one of the frames to come.
        """
        before = None

        def still():
            nonlocal before
            place = _middle(widget() if callable(widget) else widget)
            before, stands = place, place is not None and place == before
            return stands and place

        return self.pump_until(still, "a widget at rest", lambda: before)

    def click_at(self, x: float, y: float) -> None:
        """Click a place in pixels. ImGui needs a frame for each: hover, press, release."""
        from omni.ui import _ui

        self.move_to(x, y)
        _ui._inject_mouse_button(0, True)
        self.update()
        _ui._inject_mouse_button(0, False)
        self.update(3)

    def drag(self, x: float, y: float, to_x: float, to_y: float, steps: int = 8) -> None:
        """Press the mouse at a place, move it to another, and let go."""
        from omni.ui import _ui

        self.move_to(x, y)
        _ui._inject_mouse_button(0, True)
        self.update(2)
        for step in range(1, steps + 1):
            self.move_to(x + (to_x - x) * step / steps, y + (to_y - y) * step / steps)
        _ui._inject_mouse_button(0, False)
        self.update(3)

    def move_to(self, x: float, y: float) -> None:
        """Move the mouse, which is painted, to a place in pixels."""
        from omni.ui import _ui

        _ui._inject_mouse_move(x, y)
        self.update(2)

    def type_text(self, text: str) -> None:
        """Type into the widget that has the focus."""
        from omni.ui import _ui

        for character in text:
            _ui._inject_text_input(character)
            self.update()
        self.update()

    def press_key(self, code: int) -> None:
        """Press and release a key for omni.ui, by its GLFW code (letters are their ASCII capitals)."""
        from omni.ui import _ui

        for down in (True, False):
            _ui._inject_key_event(code, down)
            self.update()

    def press_input(self, key, modifiers: int = 0) -> None:
        """Press and release a `carb.input.KeyboardInput` on the virtual keyboard, which Kit's hotkeys listen to."""
        import omni.appwindow

        window = omni.appwindow.get_default_app_window()
        for down in (True, False):
            window.inject_key(key, down, modifiers)
            self.update()

    def screenshot(self, path: Path | str) -> Path:
        """Save a picture of what omni.ui has painted.

        In a test that does not paint (`in_kit`) there is none: then pictures are for people, who set
        `MIMIC_TEST_PICTURES=1`.

        Raises:
            RuntimeError: The picture did not come.
        """
        from omni.ui import _ui

        path = Path(path)
        if os.environ.get(MESA_PAINTS_NOT):
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        # What has changed is laid out in the frames after it.
        self.update(3)
        if not _ui._schedule_screenshot(str(path)):
            raise RuntimeError("omni.ui takes no screenshot")
        self.update()
        if not _ui._poll_screenshot_done() or not path.is_file():
            raise RuntimeError("omni.ui has taken no screenshot")
        return path

    def log(self) -> str:
        """Return what Kit has logged so far."""
        return (self.root / "kit.log").read_text(errors="replace")

    def log_errors(self) -> list[str]:
        """Return what the log calls an error. Only there does a failing shut-down show."""
        return [line for line in self.log().splitlines() if re.search(r"\[(Error|Fatal)\]", line)]


def _middle(widget) -> tuple[float, float] | None:
    """Return where the middle of a widget is [px]; None if it is not there yet."""
    if widget is None or widget.computed_width <= 0 or widget.computed_height <= 0:
        return None
    return (
        widget.screen_position_x + widget.computed_width / 2,
        widget.screen_position_y + widget.computed_height / 2,
    )


@contextmanager
def kit_app(
    enable: Sequence[str] = (),
    settings: Sequence[str] = (),
    allow_errors: bool = False,
    app_file: Path | None = None,
    ext_folders: Sequence[Path] = (EXTS,),
    portable: Path | None = None,
) -> Iterator[KitHarness]:
    """Boot Kit with some extensions, and shut it down whatever happens. Once per process.

    Args:
        enable: Extensions to enable. Ours and the development stand-ins are found by name.
        settings: Further settings, as `/path=value`.
        allow_errors: Whether Kit's log may hold errors; else they are raised at the end.
        app_file: The application to start; an empty one by default.
        ext_folders: Where extensions are looked for, beside the development stand-ins.
        portable: Where this Kit keeps what outlasts it; by default nothing does.
    """
    with contextlib.ExitStack() as stack:
        root = portable or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mimic_kit_")))
        root.mkdir(exist_ok=True)
        kit_file = app_file or root / "mimic_test.kit"
        if app_file is None:
            kit_file.write_text(_KIT_FILE)
        app = load_kit_app()()
        app.startup(
            [
                str(kit_file),
                *_ARGUMENTS,
                # Settings under /persistent would leak from one run into the next.
                "--portable-root",
                str(root),
                f"--/log/file={root / 'kit.log'}",
                *(word for path in (_DEVEXTS, *ext_folders) for word in ("--ext-folder", str(path))),
                *(word for name in enable for word in ("--enable", name)),
                *(f"--{setting}" for setting in settings),
            ]
        )
        harness = KitHarness(app, root)
        try:
            harness.update(3)
            for name in enable:
                harness.check(name)
            yield harness
        finally:
            # Leaving without a shutdown ends in a segmentation fault.
            import carb.settings
            import omni.kit.app

            omni.kit.app.get_app().post_quit(0)
            for _ in range(100):
                if not app.is_running():
                    break
                app.update()
            if carb.settings.get_settings().get("/app/fastShutdown"):
                # The process ends within the shutdown, with 0.
                if (errors := harness.log_errors()) and not allow_errors:
                    print("Kit's log holds errors:", *errors, sep="\n", file=sys.stderr, flush=True)
                    os._exit(1)
                sys.stdout.flush()
                sys.stderr.flush()
            # Kit replaces these while it shuts down; the last reference then goes in one of its own threads, which now
            # and then takes the process down.
            _KEPT.extend((sys.stdout, sys.stderr))
            app.shutdown()
            errors = harness.log_errors()
        if errors and not allow_errors:
            raise RuntimeError("Kit's log holds errors:\n" + "\n".join(errors))
