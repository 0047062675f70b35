"""A company that does repairs pushes states by the open API: its own jobs alone, the highest sequence counts, its requester sees it at once."""

import base64
import io
import tracemalloc
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from nanhu.kernel.bodies import MEGABYTE
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.files import store
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.tests.counting import statements_of
from nanhu.platforms.openapi import api as openapi
from nanhu.platforms.openapi import serving
from nanhu.services.requests import operations
from nanhu.services.requests.models import Entry, Request, VendorJob
from nanhu.services.requests.operations import OPERATIONS, SCOPE
from nanhu.services.requests.rules import LARGEST_PHOTO, PHOTOS
from nanhu.services.requests.services import dispatching, vendors
from nanhu.services.requests.tests.conftest import picture
from nanhu.services.requests.tests.test_repairs import DISPATCH, HALL
from nanhu.testing.inboxes import texts_to
from nanhu.testing.members import SYSTEM
from nanhu.testing.open_api import Program, conformance

pytestmark = pytest.mark.django_db


class Company(Program):
    prefix = "/api/requests/v1/"

    def __init__(self, vendor, *, mode="live"):
        super().__init__(openapi.make_key(by=SYSTEM, vendor=vendor, mode=mode, name="工单").text, address="10.20.0.7")

    def push(self, number, state="working", *, sequence=1, at=None, ahead=timedelta(0), **facts):
        body = {"state": state, "at": ((at or campus_time(now())) + ahead).isoformat(), "sequence": sequence} | facts
        return self.send("PUT", f"jobs/{number}/state", body)

    def numbers(self):
        return [one["number"] for one in self.get("jobs").json()["data"]]


def make_vendor(company="南湖物业", scopes=(SCOPE,)):
    order = openapi.VendorOrder(
        company=company, contact="刘工", scopes=scopes, addresses=("10.20.0.0/24",), per_minute=6000
    )
    return openapi.register_vendor(by=SYSTEM, order=order)


def code_of(answer):
    return answer.json()["error"]["code"]


@pytest.fixture
def vendor(school):
    return make_vendor()


@pytest.fixture
def company(vendor):
    return Company(vendor)


@pytest.fixture
def job(school, vendor):
    school.crew(vendor=vendor)
    return school.repair()


def test_its_states_stand_on_the_requesters_timeline_with_words_and_moment(school, company, job):
    assert company.numbers() == [job.number]
    steps = (
        ("assigned", {"windows": ["今天 17:00"], "words": "小刘去"}, "assigned"),
        ("working", {}, "working"),
        ("cannot_enter", {"windows": ["明天上午", "明天下午"]}, "waiting"),
        ("working", {}, "working"),
        ("done", {"cause": "wear", "words": "换了水龙头"}, "done"),
    )
    for sequence, (state, facts, stands) in enumerate(steps, start=1):
        answer = company.push(job.number, state, sequence=sequence, **facts)
        assert answer.json().get("outcome") == "applied", answer.content
        job.refresh_from_db()
        assert job.state == stands
    page = school.client("S1").get(f"{HALL}mine/{job.public_id}/").content.decode()
    for words in ("水电班 今天 17:00 小刘去", "明天上午、明天下午", "换了水龙头", "南湖物业"):
        assert words in page
    assert [one for one in texts_to(school["S1"]) if "办完了" in one]
    lines = AuditEntry.objects.filter(actor="vendor:南湖物业", target=f"request:{job.number}")
    assert lines.count() == len(steps)
    assert company.numbers() == []
    assert school.client("S1").post(f"{HALL}mine/{job.public_id}/rate/", {"rating": 5}).status_code == 302


