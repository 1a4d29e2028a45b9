# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Open a task as a batched environment, with a physics engine that this machine has.

Only this module builds environments. It imports Isaac Lab inside functions: the import takes seconds, and the repairs
of `sim.repairs` must come first.
"""

import contextlib
from collections.abc import Callable, Generator, Iterator
from importlib import metadata
from typing import TYPE_CHECKING, Any

from ..errors import OptionError, TaskError
from ..garbage_collection import paused_in_parts
from ..plugins import TASKS, RobotSpec, TaskSpec, resolve
from ..sim.assets.cloud import cloud_assets_reachable, cloud_paths
from ..sim.assets.stand_ins import use_stand_ins
from ..sim.compute import resolve_device
from ..sim.engines import choose_engine, configure_engine, in_this_application
from ..sim.fused import compute_accelerations_on_demand, use_fused_actions, use_fused_success
from ..sim.isaac_sim import borrowed_application
from ..sim.isaac_sim.restoring import restored
from ..sim.launching import is_own, start_isaac_sim
from ..sim.object_scale import as_text, read_scales, scale_objects
from ..sim.preparing import prepare
from ..sim.repairs.body_names import forget_body_names
from ..sim.repairs.physics_threads import fitting_threads
from ..sim.repairs.polling_threads import patient_threads
from ..sim.whole_arm_ik import use_ik
from .described import environment_task, load
from .descriptors import apply
from .names import find_task, same_task
from .registered import environment_of

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnvCfg

    from ..envs import BatchedEnv
    from ..sim.isaac_sim.borrowed import BorrowedApplication
    from .descriptors import Descriptor

ASSETS = ("auto", "cloud", "local")


@contextlib.contextmanager
def open_env(
    task: str,
    num_envs: int,
    *,
    device: str = "auto",
    physics: str = "auto",
    seed: int = 1,
    visualizer: str = "none",
    assets: str = "auto",
    ik: str = "auto",
    object_scale: str = "",
    as_shipped: bool = False,
    bare: bool = False,
    configure: Callable[[Any], None] | None = None,
) -> Iterator["BatchedEnv"]:
    """Build the environments of a task, and close them at the end of the context.

    The environments do not reset themselves and have no recorders: the caller does both. A process can have only one
    set of environments open at a time.

    Args:
        task: A task's id or another of its names (`tasks.find_task`).
        num_envs: Number of environments, at least 1.
        device: `auto`, `cpu`, `cuda` or `cuda:<index>`.
        physics: Physics engine: `auto`, `ovphysx`, `newton` or `isaacsim`.
        seed: Seed of the simulation's own random numbers. Initial states are drawn from the keys given to `reset`.
        visualizer: `none`, `viser` (browser), `newton` (window) or `kit`.
        assets: `cloud`, `local`, or `auto`: from the cloud if it can be reached.
        ik: Inverse kinematics of a task that Isaac Lab solves with Pink: `dls`, `pink` or `auto` (`sim.whole_arm_ik`).
        object_scale: Factors on the sizes of objects (`envs.object_scale.read_scales`).
        as_shipped: Whether to run PhysX without Kit exactly as Isaac Lab does: without `sim.fused`, and with Isaac
            Lab's number of threads.
        bare: Whether to open any environment by its name in gymnasium's registry, without subtasks and success; its
            end effectors are named after its arms.
        configure: Function that changes the task's configuration before the environments are built.

    Raises:
        TaskError: The task is unknown, or cannot run here.
        OptionError: An argument has an invalid value.
        DeviceError: The GPU asked for is not there.
    """
    with contextlib.ExitStack() as stack:
        parts = open_in_parts(
            stack,
            task,
            num_envs,
            device=device,
            physics=physics,
            seed=seed,
            visualizer=visualizer,
            assets=assets,
            ik=ik,
            object_scale=object_scale,
            as_shipped=as_shipped,
            bare=bare,
            configure=configure,
        )
        while True:
            try:
                next(parts)
            except StopIteration as opened:
                env = opened.value
                break
        yield env


@paused_in_parts
def open_in_parts(
    stack: contextlib.ExitStack,
    task: str,
    num_envs: int,
    *,
    device: str,
    physics: str,
    seed: int,
    visualizer: str,
    assets: str,
    ik: str = "auto",
    object_scale: str = "",
    as_shipped: bool = False,
    bare: bool = False,
    configure: Callable[[Any], None] | None = None,
) -> Generator[str, None, "BatchedEnv"]:
    """Do the same as `open_env` in several parts, so that a window can be drawn in between.

    Args:
        stack: Receives the cleanup; closing it closes the environments.
        others: As for `open_env`.

    Yields:
        A description of the next part, for people.

    Returns:
        The environments.

    Raises:
        MimicError: As for `open_env`.
    """
    if num_envs < 1:
        raise OptionError(f"at least one environment is needed, not {num_envs}", where="--num-envs")
    _check_choice("--assets", assets, ASSETS)
    spec = environment_task(task) if bare else find_task(task)
    descriptor = load(spec.descriptor) if spec.descriptor else None
    device = resolve_device(device)
    engine = choose_engine(physics)
    local = _use_local(spec, assets)

    yield "Loading Isaac Lab"
    borrowed = _load_isaac_lab(stack, device, engine, visualizer)
    from isaaclab_tasks.utils.parse_cfg import parse_env_cfg

    from ..envs.frames import place_still_frames, scale_frames

    if spec.register is not None:
        resolve(spec.register)()
    env_id = environment_of(spec)
    make = _class_of(env_id, plain=bare or descriptor is not None)

    yield "Preparing the scene"
    cfg: Any = parse_env_cfg(env_id, device=device, num_envs=num_envs)
    if descriptor is not None:
        apply(descriptor, cfg)
    if not bare:
        with descriptor.at_its_lines() if descriptor is not None else contextlib.nullcontext():
            place_still_frames(cfg)
    says_success = descriptor is not None and descriptor.success is not None
    success_term = _take_over(cfg, seed, needs_success=not (bare or says_success))
    configure_engine(cfg, engine)
    if local:
        _use_local_assets(spec, make, cfg, engine)
    if configure:
        configure(cfg)
    scaled = scale_objects(cfg, read_scales(object_scale), seed)
    if not bare:
        scale_frames(cfg, scaled)
    scales = as_text(scaled)
    solver = use_ik(cfg, ik, as_shipped)
    if engine == "ovphysx":
        forget_body_names(cfg)
    tuned = engine == "ovphysx" and not as_shipped
    if tuned:
        use_fused_actions(cfg)
    info = {
        "task": spec.id,
        "environment": env_id,
        "physics": engine,
        "device": device,
        "assets": "local" if local else "cloud",
        **({"ik": solver} if solver else {}),
        **({"object_scale": scales} if scales else {}),
        "versions": _versions(engine),
    }

    yield "Building the scene, and starting physics"
    with (
        fitting_threads(num_envs) if tuned else contextlib.nullcontext(),
        patient_threads() if tuned else contextlib.nullcontext(),
        borrowed.hang_detector_off() if borrowed else contextlib.nullcontext(),
    ):
        stack.enter_context(_launched(cfg, engine, visualizer))
        env = stack.enter_context(contextlib.closing(_build(make, env_id, cfg)))
    if tuned:
        compute_accelerations_on_demand(env)
        success_term = use_fused_success(env, success_term) if success_term is not None else None
    with descriptor.at_its_lines() if descriptor is not None else contextlib.nullcontext():
        batched = _batched(env, spec, descriptor, success_term, info, bare)
    if borrowed is not None:
        batched.live = borrowed.view(env)
    return batched


def _batched(
    env: Any, spec: TaskSpec, descriptor: "Descriptor | None", success_term: Any, info: dict, bare: bool
) -> "BatchedEnv":
    """Return an environment with what is asked of all its copies at once, and with what task and descriptor say."""
    from ..datagen.config import check_objects, leave_out_subtasks
    from ..envs import adapt
    from ..envs.reset_sampling import attach_keys
    from ..robots.derived.naming import read_eef_names
    from ..sim.object_sizes import as_plain, boxes

    attach_keys(env)
    info["object_boxes"] = as_plain(boxes(env.scene))
    if bare:
        leave_out_subtasks(env.cfg, read_eef_names(env, spec.id))
    if descriptor is not None and descriptor.embodiment is not None:
        from ..robots.derived.described import EmbodimentEnv

        batched = EmbodimentEnv(env, success_term, info, descriptor.embodiment)
    else:
        batched = adapt(env, success_term, info)
    batched.descriptor = descriptor
    if descriptor is not None:
        check_objects(env.cfg, batched.object_names)
    if spec.signals is not None:
        batched.task_signals = resolve(spec.signals)(batched)
    if descriptor is not None and (descriptor.signals or descriptor.success is not None):
        from .signals.live import LiveSignals

        batched.described = LiveSignals(batched, descriptor.signals, descriptor.success)
    return batched


def _load_isaac_lab(
    stack: contextlib.ExitStack, device: str, engine: str, visualizer: str
) -> "BorrowedApplication | None":
    """Import Isaac Lab and register its tasks, after starting Isaac Sim if that is the engine.

    Returns:
        The running application, if the engine is an Isaac Sim that the user has started; it is restored when the stack
        is closed. Else None.
    """
    borrowed = None
    if engine == "isaacsim":
        start_isaac_sim(device)
    prepare()
    if engine == "isaacsim" and not is_own():
        borrowed = stack.enter_context(borrowed_application(device, visualizer))
    import torch

    stack.enter_context(restored(torch.get_num_threads, torch.set_num_threads))
    if device == "cpu":
        # Tensors are small, so more threads would slow down a step, and also physics.
        torch.set_num_threads(1)
    import isaaclab_mimic.envs  # noqa: F401  registers upstream's tasks

    return borrowed


def _check_choice(option: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise OptionError(f"{value!r} is not one of {', '.join(choices)}", where=option)


def _use_local(spec: TaskSpec, assets: str) -> bool:
    if assets == "local" or (assets == "auto" and not cloud_assets_reachable()):
        if not spec.local:
            why = "there are no local assets for this task"
            if assets == "auto":
                why += " and NVIDIA's asset server cannot be reached"
            raise TaskError(why, where=spec.id, remedy="mimic tasks lists what can run here.")
        return True
    return False


def _use_local_assets(spec: TaskSpec, make: Any, cfg: "ManagerBasedRLEnvCfg", engine: str) -> None:
    """Replace assets from the cloud by local ones: first the robot's, then the task's, then known ones."""
    from ..envs import robot_of

    robot = robot_of(make) if isinstance(make, type) else None
    if robot is None and spec.environment:
        robot = robot_like(spec)
    for each in (robot, spec):
        if each is not None and each.local_assets is not None:
            resolve(each.local_assets)(cfg, engine)
    use_stand_ins(cfg.scene, engine)
    # A task that replaces only some of its assets can still load the others if there is a network.
    if (wanted := cloud_paths(cfg.scene)) and (spec.local_assets is None or not cloud_assets_reachable()):
        raise TaskError(
            f"there are no stand-ins for {', '.join(dict.fromkeys(wanted))} of NVIDIA's asset server",
            where=spec.id,
            remedy="Register task or robot with local_assets (docs/plugins.md), or use --assets cloud with a network.",
        )


def robot_like(spec: TaskSpec) -> RobotSpec | None:
    """Return the robot of another task in the same environment; None if there is none."""
    from ..envs import robot_of

    for other in TASKS.all().values():
        if not other.environment and same_task(other.id, spec.environment):
            with contextlib.suppress(TaskError):
                make = _class_of(other.id)
                return robot_of(make) if isinstance(make, type) else None
    return None


def _class_of(task_id: str, plain: bool = False) -> Any:
    """Return the registered class or function that makes the environment.

    Args:
        task_id: Name in gymnasium's registry.
        plain: Whether it need not be a Mimic environment.

    Raises:
        TaskError: None is registered, it cannot be imported, or it is not a Mimic environment.
    """
    import gymnasium
    from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLMimicEnv
    from isaaclab.utils.string import string_to_callable

    if task_id not in gymnasium.registry:
        raise TaskError(
            "is not in gymnasium's registry", where=task_id, remedy="Have it registered: by --import MODULE, or a spec."
        )
    entry_point: Any = gymnasium.registry[task_id].entry_point
    try:
        make = string_to_callable(entry_point) if isinstance(entry_point, str) else entry_point
    except (ImportError, AttributeError, ValueError) as error:
        raise TaskError(
            f"its class cannot be imported: {error}", where=task_id, remedy=f"It is {entry_point}."
        ) from error
    wanted = ManagerBasedRLEnv if plain else ManagerBasedRLMimicEnv
    if isinstance(make, type) and not issubclass(make, wanted):
        raise TaskError(
            f"its class {make.__name__} is no {wanted.__name__}",
            where=task_id,
            remedy="Derive it from that; the ready-made ones: mimic tasks",
        )
    return make


def _take_over(cfg: Any, seed: int, needs_success: bool) -> Any:
    """Remove terminations, set the seed and keyed resets in a task's configuration. Return the success term, if any."""
    from ..envs.reset_sampling import use_keyed_resets

    success_term = getattr(cfg.terminations, "success", None) if needs_success else None
    if success_term is None and needs_success:
        raise TaskError(
            "its configuration has no termination named 'success'",
            where=type(cfg).__name__,
            remedy="Add one, or say in a descriptor what success is.",
        )
    cfg.terminations = None
    _forget_terminations(cfg.rewards)
    cfg.observations.policy.concatenate_terms = False
    cfg.seed = seed
    # One image per environment step is enough for a live view.
    cfg.sim.render_interval = cfg.decimation
    # Do not open Isaac Lab's own window in Isaac Sim.
    cfg.ui_window_class_type = None
    use_keyed_resets(cfg)
    return success_term


