"""Where processes are born: forked from one that has loaded the whole program, in milliseconds for two seconds.

The nursery loads the program once, connects to nothing, knows no address of a database and no key, and has one thread. Asked for a
process, it forks twice, so that the process becomes a child of the supervisor: it dies with him and not with the nursery, and
he alone sees it end. Only then does it learn whose rights it has. Where there is no nursery (not Linux, it still loads, it died)
a process starts by itself, as it always could.
"""

import ctypes
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from nanhu.kernel.child_processes import dying_with_parent, facts_of
from nanhu.kernel.configuration import configuration
from nanhu.kernel.garbage import loading

LOADS_FOR_SECONDS = 60
"""Whoever has waited so long starts by himself."""
ANSWERS_WITHIN_SECONDS = 20
LONGEST_ORDER_BYTES = 1 << 20
LONGEST_COMMAND_BYTES = 2000
LOADED, GO = b"loaded", b"go"
BEGIN = f"from {__name__} import main; main()"
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
ARGUMENTS_BEGIN, ARGUMENTS_END = 45, 46
"""Fields of /proc/self/stat, counted from the one that follows the name."""


class Born:
    """A process from the nursery: a child of this one, as if this one had started it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def wait(self) -> int:
        if self.returncode is None:
            _pid, status = os.waitpid(self.pid, 0)
            self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


class Nursery:
    """The supervisor's side: one nursery, begun with it and ended with it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.line: socket.socket | None = None
        self.begun_at = 0.0
        self.is_loaded = False

    def begin(self, environment: Mapping[str, str], log: IO[bytes] | None) -> None:
        """`environment` names no database. What is orphaned from now on becomes a child of this process."""
        if sys.platform != "linux":
            return
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.line, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.line.settimeout(ANSWERS_WITHIN_SECONDS)
        command = [sys.executable, "-c", BEGIN, str(other.fileno()), "." * LONGEST_COMMAND_BYTES]
        self.process = subprocess.Popen(
            dying_with_parent(command, number=signal.SIGKILL),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=[other.fileno()],
            env=dict(environment),
        )
        other.close()
        self.begun_at, self.is_loaded = time.monotonic(), False

    def is_loading(self) -> bool:
        """Whether it is worth waiting for."""
        if self.line is None or self.is_loaded:
            return False
        self.line.setblocking(False)
        try:
            self.is_loaded = self.line.recv(len(LOADED)) == LOADED
        except BlockingIOError:
            return time.monotonic() - self.begun_at < LOADS_FOR_SECONDS
        except OSError:
            self.is_loaded = False
        finally:
            self.line.settimeout(ANSWERS_WITHIN_SECONDS)
        if not self.is_loaded:
            self.end()
        return False

    def bear(self, command: Sequence[str], environment: Mapping[str, str], log: IO[bytes] | None) -> Born | None:
        """`python -m …` in a process of its own, which leads a session; None where there is no nursery (any more)."""
        if self.line is None or not self.is_loaded:
            return None
        _python, _m, module, *arguments = command
        order = json.dumps({"module": module, "arguments": arguments, "environment": dict(environment)})
        try:
            socket.send_fds(self.line, [order.encode()], [2 if log is None else log.fileno()])
            said = self.line.recv(LONGEST_ORDER_BYTES)
            self.line.send(GO)
        except OSError:
            said = b""
        if not said:
            self.end()
            return None
        return Born(int(said))

    def take_away_orphans(self, known: Collection[int]) -> None:
        """Dead children that this process did not start: what a killed process of its own had left behind, and came to it."""
        if not self.begun_at:
            return
        with suppress(OSError):
            for pid in map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()):
                if pid not in known and facts_of(pid)[0] == "Z":
                    os.waitpid(pid, os.WNOHANG)

    def end(self) -> None:
        """Whom it bore live on."""
        if self.line is not None:
            self.line.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.line = self.process = None
        self.is_loaded = False


def main() -> None:
    """The nursery sees that an order has come and never what it says: who is born reads it."""
    line = socket.socket(fileno=int(sys.argv[1]))
    show_as([sys.executable, "-m", __name__])
    with loading():
        load()
    supervisor = os.getppid()
    line.send(LOADED)
    while seen := line.recv(len(GO) + 1, socket.MSG_PEEK):
        if seen == GO:  # for one that died meanwhile; an order is longer
            line.recv(len(GO))
            continue
        until_born, held = os.pipe()
        middle = os.fork()
        if middle == 0:
            os.close(until_born)
            return be_born(line, supervisor, held)
        os.close(held)
        _pid, status = os.waitpid(middle, 0)
        if status:
            return None
        os.read(until_born, 1)
        os.close(until_born)
    return None


def load() -> None:
    """Every room with its pages."""
    import django  # in a nursery alone: whoever asks one for processes must not load what it loads
    from django.urls import get_resolver

    django.setup()
    _ = get_resolver().url_patterns


def be_born(line: socket.socket, supervisor: int, held: int) -> None:
    """Run what was ordered, once the supervisor knows of it: he may have given up waiting and begun it himself."""
    if not become_child_of(supervisor):
        return
    message, files, _flags, _address = socket.recv_fds(line, LONGEST_ORDER_BYTES, 1)
    try:
        line.send(str(os.getpid()).encode())
        is_wanted = line.recv(len(GO)) == GO
    except OSError:
        is_wanted = False
    if not (message and files and is_wanted):
        return
    line.close()
    os.close(held)
    for number in (1, 2):
        os.dup2(files[0], number)
    os.close(files[0])
    order = json.loads(message)
    run(order["module"], order["arguments"], order["environment"])


def become_child_of(supervisor: int) -> bool:
    """In the first child: its own child goes on here, when the kernel has given it to the supervisor; False if he is gone."""
    middle = os.getpid()
    if os.fork():
        os._exit(0)
    os.setsid()
    while os.getppid() == middle:
        time.sleep(0.0005)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    return os.getppid() == supervisor


def run(module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *arguments]
    show_as([sys.executable, "-m", module, *arguments])
    read_settings_again()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def read_settings_again() -> None:
    """As they are for this process; what was loaded before had no database."""
    from django.conf import settings
    from django.db import DEFAULT_DB_ALIAS, connections

    configuration.cache_clear()
    found = importlib.reload(sys.modules[os.environ["DJANGO_SETTINGS_MODULE"]])
    for name in filter(str.isupper, dir(found)):
        setattr(settings, name, getattr(found, name))
    connections.settings[DEFAULT_DB_ALIAS].update(found.DATABASES[DEFAULT_DB_ALIAS])
    with suppress(AttributeError):  # none was made
        del connections[DEFAULT_DB_ALIAS]


def show_as(command: Sequence[str]) -> None:
    """What `ps` and whoever looks for a process by its command see: the command that would have started it."""
    text = b"\0".join(map(os.fsencode, command))
    with suppress(OSError, ValueError, IndexError):
        facts = facts_of(os.getpid())
        begin, end = int(facts[ARGUMENTS_BEGIN]), int(facts[ARGUMENTS_END])
        ctypes.memmove(begin, text[: end - begin - 1].ljust(end - begin, b"\0"), end - begin)
