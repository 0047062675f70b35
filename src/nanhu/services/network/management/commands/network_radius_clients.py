"""`nanhu network_radius_clients --into FOLDER`: the registered NAS as clients of FreeRADIUS, with their secrets."""

from getpass import getuser
from pathlib import Path

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.whole_files import write_whole
from nanhu.services.network.folders import FolderCommand
from nanhu.services.network.radius_clients import HEAD, NAME, files


class Command(FolderCommand):
    help = "Write clients-nas-<application>.conf for FreeRADIUS from the registered NAS."
    into = "files of the same names are replaced"

    def write(self, folder: Path) -> int:
        written = {path.name: HEAD for path in folder.glob(NAME.format(key="*"))} | files()
        for name, text in written.items():
            write_whole(folder / name, text, is_kept=True)
        by = Actor(account_id=None, name=f"console:{getuser()}")
        audit.record(by=by, action="network.write_clients", target="network-nas:*", facts={"files": sorted(written)})
        return len(written)
