"""How each system is read on this machine."""

import shutil

from nanhu.emulators.vendors.catalogue import VendorSystem


def way_of(system: VendorSystem) -> str:
    """Without a MariaDB on the machine its systems write files instead."""
    return "sftp" if system.way == "mariadb" and shutil.which("mariadbd") is None else system.way
