"""AnalyzeFace, AnalyzeDenseLandmarks and the options of DetectFace, through the official SDK, against what a picture shows."""

import base64
import io

import pytest
from PIL import Image, ImageOps

from call import call, refused
from lfw import base64_of

COUNTS = {"FaceProfile": 21, "LeftEye": 8, "RightEye": 8, "LeftEyeBrow": 8, "RightEyeBrow": 8, "Mouth": 22, "Nose": 13, "LeftPupil": 1, "RightPupil": 1}
DENSE = {"LeftEye": 16, "RightEye": 16, "LeftEyeBrow": 10, "RightEyeBrow": 10, "MouthOutside": 20, "MouthInside": 20, "Nose": 34, "LeftPupil": 5, "RightPupil": 5, "CentralAxis": 28, "Chin": 23, "LeftEyeBags": 18, "RightEyeBags": 18, "Forehead": 15}


def encoded(image):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=95)
    return base64.b64encode(buffer.getvalue()).decode()


@pytest.fixture(scope="module")
def obama(photos):
    return Image.open(photos / "test_images" / "obama.jpg").convert("RGB")


def points(shape, name):
    return [(point.X, point.Y) for point in getattr(shape, name)]


def apart(one, other):
    return ((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5


def test_the_90_points_lie_in_the_documented_order(each_pack, obama):
    answer = call(each_pack.client(), "AnalyzeFace", Image=encoded(obama), Mode=1)
    assert (answer.ImageWidth, answer.ImageHeight) == obama.size
    shape = answer.FaceShapeSet[0]
    assert {name: len(getattr(shape, name)) for name in COUNTS} == COUNTS
    profile, mouth, nose = points(shape, "FaceProfile"), points(shape, "Mouth"), points(shape, "Nose")
    assert profile[0][0] < profile[10][0] < profile[20][0]
    assert max(profile, key=lambda point: point[1]) in profile[9:12], "the chin is the lowest"
    for name, outer_is_left in (("LeftEye", True), ("RightEye", False)):
        eye = points(shape, name)
        assert (eye[0][0] < eye[4][0]) == outer_is_left, f"{name} starts at the outer corner"
        assert eye[2][1] > eye[6][1], f"{name}: the lower lid comes first"
        pupil = points(shape, name.replace("Eye", "Pupil"))[0]
        assert min(x for x, _ in eye) < pupil[0] < max(x for x, _ in eye)
        brow = points(shape, name + "Brow")
        assert brow[2][1] > brow[6][1] and max(y for _, y in brow) < eye[6][1] + 3, f"{name}Brow lies above the eye"
    assert points(shape, "LeftEye")[4][0] < points(shape, "RightEye")[4][0]
    assert mouth[0][0] < mouth[6][0] and mouth[3][1] > mouth[9][1]
    for lower, upper in ((12, 21), (13, 20), (14, 19), (15, 18), (16, 17)):
        assert mouth[lower][1] >= mouth[upper][1] - 1
    assert nose[1][1] < nose[0][1] < nose[7][1] and nose[5][0] < nose[0][0] < nose[9][0]


def test_a_mirrored_picture_has_mirrored_points(each_pack, obama):
    client, last = each_pack.client(), obama.width - 1
    plain = call(client, "AnalyzeFace", Image=encoded(obama), Mode=1).FaceShapeSet[0]
    twin = call(client, "AnalyzeFace", Image=encoded(ImageOps.mirror(obama)), Mode=1).FaceShapeSet[0]
    eyes = apart(points(plain, "LeftPupil")[0], points(plain, "RightPupil")[0])
    for name, partner in (("LeftEye", "RightEye"), ("LeftEyeBrow", "RightEyeBrow"), ("LeftPupil", "RightPupil")):
        for one, other in zip(points(plain, name), points(twin, partner)):
            assert apart(one, (last - other[0], other[1])) < 0.05 * eyes, name
    for one, other in zip(points(plain, "FaceProfile"), reversed(points(twin, "FaceProfile"))):
        assert apart(one, (last - other[0], other[1])) < 0.08 * eyes


def test_a_turned_picture_gives_the_same_places(each_pack, obama):
    client = each_pack.client()
    plain = call(client, "AnalyzeFace", Image=encoded(obama), Mode=1).FaceShapeSet[0]
    turned = call(client, "AnalyzeFace", Image=encoded(obama.transpose(Image.Transpose.ROTATE_180)), Mode=1, NeedRotateDetection=1).FaceShapeSet[0]
    eyes = apart(points(plain, "LeftPupil")[0], points(plain, "RightPupil")[0])
    for name in ("LeftEye", "RightEye", "Mouth", "Nose", "LeftPupil", "RightPupil"):
        for one, other in zip(points(plain, name), points(turned, name)):
            assert apart(one, (obama.width - 1 - other[0], obama.height - 1 - other[1])) < 0.1 * eyes, name


def test_modes_and_limits_of_the_landmarks(each_pack, photos):
    client, group = each_pack.client(), base64_of(photos / "group6.jpg")
    assert len(call(client, "AnalyzeFace", Image=group).FaceShapeSet) == 6
    assert len(call(client, "AnalyzeFace", Image=group, Mode=1).FaceShapeSet) == 1
    assert len(call(client, "AnalyzeDenseLandmarks", Image=group).DenseFaceShapeSet) == 5
    assert len(call(client, "AnalyzeDenseLandmarks", Image=group, Mode=1).DenseFaceShapeSet) == 1
    refused("InvalidParameterValue.FaceModelVersionIllegal", client, "AnalyzeDenseLandmarks", Image=group, FaceModelVersion="2.0")


def test_dense_points_lie_on_the_face(each_pack, obama):
    answer = call(each_pack.client(), "AnalyzeDenseLandmarks", Image=encoded(obama), Mode=1)
    shape = answer.DenseFaceShapeSet[0]
    assert {name: len(getattr(shape, name)) for name in DENSE} == DENSE
    for name in DENSE:
        for x, y in points(shape, name):
            assert shape.X - 0.3 * shape.Width < x < shape.X + 1.3 * shape.Width, name
            assert shape.Y - 0.3 * shape.Height < y < shape.Y + 1.3 * shape.Height, name
    for name in ("MouthOutside", "MouthInside"):
        mouth = points(shape, name)
        assert mouth[0][0] == min(x for x, _ in mouth), "from the left"
        assert mouth[5][1] > mouth[15][1], "counter-clockwise: the lower lip first"


def test_options_of_detect_face(each_pack, photos, obama):
    client, group = each_pack.client(), base64_of(photos / "group6.jpg")
    found = call(client, "DetectFace", Image=group, MaxFaceNum=120).FaceInfos
    areas = [face.Width * face.Height for face in found]
    assert len(found) == 6 and areas == sorted(areas, reverse=True)
    assert len(call(client, "DetectFace", Image=group).FaceInfos) == 1
    refused("FailedOperation.FaceSizeTooSmall", client, "DetectFace", Image=group, MinFaceSize=2000)
    refused("LimitExceeded.ErrorFaceNumExceed", client, "DetectFace", Image=group, MaxFaceNum=121)
    refused("InvalidParameterValue.NoFaceInPhoto", client, "DetectFace", Image=encoded(Image.new("RGB", (320, 240), (90, 120, 80))))
    plain = call(client, "DetectFace", Image=encoded(obama)).FaceInfos[0]
    quarter = obama.transpose(Image.Transpose.ROTATE_270)
    turned = call(client, "DetectFace", Image=encoded(quarter), NeedRotateDetection=1).FaceInfos[0]
    assert abs((turned.X + turned.Width / 2) - (obama.height - 1 - plain.Y - plain.Height / 2)) < 0.15 * plain.Height
    assert abs((turned.Y + turned.Height / 2) - (plain.X + plain.Width / 2)) < 0.15 * plain.Height
