"""Pages and figures of other systems, taken in through the desk, against a real server on this machine."""

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from joserfc import jwt
from joserfc.jwk import OctKey

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.registry import Viewer
from nanhu.kernel.tests.counting import queries_of
from nanhu.kernel.ui.templatetags.ui import campus_clock
from nanhu.platforms.flows.services import outside
from nanhu.platforms.openapi import api as openapi
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.errors import AddressRefusedError
from nanhu.platforms.portal.integrations import calling, desk, failing, feeds, living, moving, rules, trying, values
from nanhu.platforms.portal.models import Integration, IntegrationRelease, IntegrationValue, Shortcut
from nanhu.platforms.portal.tests.conftest import ORIGIN, TEST, join, signed_in
from nanhu.platforms.portal.tests.taken_in import DESK
from nanhu.testing.pages import ProposalTests

pytestmark = pytest.mark.django_db
KEY, SIGNING = "secret-of-the-library", "0123456789abcdef0123456789abcdef"
LOANS = {
    "sent": "number",
    "header_name": "X-Api-Key",
    "secret": KEY,
    "value_at": "/n",
    "lines_at": "/books/0\n/books/1",
}


NEWS = "<rss><channel><item><title>新书</title><link>https://lib.example.cn/1</link></item></channel></rss>"


def loans_at(vendor, path="/loans"):
    """A library that answers each number with what is its own."""

    def answer(handler):
        number = handler.path.rpartition("=")[2]
        return 200, {}, json.dumps({"n": f"{number}-3", "books": ["《水经注》", "<b>黑</b>"]}).encode()

    vendor.answers[path] = answer
    return f"{vendor.url}{path}?no={{campus_no}}"


class TestDesk(ProposalTests):
    desk = desk.desk

    @pytest.fixture(autouse=True)
    def _server(self, vendor):
        self.vendor = vendor

    @pytest.fixture
    def holder(self, centre):
        self.centre = centre
        return centre.keeper

    @pytest.fixture
    def second(self, centre):
        return centre.second

    @pytest.fixture
    def stranger(self, teacher):
        return teacher

    def fill(self, count):
        for _one in range(count):
            key = f"k{uuid4().hex[:8]}"
            Integration.objects.create(kind="page", key=key, name=f"=1+{key}", address="https://a.cn/", faces=["staff"])

    def submitted(self, _client):
        one = self.centre.tried(self.centre.make("data", "loans", loans_at(self.vendor), **LOANS))
        self.centre.press(one, "release")
        return f"{DESK}releases/{IntegrationRelease.objects.get().public_id}/"


@pytest.mark.capability("A026.1")
def test_a_page_is_taken_in_by_the_form_alone_and_stands_in_the_menu_and_in_a_frame(centre, vendor, student):
    address = vendor.says("/bus", "<h1>bus</h1>")
    one = centre.make("page", "bus", address, name="班车时刻", mode="frame")
    assert "班车时刻" not in student.get("/apps/").content.decode(), "a draft is nobody's"
    centre.tried(one)
    assert "班车时刻" not in student.get("/apps/").content.decode()
    assert "班车时刻" in centre.keeper.get("/apps/").content.decode(), "in the test who takes it in sees it"
    centre.press(one, "release")
    assert 'href="/apps/bus/page/"' in student.get("/apps/").content.decode()
    page = student.get("/apps/bus/page/").content.decode()
    assert f'<iframe class="framed" src="{address}"' in page
    assert 'sandbox="allow-scripts"' in page
    linked = centre.live("page", "plain", vendor.says("/plain", "ok"), name="旧系统", mode="window")
    assert f'href="{linked.address}" target="_blank" rel="noopener"' in student.get("/apps/").content.decode()


@pytest.mark.capability("A026.2")
def test_only_this_page_may_frame_this_one_host_and_only_where_the_school_lists_it(
    centre, vendor, student, monkeypatch
):
    one = centre.live("page", "bus", vendor.says("/bus", "bus"), mode="frame")
    policy = student.get("/apps/bus/page/").headers["Content-Security-Policy"]
    assert f"frame-src 'self' {vendor.url};" in f"{policy};"
    assert vendor.url not in student.get("/").headers["Content-Security-Policy"]
    Integration.objects.filter(pk=one.pk).update(sandbox=["allow-scripts", "allow-top-navigation"])
    living.read_anew()
    assert "top-navigation" not in student.get("/apps/bus/page/").content.decode()
    listed = calling.hosts
    monkeypatch.setattr(calling, "hosts", lambda what: ("hnist.edu.cn",) if what == "frame_hosts" else listed(what))
    page = student.get("/apps/bus/page/")
    assert b"<iframe" not in page.content
    assert vendor.url not in page.headers["Content-Security-Policy"]
    assert trying.look_at_frames() == 1
    assert Integration.objects.get().frame_refusal == trying.NOT_LISTED, "and who takes it in reads why"


