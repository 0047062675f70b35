"""The WSGI application as a server runs it."""

from nanhu.emulators.samples.app import SamplesApplication

application = SamplesApplication()
