"""Commands about fingers, faces and pictures (facts A.7). What is secret stands at the end and is added later."""

from collections.abc import Callable

from django.utils.translation import gettext

from kaoqin.core.words import Refusal
from kaoqin.devices.protocols.zk_common.phrases import good
from kaoqin.devices.protocols.zk_common.templates import BIODATA, BIOPHOTO, USERPIC
from kaoqin.devices.wire import Template

_REMOVALS = {"FP": "FINGERTMP PIN=", "FACE": "FACE PIN=", "FVEIN": "FVEIN Pin="} | {
    BIOPHOTO: "BIOPHOTO PIN=",
    USERPIC: "USERPIC PIN=",
}


def say_removal(pin: str, form: str) -> str:
    """`DATA DELETE …` of one person's templates of one form, and of nothing else."""
    word, _, number = form.partition(":")
    if word == BIODATA:
        return f"DATA DELETE BIODATA Pin={good(pin)}\tType={good(number)}"
    return f"DATA DELETE {_REMOVALS[form]}{good(pin)}" if form in _REMOVALS else _refuse()


def say_template(pin: str, template: Template) -> str:
    """`DATA UPDATE …` up to where the template itself begins."""
    word = template.form.partition(":")[0]
    says = _PHRASES.get(word)
    return f"DATA UPDATE {says(good(pin), template)}" if says else _refuse()


def _refuse() -> str:
    raise Refusal("devices.not_spoken", gettext("这种考勤机不认识这条命令。"))


def _detail(template: Template, name: str, usual: str) -> str:
    return good(template.details.get(name) or usual)


def _finger(pin: str, one: Template) -> str:
    return f"FINGERTMP PIN={pin}\tFID={good(one.number)}\tSize={one.size}\tValid={_detail(one, 'valid', '1')}\tTMP="


def _face(pin: str, one: Template) -> str:
    return f"FACE PIN={pin}\tFID={good(one.number)}\tSize={one.size}\tValid={_detail(one, 'valid', '1')}\tTMP="


def _vein(pin: str, one: Template) -> str:
    place = f"FID={good(one.number)}\tIndex={good(one.part)}"
    return f"FVEIN Pin={pin}\t{place}\tSize={one.size}\tValid={_detail(one, 'valid', '1')}\tTmp="


def _biodata(pin: str, one: Template) -> str:
    major, _, minor = one.version.partition(".")
    return "\t".join(
        [
            f"BIODATA Pin={pin}",
            f"No={good(one.number)}",
            f"Index={good(one.part)}",
            f"Valid={_detail(one, 'valid', '1')}",
            f"Duress={_detail(one, 'duress', '0')}",
            f"Type={good(one.form.partition(':')[2])}",
            f"MajorVer={good(major)}",
            f"MinorVer={good(minor)}",
            f"Format={_detail(one, 'format', '0')}",
            "Tmp=",
        ]
    )


def _photo(pin: str, one: Template) -> str:
    return f"BIOPHOTO PIN={pin}\tType={good(one.number or '9')}\tSize={one.size}\tFormat=0\tContent="


def _picture(pin: str, one: Template) -> str:
    return f"USERPIC PIN={pin}\tSize={one.size}\tContent="


_PHRASES: dict[str, Callable[[str, Template], str]] = {
    "FP": _finger,
    "FACE": _face,
    "FVEIN": _vein,
    BIODATA: _biodata,
    BIOPHOTO: _photo,
    USERPIC: _picture,
}
