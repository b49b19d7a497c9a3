"""Quality, liveness, masked and similar faces: values through the official SDK, of both packs."""

import base64
import io

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from call import call, refused
from lfw import base64_of

BIDEN, OBAMA, OBAMA_2 = "test_images/biden.jpg", "test_images/obama.jpg", "test_images/obama2.jpg"


def encoded(image):
    data = io.BytesIO()
    image.convert("RGB").save(data, "JPEG", quality=95)
    return base64.b64encode(data.getvalue()).decode()


def faces_of(client, image, **parameters):
    return call(client, "DetectFace", Image=encoded(image), NeedQualityDetection=1, NeedFaceAttributes=1, **parameters).FaceInfos


@pytest.fixture(scope="module")
def portraits(photos):
    """Portraits with sides of at most 900 px, and the frame of the face in each."""

    def opened(name):
        image = Image.open(photos / name).convert("RGB")
        image.thumbnail((900, 900))
        return image

    return {name: opened(name) for name in (BIDEN, OBAMA, OBAMA_2)}


def test_quality_falls_with_blur(each_pack, portraits):
    client = each_pack.client()
    for name, image in portraits.items():
        frame = faces_of(client, image)[0]
        seen = [faces_of(client, image.filter(ImageFilter.GaussianBlur(frame.Width * share)))[0].FaceQualityInfo
                for share in (0, 0.012, 0.025, 0.05)]
        sharpness, score = [one.Sharpness for one in seen], [one.Score for one in seen]
        assert sharpness == sorted(sharpness, reverse=True) and len(set(sharpness)) == 4, (name, sharpness)
        assert sharpness[0] >= 80 and sharpness[-1] < 50, (name, sharpness)
        assert score[0] > score[-1] and score[-1] < 70, (name, score)


def test_brightness_has_the_documented_bands(each_pack, portraits):
    client = each_pack.client()
    image = portraits[OBAMA]
    normal, dark, bright = (faces_of(client, image.point(lambda value: light(value)))[0].FaceQualityInfo.Brightness
                            for light in (lambda v: v, lambda v: v * 0.25, lambda v: min(255, v * 0.6 + 130)))
    assert dark < 30 <= normal <= 70 < bright, (dark, normal, bright)


def test_quality_control_refuses_a_blurred_face(each_pack, portraits):
    client = each_pack.client()
    image = portraits[OBAMA]
    frame = faces_of(client, image)[0]
    good, bad = encoded(image), encoded(image.filter(ImageFilter.GaussianBlur(frame.Width * 0.05)))
    code = "FailedOperation.FaceQualityNotQualified"
    for action in ("CompareFace", "CompareMaskFace", "DetectFaceSimilarity"):
        call(client, action, ImageA=good, ImageB=good, QualityControl=1)
        call(client, action, ImageA=good, ImageB=bad, QualityControl=0)
        refused(code, client, action, ImageA=good, ImageB=bad, QualityControl=4)
    group = f"quality-{each_pack.pack}"
    call(client, "CreateGroup", GroupName=group, GroupId=group)
    person = {"GroupId": group, "PersonId": group, "PersonName": "Q"}
    refused(code, client, "CreatePerson", Image=bad, QualityControl=4, **person)
    call(client, "CreatePerson", Image=good, QualityControl=1, **person)
    added = call(client, "CreateFace", PersonId=group, Images=[bad, good], QualityControl=4)
    assert added.RetCode == [-1601, 0], added.RetCode
    for action in ("VerifyFace", "VerifyPerson"):
        refused(code, client, action, PersonId=group, Image=bad, QualityControl=4)
        assert call(client, action, PersonId=group, Image=good, QualityControl=1).IsMatch
    for action in ("SearchFaces", "SearchPersons", "SearchFacesReturnsByGroup", "SearchPersonsReturnsByGroup"):
        answer = call(client, action, GroupIds=[group], Image=bad, QualityControl=4)
        results = getattr(answer, "Results", None) or answer.ResultsReturnsByGroup
        assert [one.RetCode for one in results] == [-1601], action


def masked(client, image, colour):
    """A patch over mouth, nose and chin, placed by the documented landmarks."""
    shape = call(client, "AnalyzeFace", Mode=1, Image=encoded(image)).FaceShapeSet[0]
    nose = min(shape.Nose, key=lambda point: abs(point.Y - sum(p.Y for p in shape.Nose) / len(shape.Nose)))
    outline = [(point.X, point.Y) for point in shape.FaceProfile if point.Y > nose.Y]
    painted = image.copy()
    ImageDraw.Draw(painted).polygon(outline, fill=colour)
    return painted


def test_masked_faces_are_compared(each_pack, portraits):
    client = each_pack.client()
    worn = {name: masked(client, image, (225, 230, 235)) for name, image in portraits.items()}

    def score(one, other):
        answer = call(client, "CompareMaskFace", ImageA=encoded(one), ImageB=encoded(other))
        assert answer.FaceModelVersion == "3.0" and 0 <= answer.Score <= 100
        return answer.Score

    strangers = max(score(worn[BIDEN], portraits[OBAMA]), score(worn[BIDEN], worn[OBAMA]))
    assert score(portraits[OBAMA], portraits[OBAMA]) > 95
    # `human` knows two thirds of masked people at the rate of a score of 40 (docs/ACCURACY.md), and this pair is not among them.
    same = 40 if each_pack.pack == "omz" else 30
    assert score(worn[OBAMA], portraits[OBAMA_2]) > same > strangers
    quality = faces_of(client, worn[OBAMA])[0].FaceQualityInfo.Completeness
    assert quality.Mouth <= 50 and quality.Chin <= 70 and quality.Eye > 80


def test_similarity_has_two_decimals_and_its_own_scale(each_pack, portraits):
    client = each_pack.client()
    pair = {"ImageA": encoded(portraits[OBAMA]), "ImageB": encoded(portraits[OBAMA_2])}
    similar, compared = call(client, "DetectFaceSimilarity", **pair).Score, call(client, "CompareFace", **pair).Score
    assert similar == round(similar, 2) and similar >= 70
    assert similar == 100 or abs(similar - compared - 20) < 0.01
    pair["ImageB"] = encoded(portraits[BIDEN])
    assert call(client, "DetectFaceSimilarity", **pair).Score < 70


def test_liveness_of_the_spoof_photographs(each_pack, photos):
    client = each_pack.client()
    score = {}
    for name in ("image_T1.jpg", "image_F1.jpg", "image_F2.jpg"):
        answer = call(client, "DetectLiveFaceAccurate", Image=base64_of(photos / "spoof" / name))
        assert answer.FaceModelVersion == "3.0"
        score[name] = answer.Score
    spoofs = max(score["image_F1.jpg"], score["image_F2.jpg"])
    # The networks of the pack human see less life in these two, but not below the bound (docs/ACCURACY.md, Liveness).
    assert score["image_T1.jpg"] >= 40 and spoofs < (40 if each_pack.pack == "omz" else score["image_T1.jpg"]), score


def test_liveness_needs_a_face_larger_than_100_px(each_pack, photos):
    client = each_pack.client()
    image = ImageOps.exif_transpose(Image.open(photos / "spoof" / "image_T1.jpg"))
    frame = faces_of(client, image)[0]
    scale = 90 / max(frame.Width, frame.Height)
    small = image.resize((round(image.width * scale), round(image.height * scale)))
    refused("FailedOperation.FaceSizeTooSmall", client, "DetectLiveFaceAccurate", Image=encoded(small))
