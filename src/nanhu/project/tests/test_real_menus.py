"""The menus and homes that the rooms together really make: what each face is shown, and that nothing else opens for it.

A new application stands in nobody's menu here until somebody writes it down, with open eyes for whom it is.
"""

import re

import pytest
from django.test import Client

from nanhu.kernel import registry
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.identity.models.accounts import MONEY_DUTIES
from nanhu.platforms.portal.tests.conftest import join, signed_in
from nanhu.platforms.portal.tests.test_read_only import administrator, ask
from nanhu.project.tests.test_doors import DOORS, asking_as_one_of_its_kind

pytestmark = pytest.mark.django_db
EVERYBODY = {
    "campus.calendar",
    "campus.free_rooms",
    "datahub.mine",
    "directory.book",
    "venues.book",
    "lostfound.board",
    "card.mine",
    "card.bills",
    "card.code",
    "card.found",
    "terminals.kiosks",
    "card.office",
    "flows",
    "identity.my_applications",
    "identity.security",
    "inbox.mine",
    "messages.notices",
    "mobile.mine",
    "network.mine",
    "network.why",
    "network_reach.book",
    "portal.calendar",
    "portal.layout",
    "portal.manual",
    "portal.news",
    "portal.systems",
    "portal.corrections",
    "requests.hall",
}
FOR_STAFF = {"identity.guests", "assets.mine", "network_portal.guests", "parties.invoices", "portal.sharing"}
SHOWN = {"student": EVERYBODY, "staff": EVERYBODY | FOR_STAFF}
NUMBERS = {"student": "20240518", "staff": "T00123"}
OWN_WORDS = {
    "default-src",
    "img-src",
    "object-src",
    "base-uri",
    "form-action",
    "frame-ancestors",
    "script-src",
    "style-src",
    "connect-src",
    "'self'",
    "'none'",
    "data:",
    "blob:",
}
"""What a page's policy may consist of. A host, a scheme or a star would let something in from elsewhere."""
faces = pytest.mark.parametrize("face", SHOWN)
money_duties = pytest.mark.parametrize("duty", MONEY_DUTIES)
"""Nobody has the roles of both: each time all plain roles but those of the other duty."""


def entered(face: str, *roles: str) -> Client:
    join("林小雨", roles=roles, **{face: NUMBERS[face]})
    deliver_pending()
    return signed_in(NUMBERS[face])


def plain_roles(duty: str) -> set[str]:
    barred = {role for other, roles in MONEY_DUTIES.items() if other != duty for role in roles}
    return {role.key for role in registry.roles if not role.is_administrative} - barred


def entries(browser: Client, address: str) -> set[str]:
    return set(re.findall(r'data-opened="/apps/([^/"]+)/opened"', browser.get(address).content.decode()))


@pytest.mark.capability("A003.1", "A039.1")
@faces
def test_each_face_is_offered_exactly_what_is_meant_for_it(face):
    browser = entered(face)
    assert entries(browser, "/apps/") == SHOWN[face]
    assert entries(browser, "/") <= SHOWN[face]
    home = browser.get("/")
    assert f"portal/home_{face}.html" in [template.name for template in home.templates]
    assert re.findall(r'class="tile[^"]*" id="tile-([^"]+)"', home.content.decode()) == ["cardbalance"]
    found = browser.get("/apps/", {"q": "数据清洗"}).content.decode()
    assert 'data-opened="/apps/datahub"' not in found


@pytest.mark.capability("A003.1")
@faces
def test_what_a_role_opens_is_shut_to_each_face_without_it(face):
    """Every application with a role, by its own address: it is not only left out of the menu."""
    browser = entered(face)
    guarded = [one for one in registry.applications if one.roles]
    assert len(guarded) > 12
    assert {one.key: status for one in guarded if (status := browser.get(one.address()).status_code) != 404} == {}


