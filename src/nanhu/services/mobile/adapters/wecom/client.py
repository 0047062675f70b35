"""The dozen calls of 企业微信 that the school needs, through the kernel's guarded outgoing line. `batch/syncuser` is never one of them: it deletes."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any, Final
from urllib.parse import urlencode

from nanhu.kernel import outgoing, strict_json
from nanhu.kernel.clock import now
from nanhu.services.mobile.adapters.port import (
    BookMember,
    Card,
    LaterError,
    MemberFacts,
    NotSentError,
    RestingError,
    Sent,
    StoppedError,
    VendorError,
)
from nanhu.services.mobile.adapters.wecom import resting, tokens
from nanhu.services.mobile.adapters.wecom.line import Line
from nanhu.services.mobile.models import VendorCall

SECONDS: Final = 8.0
LARGEST: Final = 8 * 1024 * 1024
RENEWED: Final = frozenset({42001, 40014, 41001})
STOPPING: Final = frozenset({40001, 40013, 48002, 48009, 60011, 60020, 301002}) | RENEWED
LATER: Final = frozenset({-1, 45009, 45033, 60003})
UNKNOWN_USER: Final = 60111
EXISTS: Final = 60102
MOBILE_EXISTS: Final = 60104
NO_SUCH_PHONE: Final = frozenset({46004, 60103, 60111})
DEPARTMENT_EXISTS: Final = 60008
NO_DEPARTMENT: Final = 60003
NOBODY_VALID: Final = 81013
BAD_CODE: Final = 40029
NOT_REACHED: Final = ("invaliduser", "unlicenseduser")
"""Of an answer that is good for the others: nobody there, or somebody whose account has no licence for what applications send."""
LONGEST_TITLE, LONGEST_TEXT = 128, 512
"""Bytes of a textcard's title and description."""
LONGEST_NAME: Final = 64
KNOWN_FOR: Final = 4 * 3600
"""The longest for which they compare what they are sent."""
PAGE: Final = 10_000
NOT_THERE: Final = 400
LARGEST_CODE: Final = 2**31


