"""What makes the pages an app: the manifest, and the worker that keeps the page of the button, and a tablet's, for when there is no
network."""

import hashlib
import json
from functools import lru_cache

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET

from kaoqin.core.built import DIST, files_of, manifest

START = "/punch/"
THEME = "#1f6feb"
PICTURES = ("icon.svg", "icon-192.png", "icon-512.png", "icon-maskable-512.png")


@require_GET
def app_manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest: its name, where it starts, its icons and shortcuts."""
    shortcuts = (
        (gettext("打卡"), START),
        (gettext("我的考勤"), "/my/attendance/"),
        (gettext("我的申请"), "/requests/"),
    )
    told = {
        "id": START,
        "name": pgettext("product", "考勤"),
        "short_name": pgettext("product", "考勤"),
        "description": gettext("打卡、看考勤、提申请"),
        "lang": request.headers.get("Content-Language", "zh-Hans"),
        "start_url": START,
        "scope": "/",
        "display": "standalone",
        "theme_color": THEME,
        "background_color": "#ffffff",
        "icons": [_picture(name) for name in PICTURES],
        "shortcuts": [{"name": name, "url": url, "icons": [_picture("icon-192.png")]} for name, url in shortcuts],
    }
    return JsonResponse(told, content_type="application/manifest+json")


def _picture(name: str) -> dict[str, str]:
    if name.endswith(".svg"):
        return {"src": static(name), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    size = name.removesuffix(".png").split("-")[-1]
    purpose = "maskable" if "maskable" in name else "any"
    return {"src": static(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker with what it keeps. It may look after all pages, needs no account, and is asked for anew each time."""
    answer = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = "/"
    answer["Cache-Control"] = "no-cache"
    return answer


def shell_files() -> list[str]:
    """The addresses the page of the button, and a tablet's, need to show themselves without a network."""
    entries = ("main.ts", "punch.ts", "kiosk.ts")
    built = [*(one for entry in entries for one in files_of(entry)), manifest()["icons.svg"]["file"]]
    return [*dict.fromkeys(static(f"dist/{one}") for one in built), static("icon.svg"), static("icon-192.png")]


@lru_cache(maxsize=1)
def _script() -> str:
    script, files = (DIST / "worker.js").read_text(), shell_files()
    version = hashlib.sha256("\n".join([script, *files]).encode()).hexdigest()[:12]
    return f"self.kaoqin = {json.dumps({'version': version, 'files': files})};\n{script}"
