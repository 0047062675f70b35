"""A slow line to a server of this machine: each byte comes later, and no more of them a second than a phone's net carries.

Chromium's own throttling leaves out what a service worker fetches; a line in between leaves out nothing.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """`round_trip` in seconds, `down` and `up` in bits a second."""

    round_trip: float
    down: float
    up: float


SLOW_4G = Line(round_trip=0.15, down=1_600_000, up=750_000)
"""As Lighthouse has it."""


class Way:
    """One direction, shared by all connections of the phone."""

    def __init__(self, rate: float, delay: float) -> None:
        self.rate, self.delay, self.free_at = rate, delay, 0.0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        clock = asyncio.get_running_loop().time
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(self.arrive(under_way, writer))
        with suppress(OSError):
            while data := await reader.read(4096):
                self.free_at = max(self.free_at, clock()) + len(data) * 8 / self.rate
                under_way.put_nowait((self.free_at + self.delay, data))
        under_way.put_nowait((clock() + self.delay, b""))
        await arriving

    async def arrive(self, under_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        clock = asyncio.get_running_loop().time
        with suppress(OSError):
            while True:
                due, data = await under_way.get()
                await asyncio.sleep(max(due - clock(), 0))
                if not data:
                    break
                writer.write(data)
                await writer.drain()
        writer.close()


@contextmanager
def slow_line(to_port: int, *, port: int, line: Line = SLOW_4G) -> Iterator[None]:
    """While it lasts, `port` leads to `to_port`."""
    loop = asyncio.new_event_loop()
    down, up = Way(line.down, line.round_trip / 2), Way(line.up, line.round_trip / 2)

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(line.round_trip)  # of the handshake
        theirs, ours = await asyncio.open_connection("127.0.0.1", to_port)
        await asyncio.gather(up.carry(reader, ours), down.carry(theirs, writer))

    server = loop.run_until_complete(asyncio.start_server(connect, "127.0.0.1", port))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def end() -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for one in others:
            one.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        loop.stop()

    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop)
        thread.join(timeout=5)
