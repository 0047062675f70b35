"""`nanhu network_web_gates --into FOLDER`: an Apache in front of each resource that has a 网页入口."""

from pathlib import Path

from nanhu.kernel.whole_files import write_whole
from nanhu.services.network.folders import FolderCommand
from nanhu.services.network.reach.web_gates import files


class Command(FolderCommand):
    help = "Write Apache's virtual hosts of the resources that are opened from outside in a browser."
    into = "the file of a gate that is no more is removed"

    def write(self, folder: Path) -> int:
        wanted = files(str(folder.resolve()))
        for path in folder.glob("*.conf"):
            if path.name not in {*wanted, "tls.conf"}:
                path.unlink()
        for name, text in wanted.items():
            write_whole(folder / name, text, mode=0o644, is_kept=True)
        return len(wanted)
