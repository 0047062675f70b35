"""The WSGI application as a server runs it: settings from the environment."""

import os

from nanhu.emulators.systems.app import SystemsApplication

application = SystemsApplication(
    cas_url=os.environ.get("NANHU_EMULATOR_CAS_URL", "http://localhost:8000/cas/"),
    public_url=os.environ.get("NANHU_EMULATOR_PUBLIC_URL", "http://localhost:8004"),
)
