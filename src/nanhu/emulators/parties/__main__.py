"""`python -m nanhu.emulators.parties PARTY ADDRESS PORT FOLDER SECRET_FILE`: serves one party until it is told to end."""

import sys
from contextlib import suppress
from pathlib import Path

from nanhu.emulators.parties.answering import Degrees, Invoices, Quotas, Works
from nanhu.emulators.parties.filed import Enrolment, Tax
from nanhu.emulators.parties.request import Party
from nanhu.emulators.parties.server import server_on


def party_of(key: str, folder: Path) -> Party:
    answering: dict[str, type[Invoices | Degrees | Works | Quotas]] = {
        "invoices": Invoices,
        "degrees": Degrees,
        "works": Works,
        "quotas": Quotas,
    }
    if key in answering:
        return answering[key]()
    return {"enrolment": Enrolment, "tax": Tax}[key](folder / key)


def main(key: str, address: str, port: str, folder: str, secret_file: str) -> None:
    secret = Path(secret_file).read_text(encoding="utf-8").strip()
    with suppress(KeyboardInterrupt):  # Ctrl-C at the demo reaches every process
        server_on(address, int(port), party_of(key, Path(folder)), secret=secret).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