@pytest.mark.capability("A026.2")
@pytest.mark.parametrize("why", ["status 404", "redirect", "own origin", ""])
def test_what_is_no_page_leads_elsewhere_is_our_own_or_was_never_looked_at_stands_in_no_frame(
    centre, vendor, student, monkeypatch, why
):
    address = vendor.says("/bus", "bus")
    centre.live("page", "bus", address, mode="frame")
    if why == "own origin":
        monkeypatch.setattr(trying, "configuration", lambda: replace(configuration(), public_url=vendor.url))
    elif why == "redirect":
        vendor.says("/bus", "", status=302, Location="https://elsewhere.example.cn/")
    elif why:
        vendor.says("/bus", "", status=404)
    if why:
        assert trying.look_at_frames() == 1
    else:
        Integration.objects.update(frame_checked_at=None)
    living.read_anew()
    assert Integration.objects.get().frame_refusal == why
    page = student.get("/apps/bus/page/")
    assert b"<iframe" not in page.content
    assert vendor.url not in page.headers["Content-Security-Policy"]


@pytest.mark.capability("A026.3")
def test_what_forbids_to_be_framed_opens_in_a_window_and_says_so_from_the_night_on(centre, vendor, student):
    address = vendor.says("/bus", "bus")
    centre.live("page", "bus", address, mode="frame")
    assert b"<iframe" in student.get("/apps/bus/page/").content
    vendor.says("/bus", "bus", X_Frame_Options="DENY")
    assert trying.look_at_frames() == 1
    living.read_anew()
    page = student.get("/apps/bus/page/").content.decode()
    assert "<iframe" not in page
    assert "它不允许嵌在门户里" in page
    vendor.says("/bus", "bus", Content_Security_Policy="frame-ancestors 'none'\r\nContent-Security-Policy: img-src *")
    trying.look_at_frames()
    assert Integration.objects.get().frame_refusal == "frame-ancestors", "of two lines each counts"
    assert f'href="{address}" target="_blank" rel="noopener noreferrer"' in page
    vendor.says("/bus", "bus")
    assert trying.look_at_frames() == 0
    living.read_anew()
    assert b"<iframe" in student.get("/apps/bus/page/").content, "and in the frame again when it is allowed again"


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, ""),
        ({"x-frame-options": "SAMEORIGIN"}, "X-Frame-Options"),
        ({"x-frame-options": "DENY", "content-security-policy": "frame-ancestors *"}, ""),
        ({"content-security-policy": "frame-ancestors https://p.edu.cn"}, ""),
        ({"content-security-policy": "default-src 'self'; frame-ancestors https://*.edu.cn"}, ""),
        ({"content-security-policy": "frame-ancestors 'none'"}, "frame-ancestors"),
        ({"content-security-policy": "frame-ancestors 'self'"}, "frame-ancestors"),
        ({"content-security-policy": "frame-ancestors *, frame-ancestors http://p.edu.cn"}, "frame-ancestors"),
        ({"content-security-policy": "frame-ancestors https://evil-p.edu.cn"}, "frame-ancestors"),
        ({"content-security-policy": "frame-ancestors https://p.edu.cn:8443"}, "frame-ancestors"),
    ],
)
@pytest.mark.capability("A026.2")
def test_a_frame_is_judged_as_a_browser_judges_it(headers, why):
    assert rules.why_not_framed(headers, by="https://p.edu.cn") == why


@pytest.mark.capability("A027.1")
def test_a_number_and_a_list_of_ones_own_come_after_the_page_and_need_two_people(centre, vendor, student):
    one = centre.tried(centre.make("data", "loans", loans_at(vendor), name="在借图书", unit_word="册", **LOANS))
    centre.press(one, "release")
    one.refresh_from_db()
    assert one.state == "test", "a person's number leaves: another must agree"
    asked = one.releases.get()
    centre.press(one, "release")
    centre.keeper.post(f"{DESK}releases/{asked.public_id}/approve/", {"form_token": str(uuid4())})
    one.refresh_from_db()
    assert (one.state, one.releases.count()) == ("test", 1), "not himself, and not twice"
    centre.second.post(f"{DESK}releases/{asked.public_id}/approve/", {"form_token": str(uuid4())})
    vendor.calls.clear()
    home = student.get("/").content.decode()
    assert 'hx-get="/tiles/integration.loans/"' in home
    assert not vendor.calls, "the home waits for nobody"
    tile = student.get("/tiles/integration.loans/").content.decode()
    assert "20240518-3 册" in tile
    assert "《水经注》" in tile
    assert "&lt;b&gt;黑&lt;/b&gt;" in tile
    assert [(path, headers["x-api-key"]) for path, headers in vendor.calls] == [("/loans?no=20240518", KEY)]
    assert "20240518-3 册" in student.get("/").content.decode()


