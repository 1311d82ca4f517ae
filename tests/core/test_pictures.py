"""Photos: what is one, and what of it is kept."""

import io

import pytest
from PIL import Image

from kaoqin.core import pictures
from kaoqin.core.words import Refusal
from travelling import picture


def opened(content):
    return Image.open(io.BytesIO(content))


def test_what_a_camera_writes_besides_is_gone_and_the_picture_upright():
    told = Image.Exif()
    told[0x0112], told[0x010F] = 6, "Camera GPS 31.2304"
    tidied = pictures.tidy(picture(60, 40, exif=told))
    assert (opened(tidied).size, dict(opened(tidied).getexif())) == ((40, 60), {})
    assert b"31.2304" not in tidied


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_every_kind_of_image_is_kept_as_jpeg_and_not_too_large(form):
    kept = opened(pictures.tidy(picture(4096, 100, form)))
    assert (kept.format, kept.size) == ("JPEG", (2048, 50))


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload=alert(1)>", b"\xff\xd8\xff not", picture(form="GIF"), picture()[:200]]
)
def test_what_is_no_photo_by_its_content_is_refused(content):
    with pytest.raises(Refusal, match="这不是照片"):
        pictures.tidy(content)


def test_one_byte_too_large_is_refused():
    content = picture()
    pictures.refuse_large(len(content), len(content))
    with pytest.raises(Refusal, match="超过 0 KB"):
        pictures.refuse_large(len(content), len(content) - 1)
    with pytest.raises(Refusal, match="超过 10 MB"):
        pictures.tidy(b"\xff" * (pictures.LARGEST + 1))


def test_an_image_of_too_many_points_is_not_opened(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 2399)
    with pytest.raises(Refusal, match="照片太大"):
        pictures.tidy(picture())