def test_a_lower_sequence_changes_nothing_and_the_same_again_is_no_second_line(company, job):
    at = campus_time(now())
    said = [company.push(job.number, sequence=5, at=at) for _again in range(2)]
    said.append(company.push(job.number, "done", sequence=4, cause="wear"))
    assert [one.json()["outcome"] for one in said] == ["applied", "unchanged", "stale"]
    clash = company.push(job.number, "done", sequence=5, cause="wear")
    assert (clash.status_code, code_of(clash)) == (409, "sequence_reused")
    job.refresh_from_db()
    assert (job.state, Entry.objects.filter(request=job, what="arrived").count()) == ("working", 1)


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"state": "cannot_enter"}, 422, "job_incomplete"),
        ({"state": "done"}, 422, "job_incomplete"),
        ({"ahead": timedelta(hours=1)}, 422, "moment_refused"),
        ({"ahead": timedelta(days=-9)}, 422, "moment_refused"),
        ({"state": "closed"}, 422, "invalid_request"),
        ({"words": "a\nb"}, 422, "invalid_request"),
    ],
)
def test_what_is_no_word_on_a_job_is_refused_and_leaves_no_trace(company, job, facts, status, code):
    answer = company.push(job.number, **facts)
    assert answer.status_code in {status, 400}
    assert code == "invalid_request" or code_of(answer) == code
    job.refresh_from_db()
    assert (job.state, VendorJob.objects.count()) == ("assigned", 0)


def test_a_time_that_nobody_could_read_is_none(company, job):
    blank = company.push(job.number, "cannot_enter", windows=[" ", "\u200b"])
    assert (blank.status_code, code_of(blank)) == (422, "job_incomplete")
    assert company.push(job.number, "cannot_enter", windows=[" ", " 明天上午 "]).status_code == 200
    job.refresh_from_db()
    assert job.proposed == ["明天上午"]


def test_a_stolen_key_tells_nobody_more_than_so_often(school, company, job, monkeypatch):
    monkeypatch.setattr(vendors, "CHANGES", replace(vendors.CHANGES, free=1))
    before = len(texts_to(school["S1"]))
    with time_machine.travel(now(), tick=False):
        said = [company.push(job.number, "assigned", sequence=one, windows=[f"{one}点"]) for one in (1, 2, 3)]
    assert [one.status_code for one in said] == [200, 200, 429]
    assert (code_of(said[-1]), int(said[-1].headers["Retry-After"]) > 0) == ("job_pushed_too_often", True)
    assert len(texts_to(school["S1"])) - before == 2
    job.refresh_from_db()
    assert job.window == "2点"


def test_a_stolen_key_that_counted_far_ahead_shuts_nobody_out_once_the_company_has_another(
    vendor, company, job, monkeypatch
):
    """It used up the changes of the day as well, and said a moment ahead of our clock."""
    monkeypatch.setattr(vendors, "CHANGES", replace(vendors.CHANGES, free=1))
    far = company.push(job.number, sequence=2**53 - 1, ahead=timedelta(minutes=4))
    assert far.json()["outcome"] == "applied"
    assert company.push(job.number, "done", sequence=2, cause="wear").json()["outcome"] == "stale"
    own = Company(vendor)
    said = own.push(job.number, "cannot_enter", sequence=2, windows=["明天上午"])
    assert said.json().get("outcome") == "applied", said.content
    job.refresh_from_db()
    assert job.state == "waiting"


def test_what_the_former_key_said_late_or_the_next_one_says_again_changes_nothing(vendor, company, job):
    """A key is replaced while pushes are on their way."""
    early, late = campus_time(now()) - timedelta(seconds=1), campus_time(now())
    job.__class__.objects.filter(pk=job.pk).update(created_at=now() - timedelta(hours=1))
    former, following = company, Company(vendor)
    assert former.push(job.number, sequence=7, at=early).json()["outcome"] == "applied"
    assert following.push(job.number, sequence=1, at=early).json()["outcome"] == "unchanged"
    assert (
        following.push(job.number, "cannot_enter", sequence=2, at=late, windows=["明天"]).json()["outcome"] == "applied"
    )
    behind = former.push(job.number, "working", sequence=8, at=early, words="到了")
    assert behind.json()["outcome"] == "stale"
    assert former.push(job.number, sequence=7, at=early).json()["outcome"] == "unchanged"
    job.refresh_from_db()
    assert (job.state, Entry.objects.filter(request=job, what="arrived").count()) == ("waiting", 1)


