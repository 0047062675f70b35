"""The whole circle on real databases: what is backed up is restored, and what is damaged or in use is refused."""

import json
import shutil
import time
from dataclasses import replace
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import isolate_apps
from psycopg import conninfo, sql

from nanhu.kernel.actors import Actor
from nanhu.kernel.audit import record
from nanhu.kernel.backup import postgres, restoring
from nanhu.kernel.backup.making import make_backup
from nanhu.kernel.backup.place import BackupError, Place
from nanhu.kernel.backup.restoring import restore
from nanhu.kernel.configuration import configuration
from nanhu.kernel.crypto import EncryptedTextField, fields
from nanhu.kernel.crypto.keystore import FileKeyStore
from nanhu.kernel.crypto.providers import PROVIDERS
from nanhu.kernel.crypto.vault import Vault
from nanhu.kernel.files import services, store
from nanhu.kernel.files.purposes import Purpose, Retention
from nanhu.kernel.models import AuditEntry, Heartbeat
from nanhu.testing.patience import PATIENCE_SECONDS

PURPOSE = "kernel.test_kept"

with isolate_apps("nanhu.kernel"):

    class Kept(models.Model):
        secret = EncryptedTextField(purpose=PURPOSE)

        class Meta:
            app_label = "kernel"
            db_table = "kernel_test_kept"


def url_of(database: str) -> str:
    return conninfo.make_conninfo(configuration().database_url, dbname=database)


@pytest.fixture
def campus(transactional_db, tmp_path, monkeypatch):
    """The tests' database with an encrypted value, secrets and a photo: a campus that can be backed up."""
    place = Place(url_of(connection.settings_dict["NAME"]), tmp_path / "here/secrets", tmp_path / "here/media")
    vault = Vault(FileKeyStore(place.secrets / "keyring.json"), PROVIDERS["chinese"])
    monkeypatch.setattr(fields, "encrypt", lambda text, *, purpose: vault.encrypt_many([text], purpose=purpose)[0])
    monkeypatch.setattr(restoring, "encrypted_columns", lambda: [(Kept, Kept._meta.get_field("secret"))])
    with connection.schema_editor() as editor:
        editor.create_model(Kept)
    Kept.objects.bulk_create([Kept(secret=f"secret {number}") for number in range(50)])
    record(by=Actor.system("test"), action="kernel.test", target="kept")
    for path, text in {
        "secrets/secret-key": "signing",
        "secrets/database-password": "own",
        "secrets/database-superuser-password": "own",
        "media/photos/1.jpg": "photo",
    }.items():
        (tmp_path / "here" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "here" / path).write_text(text)
    yield place
    with connection.schema_editor() as editor:
        editor.delete_model(Kept)


@pytest.fixture
def elsewhere(campus, tmp_path):
    """A second, empty database of the same server."""
    name = f"{connection.settings_dict['NAME']}_elsewhere"
    with psycopg.connect(url_of("postgres"), autocommit=True) as server:
        drop(server, name)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield Place(url_of(name), tmp_path / "there/secrets", tmp_path / "there/media")
        drop(server, name)


