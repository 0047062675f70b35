"""Where a source may stand: public addresses by TLS, and inside only the hosts that the school lists."""

from functools import cache
from typing import Final

from nanhu.kernel import outgoing
from nanhu.kernel.configuration import configuration
from nanhu.kernel.outgoing import CallRefusedError
from nanhu.kernel.registry import SchoolRules, school_rules
from nanhu.kernel.school import school
from nanhu.platforms.datahub.errors import SourceAddressError
from nanhu.platforms.datahub.models import DataSource

LOOKING_SECONDS: Final = 3.0
PORTS: Final = {
    DataSource.Kind.POSTGRES: 5432,
    DataSource.Kind.STREAM: 5432,
    DataSource.Kind.MARIADB: 3306,
    DataSource.Kind.BINLOG: 3306,
    DataSource.Kind.SFTP: 22,
}
LARGEST_PORT: Final = 65535


@cache
def listed_hosts() -> tuple[str, ...]:
    listed = school().table("datahub").texts("source_hosts")
    return (*listed, "localhost", "127.0.0.1") if configuration().demo else listed


def is_listed(host: str) -> bool:
    return any(host == one or host.endswith(f".{one}") for one in listed_hosts())


def place_of(address: str, kind: str) -> tuple[str, int, str]:
    """Host, port and database (or folder) of "host:port/database"."""
    where, _stroke, database = address.strip().partition("/")
    host, _colon, port = where.rpartition(":") if ":" in where else (where, "", str(PORTS[DataSource.Kind(kind)]))
    if not host or not database or not port.isascii() or not port.isdigit() or not 0 < int(port) <= LARGEST_PORT:
        raise CallRefusedError("host:port/database")
    return host.lower(), int(port), database


def host_of(address: str, kind: str) -> str:
    """Whom the secret was given for."""
    if kind == DataSource.Kind.HTTP:
        parts = outgoing.checked(address)
        return f"{parts.scheme}://{parts.netloc}".lower()
    host, port, _database = place_of(address, kind)
    return f"{host}:{port}"


def target_of(made: DataSource) -> tuple[str, str, int, str]:
    """Of a database or an SFTP server the address that was judged, its name, port, and database or folder."""
    host, port, database = place_of(made.address, made.kind)
    networks = None if is_listed(host) else ()
    return outgoing.judged_target(host, port, seconds=LOOKING_SECONDS, networks=networks), host, port, database


def refuse_address(address: str, kind: str) -> None:
    """Before it is kept. It is judged again whenever it is called."""
    try:
        if kind == DataSource.Kind.HTTP:
            parts = outgoing.checked(address)
            host = (parts.hostname or "").lower()
            outgoing.refuse_internal(address, networks=None if is_listed(host) else ())
            if parts.scheme.lower() != "https" and not is_listed(host):
                raise CallRefusedError("http")
        else:
            host, port, _database = place_of(address, kind)
            shown = f"[{host}]" if ":" in host else host
            outgoing.refuse_internal(f"http://{shown}:{port}", networks=None if is_listed(host) else ())
    except OSError as error:
        raise SourceAddressError(why=str(error)) from error


school_rules.add(SchoolRules(key="datahub.source_hosts", read=listed_hosts))