@pytest.mark.capability("A027.2")
def test_a_figure_is_kept_with_its_time_and_grows_grey(centre, vendor, student):
    centre.live("data", "loans", loans_at(vendor), **LOANS)
    student.get("/tiles/integration.loans/")
    vendor.calls.clear()
    for _time in range(3):
        home = student.get("/").content.decode()
        student.get("/tiles/integration.loans/")
    assert "20240518-3" in home
    assert "截至" in home
    assert 'hx-get="/tiles/integration.loans/" hx-trigger' not in home
    assert not vendor.calls
    with time_machine.travel(now() + timedelta(minutes=11), tick=False):
        old = student.get("/").content.decode()
        assert "20240518-3" in old
        assert f"截至 {campus_clock(IntegrationValue.objects.get().as_of)}" in old, "of then, and not of now"
        assert 'hx-get="/tiles/integration.loans/"' in old, "shown at once, and asked for anew behind the page"
    Integration.objects.update(stale_seconds=60, ttl_seconds=600)
    IntegrationValue.objects.update(as_of=now() - timedelta(minutes=5))
    living.read_anew()
    assert "旧数据" in student.get("/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM portal_integration_value")
        assert "水经注".encode() not in bytes(cursor.fetchone()[0])


@pytest.mark.capability("A027.1")
def test_nobody_sees_anothers_figure_nor_his_own_under_another_number(centre, vendor, student, both):
    one = centre.live("data", "loans", loans_at(vendor), **LOANS)
    student.get("/tiles/integration.loans/")
    assert "20240518-3" not in both.get("/tiles/integration.loans/").content.decode()
    assert "20250999-3" in both.get("/").content.decode()
    both.post("/preferences/face/staff")
    turned = both.get("/tiles/integration.loans/").content.decode()
    assert "T00123-3" in turned
    assert "20250999-3" not in turned
    row = IntegrationValue.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.pk = None
        row.save()
    Integration.objects.filter(pk=one.pk).update(faces=["staff"])
    living.read_anew()
    assert student.get("/tiles/integration.loans/").status_code == 404
    assert student.get("/tiles/integration.nothing/").status_code == 404


@pytest.mark.capability("A027.1")
def test_a_trial_shows_nobody_anothers_figures(centre, vendor, student):
    one = centre.make("data", "loans", loans_at(vendor), **LOANS)
    refused = centre.press(one, "trial", campus_no="20240518")
    assert refused.status_code == 404
    assert not vendor.calls
    page = centre.press(one, "trial", campus_no="99999999").content.decode()
    assert "99999999-3" in page
    assert KEY not in page
    assert KEY not in centre.keeper.get(f"{DESK}{one.public_id}/change/data/").content.decode()
    assert KEY not in json.dumps(list(AuditEntry.objects.values_list("facts", flat=True)), default=str)


@pytest.mark.capability("A027.2")
def test_a_dead_system_costs_the_home_no_call_and_its_owner_is_told_once(centre, vendor, student, monkeypatch):
    told = []
    monkeypatch.setattr(failing.messages, "tell", lambda ids, _template, _facts: told.append(ids))
    centre.live("data", "loans", loans_at(vendor), **LOANS)
    student.get("/tiles/integration.loans/")
    vendor.says("/loans", "broken", status=500)
    moment = now() + timedelta(minutes=20)
    for number in range(failing.MOST_FAILURES + 1):
        with time_machine.travel(moment + timedelta(minutes=3 * number), tick=False):
            living.read_anew()
            tile = student.get("/tiles/integration.loans/").content.decode()
            assert "20240518-3" in tile
    assert [len(ids) for ids in told] == [1]
    assert "旧数据" in tile
    vendor.calls.clear()
    with time_machine.travel(moment + timedelta(minutes=3 * number, seconds=60), tick=False):
        for _time in range(10):
            home = student.get("/").content.decode()
            student.get("/tiles/integration.loans/")
    assert not vendor.calls
    assert 'hx-get="/tiles/integration.loans/" hx-trigger' not in home
    loans_at(vendor)
    with time_machine.travel(moment + timedelta(minutes=30), tick=False):
        assert "旧数据" not in student.get("/tiles/integration.loans/").content.decode()
    one = Integration.objects.get()
    assert (one.failures, one.told_at is None) == (0, False), "one that comes and goes is told of once an hour"
    one.owner_office = "dean"
    failing.tell_owner(one)
    assert len(told[-1]) == 2, "the post is vacant: both who take systems in are told"


