"""Two who were taken for one, and told apart before this room heard of it."""

import pytest

from nanhu.kernel.events import deliver_pending
from nanhu.services.requests.models import Request
from nanhu.testing import merging

pytestmark = pytest.mark.django_db


def test_what_one_reported_is_the_others_while_they_are_one(school):
    made = school.repair("S2")
    merging.merge(kept_id=school["S1"], gone_id=school["S2"])
    deliver_pending()
    assert Request.objects.get(pk=made.pk).person_id == school["S1"]


def test_a_merge_that_is_told_after_the_two_were_parted_moves_no_request(school):
    made = school.complaint("S2")
    merging.merged_and_parted(kept_id=school["S1"], gone_id=school["S2"])
    deliver_pending()
    assert Request.objects.get(pk=made.pk).person_id == school["S2"]


def test_of_a_chain_that_is_told_late_the_last_record_has_all(school):
    made = school.repair("S2")
    merging.merge(kept_id=school["S1"], gone_id=school["S2"])
    merging.merge(kept_id=school["S3"], gone_id=school["S1"])
    deliver_pending()
    assert Request.objects.get(pk=made.pk).person_id == school["S3"]