@pytest.mark.capability("A003.1", "A039.1")
@money_duties
def test_a_role_brings_its_own_applications_and_no_others(duty):
    mine = plain_roles(duty)
    assert len(mine) > 7
    join("林小雨", roles=tuple(mine), staff=NUMBERS["staff"])
    wanted = {one.key for one in registry.applications if one.roles & mine}
    assert entries(signed_in(NUMBERS["staff"]), "/apps/") - SHOWN["staff"] == wanted


@pytest.mark.capability("A039.1")
def test_the_homes_are_laid_out_unlike():
    """The desk of somebody's posts is the staff face's; the student's begins with the shortcuts."""
    student, staff = (
        entered("student").get("/").content.decode(),
        entered("staff", "messages.editor").get("/").content.decode(),
    )
    assert 'class="page home home-student"' in student
    assert 'class="page home home-staff"' in staff
    assert "我的岗位" in staff
    assert "我的岗位" not in student


TILE = re.compile(r'class="tile[^"]*" id="tile-([^"]+)"')


def test_the_desk_shows_first_what_waits_the_phone_the_card_and_an_engineer_how_the_program_is():
    """A clerk, and who runs the program: what waits stands first, then what is wrong; on a phone the card does."""
    engineer = administrator("周敏", "T00551")
    ask(administrator("钱进", "T00552", "identity.security"))
    deliver_pending()
    desk = TILE.findall(engineer.get("/").content.decode())
    phone = TILE.findall(engineer.get("/", headers={"user-agent": "Mobi"}).content.decode())
    assert desk[:2] == ["flowstodos", "portalengine"], desk
    assert phone[:2] == ["cardbalance", "flowstodos"], phone
    assert "portalengine" not in TILE.findall(entered("student").get("/").content.decode())


@pytest.mark.slow
@pytest.mark.capability("A024.2")
@faces
def test_whatever_is_offered_opens_from_the_one_address(face):
    """The menu, the search and 我的: each entry of the house leads to a page, none to an error."""
    browser = entered(face)
    tags = re.findall(r"<a [^>]*data-opened=[^>]*>", browser.get("/apps/").content.decode())
    links = {re.search(r'href="([^"]+)"', tag)[1]: re.search(r"/apps/([^/]+)/opened", tag)[1] for tag in tags}
    assert set(links.values()) == SHOWN[face]
    assert {
        links[link]: status for link in links if (status := browser.get(link, follow=True).status_code) != 200
    } == {}


@pytest.mark.slow
@pytest.mark.capability("A024.2")
@money_duties
def test_whatever_a_role_opens_opens_from_the_one_address_too(duty):
    mine = plain_roles(duty)
    join("林小雨", roles=tuple(mine), staff=NUMBERS["staff"])
    browser = signed_in(NUMBERS["staff"])
    guarded = [one for one in registry.applications if one.roles & mine]
    assert len(guarded) > 8
    assert {
        one.key: status for one in guarded if (status := browser.get(one.address(), follow=True).status_code) != 200
    } == {}


@pytest.mark.slow
@pytest.mark.capability("A151.3")
def test_no_page_of_the_house_loads_anything_from_elsewhere():
    """No adverts, no counters, no fonts of others: by the policy that each page carries, and by what stands in it."""
    browser = entered("student")
    loads = re.compile(
        r'<(?:script|img|iframe|link|source|video|audio|embed)\b[^>]*?\b(?:src|href)="((?:https?:)?//[^"]+)"'
    )
    seen = {}
    for door in DOORS:
        asking_as_one_of_its_kind(browser, door)
        answer = browser.get(door.address) if door.name != "identity:cas_logout" else None
        if answer is None or answer.streaming or "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        policy = answer.headers.get("Content-Security-Policy", "")
        is_shut = "default-src 'self'" in policy and set(re.findall(r"[^ ;]+", policy)) <= OWN_WORDS
        seen[door.name] = (is_shut, loads.findall(answer.content.decode()))
    assert len(seen) > 60
    assert {name: found for name, found in seen.items() if found != (True, [])} == {}
