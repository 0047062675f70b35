"""The `nanhu` command: Django's management commands, with the embedded database running where it is needed."""

import atexit
import os
import sys

WITHOUT_DATABASE = {"help", "version", "--help", "--version", "translations", "collectstatic", "sample"}

AS_OWNER = {
    "migrate",
    "makemigrations",
    "sqlmigrate",
    "showmigrations",
    "squashmigrations",
    "flush",
    "dbshell",
    "shell",
    "run",
    "demo",
    "backup",
    "restore",
    "database",
    "keys",
    "audit",
}
"""Commands that make or change tables, or rows which nobody else may touch. All others have the worker's rights."""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    os.environ.setdefault("NANHU_DATABASE_ROLE", "owner" if command in AS_OWNER else "worker")
    if command == "demo":
        os.environ.setdefault("NANHU_DEMO", "1")
        lay_template()
    if command == "doctor":
        look_as_the_running_campus()
    if command not in WITHOUT_DATABASE:
        ensure_database()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def lay_template() -> None:
    """An empty data folder of a sample campus becomes a copy of one that was filled before, where there is one."""
    from nanhu.kernel.configuration import configuration
    from nanhu.sample.demo import template

    template.lay(configuration())


def look_as_the_running_campus() -> None:
    """Beside a running sample campus its settings are meant: a shell knows nothing of what `nanhu demo` chose for itself."""
    from nanhu.kernel.configuration import read_configuration
    from nanhu.kernel.processes.report import is_demo_running

    if "NANHU_DEMO" not in os.environ and is_demo_running(read_configuration(os.environ).data_dir):
        os.environ["NANHU_DEMO"] = "1"


def ensure_database() -> None:
    """Start the embedded server unless it runs; who starts it stops it."""
    from nanhu.kernel.configuration import configuration
    from nanhu.kernel.database import embedded

    settings = configuration()
    if settings.is_database_embedded and embedded.start(settings.data_dir):
        atexit.register(embedded.stop, settings.data_dir)
        atexit.register(close_connections)


def close_connections() -> None:
    """Before the server stops: what still holds it would complain."""
    from django.db import connection

    connection.close()
    if pool := getattr(connection, "pool", None):
        pool.close()


if __name__ == "__main__":
    main()
