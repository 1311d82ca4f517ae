"""What a password must have beyond Django's own checks."""

import re

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")


class ThreeOfFourKinds:
    """Three of: small letters, capitals, digits, signs (等保 2.0 identity authentication)."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if sum(bool(re.search(kind, password)) for kind in _KINDS) < 3:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return gettext("密码须包含小写字母、大写字母、数字、符号四类中的至少三类。")
