"""`nanhu hub_views`: the views in SQL that grants give, made as the tables' owner; and what an administrator types for a role."""

from typing import Any, Final

from django.core.management.base import BaseCommand
from django.db import connection

from nanhu.platforms.datahub.sharing import database_views

ROLE: Final = (
    "CREATE ROLE {role} LOGIN PASSWORD '…' CONNECTION LIMIT 4; ALTER ROLE {role} SET search_path = {role}; "
    "ALTER ROLE {role} SET statement_timeout = '60s';"
)


class Command(BaseCommand):
    help = "按授权建好数据库视图；缺角色的，写出数据库管理员要执行的语句"

    def handle(self, *_args: Any, **_options: Any) -> None:
        made = database_views.make_views()
        for view, has_role in made:
            self.stdout.write(f"{view.schema}.{view.table.key.replace('.', '_')}  {view.grant}")
            if not has_role:
                self.stdout.write(f"  {ROLE.format(role=view.schema)}")
        with connection.cursor() as cursor:
            if made and (statement := database_views.statement_to_close(cursor)):
                self.stdout.write(statement)
