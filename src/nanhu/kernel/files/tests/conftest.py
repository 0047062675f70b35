"""Purposes of files, and a data folder of the test's own."""

from dataclasses import replace

import pytest

from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import configuration
from nanhu.kernel.files import services, store
from nanhu.kernel.files.kinds import PAPERS
from nanhu.kernel.files.purposes import Purpose, Retention, purposes
from nanhu.kernel.files.tests.samples import PDF
from nanhu.kernel.registry import BOTH_FACES, Viewer

BY = Actor.system("test")
OWNER = Viewer(account_id=1, person_id=1, name="周敏", campus_no="1", faces=BOTH_FACES, face="staff")
STRANGER = Viewer(account_id=2, person_id=2, name="何平", campus_no="2", faces=BOTH_FACES, face="staff")


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    chosen = replace(configuration(), data_dir=tmp_path)
    monkeypatch.setattr(store, "configuration", lambda: chosen)
    return tmp_path


@pytest.fixture
def purpose(monkeypatch):
    monkeypatch.setattr(purposes, "_entries", {})
    made = Purpose(
        key="test.paper",
        name="凭据",
        kinds=PAPERS,
        retention=Retention(name="十年", days=3650),
        may_open=lambda viewer, _file: viewer == OWNER,
    )
    purposes.add(made)
    return made


@pytest.fixture
def keep(purpose):
    return lambda content=PDF, **options: services.keep(
        by=BY, content=content, **{"purpose": purpose, "name": "凭据.pdf", "target": "test:1", **options}
    )
