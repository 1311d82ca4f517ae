"""`devicecmd`: what became of commands. Several in one body, in any order, some with lines of their own."""

import re

from kaoqin.devices.protocols.zk_common.lines import bad, lines_of
from kaoqin.devices.wire import BadLine, CommandResult, Decoded, Dialect
from kaoqin.devices.words import Fault

_MOST_VALUES = 200
_COUNT = re.compile("[0-9]{1,9}")
_CODE = re.compile("-?[0-9]{1,9}")


def decode_results(body: bytes, dialect: Dialect) -> Decoded:
    """`ID=415&Return=0&CMD=INFO` and lines `~DeviceName=…` that belong to the result before them; or one result
    over several lines (`ID=32⏎Return=0⏎…`). What `INFO` tells is also a fact."""
    open_results: list[dict[str, str]] = []
    bad_lines: list[BadLine] = []
    blank = noted = 0
    for number, text in lines_of(body, dialect):
        pairs = _pairs(text)
        if not text.strip():
            blank += 1
        elif "id" in pairs:
            open_results.append(pairs)
            noted += 1
        elif open_results and pairs:
            open_results[-1].update(pairs if len(open_results[-1]) < _MOST_VALUES else {})
            noted += 1
        elif open_results:
            noted += 1
        else:
            bad_lines.append(bad(number, text, Fault.RESULT))
    results = [_result(pairs) for pairs in open_results]
    facts = {k: v for r in results if r.values.get("cmd") == "INFO" for k, v in r.values.items() if k != "cmd"}
    return Decoded(bad_lines=bad_lines, results=results, facts=facts, noted=noted, blank=blank)


def _pairs(text: str) -> dict[str, str]:
    if text[:3].lower() == "id=":
        parts = (part.partition("=") for part in text.split("&")[:_MOST_VALUES])
        return {_key(key): value.strip() for key, _, value in parts}
    key, equals, value = text.partition("=")
    return {_key(key): value.strip()} if equals else {}


def _key(key: str) -> str:
    bare = key.strip().lstrip("~")
    return bare.lower() if bare.lower() in {"id", "return", "cmd"} else bare


def _result(pairs: dict[str, str]) -> CommandResult:
    code = pairs.get("return", "")
    number = int(code) if _CODE.fullmatch(code) else -1
    values = {k: v[:500] for k, v in pairs.items() if k not in {"id", "return"}}
    counted = pairs.get("AttlogSum", "")
    return CommandResult(pairs["id"][:16], number, values, int(counted) if _COUNT.fullmatch(counted) else None)
