"""What the HTTP server loads."""

import os

from django.core.wsgi import get_wsgi_application

from posthog.common import memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posthog.settings")
application = get_wsgi_application()
memory.settle()
