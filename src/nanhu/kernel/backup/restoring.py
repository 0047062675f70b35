"""Restoring a backup."""

import shutil
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from nanhu.kernel.backup import postgres
from nanhu.kernel.backup.making import DUMP
from nanhu.kernel.backup.manifest import Manifest, verify
from nanhu.kernel.backup.place import BackupError, Place
from nanhu.kernel.crypto.envelope import HEADER
from nanhu.kernel.crypto.errors import CryptoError
from nanhu.kernel.crypto.indexes import encrypted_columns
from nanhu.kernel.crypto.keystore import FileKeyStore, KeyStore
from nanhu.kernel.crypto.providers import PROVIDERS
from nanhu.kernel.crypto.vault import Vault, vault
from nanhu.kernel.database.roles import apply_grants, declared_grants

OTHERS = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND usename IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'"""
"""What sessions of other roles are may be hidden from us; autovacuum has no user."""


def restore(place: Place, source: Path, *, replace: bool) -> Manifest:
    """Put the backup in place. What was there before is refused, or, with `replace`, kept beside (files) and dropped
    (database). Raises BackupError when the result is not what the manifest says."""
    manifest = Manifest.read(source)
    verify(source, manifest)
    _refuse_what_is_in_use(place, replace=replace)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    postgres.load(place.database_url, source / DUMP, server_version=manifest.server_version)
    _grant_anew(place)
    _put_secrets(source / "secrets", place.secrets, stamp)
    _put_media(source / "media", place.media, stamp)
    _prove(place, manifest)
    return manifest


def _grant_anew(place: Place) -> None:
    """A dump carries no rights: without this web, worker and gateway would see nothing until the next migration."""
    with psycopg.connect(place.database_url) as connection, connection.cursor() as cursor:
        apply_grants(cursor, declared_grants())


def _refuse_what_is_in_use(place: Place, *, replace: bool) -> None:
    with psycopg.connect(place.database_url) as connection:
        row = connection.execute(OTHERS).fetchone()
        if row and row[0]:
            raise BackupError(f"{row[0]} other connections use the database: stop web, worker and gateway first")
        tables = len(connection.execute(postgres.TABLES).fetchall())
    has_media = place.media.is_dir() and any(place.media.iterdir())
    if (tables or has_media) and not replace:
        raise BackupError(
            f"the database has {tables} tables{' and the media folder has files' if has_media else ''}: "
            "restore into an empty one, or say --replace"
        )


def _put_secrets(source: Path, target: Path, stamp: str) -> None:
    """The secrets that were here may open something else: they are put aside, never lost."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in sorted(source.glob("*")):
        kept = target / path.name
        if kept.exists() and kept.read_bytes() != path.read_bytes():
            aside = target / f"before-restore-{stamp}"
            aside.mkdir(mode=0o700, exist_ok=True)
            kept.rename(aside / path.name)
        shutil.copy2(path, kept)
        kept.chmod(0o600)


def _put_media(source: Path, target: Path, stamp: str) -> None:
    if target.is_dir() and any(target.iterdir()):
        target.rename(target.with_name(f"{target.name}.before-restore-{stamp}"))
    elif target.is_dir():
        target.rmdir()
    if source.is_dir():
        shutil.copytree(source, target)


def _prove(place: Place, manifest: Manifest) -> None:
    with psycopg.connect(place.database_url) as connection:
        found = postgres.counts(connection)
        different = sorted(
            table for table in found.keys() | manifest.rows.keys() if found.get(table) != manifest.rows.get(table)
        )
        if different:
            raise BackupError(f"restored, but the counts differ from the manifest: {', '.join(different[:5])}")
        missing = _missing_files(connection, place.media / "files", present=found.keys())
        unreadable = _unreadable(connection, _keys_of(place), present=found.keys())
    if missing:
        raise BackupError(f"restored, but {missing} files that rows name are not in the backup's media")
    if unreadable:
        raise BackupError(f"restored, but the keyring does not open {', '.join(unreadable)}: it is not of this backup")


def _missing_files(connection: psycopg.Connection, folder: Path, *, present: Collection[str]) -> int:
    """Their content is what the manifest says; here it is asked whether they are all there."""
    if "kernel_file" not in present:  # made by a later migration than the backup
        return 0
    named = connection.execute("SELECT DISTINCT sha256 FROM kernel_file WHERE removed_at IS NULL").fetchall()
    return sum(not (folder / sha256[:2] / sha256).is_file() for (sha256,) in named)


def _keys_of(place: Place) -> KeyStore:
    return vault().store if place.has_given_keyring else FileKeyStore(place.secrets / "keyring.json")


def _unreadable(connection: psycopg.Connection, keys: KeyStore, *, present: Collection[str]) -> list[str]:
    """Encrypted columns of which one value of some key does not open."""
    found = []
    reader = Vault(keys, PROVIDERS["international"])  # any provider reads what any other wrote
    for model, column in encrypted_columns():
        table = model._meta.db_table  # noqa: SLF001 - Django's public name for it
        if table not in present:  # made by a later migration than the backup
            continue
        query = sql.SQL("SELECT DISTINCT ON (substring({0}, 1, {1})) {0} FROM {2} WHERE {0} IS NOT NULL").format(
            sql.Identifier(str(column.column)), sql.Literal(HEADER.size), sql.Identifier(table)
        )
        blobs = [bytes(blob) for (blob,) in connection.execute(query).fetchall()]
        try:
            reader.decrypt_many(blobs, purpose=column.purpose)
        except CryptoError:
            found.append(f"{table}.{column.column}")
    return found
