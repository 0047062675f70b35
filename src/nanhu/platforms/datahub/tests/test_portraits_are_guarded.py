"""Who may look at a portrait: its owner and the offices. It stands here because people knows no sign-in."""

import io

import pytest
from PIL import Image

from nanhu.platforms.datahub.tests.conftest import BY, signed_in
from nanhu.platforms.people import api as people

pytestmark = pytest.mark.django_db


def test_the_owner_and_the_offices_see_a_portrait_and_nobody_else(steward, stranger):
    owner = signed_in("本人", "0020209003")
    person_id = people.find_person_by_campus_no("0020209003")
    out = io.BytesIO()
    Image.new("RGB", (358, 441), "teal").save(out, "JPEG")
    people.set_photo(by=BY, person_id=person_id, content=out.getvalue())
    address = people.person_card(person_id).photo_url
    for client in (owner, steward):
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    assert stranger.get(address).status_code == 404
