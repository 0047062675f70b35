"""The door of RADIUS accounting as a program: `granian --interface rsgi nanhu.project.radius:application`."""

import os
from functools import partial

from django.core.wsgi import get_wsgi_application

from nanhu.kernel.garbage import collect_nothing, collect_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
collect_nothing()
django = get_wsgi_application()

from nanhu.kernel.call_stack import in_one_piece  # noqa: E402
from nanhu.kernel.configuration import configuration  # noqa: E402
from nanhu.kernel.connections import guard_of  # noqa: E402
from nanhu.platforms.identity.protocols.radius.accounting_server import AccountingServer  # noqa: E402  Django must be set up before its models are read

application = AccountingServer(
    partial(in_one_piece, django), guard_of(configuration()), threads=configuration().web_threads
)
collect_seldom()
