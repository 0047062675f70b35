"""Configuration of common CAS clients, ready to be pasted."""

from pathlib import Path
from urllib.parse import urlsplit

from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.panels import Snippet, filled

DATA = Path(__file__).parent / "data"
CLIENTS = {
    "Apache mod_auth_cas": "mod-auth-cas",
    "phpCAS": "php-cas",
    "django-cas-ng": "django-cas-ng",
    "python-cas": "python-cas",
    "Java (Apereo java-cas-client)": "java-web-xml",
    "Spring Boot (cas-client-support-springboot)": "spring-boot",
    "Spring Security": "spring-security",
    "nginx": "nginx",
    "其他": "others",
}
PROVED_BY = {
    "Apache mod_auth_cas": "test_mod_auth_cas.py",
    "phpCAS": "test_php_cas.py",
    "django-cas-ng": "test_django_cas_ng.py",
    "python-cas": "test_python_cas.py",
}
"""Run with the program itself (tests/interop)."""
BY_DOCUMENTATION = {"Java (Apereo java-cas-client)", "Spring Boot (cas-client-support-springboot)", "Spring Security"}
"""Held against java-cas-client 4.0's README and sources and Spring Security's reference; nobody has run them here."""
PROOFS = dict.fromkeys(PROVED_BY, True) | dict.fromkeys(BY_DOCUMENTATION, False)


def cas_url() -> str:
    return f"{configuration().public_url.rstrip('/')}/cas"


def snippets_for(application: Application) -> list[Snippet]:
    first = application.addresses.first()
    service = first.prefix if first is not None else "https://app.example.edu.cn/"
    cas, there = urlsplit(cas_url()), urlsplit(service)
    words = {
        "cas": cas_url(),
        "service": service,
        "root": f"{there.scheme}://{there.netloc}",
        "path": there.path or "/",
        "host": cas.hostname or "",
        "port": str(cas.port or (443 if cas.scheme == "https" else 80)),
        "cas_path": cas.path,
    }
    return [
        Snippet(client=client, text=filled((DATA / name).read_text("utf-8"), words), is_proved=PROOFS.get(client))
        for client, name in CLIENTS.items()
    ]
