"""The `nanhu` command: Django's management commands, with the embedded database running where it is needed."""

import atexit
import os
import sys

WITHOUT_DATABASE = {"help", "version", "--help", "--version", "translations", "collectstatic", "sample"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command == "demo":
        os.environ.setdefault("NANHU_DEMO", "1")
        lay_template()
    if command not in WITHOUT_DATABASE:
        ensure_database()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def lay_template() -> None:
    """An empty data folder of a sample campus becomes a copy of one that was filled before, where there is one."""
    from nanhu.kernel.configuration import configuration
    from nanhu.sample.demo import template

    template.lay(configuration())


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
