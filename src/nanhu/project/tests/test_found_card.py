"""A found campus card (A075): whoever found it says the number, the room of cards tells its owner, and nobody else learns anything."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
import time_machine

from nanhu.kernel.clock import CAMPUS_ZONE, campus_time, campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.registry import MessageChannel, MessageOutcome, message_channels
from nanhu.platforms.messages import api as messages
from nanhu.platforms.messages.models import Delivery
from nanhu.services.lostfound.models import Item
from nanhu.services.lostfound.services.reviewing import reject
from nanhu.systems.card.fleet.models import FoundCard
from nanhu.systems.card.tests.conftest import campus  # noqa: F401 - a fixture
from nanhu.testing.inboxes import texts_to
from nanhu.testing.members import grant

pytestmark = pytest.mark.django_db
HOME = "/lostfound/"


def said(number, **facts):
    at = f"{campus_time(now()):%Y-%m-%dT%H:%M}"
    return {
        "category": "card",
        "words": "校园卡一张",
        "place_words": "一食堂",
        "happened_at": at,
        "keeper": "desk",
        "card_number": number,
    } | facts


@pytest.mark.capability("A075.3")
def test_the_owner_is_told_at_once_and_the_other_learns_nothing(campus):  # noqa: F811
    card, browser = campus.card("student"), campus.client("other_student")
    pages = [browser.post(f"{HOME}found/", said(number), follow=True) for number in (card.number, "9999999999")]
    assert [page.status_code for page in pages] == [200, 200]
    assert FoundCard.objects.get(card__isnull=False).card == card
    [text] = texts_to(card.person_id)
    assert "有人捡到了您的校园卡，放在：失物招领处" in text
    home = campus.client("student").get("/card/").content.decode()
    assert "有人捡到了您的卡" in home
    assert "失物招领处" in home
    texts = [page.content.decode() for page in pages]
    assert not any(card.number in text or "林小满" in text for text in texts)
    assert [one.category for one in Item.objects.all()] == ["card", "card"], "both are alike"
    kept = [str(value) for row in Item.objects.values() for value in row.values()]
    kept += map(str, AuditEntry.objects.filter(action__startswith="lostfound").values_list("facts", flat=True))
    assert not any(card.number in one for one in kept), "the number is kept nowhere here"


@pytest.mark.capability("A075.3")
def test_at_night_too_and_again_where_it_went_on_to_the_desk_and_never_by_text_message(campus, monkeypatch):  # noqa: F811
    """Who has it keeps it first, and brings it to the desk later the same day."""
    texts: list[str] = []

    def take(batch):
        texts.append(batch.text)
        return {one.delivery_id: MessageOutcome(state="delivered") for one in batch.recipients}

    wire = MessageChannel(key="wire", title="", icon="mail", send=take, reaches=set, order=100)
    sms = replace(message_channels.get("sms"), is_on=lambda: True, reaches=set)
    for one in (wire, sms):
        monkeypatch.setitem(message_channels._entries, one.key, one)
    card = campus.card("student")
    night = datetime.combine(campus_today() + timedelta(days=1), time(23), CAMPUS_ZONE)
    with time_machine.travel(night, tick=True):
        browser = campus.client("other_student")
        for keeper in ("self", "desk", "desk"):
            assert browser.post(f"{HOME}found/", said(card.number, keeper=keeper)).status_code == 302
        messages.deliver_due()
    assert sorted(text.partition("放在：")[2][:5] for text in texts) == ["失物招领处", "捡到的人那"]
    assert not Delivery.objects.filter(channel="sms").exists()


@pytest.mark.capability("A075.3")
def test_at_the_desk_the_last_four_and_the_name_are_enough(campus):  # noqa: F811
    grant("0020150007", ["lostfound.keeper"])
    card, keeper = campus.card("student"), campus.client("clerk")
    wrong = {"tail": card.number[-4:], "name": "赵一鸣", "shelf": "1"}
    right = wrong | {"name": " 林小满 "}
    answers = [keeper.post(f"{HOME}keeping/card/", one, follow=True).content.decode() for one in (wrong, right)]
    assert all("卡号对得上的话" in answer for answer in answers)
    assert FoundCard.objects.get(card__isnull=False).card == card
    assert not any("林小满" in answer for answer in answers)
    assert keeper.post(f"{HOME}keeping/card/", {"tail": "12", "name": "", "shelf": "1"}).status_code == 422
    assert [one.state for one in Item.objects.all()] == ["guarded", "guarded"]
    assert "校园卡" not in campus.client("other_student").get(HOME).content.decode().partition("<main")[2]


@pytest.mark.capability("A075.3")
def test_what_is_mended_into_a_card_tells_its_owner_too(campus):  # noqa: F811
    card, browser = campus.card("student"), campus.client("other_student")
    browser.post(f"{HOME}found/", said("", category="other", keeper="self"))
    item = Item.objects.get()
    reject(by=campus.actor("clerk"), item=item, reason="请选卡证，填卡号")
    browser.post(f"{HOME}items/{item.public_id}/mend-found/", said(card.number, keeper="self"))
    assert "捡到的人那里" in FoundCard.objects.get(card=card).kept_at
    assert "捡到的人那里" in texts_to(card.person_id)[-1]
    owner, address = campus.client("student"), FoundCard.objects.get(card=card).url
    assert address in owner.get("/card/").content.decode()
    assert browser.get(f"{HOME}cards/{item.public_id}/").status_code == 404, "by its key alone"
    talk = owner.post(address, {"words": "是我的卡，在哪里拿？"})
    assert talk.status_code == 302, "though nobody has reviewed it yet"
    page = browser.get(talk["Location"]).content.decode()
    assert "在哪里拿" in page
    assert "林小满" not in page


@pytest.mark.capability("A075.3")
def test_five_tries_count_whether_there_is_such_a_card_or_not(campus):  # noqa: F811
    browser = campus.client("other_student")
    answers = [browser.post(f"{HOME}found/", said("9999999999")).status_code for _time in range(6)]
    assert answers == [302] * 5 + [429]


def test_nobody_tries_numbers_all_day_by_publishing(campus):  # noqa: F811
    browser = campus.client("other_student")
    answers = [browser.post(f"{HOME}found/", said(campus.card("student").number)).status_code for _time in range(6)]
    assert answers == [302] * 5 + [429]
    assert FoundCard.objects.count() == 5
    assert Item.objects.count() == 5, "all or nothing"
