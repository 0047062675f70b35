"""pytest plugin: a private embedded PostgreSQL for this run, copied from the template before Django's settings are read.

The controller of a parallel run makes it; its workers inherit the address by the environment.
"""

import atexit
import gc
import os
import shutil
from pathlib import Path

from nanhu.testing import folders

OWNER = "NANHU_TEST_OWNER"


def prepare() -> None:
    if os.environ.get(OWNER):
        return
    folder = folders.fresh("test")
    (folder / "static").mkdir()
    os.environ[OWNER] = str(os.getpid())
    os.environ["NANHU_DATA_DIR"] = str(folder)
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("NANHU_DEMO", "1")
    from nanhu.kernel.database import embedded
    from nanhu.testing import template

    template.copy_into(folder)
    embedded.start(folder, extra=template.FAST)
    template.add_months(folder)
    atexit.register(clean_up, folder, os.getpid())


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the garbage collector need not walk it again and again (7 % of a room's time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    gc.enable()


def clean_up(folder: Path, owner: int) -> None:
    if os.getpid() != owner:
        return
    from nanhu.kernel.database import embedded

    embedded.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


gc.disable()  # until all is collected
prepare()