def photo(**more):
    return base64.b64encode(picture(**more).read()).decode()


def test_done_carries_photos_which_are_made_anew_and_read_by_whom_they_concern(school, company, job):
    at = campus_time(now())
    for _again in range(2):
        told = company.push(job.number, "done", at=at, cause="wear", photos=[photo(exif=True), photo()])
        assert told.status_code == 200, told.content
    [first, second] = job.photos.all()
    assert (first.is_after, second.is_after) == (True, True), "and the same push again brings no more"
    assert b"SECRET-CAMERA" not in store.get(first.file.sha256)
    assert first.file.created_by_name == "vendor:南湖物业"
    requester, address = school.client("S1"), f"/files/{first.file.public_id}/"
    assert address in requester.get(f"{HALL}mine/{job.public_id}/").content.decode()
    assert requester.get(address).status_code == 200
    assert school.client("S2").get(address).status_code == 404


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"photos": [base64.b64encode(b"<svg onload=alert(1)>").decode()]}, "photo_refused"),
        ({"photos": [base64.b64encode(b"\xff\xd8\xff" + b"x" * 50).decode()]}, "photo_refused"),
        ({"photos": ["no base64!"]}, "photo_refused"),
        ({"photos": [""]}, "photo_refused"),
        ({"photos": [photo()], "state": "working"}, "photo_refused"),
        ({"photos": [photo()] * 7}, "body_invalid"),
    ],
)
def test_what_is_no_photo_of_a_done_job_is_refused_and_leaves_no_trace(vendor, company, job, facts, code):
    said = {"state": "done", "cause": "wear"} | facts
    for program, number in ((company, job.number), (Company(vendor, mode="test"), "SANDBOX-1")):
        answer = program.push(number, **said)
        assert (answer.status_code in {400, 422}, code_of(answer)) == (True, code), answer.content
    job.refresh_from_db()
    assert (job.state, job.photos.count(), StoredFile.objects.count()) == ("assigned", 0, 0)


def test_as_many_and_as_large_photos_as_in_the_workers_own_form_go_through_and_no_byte_more(company, job):
    large = picture().read()
    large = base64.b64encode(large + b"\0" * (LARGEST_PHOTO - len(large)))
    over = base64.b64encode(base64.b64decode(large) + b"\0").decode()
    answer = company.push(job.number, "done", cause="wear", photos=[over])
    assert (code_of(answer), job.photos.count()) == ("body_invalid", 0)
    assert company.push(job.number, "done", cause="wear", photos=[large.decode()] * PHOTOS).status_code == 200
    assert job.photos.count() == PHOTOS
    beyond = company.push(job.number, "done", sequence=2, cause="wear", photos=[large.decode()] * (PHOTOS + 1))
    assert (beyond.status_code, code_of(beyond)) == (413, "body_too_large")


def test_its_list_goes_on_from_page_to_page_until_the_last_whatever_changes_meanwhile(
    school, company, job, monkeypatch
):
    monkeypatch.setattr(operations, "MOST_JOBS", 2)
    for key in ("water", "power"):
        for place in ("d1-101", "d1-102"):
            school.repair("S2", place=place, key=key, twin="other")
    every = sorted(Request.objects.values_list("number", flat=True))
    assert len(every) == 5
    page = company.get("jobs").json()
    assert ([one["number"] for one in page["data"]], page["is_last"]) == (every[:2], False)
    company.push(every[0], "done", cause="wear")
    seen = []
    while not page["is_last"] and len(seen) < len(every):
        page = company.get(f"jobs?since={page['next']}").json()
        seen += [one["number"] for one in page["data"]]
    assert seen == every[2:]
    assert company.get(f"jobs?since={every[-1]}").json() == {
        "object": "list",
        "data": [],
        "next": every[-1],
        "is_last": True,
    }
    sandbox = Company(job.crew.vendor, mode="test")
    first = sandbox.get("jobs").json()
    assert [one["number"] for one in sandbox.get(f"jobs?since={first['next']}").json()["data"]] == ["SANDBOX-3"]
    assert company.get("jobs?since=%00").status_code == 200


