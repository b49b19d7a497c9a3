"""Attributes of real photographs through the official SDK, with every model pack."""

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

import mien
from call import call
from lfw import base64_of

EMOTIONS = {"neutral": 0, "happy": 1, "surprised": 2, "angry": 3, "sad": 4, "disgusted": 5, "fearful": 6}
ITEMS = ["Emotion", "Gender", "Mask", "Moustache", "Nose", "Shape", "Skin"]


ALL = "Age,Beauty,Emotion,Eye,Eyebrow,Gender,Hair,Hat,Headpose,Mask,Mouth,Moustache,Nose,Shape,Skin,Smile"


def attributes(server, path, types=ALL):
    client = server.client("2020-03-03")
    answer = call(client, "DetectFaceAttributes", Image=base64_of(path), MaxFaceNum=1, FaceAttributesType=types)
    return answer.FaceDetailInfos[0].FaceDetailAttributesInfo


def test_expressions_of_posed_photographs(each_pack, photos):
    right = 0
    for name, number in EMOTIONS.items():
        emotion = attributes(each_pack, photos / "faceapi" / f"{name}.jpg", "Emotion").Emotion
        assert 0 < emotion.Probability <= 1
        right += emotion.Type == number
    assert right >= 5, f"{right} of {len(EMOTIONS)} posed expressions are right"


def test_a_laughing_face_smiles_and_a_sad_one_does_not(each_pack, photos):
    smile = {name: attributes(each_pack, photos / "faceapi" / f"{name}.jpg", "Smile").Smile for name in ("happy", "sad")}
    assert smile["happy"] > 40 > smile["sad"]


@pytest.fixture(scope="session")
def ages():
    """A few faces of known age and gender, spread over the set."""
    folder = mien.DATA / "utkface"
    if not folder.is_dir():
        pytest.skip(f"skipped: no UTKFace at {folder}")
    labelled = []
    for path in sorted(folder.iterdir())[::60]:
        words = path.name.split("_")
        labelled.append((path, int(words[0]), int(words[1])))
    return labelled


def test_age_and_gender_of_known_people(each_pack, ages):
    errors, genders, missed = [], [], 0
    for path, years, female in ages:
        if not 18 <= years <= 60:
            continue
        try:
            seen = attributes(each_pack, path, "Age,Gender")
        except TencentCloudSDKException as refusal:
            assert refusal.get_code() == "InvalidParameterValue.NoFaceInPhoto"
            missed += 1
            continue
        errors.append(abs(seen.Age - years))
        genders.append(seen.Gender.Type == female)
    assert len(errors) >= 15 and missed <= 2
    assert sum(errors) / len(errors) <= 9, f"mean error {sum(errors) / len(errors):.1f} years over {len(errors)}"
    assert sum(genders) / len(genders) >= 0.85


def test_detect_face_gives_the_same_faces_attributes_in_its_own_coding(each_pack, photos):
    path = photos / "faceapi" / "happy.jpg"
    client = each_pack.client("2020-03-03")
    plain = call(client, "DetectFace", Image=base64_of(path), NeedFaceAttributes=1).FaceInfos[0].FaceAttributesInfo
    detail = attributes(each_pack, path, "Gender,Age,Hair,Eye,HeadPose")
    assert (plain.Gender >= 50) == (detail.Gender.Type == 0)
    assert min(plain.Age, 65) == detail.Age
    assert plain.Hair.Bang == 1 - detail.Hair.Bang.Type
    assert plain.EyeOpen == (detail.Eye.EyeOpen.Type == 0)
    assert plain.Glass == (detail.Eye.Glass.Type != 0)
    assert (plain.Pitch, plain.Yaw, plain.Roll) == (detail.HeadPose.Pitch, detail.HeadPose.Yaw, detail.HeadPose.Roll)


def test_no_attribute_is_the_same_for_everybody(each_pack, faces):
    """A value that never changes would not come from the picture."""
    values = {}
    for files in list(faces.values())[: 40 * 3 : 3]:
        seen = attributes(each_pack, files[0])
        for name, number in (("Age", seen.Age), ("Beauty", seen.Beauty), ("Smile", seen.Smile), ("Yaw", seen.HeadPose.Yaw),
                             ("Gender", seen.Gender.Type), ("EyeSize", seen.Eye.EyeSize.Type), ("Nose", seen.Nose.Type),
                             ("HairLength", seen.Hair.Length.Type), ("HairColor", seen.Hair.Color.Type), ("Skin", seen.Skin.Type),
                             ("Shape", seen.Shape.Type), ("Mouth", seen.Mouth.MouthOpen.Type)):
            values.setdefault(name, set()).add(number)
        assert all(0 <= getattr(seen, item).Probability <= 1 for item in ITEMS)
    constant = [name for name, seen in values.items() if len(seen) < 2]
    assert not constant, f"constant over 40 faces: {constant}"
