"""An answered write survives kill -9, and the next search sees it."""

from call import call, refused
from lfw import base64_of

import mien
import pytest


def test_answered_writes_survive_a_kill(tmp_path, faces):
    pack = "omz" if mien.install("omz") else "human"
    server = mien.Server(pack, tmp_path)
    several = [name for name, files in faces.items() if len(files) >= 2]
    try:
        call(server.client(), "CreateGroup", GroupName="k", GroupId="k")
        enrolled = []
        for round_number in range(4):
            client = server.client()
            for name in several[round_number * 5 : round_number * 5 + 5]:
                call(client, "CreatePerson", GroupId="k", PersonId=f"k{len(enrolled)}", PersonName="k", Image=base64_of(faces[name][0]))
                enrolled.append(name)
            if round_number == 2:
                call(client, "DeletePerson", PersonId="k0")
            server.kill()
            server.start()
            client = server.client()
            present = len(enrolled) - (round_number >= 2)
            assert call(client, "GetPersonListNum", GroupId="k").PersonNum == present
            for index, name in enumerate(enrolled):
                if index == 0 and round_number >= 2:
                    refused("InvalidParameterValue.PersonIdNotExist", client, "GetPersonBaseInfo", PersonId="k0")
                    continue
                answer = call(client, "SearchFaces", GroupIds=["k"], Image=base64_of(faces[name][0]), MaxPersonNum=1)
                best = answer.Results[0].Candidates[0]
                assert best.PersonId == f"k{index}" and best.Score > 90
    finally:
        server.stop()


def test_a_second_start_is_quick(tmp_path):
    import time

    if not mien.install("human"):
        pytest.skip("skipped: the pack human cannot be installed")
    server = mien.Server("human", tmp_path)
    server.stop()
    started = time.perf_counter()
    server.start()
    took = time.perf_counter() - started
    server.stop()
    print(f"\nsecond start to ready: {took:.2f} s")
