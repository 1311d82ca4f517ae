"""What people type in about consent."""

import datetime as dt
import hashlib
import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, gettext_lazy

from kaoqin.consent.models import Notice
from kaoqin.consent.words import Trait

SUGGESTED = gettext_lazy(
    "一、目的:仅用于考勤机识别本人、记录上下班打卡,不作其他用途。\n"
    "二、处理的信息:您勾选的指纹、人脸、掌纹、指静脉的特征模板,或用于比对的照片。\n"
    "三、方式:模板在考勤机内生成;经您同意后可加密保存在本公司服务器,并只同步到您需要打卡的考勤机。不提供给第三方,不出境。\n"
    "四、保存期限:至您撤回同意或离职次日,届时从服务器和考勤机中删除。\n"
    "五、对您的影响:生物特征属于敏感个人信息,泄露后难以更改;我们加密保存、限制访问并记录操作。\n"
    "六、您的权利:可以不同意,改用刷卡、密码等方式打卡,不影响您的工作;可以随时查阅、撤回,撤回与同意一样方便。\n"
    "七、联系人:人事部。"
)
PAPER_MB = 20


class NoticeForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("告知书正文"),
        max_length=20_000,
        widget=forms.Textarea({"rows": 16}),
        help_text=gettext_lazy("发布后不能修改,只能发布新版本。已登记的同意仍对应当时的版本。"),
    )


class TraitsForm(forms.Form):
    """Which traits; at least one."""

    traits = forms.MultipleChoiceField(
        label=gettext_lazy("同意内容"),
        choices=Trait.choices,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        error_messages={"required": gettext_lazy("请至少勾选一项。")},
    )

    def clean_traits(self) -> list[Trait]:
        return [Trait(one) for one in self.cleaned_data["traits"]]


class RecordForm(TraitsForm):
    """Who agreed on paper, to what, when."""

    field_order = ("numbers", "traits")
    numbers = forms.CharField(
        label=gettext_lazy("工号"),
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("多个工号用空格、逗号或换行隔开,可从 Excel 整列粘贴。"),
    )
    on = forms.DateField(label=gettext_lazy("签字日期"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    notice = forms.ModelChoiceField(
        Notice.objects.order_by("-version"), label=gettext_lazy("告知书版本"), empty_label=None
    )
    note = forms.CharField(
        label=gettext_lazy("备注"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("例如原件存放在哪里。"),
    )
    paper = forms.FileField(
        label=gettext_lazy("签字扫描件"),
        required=False,
        help_text=gettext_lazy("可选。文件不保存,只登记它的 SHA-256 指纹,日后可核对是不是同一份。"),
    )

    def __init__(self, *told: Any, today: dt.date, **more: Any) -> None:
        super().__init__(*told, **more)
        self.fields["notice"].label_from_instance = _say_notice  # type: ignore[attr-defined]
        self.initial.setdefault("on", today)

    def clean_numbers(self) -> list[str]:
        return [number for number in re.split(r"[\s,,;;、]+", self.cleaned_data["numbers"]) if number]

    def clean_paper(self) -> str:
        """The hash of the scan; empty without one."""
        brought: UploadedFile[Any] | None = self.cleaned_data["paper"]
        if brought is None:
            return ""
        if (brought.size or 0) > PAPER_MB * 1024 * 1024:
            raise forms.ValidationError(gettext("文件超过 {limit} MB。").format(limit=PAPER_MB))
        digest = hashlib.sha256()
        for chunk in brought.chunks():
            digest.update(chunk)
        return digest.hexdigest()


def _say_notice(notice: Notice) -> str:
    return gettext("第 {version} 版({day} 发布)").format(version=notice.version, day=f"{notice.published_at:%Y-%m-%d}")


class WithdrawForm(TraitsForm):
    note = forms.CharField(max_length=200, required=False)
