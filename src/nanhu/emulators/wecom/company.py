"""The addresses under /cgi-bin: each answers 200 with an errcode, as the real one does."""

import hashlib
import json
import re
import secrets
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nanhu.emulators.wecom.store import ACTIVE, INVITED, LEFT, Store

TOKEN_SECONDS = 7200
CODE_SECONDS = 300
CALLS_A_MINUTE = 10_000
MESSAGES_A_MINUTE, MESSAGES_AN_HOUR = 30, 1_000
MESSAGES_A_DAY_PER_ACCOUNT = 200
MOST_RECEIVERS = 1_000
DUPLICATE_SECONDS = 1_800
USERID = re.compile(r"^[0-9A-Za-z][0-9A-Za-z_.@-]{0,63}$")
MOBILE = re.compile(r"^(\+\d{1,4}-?)?\d{5,15}$")
WORDS = {
    0: "ok",
    -1: "system error",
    40001: "invalid credential",
    40003: "invalid userid",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40029: "invalid code",
    40058: "invalid Request Parameter",
    41001: "access_token missing",
    42001: "access_token expired",
    46004: "userid not exist",
    45009: "api freq out of limit",
    48009: "no permission to the contacts",
    60003: "department not found",
    60008: "department existed",
    60011: "no privilege to access/modify contact/party/agent",
    60020: "not allow to access from your ip",
    60102: "userid existed",
    60103: "mobile invalid",
    60104: "mobile existed",
    60111: "userid not found",
    60129: "missing mobile or email",
    81013: "user & party & tag all invalid",
}
type Answer = dict[str, Any]


class WrongError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(WORDS[code])
        self.code = code


def answer(code: int = 0, **facts: Any) -> Answer:
    return {"errcode": code, "errmsg": WORDS[code], **facts}


@dataclass(slots=True)
class Limits:
    """What one member got lately, and what one address was called."""

    calls: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    received: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    today: int = 0
    day: str = ""
    dropped: int = 0
    recent: dict[str, float] = field(default_factory=dict)


