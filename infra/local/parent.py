"""Stopping when told to, or when whoever started this process is gone."""

import asyncio
import os
import signal
import sys


async def told_to_stop() -> None:
    """Return on SIGTERM, SIGINT, or when the pipe that the parent holds on standard input closes."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    stdin = sys.stdin.fileno()

    def on_input() -> None:
        if not os.read(stdin, 4096):
            loop.remove_reader(stdin)
            stop.set()

    loop.add_reader(stdin, on_input)
    await stop.wait()
