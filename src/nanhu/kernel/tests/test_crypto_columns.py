"""Encrypted columns on a real table: what is stored, what is refused, and rows carried over to new keys."""

import threading
from io import StringIO
from types import SimpleNamespace

import pytest
from django.apps import apps as django_apps
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.test.utils import isolate_apps

from nanhu.kernel.crypto import (
    EncryptedTextField,
    Sealed,
    blind_index,
    encrypt,
    indexes,
    register_blind_index,
    rotation,
    vault,
)
from nanhu.kernel.crypto.errors import UnreadableBlobError
from nanhu.kernel.crypto.keystore import FileKeyStore
from nanhu.kernel.crypto.providers import PROVIDERS
from nanhu.testing.patience import PATIENCE_SECONDS

PURPOSE = "kernel.test_secret"


def normalise(text: str) -> str | None:
    return text.strip().upper() or None


with isolate_apps("nanhu.kernel"):

    class Holder(models.Model):
        secret = EncryptedTextField(purpose=PURPOSE, null=True)
        secret_index = models.BinaryField(null=True, unique=True)
        note = models.TextField(default="")

        class Meta:
            app_label = "kernel"
            db_table = "kernel_test_holder"


@pytest.fixture
def holder(transactional_db, monkeypatch, tmp_path):
    """A table of its own, known to the rotation, with a keyring of its own."""
    with connection.schema_editor() as editor:
        editor.create_model(Holder)
    provider = SimpleNamespace(current=vault.Vault(FileKeyStore(tmp_path / "keyring.json"), PROVIDERS["international"]))
    monkeypatch.setattr(vault, "vault", lambda: provider.current)
    monkeypatch.setattr(rotation, "vault", lambda: provider.current)
    monkeypatch.setattr("nanhu.kernel.management.commands.keys.vault", lambda: provider.current)
    monkeypatch.setattr(indexes, "apps", SimpleNamespace(get_models=lambda: [Holder]))
    monkeypatch.setattr(rotation, "apps", SimpleNamespace(get_model=lambda _: Holder))
    monkeypatch.setattr(indexes, "_registered", {})
    register_blind_index(
        model="kernel.Holder", encrypted="secret", index="secret_index", purpose=PURPOSE, normalise=normalise
    )
    yield provider
    with connection.schema_editor() as editor:
        editor.delete_model(Holder)


def switch_to_chinese(provider) -> None:
    provider.current = vault.Vault(provider.current.store, PROVIDERS["chinese"])


def stored(pk: int) -> bytes | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM kernel_test_holder WHERE id = %s", [pk])
        [value] = cursor.fetchone()
    return value


def fill(count: int) -> None:
    texts = [f"secret {number}" for number in range(count)]
    Holder.objects.bulk_create(
        [Holder(secret=text, secret_index=blind_index(normalise(text), purpose=PURPOSE)) for text in texts]
    )


def test_the_database_sees_only_ciphertext(holder) -> None:
    row = Holder.objects.create(secret="430602199001011234")
    assert b"4306" not in stored(row.pk)
    assert Holder.objects.get(pk=row.pk).secret == "430602199001011234"


@pytest.mark.parametrize("text", ["", "张三", None])
def test_any_text_and_nothing_at_all_come_back(holder, text) -> None:
    row = Holder.objects.create(secret=text)
    assert Holder.objects.get(pk=row.pk).secret == text
    assert (stored(row.pk) is None) is (text is None)


def test_a_value_is_opened_only_when_it_is_read(holder, monkeypatch) -> None:
    row = Holder.objects.create(secret="text")
    monkeypatch.setattr("nanhu.kernel.crypto.fields.decrypt", lambda *_, **__: pytest.fail("decrypted"))
    kept = Holder.objects.get(pk=row.pk)
    before = stored(row.pk)
    kept.note = "changed"
    kept.save()
    assert stored(row.pk) == before
    assert Holder.objects.defer("secret").get(pk=row.pk).note == "changed"


def test_a_deferred_value_is_fetched_when_it_is_read(holder, django_assert_num_queries) -> None:
    Holder.objects.create(secret="text")
    row = Holder.objects.defer("secret").get()
    with django_assert_num_queries(1):
        assert row.secret == "text"


