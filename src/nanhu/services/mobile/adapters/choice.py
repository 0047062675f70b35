"""The vendor of this school."""

from nanhu.services.mobile.adapters.port import Vendor
from nanhu.services.mobile.adapters.wecom.client import WecomClient
from nanhu.services.mobile.adapters.wecom.line import line
from nanhu.services.mobile.errors import NotConfiguredError


def is_on() -> bool:
    return line() is not None


def vendor() -> Vendor:
    found = line()
    if found is None:
        raise NotConfiguredError
    return WecomClient(found)