def drop(server: psycopg.Connection, name: str) -> psycopg.Cursor:
    """Again while the server's own housekeeping is inside, whom only a superuser may end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def rows_of(place: Place, query: str) -> list[tuple]:
    with psycopg.connect(place.database_url) as one:
        return one.execute(query).fetchall()


def tables_of(place: Place) -> set[str]:
    return {name for (name,) in rows_of(place, postgres.TABLES)}


def test_the_whole_circle(campus, elsewhere, tmp_path) -> None:
    made = make_backup(campus, tmp_path / "backup")
    assert made.rows["kernel_test_kept"] == 50
    restored = restore(elsewhere, tmp_path / "backup", replace=False)
    assert restored == made
    blobs = [bytes(blob) for (blob,) in rows_of(elsewhere, "SELECT secret FROM kernel_test_kept ORDER BY id")]
    reader = Vault(FileKeyStore(elsewhere.secrets / "keyring.json"), PROVIDERS["international"])
    assert reader.decrypt_many(blobs, purpose=PURPOSE) == [f"secret {number}" for number in range(50)]
    assert (elsewhere.media / "photos/1.jpg").read_text() == "photo"
    assert (elsewhere.secrets / "secret-key").read_text() == "signing"
    assert {path.name for path in elsewhere.secrets.iterdir()} == {"keyring.json", "secret-key"}
    assert tables_of(elsewhere) == tables_of(campus)


@pytest.fixture
def kept_file(campus, monkeypatch):
    chosen = replace(configuration(), data_dir=campus.media.parent)
    monkeypatch.setattr(store, "configuration", lambda: chosen)
    paper = Purpose(
        key="test.paper",
        name="凭据",
        kinds=frozenset({"txt"}),
        retention=Retention(name="永久", days=None),
        may_open=lambda *_: False,
    )
    by = Actor.system("test")
    return services.keep(by=by, purpose=paper, content="凭据".encode(), name="凭据.txt", target="test:1")


def test_kept_files_come_along(campus, elsewhere, kept_file, tmp_path) -> None:
    (store.path_of(kept_file.sha256).parent / ".draft").write_text("somebody writes")
    make_backup(campus, tmp_path / "backup")
    restore(elsewhere, tmp_path / "backup", replace=False)
    [found] = [path for path in (elsewhere.media / "files").rglob("*") if path.is_file()]
    assert (found.name, found.read_text(), found.stat().st_mode & 0o777) == (kept_file.sha256, "凭据", 0o400)


def test_a_backup_without_a_file_that_a_row_names_is_noticed(campus, elsewhere, kept_file, tmp_path) -> None:
    store.path_of(kept_file.sha256).unlink()
    make_backup(campus, tmp_path / "backup")
    with pytest.raises(BackupError, match="1 files that rows name"):
        restore(elsewhere, tmp_path / "backup", replace=False)


def test_the_restored_database_still_guards_itself(campus, elsewhere, tmp_path) -> None:
    """Triggers, constraints and extensions come along: the audit log refuses to be changed there too."""
    make_backup(campus, tmp_path / "backup")
    restore(elsewhere, tmp_path / "backup", replace=False)
    with psycopg.connect(elsewhere.database_url) as one, pytest.raises(psycopg.Error):
        one.execute("UPDATE kernel_audit_entry SET actor = 'nobody'")
    for query in (
        "SELECT extname FROM pg_extension ORDER BY 1",
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
        "SELECT conname FROM pg_constraint ORDER BY 1",
        # up to WHERE: PostgreSQL writes the casts of a predicate otherwise after it has read them back
        "SELECT indexname, split_part(indexdef, ' WHERE ', 1) FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    ):
        assert rows_of(elsewhere, query) == rows_of(campus, query)


def test_a_backup_is_for_its_owner_only_and_never_overwrites(campus, tmp_path) -> None:
    make_backup(campus, tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "backup/secrets/keyring.json").stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupError, match="never overwrites"):
        make_backup(campus, tmp_path / "backup")


def test_a_backup_that_fails_leaves_nothing(campus, tmp_path, monkeypatch) -> None:
    def refuse(*_, **__) -> None:
        raise BackupError("pg_dump failed")

    monkeypatch.setattr(postgres, "dump", refuse)
    with pytest.raises(BackupError):
        make_backup(campus, tmp_path / "backups/monday")
    assert list((tmp_path / "backups").iterdir()) == []


def test_the_dump_and_the_counts_are_of_one_moment(campus, elsewhere, tmp_path, monkeypatch) -> None:
    """A row that is written while the dump runs is in neither."""
    dump = postgres.dump

    def dump_late(*given, **named) -> None:
        Kept.objects.create(secret="too late")
        dump(*given, **named)

    monkeypatch.setattr(postgres, "dump", dump_late)
    assert make_backup(campus, tmp_path / "backup").rows["kernel_test_kept"] == 50
    restore(elsewhere, tmp_path / "backup", replace=False)
    assert rows_of(elsewhere, "SELECT count(*) FROM kernel_test_kept") == [(50,)]


def damage_dump(folder: Path) -> None:
    content = bytearray((folder / "database.dump").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "database.dump").write_bytes(content)


DAMAGES = [
    damage_dump,
    lambda folder: (folder / "media/photos/1.jpg").unlink(),
    lambda folder: (folder / "media/stranger.txt").write_text("?"),
    lambda folder: (folder / "secrets/keyring.json").write_text("{}"),
    lambda folder: (folder / "manifest.json").write_text("{"),
    lambda folder: (folder / "manifest.json").unlink(),
]


def test_a_damaged_backup_is_refused_and_changes_nothing(campus, elsewhere, tmp_path) -> None:
    make_backup(campus, tmp_path / "backup")
    for number, damage in enumerate(DAMAGES):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(tmp_path / "backup", copy)
        damage(copy)
        with pytest.raises(BackupError, match=r"damaged|is no backup"):
            restore(elsewhere, copy, replace=True)
        assert tables_of(elsewhere) == set()
        assert not elsewhere.secrets.exists()


def test_a_database_with_something_in_it_is_refused_unless_told(campus, elsewhere, tmp_path) -> None:
    make_backup(campus, tmp_path / "backup")
    with psycopg.connect(elsewhere.database_url) as one:
        one.execute("CREATE TABLE precious (id int)")
    elsewhere.media.mkdir(parents=True)
    (elsewhere.media / "old.jpg").write_text("old")
    elsewhere.secrets.mkdir()
    (elsewhere.secrets / "keyring.json").write_text("other keys")
    with pytest.raises(BackupError, match="--replace"):
        restore(elsewhere, tmp_path / "backup", replace=False)
    assert tables_of(elsewhere) == {"precious"}
    restore(elsewhere, tmp_path / "backup", replace=True)
    assert "precious" not in tables_of(elsewhere)
    [kept] = elsewhere.secrets.glob("before-restore-*/keyring.json")
    assert kept.read_text() == "other keys"
    [old] = elsewhere.media.parent.glob("media.before-restore-*/old.jpg")
    assert old.read_text() == "old"


def test_a_database_that_others_use_is_refused(campus, elsewhere, tmp_path) -> None:
    make_backup(campus, tmp_path / "backup")
    with psycopg.connect(elsewhere.database_url), pytest.raises(BackupError, match="stop web, worker"):
        restore(elsewhere, tmp_path / "backup", replace=True)


def test_a_dump_that_cannot_be_loaded_leaves_the_database_as_it_was(campus, elsewhere, tmp_path) -> None:
    with psycopg.connect(elsewhere.database_url) as one:
        one.execute("CREATE TABLE precious (id int)")
    make_backup(campus, tmp_path / "backup")
    whole = (tmp_path / "backup/database.dump").read_bytes()
    for broken in (whole[: len(whole) // 2], b"nonsense"):
        (tmp_path / "broken.dump").write_bytes(broken)
        with pytest.raises(BackupError, match="was not changed"):
            postgres.load(elsewhere.database_url, tmp_path / "broken.dump", server_version=18)
        assert tables_of(elsewhere) == {"precious"}


def test_the_wrong_keyring_is_noticed(campus, elsewhere, tmp_path, monkeypatch) -> None:
    make_backup(campus, tmp_path / "backup")
    other = FileKeyStore(tmp_path / "other/keyring.json")
    Vault(other, PROVIDERS["chinese"]).data_key()
    shutil.copy(other.path, tmp_path / "backup/secrets/keyring.json")
    monkeypatch.setattr(restoring, "verify", lambda *_: None)
    with pytest.raises(BackupError, match=r"does not open kernel_test_kept\.secret"):
        restore(elsewhere, tmp_path / "backup", replace=False)


def test_counts_that_differ_are_noticed(campus, elsewhere, tmp_path) -> None:
    make_backup(campus, tmp_path / "backup")
    manifest = json.loads((tmp_path / "backup/manifest.json").read_text())
    manifest["rows"]["kernel_test_kept"] = 51
    (tmp_path / "backup/manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupError, match="counts differ from the manifest: kernel_test_kept"):
        restore(elsewhere, tmp_path / "backup", replace=False)


def test_a_given_keyring_stays_with_its_operator(campus, tmp_path) -> None:
    (campus.secrets / "keyring.json").unlink()
    place = Place(campus.database_url, campus.secrets, campus.media, has_given_keyring=True)
    assert not make_backup(place, tmp_path / "backup").has_keyring


def test_the_program_of_the_server_s_version_is_taken() -> None:
    assert (
        "18" in postgres.program("pg_dump", server_version=18)
        or postgres._major_version(postgres.program("pg_dump", server_version=18)) >= 18
    )
    with pytest.raises(BackupError, match="postgresql-client"):
        postgres.program("pg_dump", server_version=99)


def test_passwords_do_not_stand_on_the_command_line() -> None:
    address, environment = postgres.call("postgresql://nanhu:geheim@db.example/nanhu?sslmode=require")
    assert "geheim" not in address
    assert "sslmode=require" in address
    assert environment["PGPASSWORD"] == "geheim"


def test_the_commands(campus, elsewhere, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("nanhu.kernel.backup.place.place_of", lambda _: campus)
    said, warned = StringIO(), StringIO()
    call_command("backup", "--to", str(tmp_path / "backup"), stdout=said, stderr=warned)
    assert "rows of" in said.getvalue()
    assert "holds the keys" in warned.getvalue()
    assert Heartbeat.objects.filter(name="backup").exists()
    with pytest.raises(CommandError, match="never overwrites"):
        call_command("backup", "--to", str(tmp_path / "backup"), stdout=said)
    monkeypatch.setattr("nanhu.kernel.backup.place.place_of", lambda _: elsewhere)
    call_command("restore", "--from", str(tmp_path / "backup"), stdout=said)
    assert "every key opens its values" in said.getvalue()
    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", "--from", str(tmp_path / "backup"))
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"kernel.backup", "kernel.restore"}
