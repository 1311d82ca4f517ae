"""Draw the icons of the installed page from `icon.svg`, by a headless browser: 192 and 512 pixels, and one that may be masked."""

import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

STATIC = Path(__file__).resolve().parent.parent / "src" / "kaoqin" / "static"
GROUND = "#ffffff"
PICTURES = (("icon-192", 192, 0.8), ("icon-512", 512, 0.8), ("icon-maskable-512", 512, 0.6))
"""Name, width in pixels, and how much of it the drawing fills: a mask may cut off a fifth on each side."""


def draw(page: Page, name: str, size: int, share: float) -> None:
    drawing = (
        (STATIC / "icon.svg").read_text().replace("<svg ", f'<svg width="{size * share}" height="{size * share}" ', 1)
    )
    page.set_viewport_size({"width": size, "height": size})
    middle = f"margin:0;height:{size}px;display:grid;place-items:center;background:{GROUND}"
    page.set_content(f'<body style="{middle}">{drawing}</body>')
    page.screenshot(path=STATIC / f"{name}.png")


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        for name, size, share in PICTURES:
            draw(page, name, size, share)
        browser.close()


if __name__ == "__main__":
    main()
