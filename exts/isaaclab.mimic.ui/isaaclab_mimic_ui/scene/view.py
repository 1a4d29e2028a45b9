# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The environment that is looked into: shaded, with lines on top, in the window.

If the program has a viewport, the lines are drawn over that, too. Beside the view are the pictures of the task's
cameras, if it has some.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import cos, sin

import omni.ui as ui

from isaaclab_mimic_core.devices.settings import VIEW
from isaaclab_mimic_core.picture import Picture

from ..host.base import Host
from ..widgets import style
from . import guides, shapes
from .camera import DIRECTIONS, FIELD_OF_VIEW
from .canvas import Canvas
from .drawing import draw, draw_floor
from .pictures import Pictures
from .settings import PARTS, SHADING, ViewSettings
from .watched import Watched

_MOST_PIXELS = 560_000
"""A larger view is drawn with fewer pixels, so that drawing leaves time to simulate."""
_EVEN = 8
"""[px] Sizes of pictures are multiples of it, so that a window that is resized does not ask for each."""
INSET_SIZE = 176, 132
"""[px] Size of the small second view."""
_ABOVE = 0.6
"""[m] Height above what is in the middle, from which the small view looks down."""
_WRIST = {"eye": [-0.11, 0.0, -0.16], "look_at": [0.03, 0.0, 0.06], "up": [1.0, 0.0, 0.0], "field_of_view": 0.9}
"""The small view's camera at the wrist, in the end effector's frame."""
_NOTHING = "The robot and its scene appear here once the simulation runs."
_NONE = "The run has ended before anything was shown."


