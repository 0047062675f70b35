"""What can be set from outside: environment variables with safe defaults. `docs/settings.md` lists them all."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from urllib.parse import quote

from nanhu.kernel.database.embedded import embedded_user, password_file, socket_dir
from nanhu.kernel.secret_files import generated_secret

LEAST_AUDIT_DAYS = 180
"""Six months: Cybersecurity Law (网络安全法) article 21."""
TRUE_WORDS = {"1", "true", "yes", "on"}


def setting(variable: str, default: Any, help_text: str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"variable": variable, "help": help_text})


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Every setting of the program. Names of the variables and their meaning stand in the metadata of each field."""

    data_dir: Path = setting("NANHU_DATA_DIR", Path("var"), "Folder of the database, secrets, media and logs.")
    foreign_database_url: str = setting(
        "DATABASE_URL", "", "A PostgreSQL 18 of your own; empty: the embedded one.", secret=True
    )
    web_database_url: str = setting(
        "NANHU_WEB_DATABASE_URL", "", "The same database as the role of the web processes.", secret=True
    )
    worker_database_url: str = setting(
        "NANHU_WORKER_DATABASE_URL", "", "The same database as the role of the worker and of commands.", secret=True
    )
    gateway_database_url: str = setting(
        "NANHU_GATEWAY_DATABASE_URL", "", "The same database as the role of the terminal gateway.", secret=True
    )
    database_role: Literal["owner", "web", "worker", "gateway"] = setting(
        "NANHU_DATABASE_ROLE", "owner", "Whose database rights this process has; `nanhu` chooses it for each process."
    )
    process_name: str = setting(
        "NANHU_PROCESS",
        "command",
        "What a connection is called in the database; where it is set a supervisor keeps the process, and the database.",
    )
    database_pool_size: int = setting("NANHU_DATABASE_POOL_SIZE", 8, "Connections each process may hold.")
    public_url: str = setting(
        "NANHU_PUBLIC_URL",
        "http://localhost:8000",
        "The address people type, without a slash; unset: localhost and NANHU_WEB_PORT.",
    )
    allowed_hosts: str = setting("NANHU_ALLOWED_HOSTS", "", "Further host names, separated by commas.")
    debug: bool = setting("NANHU_DEBUG", False, "Developer's error pages. Never on a real campus.")
    demo: bool = setting("NANHU_DEMO", False, "A sample campus: prints sign-ins and opens the doors only it needs.")
    template_dir: str = setting(
        "NANHU_TEMPLATE_DIR",
        "",
        "Where filled sample campuses are kept to be copied (demo); empty: the user's cache; none: nowhere.",
    )
    crypto: Literal["international", "chinese"] = setting(
        "NANHU_CRYPTO", "international", "Algorithms for new ciphertext: AES/SHA-2 or SM4/SM3 (chinese)."
    )
    keyring: str = setting(
        "NANHU_KEYRING",
        "",
        "The keyring (JSON), or the path of a read-only file of it; empty: the data folder's own.",
        secret=True,
    )
    secret_key: str = setting(
        "NANHU_SECRET_KEY", "", "Signs cookies; empty: made at first start in the data folder.", secret=True
    )
    school_file: str = setting("NANHU_SCHOOL_FILE", "", "TOML file describing the school; empty: the sample school.")
    web_port: int = setting("NANHU_WEB_PORT", 8000, "Port of the pages.")
    gateway_port: int = setting("NANHU_GATEWAY_PORT", 8001, "Port of the terminal gateway.")
    radius_port: int = setting("NANHU_RADIUS_PORT", 8023, "Port of the door of RADIUS accounting.")
    emulator_port: int = setting("NANHU_EMULATOR_PORT", 8002, "Port of the device emulators (demo).")
    office_port: int = setting("NANHU_OFFICE_PORT", 8003, "Port of the emulated OA application (demo).")
    systems_port: int = setting("NANHU_SYSTEMS_PORT", 8004, "Port of thirteen emulated business systems (demo).")
    kiosks_port: int = setting("NANHU_KIOSKS_PORT", 8005, "Port of the emulated kiosks and doors (demo).")
    outside_port: int = setting("NANHU_OUTSIDE_PORT", 8006, "Port of the emulated bank and wallet apps (demo).")
    sms_port: int = setting("NANHU_SMS_PORT", 8007, "Port of the emulated text message providers (demo).")
    samples_port: int = setting(
        "NANHU_SAMPLES_PORT", 8008, "Port of sample programs to take in, and of the emulated weather service (demo)."
    )
    wecom_port: int = setting("NANHU_WECOM_PORT", 8009, "Port of the emulated 企业微信 (demo).")
    wlan_port: int = setting(
        "NANHU_WLAN_PORT",
        8010,
        "Port of the emulated wireless controller; by UDP it takes this and the next one (demo).",
    )
    vendors_port: int = setting(
        "NANHU_VENDORS_PORT",
        8012,
        "Port of fourteen emulated systems that the data centre reads; the next three are SFTP, PostgreSQL and MariaDB (demo).",
    )
    consumer_port: int = setting("NANHU_CONSUMER_PORT", 8016, "Port of an emulated consumer of the hub's data (demo).")
    parties_port: int = setting(
        "NANHU_PARTIES_PORT",
        8022,
        "Highest of six ports in a row, one for each emulated party outside: invoices, degrees, DOI, quotas, 学信网, tax (demo).",
    )
    listen_address: str = setting("NANHU_LISTEN_ADDRESS", "127.0.0.1", "Address the servers listen on.")
    trusted_proxies: str = setting(
        "NANHU_TRUSTED_PROXIES",
        "127.0.0.1,::1",
        "Reverse proxies whose X-Forwarded-… is believed: addresses or networks.",
    )
    connections: int = setting("NANHU_CONNECTIONS", 4096, "Connections a server process holds in all.")
    connections_per_address: int = setting(
        "NANHU_CONNECTIONS_PER_ADDRESS",
        512,
        "Connections a server process holds for one address that is no trusted proxy.",
    )
    outgoing_networks: str = setting(
        "NANHU_OUTGOING_NETWORKS",
        "",
        "Private networks that the program may call (applications, bank, webhooks, metadata); empty: public addresses only.",
    )
    web_threads: int = setting(
        "NANHU_WEB_THREADS", 8, "Threads of each web worker, and of radius for what Django answers."
    )
    web_workers: int = setting("NANHU_WEB_WORKERS", 0, "Web worker processes; 0: one a processor, at most four.")
    hasher_threads: int = setting("NANHU_HASHER_THREADS", 0, "Passwords checked at once; 0: one a processor.")
    upload_limit_mb: int = setting("NANHU_UPLOAD_LIMIT_MB", 50, "Largest file an office may hand in, in MiB.")
    large_tables_at_once: int = setting(
        "NANHU_LARGE_TABLES_AT_ONCE",
        2,
        "Large tables that this machine reads in at once; others wait until one is done.",
    )
    large_table_memory_mb: int = setting(
        "NANHU_LARGE_TABLE_MEMORY_MB",
        1024,
        "Memory of the engine that cleans a large table, in MiB; more goes to disk.",
    )
    spark_master: str = setting(
        "NANHU_SPARK_MASTER",
        "",
        "Apache Spark for large tables on several machines: spark://host:7077; empty: DuckDB alone.",
    )
    spark_python: str = setting(
        "NANHU_SPARK_PYTHON", "", "Python that has PySpark (`scripts/install-spark`); empty: the program's own."
    )
    session_idle_minutes: int = setting("NANHU_SESSION_IDLE_MINUTES", 120, "Signed out after this long unused.")
    session_hours: int = setting("NANHU_SESSION_HOURS", 12, "Signed out at the latest after this many hours.")
    ticket_seconds: int = setting("NANHU_TICKET_SECONDS", 10, "Life of a CAS service ticket.")
    oidc_key_days: int = setting(
        "NANHU_OIDC_KEY_DAYS", 90, "OpenID Connect: the signing key is changed after so many days."
    )
    oidc_offline_days: int = setting(
        "NANHU_OIDC_OFFLINE_DAYS", 90, "OpenID Connect: longest life of a consent to act while its person is away."
    )
    oidc_refresh_grace_seconds: int = setting(
        "NANHU_OIDC_REFRESH_GRACE_SECONDS", 0, "OpenID Connect: a refresh token may come twice within so many seconds."
    )
    activation_days: int = setting("NANHU_ACTIVATION_DAYS", 60, "How long an account waits to be activated.")
    challenge_bits: int = setting(
        "NANHU_CHALLENGE_BITS", 17, "Work of a challenge after failed sign-ins: 2 to this power hashes in the browser."
    )
    mail_server: str = setting(
        "NANHU_MAIL_SERVER",
        "",
        "Where codes and notices by mail go: smtps://user:password@host, smtp:// with STARTTLS; empty: none is sent.",
        secret=True,
    )
    mail_from: str = setting("NANHU_MAIL_FROM", "no-reply@localhost", "Sender of those mails.")
    sms_provider: Literal["", "aliyun", "tencent", "http"] = setting(
        "NANHU_SMS_PROVIDER", "", "Who sends text messages: aliyun, tencent, http (a template); empty: none is sent."
    )
    sms_address: str = setting(
        "NANHU_SMS_ADDRESS", "", "The provider's address; empty: its public one. Needed for http."
    )
    sms_key: str = setting("NANHU_SMS_KEY", "", "The access key's name at the provider (AccessKey ID, SecretId).")
    sms_secret_file: str = setting(
        "NANHU_SMS_SECRET_FILE", "", "Path of the file that holds the access key's secret, or the token for http."
    )
    weather_provider: Literal["", "open-meteo", "qweather", "caiyun"] = setting(
        "NANHU_WEATHER_PROVIDER", "", "Whose weather the home shows (qweather: 和风, caiyun: 彩云); empty: none."
    )
    weather_address: str = setting(
        "NANHU_WEATHER_ADDRESS", "", "The provider's address; empty: its public one. Needed for qweather."
    )
    weather_key_file: str = setting(
        "NANHU_WEATHER_KEY_FILE", "", "Path of the file that holds the key or token for qweather and caiyun."
    )
    wecom_secret_file: str = setting(
        "NANHU_WECOM_SECRET_FILE",
        "",
        "Path of the JSON file with the secrets of 企业微信: secret, contacts_secret, callback_token, callback_key.",
    )
    parties_file: str = setting(
        "NANHU_PARTIES_FILE", "", "Path of the TOML file with addresses and secrets of parties outside (operations.md)."
    )
    audit_days: int = setting(
        "NANHU_AUDIT_DAYS", 365, "How long audit and sign-in logs stay in the database; 180 at least."
    )
    roots_file: str = setting(
        "NANHU_ROOTS_FILE",
        "",
        "Where the last seals of ledger and audit are added each night and compared; empty: roots.jsonl in the data folder.",
    )
    saml_entity_id: str = setting(
        "NANHU_SAML_ENTITY_ID",
        "",
        "entityID of the SAML provider, never to change; empty: <public address>/saml/metadata.",
    )
    log_format: Literal["console", "json"] = setting("NANHU_LOG_FORMAT", "console", "Form of the log lines.")

    @property
    def secrets_dir(self) -> Path:
        return self.data_dir / "secrets"

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"

    @property
    def is_database_embedded(self) -> bool:
        return not self.foreign_database_url

    @property
    def database_url(self) -> str:
        """The URL this process connects to, known without asking the server."""
        return self.database_url_of(self.database_role)

    @property
    def database_options(self) -> str:
        """What a session begins with. A page prepares what differs by whose page it is alone, and planning it for the first five of them in each
        connection, as PostgreSQL would, is dear: 50 ms each time for what waits in all lists of the house."""
        plans = " -c plan_cache_mode=force_generic_plan" if self.database_role == "web" else ""
        return f"-c jit=off{plans}"

    def database_url_of(self, role: str) -> str:
        """A foreign database without a URL for this role is used by `DATABASE_URL` itself."""
        if self.foreign_database_url:
            own = {
                "web": self.web_database_url,
                "worker": self.worker_database_url,
                "gateway": self.gateway_database_url,
            }
            return own.get(role) or self.foreign_database_url
        user, password = embedded_user(role), generated_secret(password_file(self.secrets_dir, role))
        return f"postgresql://{user}:{quote(password)}@/nanhu?host={quote(str(socket_dir(self.data_dir)), safe='')}"


