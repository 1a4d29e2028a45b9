# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Reads a dataset over and over; prints `bad` when what it sees is not a whole file."""

import sys

import h5py

announced = False
while True:
    try:
        with h5py.File(sys.argv[1], "r") as file:
            samples = [len(demo["actions"][()]) for demo in file["data"].values()]
            whole = file["data"].attrs["total"] == sum(samples)
    except BlockingIOError:
        continue  # opened just before an exchange of the copies, locked just after it; the name is good already
    if not whole:
        print("bad", samples, flush=True)
    if not announced:
        print("reading", flush=True)
        announced = True
