"""A campus of its own takes nobody's ports, those included that a process takes beside the one it is told."""

import socket
from dataclasses import fields

from nanhu.kernel.configuration import Configuration, read_configuration
from nanhu.testing.ports import HIGHEST, campus_ports, is_free


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
        assert not is_free(range(port - 1, port + 1))
    assert not is_free(range(HIGHEST, HIGHEST + 2))
