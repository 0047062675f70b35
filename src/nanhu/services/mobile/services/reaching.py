"""Whether the callback address answers (回调地址可达): asked from here as 企业微信 asks when it is saved there, a sealed word that must come back."""

import secrets
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as say

from nanhu.kernel import outgoing
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.services.mobile.adapters.wecom.line import Line

SECONDS: Final = 3.0
LARGEST: Final = 1024


def trouble(found: Line) -> str:
    """In words for who runs the campus; "" where all is well. What stands between the internet and us is not seen from here."""
    word, nonce, stamp = secrets.token_hex(8), secrets.token_hex(8), f"{now().timestamp():.0f}"
    sealed = found.seal.close(word)
    signature = found.seal.signature(timestamp=stamp, nonce=nonce, sealed=sealed)
    said = {"msg_signature": signature, "timestamp": stamp, "nonce": nonce, "echostr": sealed}
    address = f"{configuration().public_url}{reverse('mobile:callback')}"
    try:
        answer = outgoing.fetch(outgoing.Call(address=f"{address}?{urlencode(said)}"), seconds=SECONDS, largest=LARGEST)
    except outgoing.CallRefusedError:
        return say("本机不去 %(address)s：它在内网，没有写进 NANHU_OUTGOING_NETWORKS") % {"address": address}
    except OSError as error:
        return say("本机打不开 %(address)s（%(why)s）") % {"address": address, "why": error}
    if answer.status != HTTPStatus.OK:
        return say("%(address)s 答 HTTP %(status)s，不是回调的回音") % {"address": address, "status": answer.status}
    return "" if answer.body == word.encode() else say("%(address)s 答的不是送去的话") % {"address": address}
