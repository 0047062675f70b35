"""Who sits at which browser, and what lies on the desk. In memory: this program plays a part, it keeps no records."""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

LIFE = timedelta(hours=8)
MOST_SESSIONS = 5000


@dataclass(slots=True)
class Session:
    """A signed-in person; `ticket` is what single logout will name."""

    user: str
    attributes: dict[str, str | list[str]]
    ticket: str
    wire: list[str]
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Desk:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def open(self, session: Session) -> str:
        key = secrets.token_urlsafe(24)
        with self._lock:
            while len(self._sessions) >= MOST_SESSIONS:
                self._sessions.pop(next(iter(self._sessions)))
            self._sessions[key] = session
        return key

    def find(self, key: str) -> Session | None:
        with self._lock:
            session = self._sessions.get(key)
            if session is not None and datetime.now(UTC) - session.began_at > LIFE:
                del self._sessions[key]
                return None
            return session

    def close(self, key: str) -> None:
        with self._lock:
            self._sessions.pop(key, None)

    def close_by_ticket(self, ticket: str) -> int:
        """End every session that this ticket opened; how many there were."""
        with self._lock:
            keys = [key for key, session in self._sessions.items() if secrets.compare_digest(session.ticket, ticket)]
            for key in keys:
                del self._sessions[key]
        return len(keys)


@dataclass(frozen=True, slots=True)
class Document:
    number: str
    title: str
    sender: str
    urgency: str
    step: str
    due: str
    body: tuple[str, ...]


DOCUMENTS = (
    Document(
        "校办〔2026〕118号",
        "关于做好2026年冬季安全工作的通知",
        "学校办公室",
        "急件",
        "部门承办",
        "11月26日",
        ("各单位要在11月底前完成用电、消防和实验室安全自查。", "自查表由安全员填写，负责人签字后报保卫处备案。"),
    ),
    Document(
        "教通〔2026〕64号",
        "关于2026—2027学年第二学期排课工作的安排",
        "教务处",
        "平件",
        "会签",
        "11月28日",
        ("各学院于12月5日前提交教学任务。", "公共课教室由教务处统一安排。"),
    ),
    Document(
        "人字〔2026〕31号",
        "关于开展年度考核工作的通知",
        "人事处",
        "平件",
        "阅办",
        "12月2日",
        ("考核范围为全体在编及人事代理人员。", "个人总结通过门户提交，不再收取纸质材料。"),
    ),
    Document(
        "信息〔2026〕9号",
        "关于统一身份认证切换的通知",
        "信息中心",
        "平件",
        "阅知",
        "12月4日",
        ("自即日起，办公系统使用统一身份认证登录。", "原办公系统密码停用，遗忘密码请在门户找回。"),
    ),
    Document(
        "后勤〔2026〕22号",
        "关于南院食堂二楼改造期间就餐安排的通知",
        "后勤处",
        "平件",
        "阅知",
        "12月6日",
        ("改造期间二楼暂停营业，三楼延长供应时间。",),
    ),
)
