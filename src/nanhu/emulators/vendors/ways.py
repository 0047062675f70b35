"""How each system is read on this machine."""

import shutil

from nanhu.emulators.vendors.catalogue import VendorSystem

MARIADB = ("mariadbd", "mariadb-install-db", "my_print_defaults")
"""The server, and what makes its first tables; Debian has the last in another package."""


def way_of(system: VendorSystem) -> str:
    """Without a whole MariaDB on the machine its systems write files instead."""
    return "sftp" if system.way in {"mariadb", "binlog"} and None in map(shutil.which, MARIADB) else system.way
