"""The official command line `tccli`, unmodified, with --endpoint."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
import mien  # noqa: E402
from lfw import base64_of, images  # noqa: E402


@pytest.fixture(scope="module")
def tccli(tmp_path_factory):
    if not mien.install("human"):
        pytest.skip("skipped: the pack human cannot be installed")
    folder = tmp_path_factory.mktemp("tccli")
    server = mien.Server("human", folder)
    environment = os.environ | {
        "HOME": str(folder),
        "TENCENTCLOUD_SECRET_ID": server.key["secret_id"],
        "TENCENTCLOUD_SECRET_KEY": server.key["secret_key"],
        "TENCENTCLOUD_REGION": "ap-guangzhou",
    }

    def run(action, version="2020-03-03", **parameters):
        given = folder / "input.json"
        given.write_text(json.dumps(parameters))
        command = [str(pathlib.Path(sys.executable).with_name("tccli")), "iai", action, "--version", version]
        command += ["--endpoint", f"http://127.0.0.1:{server.port}", "--cli-input-json", f"file://{given}"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        return json.loads(done.stdout)

    yield run
    server.stop()


@pytest.mark.parametrize("version", ["2020-03-03", "2018-03-01"])
def test_groups(tccli, version):
    group = f"cli-{version}"
    assert tccli("CreateGroup", version, GroupId=group, GroupName=group, GroupExDescriptions=["x"])["FaceModelVersion"] == "3.0"
    info = tccli("GetGroupInfo", version, GroupId=group)
    assert (info["GroupName"], info["GroupExDescriptions"], info["Tag"]) == (group, ["x"], "")
    with pytest.raises(RuntimeError, match="InvalidParameterValue.GroupIdAlreadyExist"):
        tccli("CreateGroup", version, GroupId=group, GroupName=group)
    tccli("DeleteGroup", version, GroupId=group)
    with pytest.raises(RuntimeError, match="InvalidParameterValue.GroupIdNotExist"):
        tccli("GetGroupInfo", version, GroupId=group)


def test_people(tccli):
    people = [files for files in images(mien.DATA).values() if len(files) >= 2][:2]
    if not people:
        pytest.skip(f"skipped: no LFW at {mien.DATA / 'lfw'}")
    tccli("CreateGroup", GroupId="cli", GroupName="cli")
    for index, files in enumerate(people):
        assert tccli("CreatePerson", GroupId="cli", PersonId=f"c{index}", PersonName="c", Image=base64_of(files[0]))["FaceId"].isdigit()
    for index, files in enumerate(people):
        found = tccli("SearchFaces", GroupIds=["cli"], Image=base64_of(files[1]))
        best = found["Results"][0]["Candidates"][0]
        assert best["PersonId"] == f"c{index}" and best["Score"] > 50 and found["FaceNum"] == 2
    assert tccli("CompareFace", ImageA=base64_of(people[0][0]), ImageB=base64_of(people[0][0]))["Score"] == 100
    tccli("DeleteGroup", GroupId="cli")
