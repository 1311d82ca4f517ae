"""Words of consent: what is agreed to, how, whether it holds, permissions."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from kaoqin.security.words import EVERYONE, Role, permission


class Trait(models.TextChoices):
    """A biometric (生物特征); each is agreed to for itself."""

    FINGERPRINT = "fingerprint", gettext_lazy("指纹")
    FACE = "face", gettext_lazy("人脸")
    PALM = "palm", gettext_lazy("掌纹")
    VEIN = "vein", gettext_lazy("指静脉")
    PHOTO = "photo", gettext_lazy("照片")


class ConsentState(models.TextChoices):
    """What an entry says; the last one of a person and a trait holds."""

    GIVEN = "given", pgettext_lazy("consent", "已同意")
    WITHDRAWN = "withdrawn", pgettext_lazy("consent", "已撤回")
    ENDED = "ended", pgettext_lazy("consent", "离职终止")


class Manner(models.TextChoices):
    """How somebody said so."""

    PAPER = "paper", gettext_lazy("纸质签字")
    SELF = "self", gettext_lazy("系统内本人确认")
    TOLD = "told", gettext_lazy("人事代为登记")
    LEAVING = "leaving", gettext_lazy("离职")


NOBODY_SAID = "none"
"""The state of a trait nobody ever said anything of."""
STATES = [(NOBODY_SAID, pgettext_lazy("consent", "未同意")), *ConsentState.choices]


@dataclass(frozen=True)
class Purpose:
    """What a person's data may be used for (用途) if they agree: the text they agree to, in points, and its version."""

    code: str
    label: str | Promise
    version: int
    text: tuple[str | Promise, ...]


_purposes: dict[str, Purpose] = {}


def purpose(code: str, label: str | Promise, version: int, text: tuple[str | Promise, ...]) -> Purpose:
    """Declare a purpose, in the words of the room that uses the data. Each is agreed to for itself."""
    _purposes[code] = made = Purpose(code, label, version, text)
    return made


def purposes() -> dict[str, Purpose]:
    """All purposes of the house, by code."""
    return dict(_purposes)


SEE_CONSENTS = permission("consent.see", gettext_lazy("查看生物特征同意"), [Role.HR, Role.AUDITOR])
RECORD_CONSENTS = permission("consent.record", gettext_lazy("登记与撤回生物特征同意"), [Role.HR])
PUBLISH_NOTICES = permission("consent.publish", gettext_lazy("发布告知书"), [Role.HR])
OWN_CONSENT = permission("consent.own", gettext_lazy("管理自己的生物特征同意"), EVERYONE)
