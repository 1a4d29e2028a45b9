# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The part of omni.kit.test that the extensions' own tests use: `AsyncTestCase`, whose tests pump Kit."""

import time
import unittest

import omni.kit.app
from omni.kit.async_engine import run_coroutine


class AsyncTestCase(unittest.TestCase):
    """A test case whose `setUp`, `tearDown` and tests are coroutines on Kit's loop."""

    timeout = 60.0

    async def setUp(self) -> None:
        pass

    async def tearDown(self) -> None:
        pass

    def _pump(self, coroutine) -> None:
        task = run_coroutine(coroutine)
        deadline = time.monotonic() + self.timeout
        while not task.done():
            if time.monotonic() > deadline:
                task.cancel()
                raise TimeoutError(f"the test took more than {self.timeout} s")
            omni.kit.app.get_app().update()
        task.result()

    def _callSetUp(self) -> None:
        self._pump(self.setUp())

    def _callTearDown(self) -> None:
        self._pump(self.tearDown())

    def _callTestMethod(self, method) -> None:
        self._pump(method())