class SceneFrame:
    """Builds into the current container, and fills it.

    Args:
        host: The program around the window, which may have a viewport.
        session: What is watched.
        settings: What is shown, and from where.
        on_enlarge: Called when the view should fill the window, or no longer.
        env: Environment that is looked into from the start; -1: none.
        least: Height of the picture at least [px].
        on_orient: Called with what the axes of driving shall follow; None where nobody drives.
    """

    def __init__(
        self,
        host: Host,
        session: Watched,
        settings: ViewSettings,
        on_enlarge: Callable[[], None],
        env: int = 0,
        least: int = 170,
        on_orient: Callable[[str], None] | None = None,
    ) -> None:
        self._host, self._session, self.settings = host, session, settings
        self._on_enlarge, self._on_orient = on_enlarge, on_orient
        self._env = env
        self._tracks = shapes.Tracks()
        self._told: dict | None = None
        """What is shown, without the picture; None if that has to be drawn anew."""
        self._seen: dict | None = None
        self._picture: dict | None = None
        """What the latest picture shows; None if there is none."""
        self._asked: list | None = None
        self._headed: float | None = None
        """Where the view looks, as the stage that is driven has been told [rad]."""
        self._watched = -1
        self._looked_at = 0.0, 0.0
        """Size of the view when what is shown was fitted into it [px]."""
        self.buttons: dict[str, ui.Button] = {}
        self._menu: ui.Menu | None = None
        self.frame = ui.HStack(spacing=style.GAP)
        with self.frame:
            with ui.VStack(spacing=2):
                self._build_bar()
                self.canvas = self._build_canvas(least)
            self._pictures = Pictures(column=True)
        self.canvas.say(_NOTHING)
        self._show_parts()

    # -- for the panel

    def watch(self, env: int) -> None:
        """Look into another environment; -1: into none."""
        self._env = env
        self._clear()
        if env < 0:
            self._host.clear_viewport()
        self._follow()

    def rest(self) -> None:
        """Ask for no more pictures until `refresh` is called again: nobody sees the view."""
        if self._asked:
            self._session.request("view", cameras=[])
            self._asked = None

    def refresh(self) -> None:
        """Show what is new; called once a frame."""
        session = self._session
        self._follow()
        self._show_orientation()
        watched = session.snapshot.get("watched") if session.is_active else None
        if watched is None:
            self._host.clear_viewport()
            if self._picture is not None and self._looked_at != self.canvas.size:
                # Nobody draws the last picture of a run anew.
                self._look()
            if not session.is_active and self._seen is None:
                self.canvas.say(_NONE)
            return
        if watched["env"] != self._env:
            return
        if self._picture is not None and session.snapshot.get("not_drawn"):
            self._picture = self._told = None
            self.canvas.forget()
        picture = session.take_picture() if self.settings.parts[SHADING] else None
        if picture is not None and picture.info["env"] == self._env:
            self._picture = picture.info
            self._show_picture(picture)
        elif watched == self._told:
            return
        self._told = watched
        # What moves is drawn where it was when the picture was made.
        self._seen = watched | ({name: self._picture[name] for name in ("eefs", "objects")} if self._picture else {})
        self._show(self._seen)

    def look(self, direction: str) -> None:
        """Look from one of `DIRECTIONS`."""
        robot = () if self._seen is None else (self._seen["facing"], len(self._seen["eefs"]))
        self.settings.viewpoint.look(direction, *robot)
        self._moved()

    def frame_all(self) -> None:
        """Move so that hands and objects are all seen, and as large as they can be."""
        if self._seen is not None:
            self._frame(self._seen)
            self._moved()

    def toggle(self, part: str) -> None:
        """Show or hide one of `PARTS`."""
        self.settings.toggle(part)
        self._show_parts()
        self._moved()

    def next_inset(self) -> None:
        """Change what the small second view shows while somebody drives."""
        self.settings.next_inset()
        self._show_parts()
        self._moved()

    def change_orientation(self) -> None:
        """Let the axes of driving follow the view instead of the robot, or the robot again."""
        if self._on_orient is not None and (other := self._other_orientation):
            self._on_orient(other)

    def actions(self) -> dict[str, Callable[[], None]]:
        """Return what keys do here, by the id of their action."""
        return {
            **{f"scene.{direction}": partial(self.look, direction) for direction in DIRECTIONS},
            "scene.all": self.frame_all,
            "scene.inset": self.next_inset,
            "scene.orientation": self.change_orientation,
            "scene.enlarge": self._on_enlarge,
        }

    def destroy(self) -> None:
        """Release the widgets: they refer to this object, and it to them."""
        self.buttons.clear()
        self._menu = None
        self.canvas.destroy()

    # -- asking

    def _follow(self) -> None:
        """Ask the stage for what is shown, if it is something else than before."""
        session = self._session
        # Only what simulates tells of a view, and knows these requests. The next run knows nothing of this one's.
        if not session.is_active or "url" not in session.snapshot:
            self._watched, self._asked, self._headed = -1, None, None
            return
        if self._watched != self._env:
            self._watched = self._env
            self._clear()
            session.request("watch", env=self._env)
        cameras = self._cameras()
        if cameras is not None and cameras != self._asked:
            self._asked = cameras
            session.request("view", cameras=cameras)
        # From the start: the device opens with what was said last. Stages that nobody drives do not know it.
        if session.snapshot.get("live") and (heading := self._heading()) != self._headed:
            self._headed = heading
            session.request("heading", heading=heading)

    def _heading(self) -> float:
        """Return where the person looks who drives: in Isaac Sim's window into its viewport, if it simulates there."""
        seen = self._host.viewport_heading() if self._session.in_window else None
        return self.settings.viewpoint.azimuth if seen is None else seen

    def _cameras(self) -> list[dict] | None:
        """Return the cameras to ask for; None if the view has no size yet."""
        if self._env < 0 or not self.settings.parts[SHADING]:
            return []
        width, height = self.canvas.size
        if width < 2 * _EVEN or height < 2 * _EVEN:
            return None
        shrunk = min(1.0, (_MOST_PIXELS / (width * height)) ** 0.5)
        size = {
            "width": max(_EVEN, round(width * shrunk / _EVEN) * _EVEN),
            "height": max(_EVEN, round(height * shrunk / _EVEN) * _EVEN),
        }
        here = self.settings.viewpoint
        main = {"eye": here.eye, "look_at": here.target, "up": here.up, "field_of_view": FIELD_OF_VIEW}
        cameras = [size | main]
        if self._session.is_driven and (second := self._second()):
            cameras.append({"width": INSET_SIZE[0], "height": INSET_SIZE[1]} | second)
        return cameras

    def _second(self) -> dict | None:
        """Return the small view's camera; None without one."""
        if self.settings.inset == "none" or self._seen is None:
            return None
        if self.settings.inset == "wrist":
            return _WRIST | {"follows": next(iter(self._seen["eefs"]))}
        x, y, z = self.settings.viewpoint.target
        ahead = self._heading() if guides.orientation(self._session.snapshot) == VIEW else self._seen["facing"]
        up = [cos(ahead), sin(ahead), 0.0]
        return {"eye": [x, y, z + _ABOVE], "look_at": [x, y, z], "up": up, "field_of_view": 0.8}

    # -- showing

    def _clear(self) -> None:
        """Forget what another environment has shown, or another run."""
        self._tracks.clear()
        self._told = self._seen = self._picture = None
        self.canvas.forget()

    def _show(self, watched: dict) -> None:
        if self.settings.framed != self._session.task:
            self.settings.framed = self._session.task
            self.settings.viewpoint.suit(watched["facing"], len(watched["eefs"]))
            self._frame(watched)
        driven = self._session.is_driven
        drawn = self._tracks.shapes(watched)
        if driven:
            drawn += guides.plumb_lines(watched)
        drawn = [shape for shape in drawn if self.settings.shows(shape.role)]
        self._look()
        self.canvas.view.scene.clear()
        with self.canvas.view.scene:
            if self._picture is None:
                draw_floor()
            draw(drawn, shaded=self._picture is not None)
        caption = self._describe(watched)
        if trouble := self._session.snapshot.get("not_drawn"):
            caption += f"; not shaded: {trouble}"
        self.canvas.say(caption, guides.readings(watched, self._session.snapshot) if driven else "")
        self._pictures.show(watched.get("pictures", {}))
        # What a worker process simulates is in no viewport of this program.
        if self._session.in_window:
            self._host.draw_in_viewport(lambda: draw(shapes.moved(shape, watched["origin"]) for shape in drawn))

    def _build_canvas(self, least: int) -> Canvas:
        return Canvas(INSET_SIZE, least, self._on_orbit, self._on_pan, self._on_zoom)

    def _show_picture(self, picture: Picture) -> None:
        self.canvas.show(picture.images, picture.info["cameras"])

    def _describe(self, watched: dict) -> str:
        """Say what is drawn, in one line."""
        return shapes.describe(watched)

    def _look(self) -> None:
        """Point the lines' camera to where the picture was taken from."""
        if self._picture is not None:
            seen = self._picture["cameras"][0]
            self.canvas.look(seen["eye"], seen["look_at"], seen["up"], seen["width"] / seen["height"])
        else:
            here = self.settings.viewpoint
            self.canvas.look(here.eye, here.target, here.up, None)
        self._looked_at = self.canvas.size

    def _frame(self, watched: dict) -> None:
        self.settings.viewpoint.frame(guides.places(watched))

    def _moved(self) -> None:
        """Follow the viewpoint or the settings that have changed."""
        if not self.settings.parts[SHADING]:
            self._picture = None
            self.canvas.forget()
        self._told = None
        if self._seen is not None and self._picture is None:
            self._show(self._seen)
        self._follow()
        self._host.hurry()

    def _on_orbit(self, right: float, down: float) -> None:
        self.settings.viewpoint.orbit(right, down)
        self._moved()

    def _on_pan(self, right: float, down: float) -> None:
        self.settings.viewpoint.pan(right, down, self.canvas.size[1])
        self._moved()

    def _on_zoom(self, notches: float, dragged: float) -> None:
        self.settings.viewpoint.zoom(notches, dragged)
        self._moved()

    # -- the bar above

    def _build_bar(self) -> None:
        with ui.HStack(height=22, spacing=3):
            for part, (title, tooltip) in PARTS.items():
                self.buttons[part] = ui.Button(
                    title, name="tool", tooltip=tooltip, clicked_fn=partial(self.toggle, part)
                )
            self.buttons["menu"] = ui.Button(
                "Look from", name="tool", tooltip="Where the view looks from.", clicked_fn=self._open_menu
            )
            self.buttons["orientation"] = ui.Button(
                "",
                name="tool",
                visible=False,
                tooltip="What forward and left follow while you drive: where the robot looks, or this view (6). "
                "Holds from the next press on.",
                clicked_fn=self.change_orientation,
            )
            self.buttons["enlarge"] = ui.Button(
                "Enlarge",
                name="tool",
                tooltip="Fill the window with the view, and back (F11).",
                clicked_fn=self._on_enlarge,
            )

    @property
    def _other_orientation(self) -> str:
        return guides.other_orientation(self._session.snapshot) if self._session.is_driven else ""

    def _show_orientation(self) -> None:
        button, other = self.buttons["orientation"], self._other_orientation
        if button.visible != bool(other):
            button.visible = bool(other)
        if other and button.text != (text := f"Orientation: {guides.orientation(self._session.snapshot)}"):
            button.text = text

    def _open_menu(self) -> None:
        self._menu = ui.Menu("Look from")
        with self._menu:
            for direction in DIRECTIONS:
                ui.MenuItem(_DIRECTION_TITLES[direction], triggered_fn=partial(self.look, direction))
            ui.MenuItem("Frame all (F)", triggered_fn=self.frame_all)
            ui.Separator()
            ui.MenuItem(f"Small view while driving: {self.settings.inset}", triggered_fn=self.next_inset)
        self._menu.show()

    def _show_parts(self) -> None:
        for part in PARTS:
            self.buttons[part].name = "tool_on" if self.settings.parts[part] else "tool"
        if self.settings.inset == "none":
            self.canvas.show_inset(False)


_DIRECTION_TITLES = {
    "behind": "Behind the robot (1)",
    "front": "Front (2)",
    "side": "Side (3)",
    "top": "Top (4)",
}