def test_values_stay_sealed_and_do_not_show_themselves(holder) -> None:
    Holder.objects.create(secret="text")
    sealed = Holder.objects.values_list("secret", flat=True).get()
    assert isinstance(sealed, Sealed)
    assert sealed.open() == "text"
    assert "text" not in repr(sealed)
    assert "blob" not in repr(sealed)


def test_updates_encrypt(holder) -> None:
    row = Holder.objects.create(secret="one")
    Holder.objects.update(secret="two")
    assert Holder.objects.get().secret == "two"
    Holder.objects.update(secret=Sealed.of("three", purpose=PURPOSE))
    assert b"three" not in stored(row.pk)
    assert Holder.objects.get().secret == "three"
    Holder.objects.bulk_update([Holder(pk=row.pk, secret="four")], ["secret"])
    assert Holder.objects.get().secret == "four"


@pytest.mark.parametrize("value", [Sealed(b"x" * 40, "people.phone"), b"bytes", 42])
def test_it_refuses_what_is_neither_text_nor_sealed_for_it(holder, value) -> None:
    with pytest.raises(TypeError, match="sealed for"):
        Holder.objects.create(secret=value)
    assert not Holder.objects.exists()


@pytest.mark.parametrize(
    "lookup",
    [{"secret": "x"}, {"secret__exact": "x"}, {"secret__in": ["x"]}, {"secret__contains": "x"}, {"secret__gt": "x"}],
)
def test_it_refuses_to_be_searched(holder, lookup) -> None:
    with pytest.raises(FieldError, match="blind index"):
        Holder.objects.filter(**lookup)


def test_it_may_be_asked_whether_it_is_empty_and_found_by_its_index(holder) -> None:
    fill(3)
    assert Holder.objects.filter(secret__isnull=False).count() == 3
    assert Holder.objects.get(secret_index=blind_index("SECRET 1", purpose=PURPOSE)).secret == "secret 1"


def test_a_serialiser_does_not_write_it_out(holder) -> None:
    with pytest.raises(TypeError, match="dumpdata"):
        Holder._meta.get_field("secret").value_to_string(Holder(secret="text"))


def test_a_column_can_be_rebuilt_by_a_migration() -> None:
    field = Holder._meta.get_field("secret")
    _, path, args, options = field.deconstruct()
    assert path == "nanhu.kernel.crypto.EncryptedTextField"
    assert EncryptedTextField(*args, **options).purpose == PURPOSE
    assert field.db_type(connection) == "bytea"


@isolate_apps("nanhu.kernel")
def test_an_index_on_ciphertext_is_refused() -> None:
    class Wrong(models.Model):
        secret = EncryptedTextField(purpose="kernel.wrong", unique=True)

        class Meta:
            app_label = "kernel"

    assert "nanhu.crypto.E001" in [found.id for found in Wrong._meta.get_field("secret").check()]


def test_rotation_carries_every_row_over_in_batches(holder) -> None:
    fill(25)
    holder.current.rotate_data_key()
    reports = []
    [outcome] = rotation.reencrypt(batch=10, report=lambda *seen: reports.append(seen))
    assert (outcome.changed, outcome.left, outcome.unreadable) == (25, 0, 0)
    assert [done for _, done, _ in reports] == [10, 20, 25]
    assert {key_id for _, key_id in rotation.keys_in_use()["kernel.Holder.secret"]} == {holder.current.data_key().id}
    assert sorted(row.secret for row in Holder.objects.all()) == sorted(f"secret {number}" for number in range(25))
    assert rotation.reencrypt()[0].changed == 0


def test_the_provider_switch_carries_every_row_over(holder) -> None:
    fill(5)
    switch_to_chinese(holder)
    assert Holder.objects.first().secret == "secret 0"
    rotation.reencrypt()
    assert {number for number, _ in rotation.keys_in_use()["kernel.Holder.secret"]} == {2}
    assert sorted(row.secret for row in Holder.objects.all()) == [f"secret {number}" for number in range(5)]


