"""Two at once: each lock is tried with two connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from nanhu.kernel.errors import CampusError
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.models import Attempt, Binding, Bucket
from nanhu.services.mobile.services import bindings, certifying, sending
from nanhu.services.mobile.tests.conftest import STUDENTS, make_school
from nanhu.testing.members import SYSTEM
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts):
    """What each came to, all begun at the same moment on connections of their own."""
    start = Barrier(len(acts))

    def run(act):
        try:
            start.wait(timeout=PATIENCE_SECONDS)
            return act()
        except CampusError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.capability("A060.1")
def test_one_account_is_bound_to_one_of_two():
    school = make_school()

    def bind(number):
        how = Binding.How.ACCOUNT
        return bindings.bind(by=SYSTEM, person_id=school.persons[number], userid="li-2", how=how).userid

    ends = together(lambda: bind("T2"), lambda: bind("T3"))
    assert sorted(ends) == ["li-2", "mobile.others_account"]
    assert Binding.objects.filter(ended_at=None).count() == 1


@pytest.mark.capability("A057.3")
def test_of_ten_forms_at_once_five_are_compared():
    make_school()
    name, phone, document = STUDENTS["S1"]
    said = {"campus_no": "S1", "name": name, "phone": phone, "id_number": document}
    ends = together(*[lambda: str(certifying.begin(by=SYSTEM, said=said).token)] * 8)
    assert ends.count("mobile.too_many_tries") == 3
    assert Attempt.objects.count() == 5


def test_a_code_that_comes_twice_at_once_binds_once():
    make_school()
    name, phone, document = STUDENTS["S1"]
    attempt = certifying.begin(by=SYSTEM, said={"campus_no": "S1", "name": name, "phone": phone, "id_number": document})
    Attempt.objects.update(code_hash=certifying.hash_of(attempt.token, "123456"))
    ends = together(*[lambda: certifying.finish(by=SYSTEM, token=attempt.token, code="123456").is_newcomer] * 2)
    assert sorted(ends, key=str) == [False, "mobile.attempt_over"]
    assert Attempt.objects.get().is_bound


def test_a_token_is_fetched_by_one_of_many(wecom):
    together(*[lambda: choice.vendor().member("t1")] * 4)
    assert wecom.company.calls["gettoken"] == 1


def test_a_bucket_never_gives_more_than_it_holds():
    given = together(*[lambda: len(sending.with_room(["t1", "t2"]))] * 12)
    assert sum(given) == 20
    assert set(Bucket.objects.values_list("in_hour", flat=True)) == {10}
