"""Applications as the front remembers them: by the service they were asked for, for one version of the registry."""

from typing import NamedTuple

from django.db import connection

from nanhu.platforms.identity.errors import ServiceRefusedError
from nanhu.platforms.identity.front.database import VERSION, Database
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.services.applications import application_for

MOST_SERVICES = 4096
FROM_THE_CARD = frozenset(
    {
        "displayName",
        "cn",
        "sn",
        "givenName",
        "personId",
        "campusNo",
        "studentNo",
        "staffNo",
        "department",
        "departmentCode",
        "className",
        "classCode",
        "category",
        "sex",
        "mail",
        "eduPersonAffiliation",
        "eduPersonScopedAffiliation",
        "eduPersonPrincipalName",
        "eduPersonEntitlement",
        "eduPersonAssurance",
        "uid",
        "schacHomeOrganization",
    }
)
"""Attributes that follow from what identity_front_verdict tells. Whoever releases another one is answered by Django."""


class Known(NamedTuple):
    application: Application
    version: int

    @property
    def may_answer(self) -> bool:
        return FROM_THE_CARD.issuperset(self.application.attributes)


class Registry:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.known: dict[str, Known] = {}

    def find(self, service: str) -> Known | None:
        """What is remembered may be old: the version that comes with it is checked where it is used."""
        return self.known.get(service) or self.read(service)

    def read(self, service: str) -> Known | None:
        """The version first: what changes after it was read makes it old, and the database will say so."""
        version = int(self.database.value(VERSION, []) or 0)
        try:
            found = Known(application_for(service), version)
        except ServiceRefusedError:
            return None
        finally:
            if not connection.in_atomic_block:
                connection.close()
        if len(self.known) >= MOST_SERVICES:
            self.known.clear()
        self.known[service] = found
        return found

    def forget(self, service: str) -> None:
        self.known.pop(service, None)