def test_all_figures_cost_the_home_one_query(centre, vendor, student):
    before = len(queries_of(student, "/"))
    for number in range(4):
        centre.live("data", f"loans{number}", loans_at(vendor), **LOANS)
        student.get(f"/tiles/integration.loans{number}/")
    living.read_anew()
    assert len(queries_of(student, "/")) == before + 1


@pytest.mark.parametrize(
    "moment", ["\u0000", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1e999", True, {}]
)
def test_a_time_that_cannot_be_is_a_failure_and_breaks_nothing(centre, vendor, student, moment):
    centre.live("data", "odd", vendor.says("/value", '{"value": 1, "at": 1795900000}'), time_at="/at")
    vendor.says("/value", json.dumps({"value": 1, "at": moment}))
    assert "暂时取不到" in student.get("/tiles/integration.odd/").content.decode()
    assert Integration.objects.get().failures == 1


@pytest.mark.capability("A027.2")
def test_a_system_says_of_when_its_figure_is_and_nothing_of_times_to_come(centre, vendor, student):
    earlier, said = now() - timedelta(hours=2), {"value": 1}
    address = vendor.says("/value", json.dumps(said | {"at": earlier.isoformat()}))
    centre.live("data", "odd", address, time_at="/at", ttl_seconds=600)
    assert f"截至 {campus_clock(earlier)}" in student.get("/tiles/integration.odd/").content.decode()
    vendor.says("/value", json.dumps(said | {"at": (now() + timedelta(hours=2)).isoformat()}))
    with time_machine.travel(now() + timedelta(minutes=11), tick=False):
        student.get("/tiles/integration.odd/")
        assert IntegrationValue.objects.get().as_of == now(), "of when it was fetched, at the latest"


@pytest.mark.capability("A027.1")
@pytest.mark.parametrize(
    ("books", "shown"), [([], 0), (["《水经注》"], 1), (["《水经注》", None], 1), (["甲", "乙"], 2)]
)
def test_whoever_has_fewer_books_than_there_are_pointers_sees_those(centre, vendor, student, books, shown):
    said = {"count": len(books), "data": {"books": books}}
    more = {"value_at": "/count", "lines_at": "/data/books/0\n/data/books/1", "caption_at": "/data/due"}
    centre.live("data", "loans", vendor.says("/loans", json.dumps(said)), **more)
    tile = student.get("/tiles/integration.loans/").content.decode()
    assert f'tile-value num">{len(books)}<' in tile
    assert tile.count("<li>") == shown
    assert Integration.objects.get().failures == 0


def test_an_empty_answer_is_no_good_trial_and_takes_nothing_away_at_once(centre, vendor, student, both):
    """The address moved: it knows nobody."""
    one = centre.make("data", "loans", loans_at(vendor), **LOANS)
    vendor.says("/loans", "", status=404)
    centre.press(one, "test")
    for _time in range(3):
        page = centre.press(one, "trial").content.decode()
        assert "试通了" not in page
    one.refresh_from_db()
    assert one.good_trials == 0
    loans_at(vendor)
    centre.tried(one)
    centre.press(one, "release")
    centre.second.post(f"{DESK}releases/{one.releases.get().public_id}/approve/", {"form_token": str(uuid4())})
    assert "20240518-3" in student.get("/tiles/integration.loans/").content.decode()
    assert "20250999-3" in both.get("/tiles/integration.loans/").content.decode()
    vendor.says("/loans", "", status=404)
    moment = now() + timedelta(minutes=20)
    with time_machine.travel(moment, tick=False):
        living.read_anew()
        assert "20240518-3" in student.get("/tiles/integration.loans/").content.decode(), "doubted once"
        assert Integration.objects.get().failures == 1
    with time_machine.travel(moment + timedelta(minutes=1), tick=False):
        assert "20240518-3" not in student.get("/tiles/integration.loans/").content.decode(), "then believed"
        assert Integration.objects.get().failures == 1, "which proves nothing of the system"
    Integration.objects.update(failures=failing.MOST_FAILURES)
    with time_machine.travel(moment + timedelta(minutes=9), tick=False):
        living.read_anew()
        for _time in range(2):
            Integration.objects.update(failed_at=now() - timedelta(minutes=3))
            living.read_anew()
            assert "20250999-3" in both.get("/tiles/integration.loans/").content.decode(), "not while it is down"


def test_slow_systems_hold_a_quarter_of_the_threads_and_who_finds_them_taken_comes_again(centre, vendor, student):
    one = centre.live("data", "loans", loans_at(vendor), **LOANS)
    with calling.lane("first"), calling.lane("second"):
        tile = student.get("/tiles/integration.loans/").content.decode()
        assert 'hx-trigger="load delay:2s"' in tile
        assert "暂时取不到" not in tile
        assert centre.press(one, "trial", campus_no="99999999").status_code == 503
    with calling.lane("loans"):
        assert 'hx-trigger="load delay:2s"' in student.get("/tiles/integration.loans/").content.decode()
    assert "20240518-3" in student.get("/tiles/integration.loans/").content.decode()


@pytest.mark.capability("A027.1")
def test_what_was_retired_or_changed_meanwhile_is_not_kept(centre, vendor, student):
    """Another process still has it for fifteen seconds."""
    one = centre.live("data", "loans", loans_at(vendor), **LOANS)
    feed = centre.live("feed", "news", vendor.says("/news", NEWS), format="rss")
    viewer = Viewer(
        account_id=1,
        person_id=people.find_person_by_campus_no("20240518"),
        name="林小雨",
        campus_no="20240518",
        faces=frozenset({"student"}),
        face="student",
    )
    old = next(found for found in living.shown() if found.key == "loans")
    assert "secret" in old.get_deferred_fields(), "no process remembers it"
    newer = IntegrationValue.objects.create(
        integration=one, person_id=viewer.person_id, campus_no="20240518", version=2, content="{}", as_of=now()
    )
    Integration.objects.filter(pk=one.pk).update(version=2)
    assert values.keep(old, viewer, {"value": "1"}) is None
    assert living.current(old) is None
    assert IntegrationValue.objects.get() == newer
    centre.press(feed, "retire", reason="合同到期")
    item = feeds.Item(uid="1", title="x", starts_at=now(), ends_at=now())
    assert feeds.keep(feed, [item]) == 0


@pytest.mark.capability("A026.2")
def test_a_network_of_the_school_is_open_to_the_hosts_it_names_alone(centre, vendor, student, monkeypatch):
    centre.live("data", "loans", loans_at(vendor), **LOANS)
    vendor.calls.clear()
    monkeypatch.setattr(calling, "hosts", lambda what: () if what == "campus_hosts" else ("localhost",))
    assert "暂时取不到" in student.get("/tiles/integration.loans/").content.decode()
    assert not vendor.calls
    with pytest.raises(AddressRefusedError):
        calling.refuse_address(f"{vendor.url}/other")


def test_a_moment_that_no_page_can_read_is_kept_by_no_table(centre, vendor, student):
    centre.live("data", "odd", vendor.says("/value", '{"value": 1}'))
    student.get("/tiles/integration.odd/")
    with pytest.raises(IntegrityError), transaction.atomic():
        IntegrationValue.objects.update(as_of="0001-01-01T00:00:00+08:05")


@pytest.mark.capability("A027.1")
def test_a_token_says_who_to_one_host_for_a_minute(centre, vendor, student):
    vendor.says("/balance", '{"value": 12.5}')
    centre.live("data", "balance", f"{vendor.url}/balance", sent="token", secret=SIGNING)
    vendor.calls.clear()
    student.get("/tiles/integration.balance/")
    sealed = vendor.calls[0][1]["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(sealed, OctKey.import_key(SIGNING), algorithms=["HS256"]).claims
    assert (claims["sub"], claims["aud"], claims["exp"] - claims["iat"]) == ("20240518", "localhost", 60)
    assert SIGNING not in str(vendor.calls)


@pytest.mark.capability("A027.1")
@pytest.mark.parametrize(
    "answer",
    [
        {"content": gzip.compress(b" " * 2_000_000), "Content_Encoding": "gzip"},
        {"content": b" " * 300_000},
        {"content": '{"value": ' + "[" * 30 + "1" + "]" * 30 + "}"},
        {"content": '{"value": 1, "value": 2}'},
        {"content": '{"other": 1}'},
        {"content": '{"value": 1}', "Content_Encoding": "x\u00ffy"},
        {"content": '{"value": {"a": 1}}'},
        {"content": "<html>"},
        {"content": b"\xff\x00"},
        {"content": "", "status": 302, "Location": "http://127.0.0.1:1/elsewhere"},
        {"content": "", "status": 302, "Location": "/value"},
    ],
)
def test_what_is_no_answer_is_shown_as_nothing_and_counts_as_a_failure(centre, vendor, student, answer):
    centre.live("data", "odd", vendor.says("/value", '{"value": 1}'))
    vendor.says("/value", **answer)
    tile = student.get("/tiles/integration.odd/")
    assert "暂时取不到" in tile.content.decode()
    assert Integration.objects.get().failures == 1
    assert not IntegrationValue.objects.exists()


@pytest.mark.capability("A026.2", "A027.1")
def test_no_answer_is_fetched_from_another_host_than_the_one_that_was_taken_in(centre, vendor, student):
    centre.live("data", "led", vendor.says("/value", '{"value": 1}'))
    elsewhere = vendor.says("/elsewhere", '{"value": 7351}').replace("localhost", "127.0.0.1")
    assert "//127.0.0.1" in elsewhere
    vendor.says("/value", content="", status=302, Location=elsewhere)
    tile = student.get("/tiles/integration.led/").content.decode()
    assert "7351" not in tile
    assert "暂时取不到" in tile


@pytest.mark.capability("A027.1")
def test_a_hostile_text_stays_text_and_a_person_unknown_there_has_no_tile(centre, vendor, student):
    hostile = {"value": "<script>1</script>\u202eabc" + "x" * 100, "caption": "\u0000<img src=x>"}
    centre.live("data", "odd", vendor.says("/value", json.dumps(hostile)), caption_at="/caption")
    tile = student.get("/tiles/integration.odd/").content.decode()
    assert "<script>1" not in tile
    assert "<img src=x" not in tile
    assert "\u202e" not in tile
    assert "x" * 30 not in tile
    loans_at(vendor)
    centre.live("data", "loans", f"{vendor.url}/loans?no={{campus_no}}", **LOANS)
    vendor.says("/loans", "", status=404)
    assert "integration-loans" not in student.get("/tiles/integration.loans/").content.decode()
    assert "integration-loans" not in student.get("/").content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:5432/",
        "https://10.0.0.8/",
        "https://[::1]/",
        "https://0.0.0.0/",
        "https://100.100.100.200/",
        "https://a@b.cn/",
        "ftp://a.cn/",
        "javascript:alert(1)",
        "https://{campus_no}.evil.cn/",
        "https://[",
        "https://a.cn:99999/",
        "https://a.cn/{other}",
        "http://93.184.216.34/",
        "\x00",
    ],
)
@pytest.mark.capability("A026.2")
def test_an_address_inside_or_without_tls_is_refused_at_the_form(db, address, monkeypatch):
    monkeypatch.setattr(
        "nanhu.kernel.outgoing.configuration", lambda: replace(configuration(), demo=False, outgoing_networks="")
    )
    monkeypatch.setattr(calling, "hosts", lambda _what: ())
    join("吴工", staff="T00801", roles=("portal.integrator",))
    keeper = signed_in("T00801")
    said = {"key": "odd", "name": "x", "icon": "plug", "order": 90, "section": "study", "faces": ["staff"]}
    answer = keeper.post(f"{DESK}new/page/", {**said, "mode": "link", "address": address, "form_token": str(uuid4())})
    assert answer.status_code == 422
    assert not Integration.objects.exists()


