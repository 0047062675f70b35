"""A phone's code at a till and at a door, as somebody stands there and waits: from the scan to the answer that is read, one after another.

Beside it, in turn, the same card itself. Asked (手册 A089): within a second.
"""

import http.client
import json
import time
from collections.abc import Callable
from itertools import count
from typing import Any, Final

from bench.campus import fresh_campus, running, running_web
from bench.inside import ask_inside, set_up_django
from bench.report import Report, percentile
from nanhu.kernel.configuration import read_configuration
from nanhu.platforms.terminals.wire import sign_request
from nanhu.systems.card.codes.rules import STEP_SECONDS, part_of, write_picture
from nanhu.systems.card.process import gateway_command

SCANS: Final = 200
WARM: Final = 20
ASKED_MS: Final = 1000


def run(report: Report) -> None:
    with fresh_campus(demo=False) as campus:
        campus.nanhu("migrate", "--verbosity", "0")
        plan = ask_inside(campus, "bench.codes")
        configuration = read_configuration(campus.environment)
        ports = {"till": configuration.gateway_port, "door": campus.web_port}
        gateway = f"http://127.0.0.1:{configuration.gateway_port}/health"
        with running(campus, gateway_command(configuration), gateway), running_web(campus):
            code = coder(plan)
            for place, port in ports.items():
                by_code, by_card = in_turn(Reader(plan[place], port), code, plan["uid"])
                report(f"code_scan_{place}_p50", percentile(by_code, 0.5), "ms", percentile(by_card, 0.5))
                report(f"code_scan_{place}_p99", percentile(by_code, 0.99), "ms", ASKED_MS)


class Reader:
    """A device on one connection; `ask` gives the milliseconds until its answer is read."""

    def __init__(self, told: dict[str, Any], port: int) -> None:
        self.told, self.sequences = told, count(1)
        self.line = http.client.HTTPConnection("127.0.0.1", port)

    def ask(self, card: str) -> float:
        told, sequence, clock = self.told, str(next(self.sequences)), str(int(time.time()))
        path, body = f"/terminal/v1/{told['operation']}", json.dumps({"card": card, **told["said"]}).encode()
        signature = sign_request(
            bytes.fromhex(told["key"]),
            method="POST",
            path=path,
            terminal=told["number"],
            sequence=sequence,
            clock=clock,
            body=body,
        )
        headers = {
            "Content-Type": "application/json",
            "Nanhu-Terminal": told["number"],
            "Nanhu-Sequence": sequence,
            "Nanhu-Clock": clock,
            "Nanhu-Signature": signature,
        }
        begun = time.perf_counter()
        self.line.request("POST", path, body, headers)
        answer = self.line.getresponse().read()
        took = 1000 * (time.perf_counter() - begun)
        if json.loads(answer)["outcome"] != "approved":
            raise RuntimeError(answer.decode())
        return took


def in_turn(reader: Reader, code: Callable[[Any], str], uid: str) -> tuple[list[float], list[float]]:
    by_code: list[float] = []
    by_card: list[float] = []
    for _scan in range(WARM + SCANS):
        by_code.append(reader.ask(code(reader.told["kind"])))
        by_card.append(reader.ask(uid))
    return by_code[WARM:], by_card[WARM:]


def coder(plan: dict[str, Any]) -> Callable[[Any], str]:
    """Each picture of its own: what one half of it did, the other does not do again."""
    keys: Any = {right: bytes.fromhex(key) for right, key in plan["keys"].items()}
    made = count()

    def code(kind: Any) -> str:
        step = int(time.time() // STEP_SECONDS)
        return part_of(write_picture(keys, device=plan["device"], step=step, nonce=f"{next(made):04d}"), kind)

    return code


def main() -> None:
    set_up_django()
    from nanhu.platforms.terminals.api import Terminal
    from nanhu.systems.card.codes.tests.test_codes import Phone
    from nanhu.systems.card.doors.tests.conftest import hang_doors, put
    from nanhu.systems.card.tests.conftest import bring_in_the_cast

    campus = bring_in_the_cast()
    campus.top_up("student", 5000)
    hang_doors(pass_back={})
    put("library", holder_class="student")
    phone = Phone(campus)
    plan: dict[str, Any] = {
        "uid": campus.card("student").uid,
        "device": phone.device.number,
        "keys": phone.keys,
        "till": {"number": "N1001", "operation": "payment", "said": {"amount_fen": 1}, "kind": "pay"},
        "door": {"number": "ML01", "operation": "door/pass", "said": {}, "kind": "door"},
    }
    for place in ("till", "door"):
        plan[place]["key"] = Terminal.objects.get(number=plan[place]["number"]).key
    print(json.dumps(plan))


if __name__ == "__main__":
    main()
