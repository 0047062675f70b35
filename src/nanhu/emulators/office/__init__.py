"""「OA 办公系统」: an application of another vendor that signs people in through CAS with the python-cas client.

It stands outside the house and knows it by the CAS protocol alone. `application` is a WSGI application; settings are
NANHU_EMULATOR_CAS_URL (ends in /cas/) and NANHU_EMULATOR_PUBLIC_URL (its own address).
"""

import os

from nanhu.emulators.office.app import OfficeApplication

application = OfficeApplication(
    cas_url=os.environ.get("NANHU_EMULATOR_CAS_URL", "http://localhost:8000/cas/"),
    public_url=os.environ.get("NANHU_EMULATOR_PUBLIC_URL", "http://localhost:8003"),
)

__all__ = ["OfficeApplication", "application"]
