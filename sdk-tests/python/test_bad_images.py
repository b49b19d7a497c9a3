"""Pictures that must be refused: the documented code, without decoding what is refused (BEHAVIOUR 8)."""

import base64
import io
import struct
import time
import zlib

import pytest
from PIL import Image

from call import refused
from lfw import base64_of

LIMIT_S = 0.1


def encoded(width, height, kind):
    image = Image.effect_noise((width, height), 40).convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def png_header(width, height):
    """A PNG that claims a size and holds no pixels."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


def text(data):
    return base64.b64encode(data).decode()


CASES = {
    "empty": (lambda: "", "InvalidParameterValue.ImageEmpty"),
    "truncated": (lambda: text(encoded(400, 300, "JPEG")[:-4000]), "FailedOperation.ImageDecodeFailed"),
    "gif": (lambda: text(encoded(400, 300, "GIF")), "FailedOperation.ImageDecodeFailed"),
    "bomb": (lambda: text(png_header(20_000, 20_000)), "FailedOperation.ImageResolutionExceed"),
    "6 MB": (lambda: "A" * 6 * 1024 * 1024, "FailedOperation.ImageSizeExceed"),
    "4,001 px JPEG": (lambda: text(encoded(4001, 100, "JPEG")), "FailedOperation.ImageResolutionExceed"),
    "2,001 px PNG": (lambda: text(encoded(2001, 100, "PNG")), "FailedOperation.ImageResolutionExceed"),
    "63 px": (lambda: text(encoded(300, 63, "PNG")), "FailedOperation.ImageResolutionTooSmall"),
    "no face": (lambda: text(encoded(320, 240, "JPEG")), "InvalidParameterValue.NoFaceInPhoto"),
    "text": (lambda: text(b"<html>this is no picture</html>" * 50), "FailedOperation.ImageDecodeFailed"),
    "not base64": (lambda: "%%% this is not base64 %%%", "FailedOperation.ImageDecodeFailed"),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_images_get_their_code_fast(server, name):
    make, code = CASES[name]
    image, client = make(), server.client()
    refused(code, client, "DetectFace", Image=image)
    fastest = None
    for _ in range(5):
        started = time.perf_counter()
        refused(code, client, "DetectFace", Image=image)
        took = time.perf_counter() - started
        fastest = took if fastest is None else min(fastest, took)
    print(f"\n{name}: {fastest * 1e3:.1f} ms")
    assert fastest < LIMIT_S


def test_nothing_is_half_applied(server):
    """A person whose picture was refused does not exist (BEHAVIOUR 9 CreatePerson: atomic)."""
    from call import call

    client = server.client()
    call(client, "CreateGroup", GroupName="bad", GroupId="bad")
    no_face = text(encoded(320, 240, "JPEG"))
    refused("InvalidParameterValue.NoFaceInPhoto", client, "CreatePerson", GroupId="bad", PersonId="b", PersonName="b", Image=no_face)
    refused("InvalidParameterValue.PersonIdNotExist", client, "GetPersonBaseInfo", PersonId="b")
    assert call(client, "GetPersonListNum", GroupId="bad").PersonNum == 0
    call(client, "DeleteGroup", GroupId="bad")


def test_exif_and_largest_face(each_pack, photos):
    """A picture saved turned, with its EXIF orientation, gives the frame of the upright one (BEHAVIOUR 8)."""
    from call import call

    client = each_pack.client()
    upright = Image.open(photos / "test_images" / "obama.jpg").convert("RGB")
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    upright.transpose(Image.Transpose.ROTATE_90).save(buffer, "JPEG", quality=95, exif=exif)
    turned = call(client, "DetectFace", Image=text(buffer.getvalue()))
    plain = call(client, "DetectFace", Image=base64_of(photos / "test_images" / "obama.jpg"))
    assert (turned.ImageWidth, turned.ImageHeight) == upright.size == (plain.ImageWidth, plain.ImageHeight)
    for side in ("X", "Y", "Width", "Height"):
        assert abs(getattr(turned.FaceInfos[0], side) - getattr(plain.FaceInfos[0], side)) <= 12, side
