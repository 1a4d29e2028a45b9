# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

from .datasets.reader import DatasetReader as DatasetReader
from .datasets.reader import read_dataset as read_dataset
from .datasets.writer import DatasetWriter as DatasetWriter
from .errors import MimicError as MimicError
from .options.annotation import AnnotateByHandOptions as AnnotateByHandOptions
from .options.annotation import AnnotateOptions as AnnotateOptions
from .options.evaluation import EvaluateOptions as EvaluateOptions
from .options.evaluation import PlayOptions as PlayOptions
from .options.generation import GenerateOptions as GenerateOptions
from .options.replay import ReplayOptions as ReplayOptions
from .options.teleoperation import RecordOptions as RecordOptions
from .options.training import TrainOptions as TrainOptions
from .plugins import DeviceSpec as DeviceSpec
from .plugins import LearnerSpec as LearnerSpec
from .plugins import PlannerSpec as PlannerSpec
from .plugins import RobotSpec as RobotSpec
from .plugins import TaskSpec as TaskSpec
from .plugins import register_device as register_device
from .plugins import register_learner as register_learner
from .plugins import register_planner as register_planner
from .plugins import register_robot as register_robot
from .plugins import register_task as register_task
from .stages.annotation.automatic import Annotate as Annotate
from .stages.annotation.manual import AnnotateByHand as AnnotateByHand
from .stages.generation.generate import Generate as Generate
from .stages.learning.evaluate import Evaluate as Evaluate
from .stages.learning.play import Play as Play
from .stages.learning.train import Train as Train
from .stages.recording.record import Record as Record
from .stages.replay.replay import Replay as Replay
from .tasks.names import find_task as find_task
from .tasks.open_env import open_env as open_env
from .version import __version__ as __version__
