"""The sample's integrations: every kind and state, one that waits for a second person, and again without a second row."""

import pytest

from nanhu.kernel.configuration import configuration
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.models import Integration, IntegrationRelease, SystemDay
from nanhu.platforms.portal.tests.conftest import join, signed_in
from nanhu.sample.demo.integrations import BY, SAMPLES, take_samples_in
from nanhu.sample.demo.systems import PLACES, connect_systems


@pytest.mark.django_db
def test_samples_of_all_kinds_and_states_are_taken_in_once():
    records = [
        people.UnitRecord(code="00", name="湖南理工学院"),
        *(people.UnitRecord(code=code, name=f"单位{code}", parent_code="00") for code in ("1031", "1032", "1008")),
    ]
    people.apply_units(by=BY, records=records, origin=people.Origin(source="test", title="测试"))
    for _time in range(2):
        connect_systems(lambda *_progress: None)
        assert take_samples_in() == len(SAMPLES)
    rows = Integration.objects.filter(key__in=[key for key, *_more in SAMPLES])
    assert rows.count() == len(SAMPLES)
    assert set(rows.values_list("kind", flat=True)) == set(Integration.Kind.values)
    assert set(rows.values_list("state", flat=True)) == {"draft", "test", "live", "resting"}
    assert not rows.exclude(sent="nothing").filter(secret__isnull=True).exists()
    assert SystemDay.objects.filter(key="academic", good=1260).count() == 1
    assert not IntegrationRelease.objects.exists(), "nobody of the cast is here"


@pytest.mark.django_db
@pytest.mark.capability("A047.1")
def test_a_student_who_types_the_address_of_personal_affairs_is_refused_at_their_door():
    """The menu hides them; the address is no secret."""
    join("林小雨", student="20240518")
    join("周敏", staff="T00123")
    for _time in range(2):
        connect_systems(lambda *_progress: None)
    personal = {key for key, one in PLACES.items() if one.section == "personal"}
    assert personal == {"finance", "research"}
    student, teacher = signed_in("20240518"), signed_in("T00123")
    for key in sorted(personal):
        service = {"service": f"http://localhost:{configuration().systems_port}/{key}/login"}
        refused = student.get("/cas/login", service)
        assert refused.status_code == 403
        assert "只对一部分人开放" in refused.content.decode()
        assert "ticket=ST-" in teacher.get("/cas/login", service).headers["Location"]
    library = {"service": f"http://localhost:{configuration().systems_port}/library/login"}
    assert "ticket=ST-" in student.get("/cas/login", library).headers["Location"]