def test_its_list_asks_as_little_for_many_jobs_as_for_one(school, company, job):
    company.numbers()
    few = len(statements_of(company.numbers))
    for key in ("water", "power"):
        school.repair("S2", place="d1-102", key=key)
    assert len(company.numbers()) == 3
    assert len(statements_of(company.numbers)) == few


def test_done_is_now_whatever_moment_is_said(company, job):
    before = now()
    assert company.push(job.number, "done", at=campus_time(job.created_at), cause="wear").status_code == 200
    job.refresh_from_db()
    assert job.done_at >= before, "no promise is kept by a clock of another house"
    again = company.push(job.number, "working", sequence=2)
    assert (again.status_code, code_of(again)) == (409, "job_state")


def test_another_companys_job_our_own_and_a_question_are_not_there(school, company, job):
    other = Company(make_vendor("别家"))
    school.crew("自己的班", keys=["lock"], leader="W3", members=())
    own, asked = school.repair("S2", place="d1-102", key="lock"), school.question()
    for program, number in (
        (other, job.number),
        (company, own.number),
        (company, asked.number),
        (company, "SANDBOX-1"),
    ):
        answer = program.push(number)
        assert (answer.status_code, code_of(answer)) == (404, "job_unknown")
    assert other.numbers() == []
    dispatching.route(by=school.actor("L1"), request=job, reason="不归他们", crew=own.crew, is_leader=True)
    assert company.push(job.number).status_code == 404, "handed to another crew"


def test_without_the_scope_nothing_is_read_or_pushed(school, job):
    stranger = Company(make_vendor("没有权限", scopes=()))
    assert stranger.get("jobs").status_code == 403
    assert stranger.push(job.number).status_code == 403


def test_it_reads_neither_who_asks_nor_his_phone(school, company, vendor):
    school.crew(vendor=vendor)
    school.repair(words="水管漏水", phone="13907300001")
    text = company.get("jobs").content.decode()
    assert "水管漏水" in text
    assert not [one for one in ("13907300001", "林同学", "S1") if one in text]


def test_the_sandbox_has_the_same_rules_and_is_nobodys_repair(vendor, job):
    sandbox = Company(vendor, mode="test")
    assert sandbox.numbers() == ["SANDBOX-1", "SANDBOX-2", "SANDBOX-3"]
    said = [sandbox.push("SANDBOX-1", sequence=2), sandbox.push("SANDBOX-1", sequence=1)]
    assert [one.json()["outcome"] for one in said] == ["applied", "stale"]
    assert code_of(sandbox.push("SANDBOX-1", "assigned", sequence=3)) == "job_state"
    assert sandbox.push(job.number).status_code == 404
    job.refresh_from_db()
    assert job.state == "assigned"
    with pytest.raises(IntegrityError), transaction.atomic():
        VendorJob.objects.create(vendor=vendor, number="SANDBOX-9", state="")
    with pytest.raises(IntegrityError), transaction.atomic():
        VendorJob.objects.create(vendor=vendor, number="W-1")


def test_the_desk_says_whose_crew_it_is(school, vendor):
    crew = school.crew()
    desk = school.client("D1")
    page = desk.get(f"{DISPATCH}crews/{crew.public_id}/").content.decode()
    assert "南湖物业" in page
    said = {"name": "水电班", "classes": ["water"], "leader": "W1", "vendor": str(vendor.public_id), "is_active": "on"}
    assert desk.post(f"{DISPATCH}crews/{crew.public_id}/", said).status_code == 302
    crew.refresh_from_db()
    assert crew.vendor == vendor
    assert AuditEntry.objects.filter(action="requests.set_crew", facts__job_vendor="南湖物业").exists()


