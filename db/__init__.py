"""Tables, migrations and the engine: the floor that knows Piccolo and PostgreSQL."""

import os

# Piccolo looks its engine up by this name at the first query of each table.
os.environ.setdefault("PICCOLO_CONF", "db.piccolo_conf")