@pytest.mark.capability("A026.2")
def test_the_address_is_judged_at_every_call_not_when_it_was_saved(centre, vendor, student, monkeypatch):
    """A name that leads elsewhere by the time it is called (DNS rebinding)."""
    centre.live("data", "odd", vendor.says("/value", '{"value": 1}'))
    elsewhere = [(2, 1, 6, "", ("169.254.169.254", 80))]
    monkeypatch.setattr("nanhu.kernel.outgoing.looked_up", lambda *_parts: elsewhere)
    vendor.calls.clear()
    assert "暂时取不到" in student.get("/tiles/integration.odd/").content.decode()
    assert not vendor.calls
    assert "169.254.169.254 is not called" in Integration.objects.get().error


@pytest.mark.capability("A026.1")
def test_another_address_goes_back_to_the_test_and_what_waits_falls(centre, vendor):
    one = centre.tried(centre.make("data", "loans", loans_at(vendor), **LOANS))
    centre.press(one, "release")
    form = {
        "name": "在借",
        "icon": "plug",
        "order": 90,
        "section": "study",
        "faces": ["student"],
        "owner_unit": "08",
        "owner_office": "head",
        "address": f"{vendor.url}/other",
        "sent": "number",
        "method": "GET",
        "value_at": "/n",
        "ttl_seconds": 600,
        "stale_seconds": 86400,
        "header_name": "X-Api-Key",
        "lines_at": "/books/0",
    }
    assert centre.press(one, "change/data", **form).status_code == 200
    one.refresh_from_db()
    assert (one.version, one.good_trials, one.secret, one.releases.count()) == (2, 0, KEY, 0)
    assert centre.press(one, "change/data", **{**form, "address": "http://[half"}).status_code == 422
    centre.press(one, "change/data", **{**form, "address": "http://localhost:1/other"})
    one.refresh_from_db()
    assert one.secret is None, "it was given for the other host"
    live = centre.live("page", "plain", vendor.says("/plain", "ok"))
    same = {
        **form,
        "address": live.address,
        "mode": "link",
        "sandbox": ["allow-scripts"],
        "faces": ["student", "staff"],
    }
    centre.press(live, "change/page", **{**same, "name": "新名字"})
    live.refresh_from_db()
    assert (live.state, live.name, live.version) == ("live", "新名字", 1)
    centre.press(live, "change/page", **{**same, "address": f"{vendor.url}/elsewhere"})
    live.refresh_from_db()
    assert (live.state, live.version) == ("test", 2)


