"""What must be done soon after a commit, but need not keep anybody waiting: many who ask within a moment have it done
once. Where a process ends before, it is not done: whoever uses this must find what was left by other means."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connections

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.05


class Soon:
    """A function that a thread of this process does a moment after it was asked for, with a connection of its own."""

    def __init__(self, function: Callable[[], object]) -> None:
        self._function = function
        self._lock = threading.Lock()
        self._waits = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="soon")

    def ask(self) -> None:
        """Have it done after now; whoever asked shortly before and has not been served is served by the same."""
        if settings.SOON_IS_NOW:
            self._function()
            return
        with self._lock:
            if not self._waits:
                self._waits = True
                self._thread.submit(self._do)

    def _do(self) -> None:
        time.sleep(PAUSE_SECONDS)
        with self._lock:
            self._waits = False
        for connection in connections.all(initialized_only=True):
            connection.close_if_unusable_or_obsolete()
        try:
            self._function()
        except Exception:
            log.exception("what was to be done after a commit failed; it is done when it is asked for again")
