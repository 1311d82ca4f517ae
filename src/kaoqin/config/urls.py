"""Every address of the product: one line a room."""

from django.urls import include, path

from kaoqin.field.api import router as field
from kaoqin.phones.api import api
from kaoqin.tracks.api import router as tracks

api.add_router("/field", tracks)

api.add_router("/field", field)

urlpatterns = [
    path("", include("kaoqin.web.urls")),
    path("", include("kaoqin.security.urls")),
    path("", include("kaoqin.maps.urls")),
    path("", include("kaoqin.org.urls")),
    path("", include("kaoqin.notices.urls")),
    path("", include("kaoqin.consent.urls")),
    path("", include("kaoqin.privacy.urls")),
    path("", include("kaoqin.approvals.urls")),
    path("", include("kaoqin.devices.urls")),
    path("", include("kaoqin.scheduling.urls")),
    path("", include("kaoqin.punches.urls")),
    path("api/v1/", api.urls),
    path("", include("kaoqin.phones.urls")),
    path("", include("kaoqin.kiosk.urls")),
    path("", include("kaoqin.tracks.urls")),
    path("", include("kaoqin.field.urls")),
    path("", include("kaoqin.leave.urls")),
    path("", include("kaoqin.overtime.urls")),
    path("", include("kaoqin.attendance.urls")),
    path("", include("kaoqin.rollcall.urls")),
    path("", include("kaoqin.trials.urls")),
]
