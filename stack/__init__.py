"""The servers a checkout runs on its own: a private PostgreSQL, a private Redis, and the product's processes.

Plain Python: nothing here knows Django, so that it can start what Django needs.
"""

from stack.places import Places
from stack.postgres import Postgres
from stack.processes import Service, Supervisor, free_port
from stack.redis import Redis
from stack.servers import AlreadyRunning, NotReady

__all__ = ["AlreadyRunning", "NotReady", "Places", "Postgres", "Redis", "Service", "Supervisor", "free_port"]
