"""What a refusal wrote is undone with it, unless its class says that it stays."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.attempts import attempt, joining, refused_as
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


def test_what_the_database_refuses_is_the_expected_refusal_and_nothing_of_it_stays():
    token = uuid4()
    for by in ("", "token"):
        with pytest.raises(UndoneError) as met, refused_as(UndoneError(), by=by):
            for page in "ab":
                SubmittedForm.objects.create(token=token, account_id=1, page=page)
        assert isinstance(met.value.__cause__, IntegrityError)
    assert not SubmittedForm.objects.exists()


def test_what_refuses_before_it_writes_joins_the_callers_transaction_and_the_caller_goes_on():
    token = uuid4()
    with transaction.atomic():
        SubmittedForm.objects.create(token=token, account_id=1, page="a:b")
        with pytest.raises(UndoneError), joining():
            raise UndoneError
        SubmittedForm.objects.create(token=uuid4(), account_id=1, page="a:b")
    assert SubmittedForm.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_where_there_is_no_transaction_it_has_one_of_its_own():
    with pytest.raises(UndoneError), joining():
        write(UndoneError())
    assert not SubmittedForm.objects.exists()


def test_what_another_constraint_refuses_is_no_expected_refusal():
    with pytest.raises(IntegrityError), refused_as(UndoneError, by="another_constraint"):
        SubmittedForm.objects.create(token=None, account_id=1, page="a")
