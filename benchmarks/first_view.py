"""How soon the page of the button is seen on a slow phone: a throttled 4G profile in a headless Chromium. The goal: under 1.5 s.

Run as `python -m benchmarks.first_view --url http://127.0.0.1:8000 --user hr --password …` against a running server
(`make run`), with nothing kept from before. The profile is Lighthouse's "slow 4G, applied": 9 Mbit/s down, 9 up, 85 ms a round
trip. First view is the browser's first contentful paint, from the beginning of the navigation.
"""

import argparse
import shutil

from playwright.sync_api import Browser, sync_playwright

PROFILE = {"offline": False, "latency": 85, "downloadThroughput": 9e6 / 8, "uploadThroughput": 9e6 / 8}
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
GOAL_MS = 1500


def first_view_ms(browser: Browser, url: str, user: str, password: str) -> float:
    """Milliseconds to the first view in a browser that has never been here but is logged in."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", service_workers="block")
    page = context.new_page()
    page.goto(f"{url}/login/")
    page.fill("#id_username", user)
    page.fill("#id_password", password)
    page.press("#id_password", "Enter")
    page.wait_for_url(f"{url}/")
    told = context.new_cdp_session(page)
    told.send("Network.clearBrowserCache")
    told.send("Network.enable")
    told.send("Network.emulateNetworkConditions", PROFILE)
    page.goto(f"{url}/punch/", wait_until="networkidle")
    found = float(page.evaluate(PAINTED))
    context.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("url", "user", "password"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--times", type=int, default=5)
    told = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        seen = sorted(first_view_ms(browser, told.url.rstrip("/"), told.user, told.password) for _ in range(told.times))
        browser.close()
    middle = seen[len(seen) // 2]
    print(
        f"first view of /punch/: median {middle:.0f} ms of {told.times} ({seen[0]:.0f}–{seen[-1]:.0f}), goal {GOAL_MS} ms"
    )


if __name__ == "__main__":
    main()
