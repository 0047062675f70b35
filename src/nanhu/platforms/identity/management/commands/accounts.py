"""`nanhu accounts`: what the counter and the operator do for one account."""

from argparse import ArgumentParser
from getpass import getuser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nanhu.kernel import registry
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.models import Account, RoleGrant, SsoSession
from nanhu.platforms.identity.queries import card_of
from nanhu.platforms.identity.services import counter, roles


class Command(BaseCommand):
    help = "Show, unlock or reset an account; grant and revoke roles."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="what", required=True)
        for what, text in (("show", "state, sessions and roles"), ("unlock", "forget failed sign-ins")):
            actions.add_parser(what, help=text).add_argument("campus_no")
        reset = actions.add_parser("reset", help="a one-time code instead of the password, after a document was seen")
        reset.add_argument("campus_no")
        reset.add_argument("--reason", required=True, help="which document was seen, by whom; goes to the audit log")
        for what in ("grant", "revoke"):
            action = actions.add_parser(what, help=f"{what} a role")
            action.add_argument("campus_no")
            action.add_argument("role", choices=sorted(role.key for role in registry.roles))
            action.add_argument("--unit", default="", help="code of the unit it is limited to")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        by = Actor(account_id=None, name=f"console:{getuser()}")
        try:
            account = counter.account_with(options["campus_no"])
            getattr(self, options["what"])(by, account, options)
        except CampusError as error:
            raise CommandError(error.message) from error

    def show(self, _by: Actor, account: Account, _options: dict[str, Any]) -> None:
        card = card_of(account)
        live = SsoSession.objects.filter(account=account, ended_at=None)
        self.stdout.write(f"{card.name}  {' '.join(one.campus_no for one in card.affiliations)}")
        self.stdout.write(f"state: {account.state}, since {campus_time(account.state_changed_at):%Y-%m-%d %H:%M}")
        for session in live:
            self.stdout.write(f"session: {campus_time(session.created_at):%Y-%m-%d %H:%M} from {session.address}")
        for grant in RoleGrant.objects.filter(account=account, revoked_at=None):
            self.stdout.write(f"role: {grant.role} {grant.unit_code}".rstrip())

    def unlock(self, by: Actor, _account: Account, options: dict[str, Any]) -> None:
        counter.unlock(by=by, campus_no=options["campus_no"], reason="console")
        self.stdout.write("unlocked")

    def reset(self, by: Actor, _account: Account, options: dict[str, Any]) -> None:
        code = counter.reset(by=by, campus_no=options["campus_no"], reason=options["reason"])
        self.stdout.write(f"one-time code (24 hours, works once, typed as the password): {code}")

    def grant(self, by: Actor, account: Account, options: dict[str, Any]) -> None:
        roles.grant(by=by, account_id=account.pk, role=options["role"], unit_code=options["unit"])
        self.stdout.write(f"granted {options['role']}")

    def revoke(self, by: Actor, account: Account, options: dict[str, Any]) -> None:
        taken = roles.revoke(by=by, account_id=account.pk, role=options["role"], unit_code=options["unit"])
        self.stdout.write(f"revoked {options['role']}" if taken else "there was no such grant")
