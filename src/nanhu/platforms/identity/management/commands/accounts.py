"""`nanhu accounts`: what the counter and the operator do for one account; the first administrators come from here."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from getpass import getuser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nanhu.kernel import registry
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.lifecycle import counter, suspensions
from nanhu.platforms.identity.models import Account, RoleGrant, SsoSession
from nanhu.platforms.identity.queries import card_of
from nanhu.platforms.identity.services import roles, sign_in


class Command(BaseCommand):
    help = "Show, unlock, reset, suspend or resume an account; grant, revoke and list roles."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="what", required=True)
        for what, text in (("show", "state, sessions and roles"), ("unlock", "forget failed sign-ins")):
            actions.add_parser(what, help=text).add_argument("campus_no")
        for what, text in (
            ("reset", "a one-time code instead of the password, after a document was seen"),
            ("suspend", "stop the account at once"),
            ("resume", "lift a suspension"),
            ("sign-out", "end all its sessions"),
        ):
            action = actions.add_parser(what, help=text)
            action.add_argument("campus_no")
            action.add_argument("--reason", required=True, help="what was seen, by whom; goes to the audit log")
            if what == "suspend":
                action.add_argument("--days", type=int, default=0, help="ends by itself after so many days")
        for what in ("grant", "revoke"):
            self.add_role_arguments(actions.add_parser(what, help=f"{what} a role"))
        actions.add_parser("roles", help="who holds which role, until when")

    def add_role_arguments(self, action: ArgumentParser) -> None:
        action.add_argument("campus_no")
        action.add_argument("role", choices=sorted(role.key for role in registry.roles))
        action.add_argument("--unit", default="", help="code of the unit it is limited to")
        action.add_argument("--reason", default="", help="goes to the audit log")
        action.add_argument("--days", type=int, default=0, help="ends by itself after so many days")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        by = Actor(account_id=None, name=f"console:{getuser()}")
        try:
            if options["what"] == "roles":
                self.list_roles()
                return
            account = sign_in.account_with(options["campus_no"])
            getattr(self, options["what"].replace("-", "_"))(by, account, options)
        except CampusError as error:
            raise CommandError(error.message) from error

    def show(self, _by: Actor, account: Account, _options: dict[str, Any]) -> None:
        card = card_of(account)
        live = SsoSession.objects.filter(account=account, ended_at=None)
        self.stdout.write(f"{card.name}  {' '.join(one.campus_no for one in card.affiliations)}")
        self.stdout.write(f"state: {account.state}, since {campus_time(account.state_changed_at):%Y-%m-%d %H:%M}")
        if account.grace_until is not None:
            self.stdout.write(f"grace until: {campus_time(account.grace_until):%Y-%m-%d %H:%M}")
        for session in live:
            self.stdout.write(f"session: {campus_time(session.created_at):%Y-%m-%d %H:%M} from {session.address}")
        for grant in RoleGrant.objects.filter(roles.live(), account=account):
            self.stdout.write(f"role: {grant.role} {grant.unit_code}".rstrip())

    def list_roles(self) -> None:
        for grant in RoleGrant.objects.filter(roles.live()).select_related("account").order_by("role", "pk"):
            card = card_of(grant.account)
            until = f"until {campus_time(grant.ends_at):%Y-%m-%d}" if grant.ends_at else ""
            self.stdout.write(
                f"{grant.role}  {card.campus_no or '-'}  {card.name}  {grant.unit_code}  {until}".rstrip()
            )

    def unlock(self, by: Actor, _account: Account, options: dict[str, Any]) -> None:
        counter.unlock(by=by, campus_no=options["campus_no"], reason="console")
        self.stdout.write("unlocked")

    def reset(self, by: Actor, _account: Account, options: dict[str, Any]) -> None:
        code = counter.reset(by=by, campus_no=options["campus_no"], reason=options["reason"])
        self.stdout.write(f"one-time code (24 hours, works once, typed as the password): {code}")

    def suspend(self, by: Actor, account: Account, options: dict[str, Any]) -> None:
        suspensions.suspend(by=by, account_id=account.pk, reason=options["reason"], until=after(options["days"]))
        self.stdout.write("suspended")

    def resume(self, by: Actor, account: Account, options: dict[str, Any]) -> None:
        suspensions.resume(by=by, account_id=account.pk, reason=options["reason"])
        self.stdout.write("resumed")

    def sign_out(self, by: Actor, account: Account, options: dict[str, Any]) -> None:
        ended = counter.sign_out(by=by, account_id=account.pk, reason=options["reason"])
        self.stdout.write(f"{ended} sessions ended")

    def grant(self, by: Actor, account: Account, options: dict[str, Any]) -> None:
        roles.grant(
            by=by,
            account_id=account.pk,
            role=options["role"],
            unit_code=options["unit"],
            reason=options["reason"],
            ends_at=after(options["days"]),
        )
        self.stdout.write(f"granted {options['role']}")

    def revoke(self, by: Actor, account: Account, options: dict[str, Any]) -> None:
        taken = roles.revoke(
            by=by, account_id=account.pk, role=options["role"], unit_code=options["unit"], reason=options["reason"]
        )
        self.stdout.write(f"revoked {options['role']}" if taken else "there was no such grant")


def after(days: int) -> datetime | None:
    return now() + timedelta(days=days) if days else None
