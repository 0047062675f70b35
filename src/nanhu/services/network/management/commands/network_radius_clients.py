"""`nanhu network_radius_clients --into FOLDER`: the registered NAS as clients of FreeRADIUS, with their secrets."""

import os
from getpass import getuser
from pathlib import Path
from tempfile import mkstemp

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.crypto.keystore import sync_folder
from nanhu.services.network.folders import FolderCommand
from nanhu.services.network.radius_clients import HEAD, NAME, files


class Command(FolderCommand):
    help = "Write clients-nas-<application>.conf for FreeRADIUS from the registered NAS."
    into = "files of the same names are replaced"

    def write(self, folder: Path) -> int:
        written = {path.name: HEAD for path in folder.glob(NAME.format(key="*"))} | files()
        for name, text in written.items():
            put_in_place(folder / name, text)
        sync_folder(folder)
        by = Actor(account_id=None, name=f"console:{getuser()}")
        audit.record(by=by, action="network.write_clients", target="network-nas:*", facts={"files": sorted(written)})
        return len(written)


def put_in_place(path: Path, text: str) -> None:
    """Whole or not at all, its owner's alone, and never through a link that stands there. Root gives it to whose folder it is."""
    descriptor, draft = mkstemp(dir=path.parent, prefix=".clients-nas-")  # a file that was not there, 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if os.geteuid() == 0:
                owner = path.parent.stat()
                os.fchown(descriptor, owner.st_uid, owner.st_gid)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