@pytest.mark.capability("A026.1", "A037.4")
def test_it_rests_wakes_and_retires_with_its_secret_values_and_favourites(centre, vendor, student):
    one = centre.live("data", "loans", loans_at(vendor), **LOANS)
    page = centre.live("page", "plain", vendor.says("/plain", "ok"), name="旧系统")
    student.get("/tiles/integration.loans/")
    student.post("/apps/plain/favourite")
    centre.press(page, "rest", words="今晚升级")
    assert "维护中" in student.get("/apps/").content.decode()
    assert "今晚升级" in student.get("/systems/").content.decode()
    centre.press(page, "wake")
    assert "维护中" not in student.get("/apps/").content.decode()
    for gone in (one, page):
        centre.press(gone, "retire", reason="合同到期")
        gone.refresh_from_db()
        assert (gone.state, gone.secret) == ("retired", None)
    assert not IntegrationValue.objects.exists()
    assert not Shortcut.objects.exists()
    assert "旧系统" not in student.get("/apps/").content.decode()
    assert centre.press(one, "wake").status_code == 409
    assert centre.press(one, "trial").status_code == 409
    with pytest.raises(IntegrityError), transaction.atomic():
        Integration.objects.filter(pk=one.pk).update(secret="again")


@pytest.mark.capability("A037.4")
def test_whoever_holds_the_post_lets_it_rest_and_nobody_else(centre, vendor, student, teacher, clerk):
    """陈思远 heads the unit that answers for it."""
    one = centre.live("page", "plain", vendor.says("/plain", "ok"), name="旧系统", mode="frame")
    assert b"<iframe" in student.get("/apps/plain/page/").content
    assert f"/integrations/{one.public_id}/rest/" in teacher.get("/systems/").content.decode()
    for other in (student, clerk):
        assert f"/integrations/{one.public_id}/rest/" not in other.get("/systems/").content.decode()
        assert centre.press(one, "rest", other, words="不该").status_code == 404
    assert centre.press(one, "retire", teacher, reason="不该").status_code == 404
    page = centre.press(one, "rest", teacher, words="今晚升级")
    assert "维护中：今晚升级" in page.content.decode()
    one.refresh_from_db()
    assert one.state == "resting"
    framed = student.get("/apps/plain/page/").content.decode()
    assert ("今晚升级" in framed, "<iframe" in framed, f'href="{one.address}"' in framed) == (True, False, False)
    centre.press(one, "wake", teacher)
    one.refresh_from_db()
    assert one.state == "live"


