"""The process: `python -m nanhu.platforms.identity.hasher.server`. A thread a core, a short queue, low priority."""

import asyncio
import contextlib
import logging
import os
import resource
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nanhu.kernel.configuration import configuration
from nanhu.kernel.secret_files import private_folder
from nanhu.platforms.identity.hasher import work
from nanhu.platforms.identity.hasher.protocol import ANSWER, QUESTION, Kind, Outcome, Question, peer_uid, socket_path

NICENESS = 10
QUEUED_PER_THREAD = 32
BACKLOG = 256
READ_SECONDS = 5
log = logging.getLogger(__name__)

type Answer = tuple[Outcome, bytes]


class Hasher:
    def __init__(self, *, threads: int) -> None:
        self.pool = ThreadPoolExecutor(threads)
        self.most_waiting = threads * QUEUED_PER_THREAD
        self.waiting = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            if peer_uid(writer.get_extra_info("socket")) in (None, os.getuid()):
                async with asyncio.timeout(READ_SECONDS):
                    question = await read_question(reader)
                outcome, rest = await self.answer(question, reader)
                writer.write(ANSWER.pack(outcome, len(rest)) + rest)
                await writer.drain()
        writer.close()

    async def answer(self, question: Question, reader: asyncio.StreamReader) -> Answer:
        if question.kind == Kind.PING:
            return Outcome.YES, str(self.waiting).encode()
        if self.waiting >= self.most_waiting:
            return Outcome.BUSY, b""
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pool, worked, question, reader)
        finally:
            self.waiting -= 1


async def read_question(reader: asyncio.StreamReader) -> Question:
    kind, of_secret, of_rest = QUESTION.unpack(await reader.readexactly(QUESTION.size))
    return Question(kind, await reader.readexactly(of_secret), await reader.readexactly(of_rest))


def worked(question: Question, reader: asyncio.StreamReader) -> Answer:
    """In a thread of the pool; argon2 lets go of the interpreter. Whoever went away while he waited costs nothing."""
    if reader.at_eof():
        return Outcome.BUSY, b""
    try:
        if question.kind == Kind.VERIFY:
            return (Outcome.YES if work.verify(question.secret, question.rest) else Outcome.NO), b""
        if question.kind == Kind.HASH:
            return Outcome.YES, work.hash_secret(question.secret, question.rest)
    except Exception as error:  # noqa: BLE001  a question we cannot answer must not end the process
        log.warning("a question could not be answered: %s", type(error).__name__)
    return Outcome.REFUSED, b""


def listening_socket(path: Path) -> socket.socket:
    """Open to this user alone; takes the place of one that a killed process left."""
    if not path.parent.exists():
        private_folder(path.parent)
    listener = socket.socket(socket.AF_UNIX)
    draft = path.with_name(f".{os.getpid()}.sock")
    draft.unlink(missing_ok=True)
    mask = os.umask(0o177)
    try:
        listener.bind(str(draft))
    finally:
        os.umask(mask)
    listener.listen(BACKLOG)
    draft.rename(path)  # whoever sees it may call
    return listener


async def run(path: Path, *, threads: int) -> None:
    hasher = Hasher(threads=threads)
    server = await asyncio.start_unix_server(hasher.serve, sock=listening_socket(path), backlog=BACKLOG)
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with server:
        await stopping.wait()
    hasher.pool.shutdown(wait=False, cancel_futures=True)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # passwords are in this memory
    os.nice(NICENESS)  # pages go first
    settings = configuration()
    path = socket_path(settings.data_dir)
    asyncio.run(run(path, threads=settings.hasher_threads or os.cpu_count() or 1))
    path.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
