"""The OA's to-dos in the university's list: pushed when a document waits for somebody, ended when it is dealt with.

A program of its own, written by the campus's description of its API alone:

    NANHU_URL=https://campus.example.edu.cn NANHU_KEY=nanhu_live_… NANHU_SOURCE=oa NANHU_OFFICE=https://oa.example.edu.cn \\
        python -m nanhu.emulators.office.todos push T1001
    … done

Whatever breaks on the way is sent again under the same name (Idempotency-Key), so nothing is pushed twice.
"""

import argparse
import hashlib
import hmac
import json
import os
import sys
import time
from dataclasses import dataclass
from typing import Any

import requests

from nanhu.emulators.office.desk import DOCUMENTS

PATH = "/api/flows/v1/"
TIMEOUT_SECONDS = 10
TRIES = 5
GOOD = 400
BROKEN = 500
TOO_FAST = 429
TAKEN = {"applied", "unchanged"}


class RefusedError(Exception):
    """The campus said no, and would say it again."""


@dataclass(frozen=True, slots=True)
class TodoLine:
    """The line to the campus. `office`: where the OA itself stands."""

    url: str
    key: str
    source: str
    office: str

    def push(self, number: int, *, person: str, sequence: int = 1) -> dict[str, Any]:
        """Document `number` waits for this person."""
        facts = {
            "person": person,
            "title": f"{DOCUMENTS[number].step}：{DOCUMENTS[number].title}",
            "url": f"{self.office}/documents/{number}",
            "sequence": sequence,
        }
        return self.send("PUT", self.address(number), facts, name=f"oa-{number}-push-{person}-{sequence}")

    def push_all(self, person: str, *, sequence: int = 1) -> dict[str, Any]:
        """All documents of the desk at once."""
        facts = [
            {
                "external_id": f"doc-{number}",
                "person": person,
                "title": f"{one.step}：{one.title}",
                "url": f"{self.office}/documents/{number}",
                "sequence": sequence,
            }
            for number, one in enumerate(DOCUMENTS)
        ]
        return self.send("PUT", f"todos/{self.source}", {"todos": facts}, name=f"oa-all-push-{person}-{sequence}")

    def done(self, number: int) -> dict[str, Any]:
        return self.send("DELETE", self.address(number), None, name=f"oa-{number}-done")

    def address(self, number: int) -> str:
        return f"todos/{self.source}/doc-{number}"

    def send(self, method: str, path: str, facts: object, *, name: str) -> dict[str, Any]:
        body = b"" if facts is None else json.dumps(facts, ensure_ascii=False).encode()
        for attempt in range(TRIES):
            try:
                answer = requests.request(
                    method,
                    f"{self.url}{PATH}{path}",
                    data=body,
                    headers=self.headers(method, PATH + path, body, name),
                    timeout=TIMEOUT_SECONDS,
                )
            except requests.RequestException:
                time.sleep(attempt / 2)
                continue
            if answer.status_code < GOOD:
                return dict(answer.json())
            if answer.status_code < BROKEN and answer.status_code != TOO_FAST:
                raise RefusedError(answer.text)
            time.sleep(attempt / 2)
        raise RefusedError(f"{path}: no answer")

    def headers(self, method: str, path: str, body: bytes, name: str) -> dict[str, str]:
        moment = str(int(time.time()))
        text = f"{moment}.{method}.{path}.{name}.".encode() + body
        return {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/json",
            "Idempotency-Key": name,
            "Nanhu-Signature": f"t={moment},v1={hmac.new(self.key.encode(), text, hashlib.sha256).hexdigest()}",
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    pushing = commands.add_parser("push", help="all documents of the desk wait for this person")
    pushing.add_argument("person")
    pushing.add_argument("--sequence", type=int, default=1)
    commands.add_parser("done", help="all are dealt with")
    asked = parser.parse_args()
    line = TodoLine(
        url=os.environ["NANHU_URL"].rstrip("/"),
        key=os.environ["NANHU_KEY"],
        source=os.environ.get("NANHU_SOURCE", "sandbox"),
        office=os.environ.get("NANHU_OFFICE", "https://sandbox.example"),
    )
    try:
        if asked.command == "push":
            answers = line.push_all(asked.person, sequence=asked.sequence)["data"]
        else:
            answers = [line.done(number) for number in range(len(DOCUMENTS))]
    except RefusedError as error:
        sys.exit(str(error))
    for answer in answers:
        sys.stdout.write(f"{answer['external_id']} {answer['outcome']}\n")
    if any(answer["outcome"] not in TAKEN for answer in answers):
        sys.exit(1)


if __name__ == "__main__":
    main()
