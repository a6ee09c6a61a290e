"""Where Piccolo finds the engine and the tables (PICCOLO_CONF names this module)."""

from piccolo.conf.apps import AppRegistry

from db.engine import DB

__all__ = ["APP_REGISTRY", "DB"]

APP_REGISTRY = AppRegistry(apps=["db.piccolo_app"])
