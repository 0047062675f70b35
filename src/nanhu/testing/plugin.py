"""pytest plugin: a private embedded PostgreSQL for this run, made before Django's settings are read.

The controller of a parallel run makes it; its workers inherit the address by the environment.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

OWNER = "NANHU_TEST_OWNER"


def prepare() -> None:
    if os.environ.get(OWNER):
        return
    folder = Path(tempfile.mkdtemp(prefix="nanhu-test-"))
    folder.chmod(0o755)
    os.environ[OWNER] = str(os.getpid())
    os.environ["NANHU_DATA_DIR"] = str(folder)
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("NANHU_DEMO", "1")
    from nanhu.kernel.database import embedded

    embedded.start(folder, extra="fsync = off\nsynchronous_commit = off\nfull_page_writes = off")
    atexit.register(clean_up, folder, os.getpid())


def clean_up(folder: Path, owner: int) -> None:
    if os.getpid() != owner:
        return
    from nanhu.kernel.database import embedded

    embedded.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


prepare()
