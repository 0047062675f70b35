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
from nanhu.kernel.slow_bodies import BodyGuard  # noqa: E402
from nanhu.platforms.identity.api import AccountingFront, Front, SignInFront, is_radius_client  # noqa: E402  Django must be set up before its models are read
from nanhu.project.programs import ProgramHandler, Programs  # noqa: E402
from nanhu.services.network.portal.front import CapportFront  # noqa: E402

programs = Programs(partial(in_one_piece, django), partial(in_one_piece, ProgramHandler()))
fronts = Front(CapportFront(AccountingFront(SignInFront(programs))))
application = BodyGuard(
    fronts, guard_of(configuration()), threads=configuration().web_threads, is_machine=is_radius_client
)
collect_seldom()
