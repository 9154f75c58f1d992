"""What every test needs before Django reads its settings."""

import os

os.environ.setdefault("SECRET_KEY", "only for tests")
