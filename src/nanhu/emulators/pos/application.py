"""The WSGI application as a server runs it: the configuration's path from the environment."""

import os
from pathlib import Path

from nanhu.emulators.pos.web import PosApplication

PATH = Path(os.environ.get("NANHU_EMULATOR_CONFIGURATION", "var/emulators/pos.json"))
application = PosApplication(PATH, beats=True)
