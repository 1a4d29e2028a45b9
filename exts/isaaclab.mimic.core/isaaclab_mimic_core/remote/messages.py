# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The JSON lines between a worker and its parent process, besides events: order, requests, snapshots.

Types are checked on reading. A snapshot is a dictionary with a typed `progress`; its other keys depend on the stage.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .. import typed
from ..events import Progress

READY = "--ready"
"""Argument of a worker that imports what simulations need, says `{"ready": true}`, and then waits for its order."""


@dataclass(frozen=True)
class Order:
    """The first line to a worker: the stage to run."""

    stage: str
    options: dict[str, Any] = field(default_factory=dict)
    pictures: int = -1
    """Inherited descriptor of the memory for pictures (`pictures.PictureMemory`); -1: none are wanted."""


@dataclass(frozen=True)
class Request:
    """A request to a stage (see `Stage.request`)."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


def write_order(order: Order) -> str:
    """Return the line that `read_order` reads."""
    return json.dumps(asdict(order))


def read_order(line: str) -> Order:
    """Read `{"stage": NAME, "options": {...}}`, maybe with `pictures`.

    Raises:
        ValueError: The line is not an order.
    """
    return typed.read(Order, json.loads(line), "the order")


def write_request(request: Request) -> str:
    """Return the line that `read_request` reads."""
    return json.dumps({"request": request.name, **request.arguments})


def read_request(line: str) -> Request:
    """Read `{"request": NAME}`; all other keys are arguments.

    Raises:
        ValueError: The line is not a request.
    """
    arguments = typed.read(dict[str, Any], json.loads(line), "the request")
    return Request(typed.read(str, arguments.pop("request", None), "request"), arguments)


def write_snapshot(shown: Mapping[str, Any]) -> str:
    """Return the line `{"snapshot": {...}}` for the snapshot of a stage."""
    return json.dumps({"snapshot": shown}, default=asdict)


def read_snapshot(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the snapshot of a worker's stage from `{"snapshot": {...}}`.

    Raises:
        ValueError: The line is not a snapshot.
    """
    shown = typed.read(dict[str, Any], message["snapshot"], "snapshot")
    return shown | {"progress": typed.read(Progress | None, shown.get("progress"), "progress")}
