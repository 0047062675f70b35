"""`nanhu network_vpn_config --into FOLDER`: what ocserv lets each person reach, from the reach lists."""

from pathlib import Path

from nanhu.kernel.whole_files import write_whole
from nanhu.services.network.folders import FolderCommand
from nanhu.services.network.reach.services.listing import living_lists
from nanhu.services.network.reach.services.narrowing import note_files
from nanhu.services.network.reach.vpn_config import files


class Command(FolderCommand):
    help = "Write ocserv's default-user-config and config-per-user from the reach lists of today."
    into = "persons who lost their reach are removed"

    def write(self, folder: Path) -> int:
        lists = list(living_lists())
        wanted = files(lists)
        persons = folder / "config-per-user"
        persons.mkdir(exist_ok=True)
        for path in persons.iterdir():
            if f"config-per-user/{path.name}" not in wanted:
                path.unlink()
        for name, text in wanted.items():
            write_whole(folder / name, text, mode=0o644, is_kept=True)
        note_files(lists)
        return len(wanted)
