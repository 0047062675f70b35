"""An access controller that goes on through every fault: it lets a person in, and tells of each session until it is answered."""

import threading
from dataclasses import dataclass, field

import requests

AWAY = (requests.RequestException,)
SECONDS = 120
NAS = "127.0.0.77"
STEP = 1000
INTERIMS = 3


@dataclass
class Controller:
    """The device of one person, on line again and again, as FreeRADIUS asks for it. `door`: of accounting; where nobody answers there it
    goes to the pages' port, as nginx leads it. `told`: octets of the sessions whose Stop was acknowledged, by their numbers."""

    pages: str
    door: str
    key: str
    form: dict[str, str]
    mac: str
    address: str
    stopping: threading.Event
    acknowledged: int = 0
    told: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def live(self) -> None:
        """What has begun is told to its end."""
        while not self.stopping.is_set():
            self.be_on_line(f"{self.mac}/{len(self.told)}")
            self.stopping.wait(0.2)

    def be_on_line(self, sid: str) -> None:
        code = self.let_in()
        if not code:
            self.stopping.wait(0.3)
            return
        said = {"Acct-Session-Id": sid, "Class": code, "User-Name": "anonymous@hnist.cn"}
        said |= {"Calling-Station-Id": self.mac, "Framed-IP-Address": self.address}
        self.tell({**said, "Acct-Status-Type": "Start"})
        for number in range(1, INTERIMS + 1):
            self.tell({**said, "Acct-Status-Type": "Interim-Update", "Acct-Input-Octets": str(STEP * number)})
        octets = STEP * (INTERIMS + 1)
        for _twice in range(2):  # an answer that was lost
            self.tell({**said, "Acct-Status-Type": "Stop", "Acct-Input-Octets": str(octets)})
        self.told[sid] = octets

    def let_in(self) -> str:
        """The value of Class; "" where nobody answered."""
        said = {"User-Name": self.form["username"], "User-Password": self.form["password"]}
        try:
            answer = self.post(self.pages, "authenticate", {**said, "Calling-Station-Id": self.mac})
        except AWAY:
            return ""
        if answer.status_code != requests.codes.ok:
            if answer.status_code < requests.codes.server_error:
                self.refused.append(f"{answer.status_code} {answer.text[:200]}")
            return ""
        code: str = answer.json()["reply:Class"]["value"][0]
        return code

    def tell(self, said: dict[str, str]) -> None:
        """Until it is acknowledged, in turn at the one port and the other."""
        for turn in range(10_000):
            try:
                answer = self.post((self.door, self.pages)[turn % 2], "accounting", said)
            except AWAY:
                answer = None
            if answer is not None and answer.status_code == requests.codes.no_content:
                self.acknowledged += 1
                return
            threading.Event().wait(0.1)
        raise TimeoutError(said)

    def post(self, url: str, door: str, said: dict[str, str]) -> requests.Response:
        body = {name: {"type": "string", "value": [value]} for name, value in {**said, "NAS-IP-Address": NAS}.items()}
        headers = {"X-Nanhu-Radius-Key": self.key}
        return requests.post(f"{url}/radius/{door}", json=body, headers=headers, timeout=SECONDS)
