"""What a refusal wrote is undone with it, unless its class says that it stays."""

from uuid import uuid4

import pytest

from nanhu.kernel.attempts import attempt
from nanhu.kernel.errors import CampusError
from nanhu.kernel.models import SubmittedForm

pytestmark = pytest.mark.django_db


class UndoneError(CampusError):
    pass


class CountedError(CampusError):
    keeps_writes = True


def write(error: CampusError | None) -> str:
    SubmittedForm.objects.create(token=uuid4(), account_id=1, page="a:b")
    if error is not None:
        raise error
    return "made"


def test_what_went_well_stands():
    assert attempt(lambda: write(None)) == "made"
    assert SubmittedForm.objects.exists()


@pytest.mark.parametrize(("error", "stays"), [(UndoneError(), False), (CountedError(), True)])
def test_a_refusal_keeps_its_writes_only_where_its_class_says_so(error, stays):
    with pytest.raises(type(error)) as met:
        attempt(lambda: write(error))
    assert met.value is error
    assert SubmittedForm.objects.exists() is stays