@pytest.mark.slow
def test_description_and_door_agree(vendor, monkeypatch, subtests):
    sandbox = Company(vendor, mode="test")
    with conformance(Company.prefix, sandbox.secret, monkeypatch) as tests:
        assert len(tests) == len(OPERATIONS)
        for operation, test in tests:
            with subtests.test(operation.label):
                test()


class Stream(io.BytesIO):
    """What a caller sends; `told` says how much of it was read."""

    told = 0

    def read(self, size=-1):
        if not self.told and tracemalloc.is_tracing():
            tracemalloc.reset_peak()
        piece = super().read(size)
        self.told += len(piece)
        return piece


def sent(company, number, body, **heads):
    stream, path = Stream(body), f"{company.prefix}jobs/{number}/state"
    head = company.headers("PUT", path, body, idempotency_key="large-0001") | heads
    more = {"wsgi.input": stream, "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/json"}
    return company.client.put(path, headers=head, **more), stream.told


LARGE = b'{"state":"done","words":"' + b"x" * 3_000_000 + b'"}'


@pytest.mark.parametrize(
    ("heads", "code"),
    [
        ({"authorization": ""}, "key_refused"),
        ({"authorization": f"Bearer nanhu_live_aaaaaaaaaaaa_{'A' * 43}"}, "key_refused"),
        ({"nanhu-signature": "t=1,v1=x"}, "signature_wrong"),
        ({"idempotency-key": ""}, "idempotency_key_missing"),
    ],
)
def test_of_a_stranger_and_of_who_signs_nothing_no_byte_is_read(company, job, heads, code):
    answer, told = sent(company, job.number, LARGE, **heads)
    assert (code_of(answer), told) == (code, 0)


def test_a_large_body_with_a_wrong_seal_never_fills_memory_and_leaves_nothing(company, job, monkeypatch):
    monkeypatch.setattr(serving, "decoded", None)
    tracemalloc.start()
    try:
        seal = f"t={int(now().timestamp())},v1={'0' * 64}"
        answer, told = sent(company, job.number, LARGE, **{"nanhu-signature": seal})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (code_of(answer), told) == ("signature_wrong", len(LARGE))
    assert peak < len(LARGE) - MEGABYTE
    assert (VendorJob.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_one_large_body_at_once_is_read_and_the_next_one_comes_again(company, job, monkeypatch):
    monkeypatch.setattr(serving, "LONGEST_WAIT_SECONDS", 0)
    with serving.room_for(len(LARGE)):
        answer, _told = sent(company, job.number, LARGE)
        assert (answer.status_code, code_of(answer)) == (429, "rate_limited")
        assert company.push(job.number).status_code == 200, "a small one waits for nobody"
    assert code_of(sent(company, job.number, LARGE)[0]) == "body_invalid"


def test_its_list_goes_on_where_numbers_grow_a_digit(school, company, job, monkeypatch):
    monkeypatch.setattr(operations, "MOST_JOBS", 1)
    later = school.repair("S2", place="d1-102", key="power")
    for one, number in ((job, "FW2026-999999"), (later, "FW2026-1000000")):
        Request.objects.filter(pk=one.pk).update(number=number)
    first = company.get("jobs").json()
    assert (first["next"], first["is_last"]) == ("FW2026-999999", False)
    assert [one["number"] for one in company.get(f"jobs?since={first['next']}").json()["data"]] == ["FW2026-1000000"]


def test_a_moment_before_our_calendar_leaves_the_sandbox_as_it_is(vendor):
    trying = Company(vendor, mode="test")
    answer = trying.send(
        "PUT", "jobs/SANDBOX-1/state", {"state": "working", "at": "0001-01-01T00:00:00+14:00", "sequence": 1}
    )
    assert (answer.status_code, code_of(answer)) == (422, "moment_refused")
    assert trying.get("jobs").status_code == 200
