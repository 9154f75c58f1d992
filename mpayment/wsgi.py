"""The web processes: APIs and portals."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mpayment.settings")
application = get_wsgi_application()

# After the line above, which reads the settings.
from mpayment.checks import refuse_forgetful_database  # noqa: E402

refuse_forgetful_database()
