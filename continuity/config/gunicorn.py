"""How the web server runs: threads, because pages wait for the database."""

from continuity.config import env

wsgi_app = "continuity.config.wsgi"
worker_class = "gthread"
workers = env.whole("CONTINUITY_WEB_PROCESSES", default=1)
threads = 8
# A process that died is forked anew with all loaded: back at once, not after seconds.
preload_app = True
loglevel = "warning"
# It would open a socket in the home folder, for a tool that nobody uses here.
control_socket_disable = True
# Less than Docker's patience; `manage.py up` asks for less.
graceful_timeout = 3
