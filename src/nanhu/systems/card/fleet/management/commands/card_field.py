"""`nanhu card_field merchant|terminal|retire|close`: what the technician sets up and takes away in the field.

The console answers to nobody's account: what it registers is open at once. A key is printed once, to be carried to the device.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit.records import found_in
from nanhu.kernel.money import format_yuan
from nanhu.platforms.terminals.api import Entry, Terminal, register_terminal, retire_terminal, switch_terminal
from nanhu.systems.card.fleet.services import registering
from nanhu.systems.card.models import Merchant, Till
from nanhu.systems.card.services.merchants import MerchantOrder

BY = Actor.system("card-command")


class Command(BaseCommand):
    help = "Register a merchant, a terminal, a kiosk or a door (its key is printed once), or take one away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        merchant = actions.add_parser("merchant", help="register a merchant")
        merchant.add_argument("key", help="its lasting name, such as n1.rice")
        merchant.add_argument("name")
        merchant.add_argument("--canteen", default="")
        terminal = actions.add_parser("terminal", help="register a device; prints its key once and switches it on")
        terminal.add_argument("number")
        terminal.add_argument("--kind", choices=Terminal.Kind.values, default="pos")
        terminal.add_argument("--merchant", default="", help="the key of who sells; none for doors and kiosks")
        terminal.add_argument("--place", default="")
        terminal.add_argument("--door-place", default="", help="the key of the place a door stands at")
        terminal.add_argument("--yard", default="", help="the part of the campus a kiosk stands in")
        terminal.add_argument(
            "--map", nargs=2, type=int, default=(0, 0), metavar=("X", "Y"), help="per mille of the map"
        )
        retire = actions.add_parser("retire", help="take a device away for good")
        retire.add_argument("number")
        retire.add_argument("--accept-loss", action="store_true", help="of the rows it keeps and has not sent")
        close = actions.add_parser("close", help="close a merchant whose devices are away")
        close.add_argument("key")
        for one in (merchant, terminal, retire, close):
            one.add_argument("--reason", required=True)

    def handle(self, *_arguments: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, action)(options)
        except CampusError as expected:
            raise CommandError(expected.message) from expected

    def merchant(self, options: dict[str, Any]) -> None:
        order = MerchantOrder(key=options["key"], name=options["name"], canteen=options["canteen"])
        made = registering.register_merchant(by=BY, order=order, reason=options["reason"])
        self.stdout.write(f"{made.key}：{made.get_state_display()}")

    def terminal(self, options: dict[str, Any]) -> None:
        x, y = options["map"]
        details = {name: options[name] for name in ("merchant", "door_place", "yard")} | {"map_x": x, "map_y": y}
        entry = Entry(number=options["number"], kind=options["kind"], place=options["place"], details=details)
        made, key = register_terminal(by=BY, entry=entry, reason=options["reason"])
        switch_terminal(by=BY, number=made.number, state=Terminal.State.ON, reason=options["reason"])
        self.stdout.write(
            _("{number} 的第 {version} 把密钥：{key}").format(number=made.number, version=made.key_version, key=key)
        )

    def retire(self, options: dict[str, Any]) -> None:
        gone = retire_terminal(
            by=BY, number=options["number"], reason=options["reason"], is_loss_accepted=options["accept_loss"]
        )
        said = _("{number}：{state}，没有上传的 {rows} 笔，{yuan}")
        till = Till.objects.filter(terminal=gone).first()
        facts = {"number": gone.number, "rows": gone.lost_rows, "yuan": format_yuan(till.lost_fen if till else 0)}
        self.stdout.write(said.format(state=gone.get_state_display(), **facts))

    def close(self, options: dict[str, Any]) -> None:
        found = found_in(Merchant.objects.all(), _("这个商户"), key=options["key"])
        gone = registering.close_merchant(by=BY, merchant=found, reason=options["reason"])
        self.stdout.write(f"{gone.key}：{gone.get_state_display()}")
