import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
django = get_wsgi_application()

from nanhu.platforms.identity.api import Front  # noqa: E402  Django must be set up before its models are read

application = Front(django)
