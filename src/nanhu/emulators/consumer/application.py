"""The WSGI application as a server runs it."""

import os
from pathlib import Path

from nanhu.emulators.consumer.app import ConsumerApplication

application = ConsumerApplication(Path(os.environ["NANHU_EMULATOR_CONFIGURATION"]))
