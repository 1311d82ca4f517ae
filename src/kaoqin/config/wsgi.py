"""What granian serves."""

import gc
import os
from collections.abc import Callable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaoqin.config.settings")


def _application() -> Callable[..., Any]:
    """Terminals first: what they ask never passes through the pages' middleware."""
    pages = get_wsgi_application()
    from kaoqin.devices.http import front_door

    return front_door(pages)


application = _application()

# What is loaded now stays: to look through it for garbage took a sixth of our processor time for a thousand lines.
gc.collect()
gc.freeze()
gc.set_threshold(50_000)
