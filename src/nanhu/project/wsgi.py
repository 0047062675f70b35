import os
from functools import partial

from django.core.wsgi import get_wsgi_application

from nanhu.kernel.garbage import collect_nothing, collect_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
collect_nothing()
django = get_wsgi_application()

from nanhu.kernel.call_stack import in_one_piece  # noqa: E402
from nanhu.kernel.configuration import configuration  # noqa: E402
from nanhu.kernel.connection_shares import ConnectionShares  # noqa: E402
from nanhu.kernel.connections import guard_of  # noqa: E402
from nanhu.kernel.slow_bodies import BodyGuard  # noqa: E402
from nanhu.kernel.turns import Turns  # noqa: E402
from nanhu.platforms.identity.api import AccountingFront, Front, SignInFront, is_radius_client  # noqa: E402  Django must be set up before its models are read
from nanhu.project.programs import ProgramHandler, Programs  # noqa: E402
from nanhu.services.network.portal.front import CapportFront  # noqa: E402

AT_ONCE = 3
"""Pages that are made at a time: while one waits for the database another is made, and a third begins."""
pages = Turns(partial(in_one_piece, django), at_once=AT_ONCE)
programs = Programs(pages, partial(in_one_piece, ProgramHandler()))
fronts = Front(CapportFront(AccountingFront(SignInFront(programs))))
application = BodyGuard(
    fronts,
    guard_of(configuration(), ConnectionShares(configuration().data_dir)),
    threads=configuration().web_threads,
    is_machine=is_radius_client,
)
collect_seldom()