def _forget_terminations(rewards: Any) -> None:
    """Remove the rewards that are made of terminations."""
    for name, term in list(vars(rewards).items()) if rewards is not None else ():
        if "term_keys" in (getattr(term, "params", None) or {}):
            setattr(rewards, name, None)


def _build(make: Callable[[Any], Any], task_id: str, cfg: "ManagerBasedRLEnvCfg") -> Any:
    """Build the environment with its registered class, without gymnasium's wrappers."""
    import gymnasium

    env = make(cfg)
    env.spec = gymnasium.spec(task_id)
    return env


@contextlib.contextmanager
def _launched(cfg: "ManagerBasedRLEnvCfg", engine: str, visualizer: str) -> Iterator[None]:
    from isaaclab.app.sim_launcher import launch_simulation

    from ..sim.visualizers import configure_visualizer

    arguments = in_this_application() if engine == "isaacsim" else configure_visualizer(cfg, visualizer)
    with launch_simulation(cfg, arguments):
        yield


def _versions(engine: str) -> dict[str, str]:
    packages = {"isaaclab": "isaaclab", "torch": "torch", "mimic": "isaaclab-mimic-kit"}
    packages[engine] = {"ovphysx": "ovphysx", "newton": "newton", "isaacsim": "isaacsim"}[engine]
    found = {}
    for name, distribution in packages.items():
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(distribution)
    return found
