# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which callbacks of the simulation's life are on, and that they are subscribed to.

In the structure of isaacsim.core.simulation_manager 1.17.4, which comes with Isaac Sim 6.2.
"""

import enum

import carb.eventdispatcher
import omni.timeline
import omni.usd

_SETTING_ENABLE_DEFAULT_CALLBACKS = "/exts/isaacsim.core.simulation_manager/enable_default_callbacks"


class IsaacEvents(enum.Enum):
    """One is enough to tell it from Isaac Lab's."""

    PHYSICS_READY = "isaac.physics_ready"


class SimulationManager:
    """Counts what its callbacks are told."""

    told: list[str] = []
    _subscriptions: dict = {}
    _default_callbacks_state = dict.fromkeys(
        ("on_stop", "stage_open", "stage_close", "warm_start", "post_warm_start"), False
    )

    @classmethod
    def enable_default_callbacks(cls, **enable: bool) -> None:
        for name, on in enable.items():
            name = name.removeprefix("enable_")
            cls._default_callbacks_state[name] = on
            if on and name not in cls._subscriptions:
                cls._subscriptions[name] = cls._subscribe(name)
            elif not on:
                cls._subscriptions.pop(name, None)

    @classmethod
    def enable_post_warm_start_callback(cls, enable: bool = True) -> None:
        cls._default_callbacks_state["post_warm_start"] = enable

    @classmethod
    def enable_all_default_callbacks(cls, enable: bool = True) -> None:
        names = ("warm_start", "on_stop", "stage_open", "stage_close")
        cls.enable_default_callbacks(**{f"enable_{name}": enable for name in names})
        cls.enable_post_warm_start_callback(enable)

    @classmethod
    def get_default_callback_status(cls) -> dict:
        return cls._default_callbacks_state.copy()

    @classmethod
    def _subscribe(cls, name: str):
        kinds, stages = omni.timeline.TimelineEventType, omni.usd.StageEventType
        if name in ("warm_start", "on_stop"):
            stream = omni.timeline.get_timeline_interface().get_timeline_event_stream()
            kind = kinds.PLAY if name == "warm_start" else kinds.STOP
            return stream.create_subscription_to_pop_by_type(int(kind), lambda event: cls.told.append(name))
        event_name = omni.usd.get_context().stage_event_name(stages.OPENED if name == "stage_open" else stages.CLOSED)
        return carb.eventdispatcher.get_eventdispatcher().observe_event(
            observer_name=name, event_name=event_name, on_event=lambda event: cls.told.append(name)
        )


SimulationManager.enable_all_default_callbacks(True)