@dataclass(frozen=True, slots=True)
class WecomClient:
    """A `port.Vendor`."""

    line: Line

    def fetch_token(self, use: str) -> tuple[str, int]:
        self.refuse_resting("gettoken")
        query = {"corpid": self.line.corp_id, "corpsecret": self.line.secret_of(use)}
        said = self.exchange("gettoken", query, None, about=use)
        if code := code_in(said):
            if code in STOPPING:
                tokens.stop(use, secret=self.line.secret_of(use), code=code)
                raise StoppedError(code, str(said.get("errmsg", "")))
            raise LaterError(code, str(said.get("errmsg", "")))
        with agreed():
            return str(said["access_token"]), int(said["expires_in"])

    def call(
        self,
        api: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        *,
        use: str = "contacts",
        about: str = "",
    ) -> dict[str, Any]:
        """With a token; one that is refused is fetched anew once, and then the line stops. RestingError where this address is left alone."""
        self.refuse_resting(api)
        secret, spoiled = self.line.secret_of(use), ""
        for attempt in (1, 2):
            token = self.token_for(use, secret, spoiled)
            said = self.exchange(api, {**(query or {}), "access_token": token}, body, about=about, attempt=attempt)
            code = code_in(said)
            if code not in RENEWED:
                break
            spoiled = token
        return self.judged(said, code, use)

    def refuse_resting(self, api: str) -> None:
        found = None if api == resting.AT_THE_DOOR else resting.trouble_with(api)
        if found is not None and found.until is not None and now() < found.until:
            raise RestingError(found.why, found.until)

    def token_for(self, use: str, secret: str, spoiled: str) -> str:
        try:
            return tokens.token_for(use, secret=secret, fetch=lambda: self.fetch_token(use), spoiled=spoiled)
        except OSError as error:
            raise NotSentError(f"no token: {error}") from error

    def judged(self, said: dict[str, Any], code: int, use: str) -> dict[str, Any]:
        words = str(said.get("errmsg", ""))[:200]
        if code in STOPPING:
            tokens.stop(use, secret=self.line.secret_of(use), code=code)
            raise StoppedError(code, words)
        if code in LATER:
            raise LaterError(code, words)
        if code:
            raise VendorError(code, words)
        return said

    def exchange(
        self, api: str, query: Mapping[str, str], body: Mapping[str, Any] | None, *, about: str, attempt: int = 1
    ) -> dict[str, Any]:
        """What was answered, whatever it is; a line in the log of calls either way."""
        address = f"{self.line.api}/cgi-bin/{api}?{urlencode(query)}"
        sent = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        begun, code, words = time.monotonic(), None, ""
        left = threading.Event()
        try:
            call = outgoing.Call(address=address, body=sent, content_type="application/json")
            found = outgoing.fetch(call, seconds=SECONDS, largest=LARGEST, sending=left.set)
            if found.status >= NOT_THERE:
                raise outgoing.BadAnswerError(f"HTTP {found.status}")
            said = strict_json.decode(found.body)
            if not isinstance(said, dict):
                raise outgoing.BadAnswerError("no object")
            with agreed():
                code, words = code_in(said), str(said.get("errmsg") or "")[:200]
        except ValueError as error:
            words = "BadAnswerError: no JSON"
            raise outgoing.BadAnswerError("no JSON") from error
        except OSError as error:
            words = f"{type(error).__name__}: {error}"[:200]
            if not left.is_set():
                raise NotSentError(words) from error
            raise
        finally:
            VendorCall.objects.create(
                api=api,
                about=about[:200],
                attempt=attempt,
                errcode=code,
                words=words.replace("\x00", ""),
                milliseconds=min(int((time.monotonic() - begun) * 1000), 2**31 - 1),
            )
        return said

    def create_member(self, facts: MemberFacts) -> None:
        self.call("user/create", body={**body_of(facts), "to_invite": True}, about=facts.userid)

    def update_member(self, facts: MemberFacts) -> None:
        self.call("user/update", body=body_of(facts), about=facts.userid)

    def delete_member(self, userid: str) -> None:
        try:
            self.call("user/delete", {"userid": userid}, about=userid)
        except VendorError as error:
            if error.code != UNKNOWN_USER:
                raise

    def member(self, userid: str) -> BookMember | None:
        try:
            said = self.call("user/get", {"userid": userid}, about=userid)
        except VendorError as error:
            if error.code == UNKNOWN_USER:
                return None
            raise
        with agreed():
            return BookMember(
                userid=text_in(said, "userid").lower(),
                name=text_in(said, "name"),
                mobile=text_in(said, "mobile"),
                departments=tuple(int(one) for one in said.get("department") or ()),
                status=int(said.get("status", 0)),
                email=text_in(said, "email").lower(),
            )

    def userid_of(self, mobile: str) -> str:
        try:
            said = self.call("user/getuserid", body={"mobile": mobile})
        except VendorError as error:
            if error.code in NO_SUCH_PHONE:
                return ""
            raise
        return text_in(said, "userid").lower()

    def member_ids(self) -> Mapping[str, frozenset[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        cursor = ""
        while True:
            said = self.call("user/list_id", body={"cursor": cursor, "limit": PAGE}, about=cursor)
            with agreed():
                for row in said.get("dept_user") or ():
                    found[str(row["userid"]).lower()].add(int(row["department"]))
            cursor = text_in(said, "next_cursor")
            if not cursor:
                return {userid: frozenset(departments) for userid, departments in found.items()}

    def put_department(self, *, number: int, name: str, parent: int) -> None:
        body = {"id": number, "name": name, "parentid": parent}
        try:
            self.call("department/create", body=body, about=f"{number} {name}")
        except VendorError as error:
            if error.code != DEPARTMENT_EXISTS:
                raise
            self.call("department/update", body=body, about=f"{number} {name}")

    def delete_department(self, number: int) -> None:
        self.call("department/delete", {"id": str(number)}, about=str(number))

    def send(self, card: Card, *, userids: Sequence[str]) -> Sent:
        body = {
            "touser": "|".join(userids),
            "msgtype": "textcard",
            "agentid": self.line.agent_id,
            "textcard": {
                "title": fitted(card.title, LONGEST_TITLE),
                "description": fitted(card.text, LONGEST_TEXT),
                "url": card.url,
            },
            "enable_duplicate_check": 1,
            "duplicate_check_interval": KNOWN_FOR,
        }
        try:
            said = self.call("message/send", body=body, use="app", about=f"{len(userids)} · {card.mark}")
        except VendorError as error:
            if error.code == NOBODY_VALID:
                return Sent(reference="", refused=frozenset(one.lower() for one in userids))
            raise
        refused = "|".join(text_in(said, name) for name in NOT_REACHED).lower().split("|")
        return Sent(reference=text_in(said, "msgid"), refused=frozenset(one for one in refused if one))

    def recall(self, reference: str) -> None:
        self.call("message/recall", body={"msgid": reference}, use="app", about=reference)

    def authorize_address(self, *, back: str, state: str) -> str:
        query = {
            "appid": self.line.corp_id,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
            "agentid": str(self.line.agent_id),
        }
        return f"{self.line.authorize}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"

    def who(self, code: str) -> str:
        said = self.call(resting.AT_THE_DOOR, {"code": code}, use="app")
        return text_in(said, "userid").lower()


@contextmanager
def agreed() -> Iterator[None]:
    """An answer without what every good one has is none, and the call comes again: BadAnswerError."""
    try:
        yield
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise outgoing.BadAnswerError(f"not as agreed: {type(error).__name__}") from error


def code_in(said: Mapping[str, Any]) -> int:
    """ValueError where it is no number of theirs."""
    code = int(said.get("errcode", 0))
    if abs(code) >= LARGEST_CODE:
        raise ValueError("errcode")
    return code


def text_in(said: Mapping[str, Any], name: str) -> str:
    """Empty where it is not there, or null."""
    return str(said.get(name) or "")


def body_of(facts: MemberFacts) -> dict[str, Any]:
    return {
        "userid": facts.userid,
        "name": facts.name[:LONGEST_NAME],
        "department": list(facts.departments),
        "main_department": facts.departments[0] if facts.departments else 1,
        **({"mobile": facts.mobile} if facts.mobile else {"email": facts.email}),
    }


def fitted(text: str, most: int) -> str:
    """Escaped and within so many bytes, never cut in the middle of a letter or of an escaped one."""
    shown = escape(text, quote=False)
    if len(shown.encode()) <= most:
        return shown
    kept, room = [], most - len("…".encode())
    for letter in text:
        one = escape(letter, quote=False)
        room -= len(one.encode())
        if room < 0:
            break
        kept.append(one)
    return "".join(kept) + "…"
