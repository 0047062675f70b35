"""Web push: the published vector, what leaves for a browser, browsers that are gone, endpoints that lead inside."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from nanhu.kernel import outgoing
from nanhu.kernel.delivery import webpush
from nanhu.kernel.delivery.webpush import Browser, encoded, padded_off, unpadded
from nanhu.kernel.registry import message_channels
from nanhu.platforms.messages.channels import push
from nanhu.platforms.messages.errors import TooManyBrowsersError
from nanhu.platforms.messages.models import MessageSettings, PushSubscription
from nanhu.platforms.messages.services import choosing
from nanhu.platforms.messages.tests.conftest import CAST, SYSTEM
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Person
from nanhu.testing.channels import ChannelTests, batch_for

ENDPOINT = "https://push.example.com/send/"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
RFC_8291 = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


class Service:
    """A push service: keeps what it is sent, and answers as told."""

    def __init__(self):
        self.calls, self.status = [], 201

    def send(self, call, **_more):
        outgoing.checked(call.address)
        self.calls.append(call)
        return outgoing.Answer(status=self.status)


@pytest.fixture
def service(monkeypatch):
    made = Service()
    monkeypatch.setattr(outgoing, "send", made.send)
    monkeypatch.setattr(outgoing, "looked_up", lambda *_given: [(0, 0, 0, "", ("93.184.216.34", 443))])
    return made


def let_in(person_id, name="a"):
    return choosing.let_in(
        by=SYSTEM, person_id=person_id, endpoint=f"{ENDPOINT}{name}", public_key=KEY, auth=AUTH, device="Firefox"
    )


def opened(body):
    """As the browser of the vector reads it."""
    salt, rest = body[:16], body[21:]
    sender, sealed = rest[:65], rest[65:]
    own = ec.derive_private_key(int.from_bytes(unpadded(PRIVATE), "big"), webpush.CURVE)
    shared = own.exchange(ec.ECDH(), webpush.point_of(sender))
    info = b"WebPush: info\0" + encoded(own.public_key()) + sender
    secret = webpush.derived(shared, salt=unpadded(AUTH), info=info, length=32)
    key = webpush.derived(secret, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = webpush.derived(secret, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    return webpush.AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x02")


def test_the_example_of_rfc_8291_comes_out_to_the_byte():
    own = ec.derive_private_key(
        int.from_bytes(unpadded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), webpush.CURVE
    )
    browser = Browser("", unpadded(KEY), unpadded(AUTH))
    text = b"When I grow up, I want to be a watermelon"
    body = webpush.sealed(text, browser, own=own, salt=unpadded("DGv6ra1nlYgDCS1FRnbzlw"))
    assert padded_off(body) == RFC_8291
    assert opened(body) == text


@pytest.mark.django_db
def test_a_push_is_signed_held_replaced_and_says_nothing_on_a_locked_screen(readers, service):
    student = people.find_person_by_campus_no(CAST["student"][2])
    let_in(student)
    assert push.send(batch_for([student]))[1000 + student].state == "delivered"
    [call] = service.calls
    headers = dict(call.headers)
    assert (headers["TTL"], headers["Content-Encoding"], headers["Urgency"]) == ("86400", "aes128gcm", "normal")
    assert len(headers["Topic"]) == 32
    token = headers["Authorization"].removeprefix("vapid t=").partition(",")[0]
    claims = jwt.decode(token, ECKey.import_key(webpush.signer().public_key())).claims
    assert claims["aud"] == "https://push.example.com"
    said = json.loads(opened(call.body))
    assert (said["title"], said["body"], said["url"]) == ("新消息", "", "https://campus.example/messages/")
    MessageSettings.objects.update_or_create(person_id=student, defaults={"shows_content": True})
    push.send(batch_for([student], title="请假已批准"))
    assert json.loads(opened(service.calls[1].body))["title"] == "请假已批准"


@pytest.mark.django_db
def test_a_browser_that_is_gone_is_forgotten_and_a_busy_service_is_asked_again(readers, service):
    student = people.find_person_by_campus_no(CAST["student"][2])
    let_in(student)
    for status, state, left in ((503, "later", 1), (400, "failed", 1), (410, "failed", 0)):
        service.status = status
        assert push.send(batch_for([student]))[1000 + student].state == state
        assert PushSubscription.objects.count() == left


@pytest.mark.django_db
def test_a_browser_whose_service_always_refuses_is_forgotten(readers, service):
    student = people.find_person_by_campus_no(CAST["student"][2])
    let_in(student)
    left = []
    for status in (400, 400, 201, 403, 403, 400, 403, 400):
        service.status = status
        push.send(batch_for([student]))
        left.append(PushSubscription.objects.count())
    assert left == [1] * 7 + [0]


@pytest.mark.django_db
def test_a_service_that_does_not_answer_is_left_alone_and_the_others_have_their_turn(readers, service, monkeypatch):
    persons = [people.find_person_by_campus_no(facts[2]) for facts in CAST.values()]
    for one in persons[:3]:
        let_in(one, str(one))
    choosing.let_in(
        by=SYSTEM,
        person_id=persons[3],
        endpoint="https://live.example.com/x",
        public_key=KEY,
        auth=AUTH,
        device="Firefox",
    )
    asked = []

    def answer(call, **_more):
        asked.append(call.address)
        if "live" not in call.address:
            raise TimeoutError
        return outgoing.Answer(status=201)

    monkeypatch.setattr(outgoing, "send", answer)
    said = push.send(batch_for(persons))
    assert [said[1000 + one].state for one in persons] == ["later"] * 3 + ["delivered"]
    assert len(asked) == push.MOST_SILENT + 1
    monkeypatch.setattr(push, "BATCH_SECONDS", -1.0)
    asked.clear()
    push.send(batch_for(persons))
    assert asked == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "endpoint",
    [
        "https://169.254.169.254/latest/meta-data/",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://10.0.0.8/x",
        "http://push.example.com/x",
        "https://user@push.example.com/x",
        "https://push.example.com/\r\nX: y",
        "https://push.example.com/\0",
        "https://push.example.com/\ud800",
        "ftp://push.example.com/x",
        "x" * 3000,
        7,
        None,
    ],
)
def test_an_endpoint_that_leads_inside_or_is_none_is_refused(browser, endpoint):
    given = {"endpoint": endpoint, "keys": {"p256dh": KEY, "auth": AUTH}}
    answer = browser("student").post("/messages/browsers/", json.dumps(given), content_type="application/json")
    assert answer.status_code == 400
    assert PushSubscription.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"\xff", b'{"endpoint":"https://a.example/","keys":{"p256dh":"AAAA","auth":"AAAA"}}', b'{"keys":7}'],
)
def test_what_is_no_subscription_is_refused(browser, service, body):
    answer = browser("student").post("/messages/browsers/", body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.django_db
def test_an_endpoint_that_leads_inside_later_is_judged_at_the_call_and_forgotten(readers, monkeypatch):
    student = people.find_person_by_campus_no(CAST["student"][2])
    monkeypatch.setattr(outgoing, "looked_up", lambda *_given: [(0, 0, 0, "", ("93.184.216.34", 443))])
    let_in(student)
    monkeypatch.setattr(outgoing, "looked_up", lambda *_given: [(0, 0, 0, "", ("169.254.169.254", 443))])
    assert push.send(batch_for([student]))[1000 + student].state == "failed"
    assert PushSubscription.objects.count() == 0


@pytest.mark.django_db
def test_ten_browsers_a_person_and_a_browser_is_its_last_user_s(browser, service):
    student, other = (people.find_person_by_campus_no(CAST[who][2]) for who in ("student", "other_student"))
    for number in range(choosing.MOST_BROWSERS):
        let_in(student, str(number))
    with pytest.raises(TooManyBrowsersError):
        let_in(student, "more")
    let_in(student, "3")
    let_in(other, "3")
    assert PushSubscription.objects.filter(person=student).count() == choosing.MOST_BROWSERS - 1
    [theirs] = PushSubscription.objects.filter(person=other)
    gone = browser("student").post(f"/messages/settings/browsers/{theirs.public_id}/remove/", {})
    assert gone.status_code == 404
    assert PushSubscription.objects.filter(pk=theirs.pk).exists()


class TestPush(ChannelTests):
    @pytest.fixture(autouse=True)
    def outside(self, service):
        self.service = service

    def sent(self):
        return len(self.service.calls)

    @pytest.fixture
    def channel(self):
        return message_channels.get("push")

    @pytest.fixture
    def reached(self, readers):
        found = [people.find_person_by_campus_no(CAST[who][2]) for who in ("student", "teacher", "editor")]
        for one in found:
            let_in(one, str(one))
        return found

    @pytest.fixture
    def unreached(self, readers):
        return people.find_person_by_campus_no(CAST["other_student"][2])


class TestMail(ChannelTests):
    def sent(self):
        from nanhu.kernel.models import MailMessage

        return MailMessage.objects.count()

    @pytest.fixture
    def channel(self):
        return message_channels.get("mail")

    @pytest.fixture
    def reached(self, readers):
        found = [people.find_person_by_campus_no(CAST[who][2]) for who in ("student", "teacher", "editor")]
        for one in found:
            Person.objects.filter(pk=one).update(email=f"{one}@example.com")
        return found

    @pytest.fixture
    def unreached(self, readers):
        return people.find_person_by_campus_no(CAST["other_student"][2])
