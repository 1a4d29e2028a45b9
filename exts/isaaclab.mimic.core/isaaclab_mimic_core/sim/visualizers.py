# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A live view of the simulation, through Isaac Lab's own visualizers."""

import errno
import math
import os
import socket
from typing import TYPE_CHECKING, Any

from ..errors import OptionError, PlatformError
from ..requirements import BROWSER_VIEW, require
from .host import inside_isaac_sim

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLEnvCfg

HOST_VARIABLE = "MIMIC_VIEW_HOST"
"""Environment variable with the address that the browser view listens on. Without it only this machine is served."""

_LOOPBACK = "127.0.0.1"
_FIRST_PORT = 8080
_NUM_PORTS = 100


def check_visualizer(name: str) -> None:
    """Check before anything is opened that a live view is available.

    Args:
        name: `none`, `viser` (in a browser), `newton` (a window) or `kit` (Isaac Sim's viewport).

    Raises:
        OptionError: There is no such view, or it cannot run here.
        PlatformError: The view needs something that is not installed or not running.
    """
    if name in ("viser", "newton") and inside_isaac_sim():
        raise OptionError(
            "a run inside Isaac Sim is shown in its viewport",
            where=f"--viz {name}",
            remedy="Use --viz kit, or let it run in a process of its own.",
        )
    if name == "viser":
        require(BROWSER_VIEW, where="--viz viser")
        find_free_port(view_host())
    elif name == "newton":
        if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            raise PlatformError(
                "there is no display to open a window on", where="--viz newton", remedy="Use --viz viser, in a browser."
            )
    elif name == "kit":
        if not inside_isaac_sim():
            raise OptionError("only Isaac Sim has this view", where="--viz kit", remedy="Use --viz viser or newton.")
    elif name != "none":
        raise OptionError(f"{name!r} is not one of none, viser, newton, kit", where="--viz")


def configure_visualizer(cfg: "ManagerBasedRLEnvCfg", name: str) -> dict:
    """Configure a task for a live view, and return the arguments for Isaac Lab's launcher.

    Raises:
        OptionError: As `check_visualizer`.
        PlatformError: As `check_visualizer`.
    """
    check_visualizer(name)
    if name == "viser":
        from isaaclab_visualizers.viser import ViserVisualizerCfg

        host = view_host()
        # Isaac Lab listens on all interfaces by default: anyone on the network could watch and press the buttons.
        view = ViserVisualizerCfg(bind_address=host, port=find_free_port(host), verbose=False)
    elif name == "newton":
        from isaaclab_visualizers.newton import NewtonGLVisualizerCfg

        view = NewtonGLVisualizerCfg()
    else:
        return {"visualizer": []}
    view.eye, view.lookat = _camera(cfg.scene.num_envs, cfg.scene.env_spacing)
    cfg.sim.visualizer_cfgs = [view]
    return {"visualizer": [view.visualizer_type]}


def view_host() -> str:
    """Return the address that the browser view listens on."""
    return os.environ.get(HOST_VARIABLE) or _LOOPBACK


def find_free_port(host: str) -> int:
    """Return the first free port from 8080 on.

    viser searches for one too, but hangs if no port can be opened.

    Raises:
        OptionError: The address does not belong to this machine, or all ports are taken.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, _FIRST_PORT, type=socket.SOCK_STREAM)[0]
        for port in range(_FIRST_PORT, _FIRST_PORT + _NUM_PORTS):
            if _is_free(family, (str(address[0]), port)):
                return port
        reason = f"ports {_FIRST_PORT} to {_FIRST_PORT + _NUM_PORTS - 1} are taken"
    except OSError as error:
        reason = error.strerror
    raise OptionError(
        f"the browser view cannot listen at {host}: {reason}",
        where="--viz viser",
        remedy=f"Set {HOST_VARIABLE} to an address of this machine, or unset it.",
    )


def _is_free(family: int, address: tuple[str, int]) -> bool:
    """Return whether a port is free; raise OSError if the address does not belong to this machine."""
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        # Otherwise a port that was in use a minute ago would count as taken.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(address)
            trial.listen()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def _camera(num_envs: int, spacing: float) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return eye and target [m] from which all environments, a square grid about the origin, are seen."""
    distance = 1.3 + 0.8 * spacing * (math.ceil(math.sqrt(num_envs)) - 1)
    return (distance + 0.4, -distance, 0.8 * distance), (0.4, 0.0, 0.1)


class LiveView:
    """The visualizers of open environments, for the stage that steps them.

    Isaac Lab's pause button blocks inside an environment step, where neither requests nor Ctrl-C arrive, and its reset
    button resets environments without the stage's knowledge. So this class takes both buttons over, and the stage asks
    for them between two steps. Without a visualizer it does nothing.

    Args:
        env: Isaac Lab's environment, with its simulation running.
    """

    def __init__(self, env: "ManagerBasedRLEnv"):
        self._sim = env.sim
        # Isaac Lab's visualizers have no public access to their viewers.
        self._visualizers: list[Any] = list(env.sim.visualizers)
        self._pause_buttons = [visualizer.is_training_paused for visualizer in self._visualizers]
        self._reset_buttons = [visualizer.consume_reset_request for visualizer in self._visualizers]
        for visualizer in self._visualizers:
            visualizer.is_training_paused = lambda: False
            visualizer.consume_reset_request = lambda: False

    @property
    def url(self) -> str | None:
        """Address of the view in a browser; None if it is not a browser view."""
        for visualizer in self._visualizers:
            if visualizer.cfg.visualizer_type == "viser" and visualizer.is_running():
                # Ask the server: another process may have taken the port while the simulation was opening.
                port = visualizer._viewer._server.get_port()
                host = visualizer.cfg.bind_address
                return f"http://{socket.gethostname() if host in ('0.0.0.0', '::') else host}:{port}"
        return None

    @property
    def closed(self) -> bool:
        """Whether there was a window and the user has closed it."""
        return bool(self._visualizers) and not any(visualizer.is_running() for visualizer in self._visualizers)

    @property
    def paused(self) -> bool:
        """Whether the view's pause button is down."""
        return any(pressed() for pressed in self._pause_buttons)

    def take_reset(self) -> bool:
        """Return whether the view's reset button was pressed since the last call."""
        return any([pressed() for pressed in self._reset_buttons])

    def check(self) -> None:
        """Check that the simulation still exists; call it before each step.

        Raises:
            TaskError: In Isaac Sim, the user has closed the stage or stopped the timeline.
        """

    def resume(self) -> None:
        """End a pause that the view's own button began."""

    def refresh(self) -> None:
        """Draw without simulating, so that the user can move the view while the simulation is paused."""
        if self._visualizers:
            self._sim.render()
