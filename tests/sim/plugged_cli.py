# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The command line beside a package that is installed in a folder: `plugged_cli.py SITE KEYS VERB ...`.

With KEYS it runs in a terminal of its own, in which somebody presses them over and over.
"""

import os
import pty
import sys
import threading
import time

site, keys, *arguments = sys.argv[1:]
sys.path.insert(0, site)

from isaaclab_mimic_core import cli  # noqa: E402  the package is found from the start

if keys:
    screen, theirs = pty.openpty()
    os.dup2(theirs, 0)

    def press() -> None:
        while True:
            os.write(screen, keys.encode())
            time.sleep(0.2)

    threading.Thread(target=press, daemon=True).start()
sys.exit(cli.main(arguments))
