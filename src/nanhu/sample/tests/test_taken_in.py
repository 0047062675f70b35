"""The sample's integrations: every kind and state, one that waits for a second person, and again without a second row."""

import pytest

from nanhu.platforms.people import api as people
from nanhu.platforms.portal.models import Integration, IntegrationRelease, SystemDay
from nanhu.sample.demo.integrations import BY, SAMPLES, take_samples_in
from nanhu.sample.demo.systems import connect_systems


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
