import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from kaoqin.devices.listening import Broker, Listening
from kaoqin.devices.rounds import ROUNDS


class Command(BaseCommand):
    help = "Keep lines open (MQTT, terminals that call a port, live lines) and visit the terminals that are visited."

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(listen(settings.CHOSEN))


async def listen(chosen: dict[str, Any]) -> None:
    """Until SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await listening_of(chosen).run(stop)


def listening_of(chosen: dict[str, Any]) -> Listening:
    """The lines that the settings ask for."""
    port, host = chosen["KAOQIN_HANVON_PORT"], chosen["KAOQIN_MQTT_HOST"]
    log_in = (chosen["KAOQIN_MQTT_USER"], chosen["KAOQIN_MQTT_PASSWORD"], chosen["KAOQIN_MQTT_TLS"])
    broker = Broker(host, chosen["KAOQIN_MQTT_PORT"], *log_in) if host else None
    return Listening(chosen["KAOQIN_HOST"], {"hanvon": port} if port else {}, broker, ROUNDS)
