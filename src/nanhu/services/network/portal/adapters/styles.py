"""The two styles of captive gateways in the network's register: admitted when we say so, expelled likewise."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.services.network.api import AgentStyle, Heard, NasTarget, Outcome, SessionTarget
from nanhu.services.network.portal.adapters import portal20

ALREADY, AGAIN, BUSY = "already", "again", "busy"
"""Of a NAK: a session that stands there since before; one that may be of the packet whose answer was lost; it is still asking RADIUS."""


@dataclass(frozen=True, slots=True)
class Portal20:
    """The grant goes as the password: the controller asks RADIUS with it, and RADIUS us."""

    key: str
    title: Text
    seconds: float = portal20.SECONDS

    def admit(self, nas: NasTarget, session: SessionTarget, *, seconds: int) -> Outcome:
        """Once. Whether it may be asked again says who knows the accounting."""
        del seconds  # the controller takes them from RADIUS
        try:
            nas.refuse_strange()
            found = portal20.admit(
                address=nas.address,
                port=nas.port,
                secret=nas.secret,
                user_ip=session.address,
                name=session.user_name,
                password=session.grant,
                seconds=self.seconds,
            )
        except OSError:
            return Outcome(heard=Heard.SILENCE)
        if found.error == portal20.ALREADY:
            return Outcome(heard=Heard.NAK, words=ALREADY if found.sent == 1 else AGAIN)
        words = BUSY if found.error == portal20.BUSY else str(found.error)
        return Outcome(heard=Heard.NAK, words=words) if found.error else Outcome(heard=Heard.ACK)

    def expel(self, nas: NasTarget, session: SessionTarget) -> Outcome:
        try:
            nas.refuse_strange()
            error = portal20.expel(
                address=nas.address, port=nas.port, secret=nas.secret, user_ip=session.address, seconds=self.seconds
            )
        except OSError:
            return Outcome(heard=Heard.SILENCE)
        return Outcome(heard=Heard.NAK if error else Heard.ACK, words=str(error) if error else "")

    def listed(self, nas: NasTarget) -> Sequence[str] | None:
        del nas  # the protocol has no list: accounting tells who is on line
        return None


PORTAL20: Final = Portal20(key="portal20", title=_("Portal 2.0 下线"))
OPENNDS: Final = AgentStyle(key="opennds", title=_("openNDS（由网关上的代理断开）"))
