"""What a camera sees, for tests: still pictures as Y4M, the raw film that Chromium plays as its camera."""

import io

import segno
from PIL import Image

SIZE = (640, 480)
FRAMES = 5
"""Chromium plays a film again and again."""


def film_of(picture, path):
    """A still picture, laid in the middle of a grey wall, as a film; the path."""
    wall = Image.new("L", SIZE, 160)
    wall.paste(picture, ((SIZE[0] - picture.width) // 2, (SIZE[1] - picture.height) // 2))
    colourless = bytes([128]) * (SIZE[0] * SIZE[1] // 2)
    frame = b"FRAME\n" + wall.tobytes() + colourless
    path.write_bytes(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * FRAMES)
    return path


def drawn(text, module_px=6):
    """A QR code as a screen shows it, as a picture."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=module_px, border=4)
    return Image.open(out).convert("L")