def test_a_killed_rotation_is_taken_up_where_it_stopped(holder) -> None:
    fill(30)
    holder.current.rotate_data_key()

    def killed(_column: str, done: int, _total: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.reencrypt(batch=10, report=killed)
    assert len(rotation.keys_in_use()["kernel.Holder.secret"]) == 2
    [outcome] = rotation.reencrypt(batch=10)
    assert 10 <= outcome.changed <= 20
    assert len(rotation.keys_in_use()["kernel.Holder.secret"]) == 1


def test_a_row_that_somebody_holds_is_left_and_said_so(holder) -> None:
    fill(3)
    holder.current.rotate_data_key()
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(Holder.objects.select_for_update().order_by("pk")[:1])
            held.set()
            done.wait(PATIENCE_SECONDS)
        connection.close()

    holding = threading.Thread(target=hold)
    holding.start()
    held.wait(PATIENCE_SECONDS)
    try:
        [outcome] = rotation.reencrypt()
        assert (outcome.changed, outcome.left) == (2, 1)
        with pytest.raises(CommandError, match="run the same command again"):
            call_command("keys", "reencrypt", stdout=StringIO())
    finally:
        done.set()
        holding.join()
    assert rotation.reencrypt()[0].changed == 1


def test_two_rotations_at_once_share_the_work(holder) -> None:
    fill(120)
    holder.current.rotate_data_key()
    outcomes, start = [], threading.Barrier(2)

    def run() -> None:
        start.wait(PATIENCE_SECONDS)
        outcomes.extend(rotation.reencrypt(batch=5))
        connection.close()

    running = [threading.Thread(target=run) for _ in range(2)]
    for one in running:
        one.start()
    for one in running:
        one.join(PATIENCE_SECONDS)
    assert len(outcomes) == 2
    assert sum(outcome.changed for outcome in outcomes) == 120
    assert rotation.reencrypt()[0].changed == 0
    assert sorted(row.secret for row in Holder.objects.all()) == sorted(f"secret {number}" for number in range(120))


def test_an_unreadable_row_is_counted_and_does_not_stop_the_others(holder) -> None:
    fill(3)
    first = Holder.objects.order_by("pk").first()
    Holder.objects.filter(pk=first.pk).update(secret=Sealed(encrypt("x", purpose="another"), PURPOSE))
    holder.current.rotate_data_key()
    [outcome] = rotation.reencrypt(batch=1)
    assert (outcome.changed, outcome.left, outcome.unreadable) == (2, 0, 1)
    assert rotation.unreadable_columns() == ["kernel.Holder.secret"]
    with pytest.raises(UnreadableBlobError):
        _ = Holder.objects.get(pk=first.pk).secret


def test_a_new_index_key_recomputes_what_differs(holder) -> None:
    fill(12)
    Holder.objects.create(secret=None)
    Holder.objects.create(secret="  ")
    switch_to_chinese(holder)
    assert rotation.reindex()[0].changed == 0
    holder.current.rotate_index_key()
    assert not Holder.objects.filter(secret_index=blind_index("SECRET 1", purpose=PURPOSE)).exists()
    [outcome] = rotation.reindex(batch=5)
    assert outcome.changed == 12
    assert Holder.objects.get(secret_index=blind_index("SECRET 1", purpose=PURPOSE)).secret == "secret 1"
    assert Holder.objects.filter(secret_index=None).count() == 2


def test_the_command_rotates_carries_over_and_tells(holder) -> None:
    fill(4)
    said = StringIO()
    for words in (("status",), ("rotate",), ("reencrypt",), ("rotate", "--index"), ("reindex",), ("status",)):
        call_command("keys", *words, stdout=said)
    text = said.getvalue()
    assert "kernel.Holder.secret: 4 under key 2 (AES-256-GCM)" in text
    assert "kernel.Holder.secret: 4 changed, 0 left, 0 unreadable" in text
    assert "kernel.Holder.secret_index: 4 changed" in text
    assert "kernel.Holder.secret: 4 under key 3 (AES-256-GCM)" in text
    assert rotation.unreadable_columns() == []


def test_every_blind_index_of_the_house_is_registered_for_recomputing() -> None:
    """An index that the registry does not know would find nothing after `nanhu keys rotate --index`."""
    registered = {(index.model, index.encrypted, index.index) for index in indexes.blind_indexes()}
    for model, column in indexes.encrypted_columns():
        for index in (f"{column.name}_index", f"{column.name}_digest"):
            if index in {field.name for field in model._meta.get_fields()}:
                assert (model._meta.label, column.name, index) in registered
    for index in indexes.blind_indexes():
        model = django_apps.get_model(index.model)
        assert model._meta.get_field(index.encrypted).purpose == index.purpose
        assert model._meta.get_field(index.index).get_internal_type() == "BinaryField"
