"""Stands for `kernel.database.swift.Connections` in tests: its statements on the test's own connection, so that they see the test's transaction, and with
the rights that a web worker has."""

import json
import re
from collections.abc import Sequence
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection, transaction

from nanhu.kernel.database.swift import AskDjangoError, Parameter

PLACE = re.compile(r"\$(\d+)")


class SameConnection:
    def value(self, statement: bytes, parameters: Sequence[Parameter]) -> bytes | None:
        query = PLACE.sub(r"%(p\1)s", statement.decode().replace("%", "%%"))
        given = {f"p{place}": one if isinstance(one, bytes) else str(one) for place, one in enumerate(parameters, 1)}
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET ROLE nanhu_web")
                cursor.execute(query, given)
                found: Any = cursor.fetchone()[0]
                cursor.execute("RESET ROLE")
        except DatabaseError as error:  # a front would hand on to Django what is a fault of its statement
            raise RuntimeError(statement) from error
        return None if found is None else (found if isinstance(found, str) else json.dumps(found)).encode()


class AwayConnection:
    def value(self, _statement: bytes, _parameters: Sequence[Parameter]) -> bytes | None:
        raise AskDjangoError

    async def value_soon(self, _statement: bytes, _parameters: Sequence[Parameter]) -> bytes | None:
        raise AskDjangoError
