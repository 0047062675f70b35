"""The WSGI application as a server runs it: the configuration's path from the environment."""

import os
from pathlib import Path

from nanhu.emulators.wallets.web import Outside

application = Outside(Path(os.environ.get("NANHU_EMULATOR_CONFIGURATION", "var/emulators/outside.json")))