def read_configuration(environment: Mapping[str, str]) -> Configuration:
    """Parse the environment; a malformed value is an error that names its variable."""
    values: dict[str, Any] = {}
    for one in fields(Configuration):
        text = environment.get(one.metadata["variable"])
        if text is not None and text != "":
            values[one.name] = parsed(one.metadata["variable"], one.default, text)
        if get_origin(one.type) is Literal and values.get(one.name, one.default) not in get_args(one.type):
            words = ", ".join(get_args(one.type))
            raise ConfigurationError(f"{one.metadata['variable']}: expected one of {words}, not {text!r}")
    if values.get("audit_days", LEAST_AUDIT_DAYS) < LEAST_AUDIT_DAYS:
        raise ConfigurationError(f"NANHU_AUDIT_DAYS: the law wants {LEAST_AUDIT_DAYS} days at least")
    if "web_port" in values:
        values.setdefault("public_url", f"http://localhost:{values['web_port']}")
    values["data_dir"] = Path(values.get("data_dir", "var")).resolve()
    return Configuration(**values)


class ConfigurationError(ValueError):
    """A setting holds a value the program cannot use."""


def parsed(variable: str, default: object, text: str) -> object:
    if isinstance(default, bool):
        return text.strip().lower() in TRUE_WORDS
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError as error:
            raise ConfigurationError(f"{variable}: expected a whole number, not {text!r}") from error
    if isinstance(default, Path):
        return Path(text)
    return text.strip()


@cache
def configuration() -> Configuration:
    """The settings of this process, read once."""
    return read_configuration(os.environ)
