"""What people type in: log-in, password, account, grant."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from kaoqin.security.words import Role, ScopeKind


class LoginForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("用户名"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=gettext_lazy("密码"), strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )


class CodeForm(forms.Form):
    code = forms.RegexField(
        r"^\d{6}$",
        label=gettext_lazy("动态验证码"),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
        error_messages={"invalid": gettext_lazy("请输入 6 位数字。")},
    )


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=gettext_lazy("原密码"), strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )
    new = forms.CharField(
        label=gettext_lazy("新密码"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=gettext_lazy("至少 8 位,包含小写字母、大写字母、数字、符号中的三类。"),
    )
    again = forms.CharField(
        label=gettext_lazy("再输一遍"), strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("new") and said.get("again") and said["new"] != said["again"]:
            self.add_error("again", gettext("两次输入的新密码不一致。"))
        return said


class PasswordOnlyForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("密码"), strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )


class AccountForm(forms.Form):
    username = forms.RegexField(
        r"^[\w.@+-]+$",
        label=gettext_lazy("用户名"),
        max_length=60,
        error_messages={"invalid": gettext_lazy("只能用文字、数字和 . @ + - _。")},
    )
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)


class GrantForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("角色"), choices=[c for c in Role.choices if c[0] != Role.EMPLOYEE])
    scope = forms.ChoiceField(label=gettext_lazy("范围"))

    def __init__(self, scopes: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"] = forms.ChoiceField(
            label=gettext("范围"), choices=[(f"{ScopeKind.ALL}:0", gettext("全公司")), *scopes]
        )
