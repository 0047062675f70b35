"""Files on real connections: many who keep the same, the broom beside them, and a process that is killed while it writes."""

import os
from pathlib import Path

import pytest
from django.db import transaction

from nanhu.kernel.files import services, store
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.tests.conftest import BY
from nanhu.kernel.files.tests.samples import PDF
from nanhu.testing.killing import at_once, killed
from nanhu.testing.races import amid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")]


def test_many_keep_the_same_and_the_broom_takes_nothing_that_is_named(keep, monkeypatch):
    monkeypatch.setattr(services, "ORPHAN_AGE", services.ORPHAN_AGE * 0)
    made = at_once(
        [*[lambda number=number: keep(target=f"test:{number}") for number in range(6)], *[services.sweep] * 4]
    )
    assert len({file.sha256 for file in made[:6]}) == 1
    assert [services.content_of(file) for file in StoredFile.objects.all()] == [PDF] * 6


def test_killed_while_it_writes_there_is_nothing_but_a_draft_for_the_broom(keep, monkeypatch):
    def work(die):
        monkeypatch.setattr(os, "fsync", lambda _descriptor: die())
        keep()

    killed(work)
    assert StoredFile.objects.count() == 0
    [draft] = store.all_paths()
    assert draft.name.startswith(".")
    monkeypatch.setattr(services, "ORPHAN_AGE", services.ORPHAN_AGE * 0 - services.ORPHAN_AGE)
    assert services.sweep() == 1
    assert keep().sha256 == Path(next(store.all_paths())).name


def test_killed_before_its_commit_there_is_no_row_and_the_content_waits_for_the_broom(keep, monkeypatch):
    def work(die):
        with transaction.atomic():
            keep()
            die()

    killed(work)
    assert StoredFile.objects.count() == 0
    assert len(list(store.all_paths())) == 1
    monkeypatch.setattr(services, "ORPHAN_AGE", services.ORPHAN_AGE * 0 - services.ORPHAN_AGE)
    assert services.sweep() == 1


def test_two_who_keep_the_same_two_in_another_order_wait_for_each_other_in_one(keep, purpose):
    low, high = sorted((b"one", b"two"), key=store.address_of)
    named = [("凭据二.txt", high), ("凭据一.txt", low)]
    kept = lambda: services.keep_all(by=BY, purpose=purpose, named=named, target="test:2")  # noqa: E731
    _low, found = amid(lambda: keep(low), kept, then=lambda: keep(high))
    assert [one.name for one in found] == ["凭据二.txt", "凭据一.txt"]
    assert StoredFile.objects.count() == 4
