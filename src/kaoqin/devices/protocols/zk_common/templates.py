"""Fingers, faces and pictures in lines of pairs, of both PUSH dialects: `FP PIN=2⇥FID=0⇥TMP=…`, `biodata pin=2⇥…`."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from kaoqin.consent.words import Trait
from kaoqin.devices.protocols.zk_common.lines import good_pin, pairs_of
from kaoqin.devices.wire import Template

MULTI_BIO = ("MultiBioDataSupport=0:1:1:0:0:0:1:1:1:1", "MultiBioPhotoSupport=0:0:0:0:0:0:0:0:0:1")
"""Which we take, by position: 1 finger, 2 near-infrared face, 6 palm print, 7 finger vein, 8 palm, 9 visible-light face."""
PHOTO_VERSION = "photo"
"""A picture is read by no algorithm of its own: every terminal makes of it what it needs."""
BIODATA, BIOPHOTO, USERPIC = "BIODATA", "BIOPHOTO", "USERPIC"
_LINE = re.compile(rb"(?im)^[ \t]*(FP|FACE|FVEIN|BIODATA|BIOPHOTO|USERPIC|TEMPLATEV10)[ \t]+([^\r\n]+)")
_TYPES = {
    "1": Trait.FINGERPRINT,
    "2": Trait.FACE,
    "6": Trait.PALM,
    "7": Trait.VEIN,
    "8": Trait.PALM,
    "9": Trait.FACE,
}
_OLD = {Trait.FINGERPRINT: "FP", Trait.FACE: "FACE", Trait.VEIN: "FVEIN"}
_VERSIONS = {"FP": ("FPVersion", "ZKFPVersion"), "FACE": ("FaceVersion",), "FVEIN": ("FvVersion",)}
_DETAILS = ("valid", "duress", "format", "filename")
Pairs = Mapping[str, str]


class ZkTemplates:
    """`Templates` of zk_attendance and zk_security."""

    def read(self, kind: str, body: bytes) -> Iterator[Template]:
        for word, told in _LINE.findall(body):
            pairs = pairs_of(told.decode("latin-1"))
            reads = _FORMS[word.decode().upper()]
            template = reads(pairs) if good_pin(pairs.get("pin", "")) else None
            if template and template.data:
                yield template

    def forms(self, trait: Trait, facts: Pairs) -> Sequence[str]:
        """A terminal that tells of its biometrics in one list holds them as BIODATA, an older one in a table each."""
        if trait == Trait.PHOTO:
            return BIOPHOTO, USERPIC
        told = facts.get("MultiBioDataSupport", "").split(":")
        found = [one for one, means in _TYPES.items() if means == trait and told[int(one) : int(one) + 1] == ["1"]]
        old = _OLD.get(trait)
        return [f"{BIODATA}:{one}" for one in found] or ([old] if old else [])

    def version(self, form: str, facts: Pairs) -> str:
        if form in {BIOPHOTO, USERPIC}:
            return PHOTO_VERSION
        word, _, number = form.partition(":")
        if word == BIODATA:
            told = facts.get("MultiBioVersion", "").split(":")
            version = told[int(number)] if int(number) < len(told) else ""
            return "" if version == "0" else version
        return next((facts[name] for name in _VERSIONS.get(word, ()) if facts.get(name)), "")


def _template(trait: Trait, form: str, pairs: Pairs, data: str, number: str = "", part: str = "") -> Template:
    details = {name: pairs[name][:60] for name in _DETAILS if pairs.get(name)}
    return Template(pairs["pin"], trait, form, number[:10], part[:10], "", details, len(data), data)


def _in_a_table(trait: Trait, form: str) -> "Reads":
    """`FP PIN= FID= TMP=` and its like."""
    return lambda pairs: _template(
        trait, form, pairs, pairs.get("tmp", ""), pairs.get("fid", ""), pairs.get("index", "")
    )


def _version_10(pairs: Pairs) -> Template:
    return _template(Trait.FINGERPRINT, "FP", pairs, pairs.get("template", ""), pairs.get("fingerid", ""))


def _picture(form: str) -> "Reads":
    return lambda pairs: _template(Trait.PHOTO, form, pairs, pairs.get("content", ""), pairs.get("type", ""))


def _biodata(pairs: Pairs) -> Template | None:
    """One of a type nobody can agree to here (voice, iris) is none."""
    trait = _TYPES.get(pairs.get("type", ""))
    if trait is None:
        return None
    made = _template(
        trait, f"{BIODATA}:{pairs['type']}", pairs, pairs.get("tmp", ""), pairs.get("no", ""), pairs.get("index", "")
    )
    version = f"{pairs.get('majorver', '')}.{pairs.get('minorver', '')}"
    return replace(made, version=version[:20] if version != "." else "")


Reads = Callable[[Pairs], Template | None]
_FORMS: dict[str, Reads] = {
    "FP": _in_a_table(Trait.FINGERPRINT, "FP"),
    "FACE": _in_a_table(Trait.FACE, "FACE"),
    "FVEIN": _in_a_table(Trait.VEIN, "FVEIN"),
    "TEMPLATEV10": _version_10,
    BIODATA: _biodata,
    BIOPHOTO: _picture(BIOPHOTO),
    USERPIC: _picture(USERPIC),
}
