"""A file that a document names in back quotes exists: by its whole path, or by the end of it (`services/limits.py` of a room)."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`([\w.-][\w./-]*\.(?:css|html|js|md|po|py|sh|sql|toml|typ))(?:::?[^`\s]+)?`")
NOT_OURS = {"hotspot-detect.html"}
"""Pages of others."""


def paths_of_the_repository() -> set[str]:
    """Of each file every end: `a/b.py` and `b.py`."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [Path(name).parts for name in listed.split("\0") if name]
    return {"/".join(parts[start:]) for parts in files for start in range(len(parts))}


def test_each_file_that_a_document_names_exists():
    known = paths_of_the_repository() | NOT_OURS
    documents = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]
    named = {(path.name, name) for path in documents for name in NAMED.findall(path.read_text(encoding="utf-8"))}
    assert len(named) > 300
    assert {one for one in named if one[1] not in known} == set()
