# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Robots, one per folder: conversion between end-effector poses and actions, batched over environments; assets."""
