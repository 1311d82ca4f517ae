"""The three services as they answer: each checks its signature, knows one address, and can be told to have a fault."""

import hashlib
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote_plus, urlsplit

from kaoqin.maps.words import Provider

KEY, SECRET, ADDRESS = "testkey", "testsecret", "上海市徐汇区漕溪北路595号"


def md5(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass
class MapService:
    """`fault`: what is answered next, once; `asked`: what it was asked."""

    provider: str
    fault: bytes = b""
    asked: list = field(default_factory=list)

    def answer(self, path, headers, body):
        told = dict(parse_qsl(urlsplit(path).query))
        self.asked.append(told)
        if self.fault:
            said, self.fault = self.fault, b""
        else:
            said = json.dumps(getattr(self, self.provider)(path, told), ensure_ascii=False).encode()
        return 200, {"Content-Type": "application/json"}, said

    def amap(self, path, told):
        signed = "&".join(f"{name}={value}" for name, value in sorted(told.items()) if name != "sig")
        if urlsplit(path).path != "/v3/geocode/geo" or told["key"] != KEY:
            return {"status": "0", "info": "INVALID_USER_KEY", "infocode": "10001"}
        if told.get("sig") != md5(signed + SECRET):
            return {"status": "0", "info": "INVALID_USER_SIGNATURE", "infocode": "10007"}
        found = {"country": "中国", "city": [], "location": "121.437000,31.188000", "level": "门牌号"}
        many = [found] if told["address"] == ADDRESS else []
        return {"status": "1", "info": "OK", "infocode": "10000", "count": str(len(many)), "geocodes": many}

    def baidu(self, path, told):
        signed, _, sn = path.partition("&sn=")
        if told["ak"] != KEY:
            return {"status": 200, "message": "APP不存在,AK有误请检查再重试"}
        if sn != md5(quote_plus(signed + SECRET)):
            return {"status": 211, "message": "APP SN校验失败"}
        if told["address"] != ADDRESS:
            return {"status": 1, "msg": "无相关结果", "results": []}
        where = {"lng": 121.437, "lat": 31.188}
        return {"status": 0, "result": {"location": where, "precise": 1, "confidence": 80, "level": "门址"}}

    def tencent(self, path, told):
        signed = "&".join(f"{name}={value}" for name, value in sorted(told.items()) if name != "sig")
        if told["key"] != KEY:
            return {"status": 190, "message": "无效的KEY"}
        if told.get("sig") != md5("/ws/geocoder/v1/?" + signed + SECRET):
            return {"status": 111, "message": "签名验证失败"}
        if told["address"] != ADDRESS:
            return {"status": 347, "message": "查询无结果"}
        where = {"lng": 121.437, "lat": 31.188}
        return {"status": 0, "message": "query ok", "result": {"location": where, "reliability": 9, "level": 10}}


FAULTS = {
    Provider.AMAP: {
        "key": b'{"status":"0","info":"INVALID_USER_KEY","infocode":"10001"}',
        "quota": b'{"status":"0","info":"DAILY_QUERY_OVER_LIMIT","infocode":"10003"}',
        "busy": b'{"status":"0","info":"CUQPS_HAS_EXCEEDED_THE_LIMIT","infocode":"10021"}',
        "address": b'{"status":"0","info":"ENGINE_RESPONSE_DATA_ERROR","infocode":"30001"}',
    },
    Provider.BAIDU: {
        "key": '{"status":210,"message":"APP IP校验失败"}'.encode(),
        "quota": '{"status":302,"message":"天配额超限,限制访问"}'.encode(),
        "busy": '{"status":401,"message":"当前并发量已经超过约定并发配额"}'.encode(),
        "address": b'{"status":2,"message":"Parameter Invalid"}',
    },
    Provider.TENCENT: {
        "key": '{"status":113,"message":"此功能未被授权"}'.encode(),
        "quota": '{"status":121,"message":"此key每日调用量已达到上限"}'.encode(),
        "busy": '{"status":120,"message":"此key每秒请求量已达到上限"}'.encode(),
        "address": '{"status":306,"message":"请求有护持信息请检查字符串"}'.encode(),
    },
}