@pytest.mark.capability("A026.1")
def test_it_does_not_live_without_three_good_trials_and_an_owner(centre, vendor):
    address = vendor.says("/plain", "ok")
    one = centre.tried(centre.make("page", "plain", address, owner_unit="", owner_office=""), times=2)
    page = centre.press(one, "release")
    assert page.status_code == 409
    assert "试通 3 次（现在 2 次）、负责的单位和岗位" in page.content.decode()
    vendor.says("/plain", "gone", status=500)
    assert "没有试通" in centre.press(one, "trial").content.decode()
    one.refresh_from_db()
    assert one.good_trials == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        Integration.objects.filter(pk=one.pk).update(state="live")


def test_all_move_to_another_campus_signed_and_without_secrets(centre, vendor):
    centre.live("data", "loans", loans_at(vendor), categories="统招本科、研究生", units="08", **LOANS)
    said = {"passphrase": "一句足够长的口令，十二个字以上", "form_token": str(uuid4())}
    file = centre.keeper.post(f"{DESK}export/", said).content
    assert KEY.encode() not in file
    Integration.objects.update(key="old")

    def brought(content, **more):
        from django.core.files.uploadedfile import SimpleUploadedFile

        upload = SimpleUploadedFile("a.toml", content)
        form = {**said, "form_token": str(uuid4()), "file": upload, **more}
        return centre.second.post(f"{DESK}import/", form).status_code

    assert brought(file.replace(b"/loans", b"/evils")) == 422
    assert brought(file, passphrase="另外一句同样长的口令，也有十二个字") == 422
    assert brought(b"salt = 1\n\n\xff") == 422
    assert brought('salt = "a"\nsignature = "签名"\n\n'.encode()) == 422, "a signature that is none"
    odd = file.decode().partition("\n\n")[2]
    for right, wrong in (('"X-Api-Key"', '"Host"'), ("ttl_seconds = 600", "ttl_seconds = 0"), ('"/n"', '"n"')):
        assert right in odd
        text = odd.replace(right, wrong)
        signed = f'salt = "a"\nsignature = "{moving.signature(text, "a", said["passphrase"])}"\n\n{text}'
        assert brought(signed.encode()) == 422, wrong
    assert brought(file) == 302
    made = Integration.objects.get(key="loans")
    assert (made.state, made.secret, made.good_trials, made.categories) == ("draft", None, 0, ["统招本科", "研究生"])
    assert made.owner_unit.code == "08"
    assert brought(file) == 302
    assert Integration.objects.count() == 2