class Company:
    """`secrets_of`: "app" and "contacts" by their secret. `faults`: kinds that are due, each used once."""

    def __init__(self, store: Store, *, corp_id: str, agent_id: int, secrets_of: Mapping[str, str]) -> None:
        self.store, self.corp_id, self.agent_id, self.secrets_of = store, corp_id, agent_id, secrets_of
        self.tokens: dict[str, tuple[str, float]] = {}
        self.codes: dict[str, tuple[str, float]] = {}
        self.faults: deque[str] = deque()
        self.limits = Limits()
        self.lock = threading.Lock()
        self.calls: dict[str, int] = defaultdict(int)
        self.apis: dict[str, Callable[[str, Mapping[str, str], Mapping[str, Any]], Answer]] = {
            "user/create": self.create,
            "user/update": self.update,
            "user/delete": self.delete,
            "user/get": self.get,
            "user/getuserid": self.userid_of,
            "user/list_id": self.list_ids,
            "department/create": self.create_department,
            "department/update": self.update_department,
            "department/delete": self.delete_department,
            "department/list": self.list_departments,
            "message/send": self.send,
            "message/recall": self.recall,
            "auth/getuserinfo": self.who,
        }

    def next_fault(self, *kinds: str) -> str:
        with self.lock:
            if self.faults and self.faults[0] in kinds:
                return self.faults.popleft()
        return ""

    def call(self, api: str, query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        self.calls[api] += 1
        if self.next_fault("slow"):
            time.sleep(3)
        if api == "gettoken":
            return self.give_token(query)
        try:
            self.count(api)
            use = self.use_of(query.get("access_token", ""))
            found = self.apis.get(api)
            return found(use, query, body) if found else answer(-1)
        except WrongError as wrong:
            return answer(wrong.code)
        except (KeyError, TypeError, ValueError):
            return answer(40058)

    def count(self, api: str) -> None:
        moment, lately = time.time(), self.limits.calls[api]
        with self.lock:
            while lately and lately[0] < moment - 60:
                lately.popleft()
            if len(lately) >= CALLS_A_MINUTE or (self.faults and self.faults[0] == "busy" and self.faults.popleft()):
                raise WrongError(45009)
            lately.append(moment)

    def give_token(self, query: Mapping[str, str]) -> Answer:
        if query.get("corpid") != self.corp_id:
            return answer(40013)
        use = next((key for key, secret in self.secrets_of.items() if secret == query.get("corpsecret")), "")
        if not use:
            return answer(40001)
        now = time.time()
        kept = next((one for one, (of, until) in self.tokens.items() if of == use and until > now), None)
        token = kept or secrets.token_urlsafe(32)
        self.tokens.setdefault(token, (use, now + TOKEN_SECONDS))
        return answer(access_token=token, expires_in=int(self.tokens[token][1] - now))

    def use_of(self, token: str) -> str:
        if not token:
            raise WrongError(41001)
        fault = self.next_fault("expired", "invalid", "refused", "untrusted")
        if fault == "untrusted":
            raise WrongError(60020)
        if fault:
            self.tokens.pop(token, None)
            raise WrongError(42001 if fault == "expired" else 40014)
        use, until = self.tokens.get(token, ("", 0.0))
        if not use:
            raise WrongError(40014)
        if until < time.time():
            raise WrongError(42001)
        return use

    def contacts_only(self, use: str) -> None:
        if use != "contacts":
            raise WrongError(48009)

    def create(self, use: str, _query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        self.contacts_only(use)
        userid, mobile, email = (str(body.get(name, "")) for name in ("userid", "mobile", "email"))
        departments = [int(one) for one in body["department"]]
        if not USERID.match(userid) or not body["name"]:
            return answer(40003)
        if self.store.member(userid):
            return answer(60102)
        if not mobile and not email:
            return answer(60129)
        self.check(userid, mobile, departments)
        self.store.put(userid, str(body["name"]), mobile, departments, email=email)
        return answer()

    def check(self, userid: str, mobile: str, departments: list[int]) -> None:
        if mobile and not MOBILE.match(mobile):
            raise WrongError(60103)
        if self.store.has_mobile(mobile, beside=userid):
            raise WrongError(60104)
        if not departments or not self.store.has_departments(departments):
            raise WrongError(60003)

    def known(self, userid: str) -> dict[str, Any]:
        found = self.store.member(userid)
        if found is None:
            raise WrongError(60111)
        return found

    def update(self, use: str, _query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        self.contacts_only(use)
        found = {**self.known(str(body["userid"])), **body}
        departments = [int(one) for one in found["department"]]
        self.check(found["userid"], found["mobile"], departments)
        self.store.put(found["userid"], found["name"], found["mobile"], departments, found["status"], found["email"])
        return answer()

    def delete(self, use: str, query: Mapping[str, str], _body: Mapping[str, Any]) -> Answer:
        self.contacts_only(use)
        found = self.known(query.get("userid", ""))
        self.store.write("DELETE FROM member WHERE userid = ?", found["userid"])
        return answer()

    def get(self, _use: str, query: Mapping[str, str], _body: Mapping[str, Any]) -> Answer:
        return answer(**self.known(query.get("userid", "")))

    def userid_of(self, use: str, _query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        self.contacts_only(use)
        found = self.store.rows("SELECT userid FROM member WHERE mobile = ?", str(body["mobile"]))
        return answer(userid=found[0]["userid"]) if found else answer(46004)

    def list_ids(self, use: str, _query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        self.contacts_only(use)
        after, limit = str(body.get("cursor", "")), min(int(body.get("limit", 10_000)), 10_000)
        found = self.store.rows(
            "SELECT userid, department FROM member WHERE userid > ? ORDER BY userid LIMIT ?", after, limit
        )
        lines = [{"userid": row["userid"], "department": one} for row in found for one in json.loads(row["department"])]
        return answer(dept_user=lines, next_cursor=found[-1]["userid"] if len(found) == limit else "")

    def create_department(self, use: str, _query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        self.contacts_only(use)
        number, parent = int(body["id"]), int(body["parentid"])
        if self.store.rows(
            "SELECT 1 FROM department WHERE id = ? OR (name = ? AND parent = ?)", number, body["name"], parent
        ):
            return answer(60008)
        if not self.store.has_departments([parent]):
            return answer(60003)
        self.store.write("INSERT INTO department VALUES (?, ?, ?)", number, str(body["name"]), parent)
        return answer(id=number)

    def update_department(self, use: str, _query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        self.contacts_only(use)
        done = self.store.write("UPDATE department SET name = ? WHERE id = ?", str(body["name"]), int(body["id"]))
        return answer(0 if done else 60003)

    def delete_department(self, use: str, query: Mapping[str, str], _body: Mapping[str, Any]) -> Answer:
        self.contacts_only(use)
        done = self.store.write("DELETE FROM department WHERE id = ?", int(query.get("id", "0")))
        return answer(0 if done else 60003)

    def list_departments(self, use: str, _query: Mapping[str, str], _body: Mapping[str, Any]) -> Answer:
        self.contacts_only(use)
        found = self.store.rows("SELECT id, name, parent AS parentid FROM department ORDER BY id")
        return answer(department=found)

    def send(self, use: str, _query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        if use != "app" or int(body["agentid"]) != self.agent_id or body["msgtype"] != "textcard":
            return answer(40058)
        wanted = [one for one in str(body["touser"]).split("|") if one]
        if not 0 < len(wanted) <= MOST_RECEIVERS:
            return answer(40058)
        reached = {
            row["userid"]
            for row in self.store.rows("SELECT userid FROM member WHERE status IN (?, ?)", ACTIVE, INVITED)
        }
        valid = [one for one in wanted if one.lower() in reached]
        invalid = "|".join(one.lower() for one in wanted if one.lower() not in reached)
        if not valid:
            return answer(81013, invaliduser=invalid)
        self.take_from_the_day(len(valid))
        number = secrets.token_hex(16)
        if not self.is_duplicate(body):
            self.store.deliver(number, [one for one in valid if self.may_receive(one.lower())], dict(body["textcard"]))
        return answer(invaliduser=invalid, msgid=number)

    def take_from_the_day(self, count: int) -> None:
        day, accounts = time.strftime("%Y-%m-%d"), self.store.rows("SELECT count(*) AS n FROM member")[0]["n"]
        with self.lock:
            if self.limits.day != day:
                self.limits.day, self.limits.today = day, 0
            if self.limits.today + count > accounts * MESSAGES_A_DAY_PER_ACCOUNT:
                raise WrongError(45009)
            self.limits.today += count

    def may_receive(self, userid: str) -> bool:
        """30 a minute and 1,000 an hour; what is more is dropped, and nobody is told."""
        moment = time.time()
        with self.lock:
            lately = self.limits.received[userid]
            while lately and lately[0] < moment - 3600:
                lately.popleft()
            is_free = len(lately) < MESSAGES_AN_HOUR and sum(one > moment - 60 for one in lately) < MESSAGES_A_MINUTE
            if is_free:
                lately.append(moment)
            else:
                self.limits.dropped += 1
            return is_free

    def is_duplicate(self, body: Mapping[str, Any]) -> bool:
        if not body.get("enable_duplicate_check"):
            return False
        mark, moment = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest(), time.time()
        seconds = min(int(body.get("duplicate_check_interval", DUPLICATE_SECONDS)), 4 * 3600)
        with self.lock:
            last = self.limits.recent.get(mark, 0.0)
            self.limits.recent[mark] = moment
        return last > moment - seconds

    def recall(self, _use: str, _query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        self.store.write("UPDATE message SET recalled = 1 WHERE id LIKE ?", f"{body['msgid']}|%")
        return answer()

    def code_for(self, userid: str) -> str:
        """What the phone brings to the page that asked (snsapi_base): good once, for five minutes."""
        code = secrets.token_urlsafe(24)
        self.codes[code] = (userid, time.time() + CODE_SECONDS)
        return code

    def who(self, _use: str, query: Mapping[str, str], _body: Mapping[str, Any]) -> Answer:
        userid, until = self.codes.pop(query.get("code", ""), ("", 0.0))
        if not userid or until < time.time():
            return answer(40029)
        found = self.store.member(userid)
        if found is None or found["status"] == LEFT:
            return answer(openid=f"o{hashlib.sha256(userid.encode()).hexdigest()[:20]}")
        return answer(userid=found["userid"])
