"""Names of files as people save them. Pure."""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

LONGEST_NAME: Final = 120


def safe_file_name(name: str) -> str:
    """The name a reader saves the file under: no path, no control or direction-changing characters, bounded."""
    flat = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    seen = " ".join("".join(c for c in flat if unicodedata.category(c)[0] != "C").split())
    seen = re.sub(r'[<>:"|?*]', "_", seen).strip(" .")
    suffix = PurePosixPath(seen).suffix[:12]
    stem = seen[: len(seen) - len(suffix)] if suffix else seen
    return f"{stem[: LONGEST_NAME - len(suffix)].rstrip(' .') or '附件'}{suffix}"
