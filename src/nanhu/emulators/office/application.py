"""The WSGI application as a server runs it: settings from the environment."""

import os

from nanhu.emulators.office.app import OfficeApplication

application = OfficeApplication(
    cas_url=os.environ.get("NANHU_EMULATOR_CAS_URL", "http://localhost:8000/cas/"),
    public_url=os.environ.get("NANHU_EMULATOR_PUBLIC_URL", "http://localhost:8003"),
)
