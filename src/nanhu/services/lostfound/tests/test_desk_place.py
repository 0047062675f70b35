"""Where the keeping desk is, as the school's file says it, in the reader's language."""

import dataclasses

import pytest

from nanhu.kernel.school import school as school_of
from nanhu.services.lostfound.school_file import school_file

PLACE = {"desk": "保卫处值班室", "desk_en": "Security office"}


@pytest.fixture
def says(monkeypatch):
    def say(**members):
        made = dataclasses.replace(school_of(), raw={**school_of().raw, "lostfound": members})
        monkeypatch.setattr("nanhu.services.lostfound.school_file.school", lambda: made)

    return say


def test_whoever_brings_a_thing_to_the_desk_reads_where_it_is(school, says):
    says(**PLACE)
    item = school.shown("S1", keeper="desk")
    page = f"/lostfound/items/{item.public_id}/"
    reader = school.client("S1")
    assert reader.get(page).content.decode().count("保卫处值班室") == 2, "what to do, and among the facts"
    reader.post("/preferences/language/en")
    assert "Security office" in reader.get(page).content.decode()
    says(desk="保卫处值班室")
    assert '<span lang="zh-Hans">保卫处值班室</span>' in reader.get(page).content.decode()
    says()
    assert "失物招领处在" not in school.client("S1").get(page).content.decode()


def test_a_slip_of_the_pen_is_refused(says):
    says(dekk="保卫处值班室")
    with pytest.raises(Exception, match="dekk"):
        school_file()
