"""What a source changes is found when its event is delivered, and not only after all were looked at."""

import pytest
from django.db import transaction
from django.db.models.signals import post_delete, post_save

from nanhu.kernel import registry
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.registry import Hit, Searchable
from nanhu.platforms.flows.models import Definition
from nanhu.platforms.portal.models import SearchEntry, SearchSynonym
from nanhu.platforms.portal.search.following import FoundChanged, index_changed
from nanhu.platforms.portal.search.indexing import index_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(monkeypatch):
    """One of synonyms, which stand for any room's rows."""
    monkeypatch.setattr(registry.searchables, "_entries", {})
    looked = []

    def hits(keys=None):
        looked.append(keys)
        rows = SearchSynonym.objects.all() if keys is None else SearchSynonym.objects.filter(pk__in=keys)
        return [Hit(key=str(one.pk), title=one.word, url="/x") for one in rows]

    made = Searchable(key="try", title="试", icon="box", hits=hits, of=SearchSynonym, key_of=lambda one: str(one.pk))
    registry.searchables.add(made)
    yield looked
    for signal in (post_save, post_delete):
        signal.disconnect(sender=SearchSynonym, dispatch_uid="portal.search:try")


def titles():
    return sorted(SearchEntry.objects.values_list("title", flat=True))


def saved(word):
    return SearchSynonym.objects.create(word=word, means="校园卡", author_name="周敏")


def test_a_row_is_found_changed_and_gone_by_its_event_and_no_other_row_is_looked_at(source):
    one, other = saved("饭卡"), saved("一卡通")
    deliver_pending()
    assert titles() == ["一卡通", "饭卡"]
    source.clear()
    one.word = "水卡"
    one.save()
    assert titles() == ["一卡通", "饭卡"], "in the transaction nothing is indexed"
    deliver_pending()
    assert titles() == ["一卡通", "水卡"]
    assert {key for keys in source for key in keys} == {str(one.pk)}
    other.delete()
    deliver_pending()
    assert titles() == ["水卡"]


def test_what_is_undone_is_told_to_nobody(source):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        saved("饭卡")
        raise ZeroDivisionError
    deliver_pending()
    assert titles() == []


def test_the_same_event_twice_a_source_that_broke_and_one_that_is_gone_harm_nothing(source, monkeypatch):
    one = saved("饭卡")
    event = FoundChanged(source="try", object_key=str(one.pk))
    index_changed([event, event, FoundChanged(source="no.such", object_key="1")])
    index_changed([event])
    assert titles() == ["饭卡"]
    broken = Searchable(key="try", title="试", icon="box", hits=lambda _keys=None: 1 / 0, of=SearchSynonym)
    monkeypatch.setattr(registry.searchables, "_entries", {"try": broken})
    index_changed([event])
    assert titles() == ["饭卡"], "it keeps what it had"


def test_what_is_written_past_save_is_found_when_all_are_looked_at(source):
    saved("饭卡")
    SearchSynonym.objects.update(word="水卡")
    index_all()
    assert titles() == ["水卡"]


def test_all_rooms_with_rows_are_followed(db):
    for one in registry.searchables:
        assert one.hits is None or one.of is None or post_save.has_listeners(one.of), one.key
    assert post_save.has_listeners(Definition)
