"""A Chromium and Chinese fonts for the browser tests: Debian's, installed where missing and where that is possible."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

FONTS = Path("/usr/share/fonts/opentype/noto")


def main():
    packages = [] if shutil.which("chromium") else ["chromium"]
    packages += [] if any(FONTS.glob("NotoSansCJK*")) else ["fonts-noto-cjk"]
    if not packages:
        return
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    print(f"• 安装浏览器测试需要的 {' '.join(packages)}", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    try:
        subprocess.run([*sudo, "apt-get", "update", "-qq"], check=True, **quiet)
        subprocess.run(
            [*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], check=True, **quiet
        )
    except (OSError, subprocess.CalledProcessError):
        if shutil.which("chromium"):
            return
        print(
            "• 没有 Chromium,也无权安装:跳过浏览器测试(apt install chromium fonts-noto-cjk 后会运行)。", file=sys.stderr
        )


main()