@pytest.mark.capability("A026.1", "A027.1")
def test_it_is_for_whom_its_audience_says(centre, vendor, student, teacher, clerk):
    address = vendor.says("/plain", "ok")
    elsewhere = people.UnitRecord(code="09", name="外国语学院", parent_code="00")
    people.apply_units(by=TEST, records=[elsewhere], origin=ORIGIN)
    for key, audience, theirs in (
        ("by-face", {"faces": ["student"]}, (True, False)),
        ("by-category", {"categories": "正式在编"}, (False, True)),
        ("by-unit", {"units": "08"}, (True, True)),
        ("by-another", {"units": "09"}, (False, False)),
        ("by-role", {"roles": ["datahub.steward"]}, (False, False)),
    ):
        centre.live("page", key, address, name=key, **audience)
        seen = tuple(key in browser.get("/apps/").content.decode() for browser in (student, teacher))
        assert seen == theirs, key
    assert "by-role" in clerk.get("/apps/").content.decode()
    assert student.get("/apps/by-role/page/").status_code == 404


@pytest.mark.capability("A028.1")
def test_a_to_do_shows_the_door_of_flows_and_whether_it_came(centre):
    one = centre.make("todo", "oa-todos", "")
    page = centre.keeper.get(f"{DESK}{one.public_id}/").content.decode()
    assert "/api/flows/v1/todos/oa-todos/doc-1" in page
    assert "curl -X PUT" in page
    assert "还没有这个代号" in centre.press(one, "trial").content.decode()
    order = openapi.VendorOrder(company="致远", contact="刘工", scopes=("flows.todos",), addresses=(), per_minute=60)
    source = apps.get_model("flows", "OutsideSource").objects.create(
        key="oa-todos",
        name="办公系统",
        vendor=openapi.register_vendor(by=TEST, order=order),
        origin="https://oa.example.cn",
        contacted_at=now(),
    )
    centre.tried(one)
    for what, said, is_on in (
        ("release", {}, True),
        ("rest", {"words": "升级"}, False),
        ("wake", {}, True),
        ("retire", {"reason": "合同到期"}, False),
    ):
        centre.press(one, what, **said)
        source.refresh_from_db()
        assert source.is_on is is_on, what


@pytest.mark.capability("A028.2")
def test_a_to_do_reaches_whom_its_integration_is_for_and_tells_its_system_nothing(centre, student, teacher):
    order = openapi.VendorOrder(company="致远", contact="刘工", scopes=("flows.todos",), addresses=(), per_minute=60)
    source = apps.get_model("flows", "OutsideSource").objects.create(
        key="oa-todos",
        name="办公系统",
        vendor=openapi.register_vendor(by=TEST, order=order),
        origin="https://oa.example.cn",
        contacted_at=now(),
    )

    def reached(sequence: int) -> set[str]:
        pushed = [
            outside.Pushed(
                external_id=number,
                campus_no=number,
                title="会签",
                address="https://oa.example.cn/1",
                state="open",
                due_at=None,
                sequence=sequence,
            )
            for number in ("20240518", "T00317", "T00801")
        ]
        assert outside.push(source=source, todos=pushed) == ["applied"] * 3, "the same answer for all"
        return set(source.todos.filter(person__isnull=False).values_list("campus_no", flat=True))

    assert reached(1) == {"20240518", "T00317", "T00801"}, "a source that was registered at flows alone"
    one = centre.make("todo", "oa-todos", "", faces=["staff"])
    centre.press(one, "test")
    assert reached(2) == {"T00801"}, "in the test, who takes systems in"
    centre.tried(one)
    centre.press(one, "release")
    assert reached(3) == {"T00317", "T00801"}


@pytest.mark.capability("A026.2")
@pytest.mark.parametrize(
    ("address", "listed", "is_open"),
    [
        ("https://oa.example.cn/", ("example.cn",), True),
        ("https://oa.example.cn:8443/", ("example.cn",), False),
        ("https://oa.example.cn:8443/", ("oa.example.cn:8443",), True),
        ("https://oa.example.cn:22/", ("oa.example.cn:8443",), False),
        ("https://oa.example.cn/", ("oa.example.cn:8443",), False),
        ("https://evil-example.cn/", ("example.cn",), False),
    ],
)
def test_inside_only_the_ports_that_the_school_lists_are_open(monkeypatch, address, listed, is_open):
    monkeypatch.setattr(calling, "hosts", lambda _what: listed)
    assert calling.is_outside(address) is not is_open
