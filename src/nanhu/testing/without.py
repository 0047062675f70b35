"""Django's settings of a school without one of our systems (`NANHU_TEST_WITHOUT`): a vendor's is in its place."""

import os

from nanhu.project.settings import *  # noqa: F403  (a settings file)
from nanhu.project.settings import INSTALLED_APPS as ALL_APPS

GONE = (f"nanhu.systems.{os.environ['NANHU_TEST_WITHOUT']}", "nanhu.sample")
"""The sample campus knows every system."""
INSTALLED_APPS = [app for app in ALL_APPS if not any(app == one or app.startswith(f"{one}.") for one in GONE)]
