"""Who keeps vendors, and a colleague who does not."""

import pytest

from nanhu.kernel.actors import Actor
from nanhu.platforms.openapi.desk import KEEPER
from nanhu.testing.members import grant, open_staff

SYSTEM = Actor.system("test")
KEEPER_NO, COLLEAGUE_NO = "0020150007", "0020190123"


@pytest.fixture
def people_of_the_centre(db):
    open_staff({KEEPER_NO: "周敏", COLLEAGUE_NO: "陈志远"})
    grant(KEEPER_NO, [KEEPER])
