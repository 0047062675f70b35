"""Every console of the house: its pages are walked by a test class of their own, and open to no holder of other roles."""

import importlib
import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest
from django.test import Client

import nanhu
from nanhu.kernel.clock import now
from nanhu.kernel.kit import Console, Page, Table
from nanhu.kernel.kit.columns import Leading
from nanhu.kernel.kit.pages import consoles
from nanhu.platforms.identity.models import RoleGrant
from nanhu.platforms.identity.models.accounts import MONEY_DUTIES
from nanhu.platforms.portal.tests.conftest import join, signed_in
from nanhu.project.tests.test_real_menus import plain_roles
from nanhu.testing.pages import PROGRAM, PageTests, address_of

NOT_THERE = 404
BEFORE_AND_AFTER = """
import django
django.setup()
from django.urls import get_resolver
from nanhu.kernel import registry
from nanhu.kernel.kit import waiting
from nanhu.kernel.kit.pages import consoles
def known():
    registers = {name: one for name, one in vars(registry).items() if isinstance(one, registry.Register)}
    return {
        *(f"page {name}:{page}" for name, one in consoles.items() for page in one.pages),
        *(f"list {label}" for label in waiting.lists),
        *(f"{name} {entry.key}" for name, one in registers.items() for entry in one),
    }
at_the_start = known()
assert "page flows:todo" in at_the_start and "roles card.manager" in at_the_start
assert get_resolver().url_patterns
print(*sorted(known() - at_the_start), sep="\\n")
"""
"""What a process that has only started does not know of, and learns when it reads the addresses."""
SOURCE = Path(nanhu.__file__).parent
USES_THEM = re.compile(r"^from nanhu\.testing\.pages import .*(?:PageTests|ProposalTests|IntakeTests)", re.MULTILINE)


@pytest.mark.slow
def test_a_worker_knows_every_console_and_all_that_waits_before_anybody_reads_an_address():
    started = subprocess.run([sys.executable, "-c", BEFORE_AND_AFTER], capture_output=True, text=True, check=True)
    assert started.stdout.split("\n") == ["", ""]


@pytest.mark.slow
def test_the_pages_of_each_console_are_walked():
    """`ProposalTests` and `IntakeTests` walk them, too."""
    for path in SOURCE.glob("**/tests/test_*.py"):
        if USES_THEM.search(path.read_text()):
            importlib.import_module(".".join(("nanhu", *path.relative_to(SOURCE).with_suffix("").parts)))
    walked = {id(one.desk) for one in below(PageTests) if hasattr(one, "desk")}
    assert sorted(name for name, one in of_the_house().items() if id(one) not in walked) == []


def below[K: type](kind: K) -> set[K]:
    return {one for child in kind.__subclasses__() for one in {child, *below(child)}}


SAID_BY_OTHERS = {
    "nanhu.platforms.datahub.views.large.Values": "a value of a row has no page; the batch that said it has",
    "nanhu.platforms.datahub.views.lineage.Values": "as above, of a person",
}
"""Tables whose links lead to nothing that is the row itself, and why."""


@pytest.mark.slow
def test_a_row_is_opened_by_its_first_cell():
    """And its buttons are buttons (`Press`). Tables that a page makes for itself while it is asked are none of these."""
    found = {
        f"{one.__module__}.{one.__qualname__}"
        for one in below(Table)
        if ".tests." not in one.__module__
        if any(isinstance(column, Leading) for column in one.columns) and not isinstance(one.columns[0], Leading)
    }
    assert found == set(SAID_BY_OTHERS)


def of_the_house() -> dict[str, Console]:
    """Without those that tests declare."""
    return {
        name: one
        for name, one in consoles.items()
        if not any(".tests." in page.function.__module__ for page in one.pages.values())
    }


@pytest.mark.slow
@pytest.mark.django_db
def test_a_page_is_not_there_for_who_holds_all_other_roles():
    """Also roles of the same console, where the page is not for all of them. Nobody has the roles of two duties. One page of each
    set of roles is asked for by a browser, the others by a program, for which no refusal has to be drawn."""
    pages = [page for one in of_the_house().values() for page in one.pages.values() if page.roles and not page.allows]
    browsers = {duty: holder_of_all(duty, f"T0012{at}") for at, duty in enumerate(MONEY_DUTIES)}
    opened = {}
    for allowed, found in groupby(sorted(pages, key=by_roles), key=by_roles):
        browser = next(
            (browsers[duty] for duty, roles in MONEY_DUTIES.items() if {*roles} & {*allowed}), browsers["office"]
        )
        of_page = RoleGrant.objects.filter(role__in=allowed)
        of_page.update(revoked_at=now())
        for number, page in enumerate(found):
            browser.defaults["HTTP_ACCEPT"] = PROGRAM if number else "*/*"
            status = browser.get(address_of(page)).status_code
            if status != NOT_THERE:
                opened[f"{page.console.namespace}:{page.name}"] = status
        of_page.update(revoked_at=None)
    assert opened == {}


def by_roles(page: Page) -> list[str]:
    return sorted(page.roles)


def holder_of_all(duty: str, campus_no: str) -> Client:
    account_id, roles = join(f"林{duty}", staff=campus_no), plain_roles(duty)
    RoleGrant.objects.bulk_create(RoleGrant(account_id=account_id, role=one, granted_by="test") for one in roles)
    return signed_in(campus_no)
