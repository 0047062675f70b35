"""A campus of its own takes nobody's ports, those included that a process takes beside the one it is told."""

import socket
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import Configuration, read_configuration
from nanhu.testing.ports import BLOCKS, are_free, campus_ports, claimed_block, free_row

GIVEN_TO_CLIENTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
ANOTHER = "from nanhu.testing.ports import free_row; print(free_row(1), flush=True); input()"


def test_every_port_of_a_campus_is_moved():
    usual, moved = read_configuration({}), read_configuration(campus_ports())
    names = [one.name for one in fields(Configuration) if one.name.endswith("_port")]
    distances = {getattr(moved, name) - getattr(usual, name) for name in names}
    assert len(distances) == 1
    assert distances != {0}


def test_a_row_is_free_only_where_every_port_of_it_is():
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert not are_free([port - 1, port])


def test_no_port_is_one_that_whoever_connects_may_be_given():
    assert BLOCKS.stop <= int(GIVEN_TO_CLIENTS.read_text().split()[0])


def test_a_port_is_given_once_and_another_process_takes_none_of_our_block():
    first, second = free_row(2), free_row(1)
    assert second not in {first, first + 1}
    with subprocess.Popen(
        dying_with_parent([sys.executable, "-c", ANOTHER]), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        theirs = int(other.stdout.readline())
        assert theirs not in claimed_block()
        assert first // 32 != theirs // 32
        other.communicate("\n")
    assert theirs in claimed_block()
