"""Who may call: wrong, expired and foreign signatures through the SDK and by hand (BEHAVIOUR 2 to 4)."""

import json
import time
import urllib.request

import pytest
from tencentcloud.common import abstract_client

from call import call, refused


@pytest.mark.parametrize("sign", ["TC3-HMAC-SHA256", "HmacSHA256", "HmacSHA1"])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_wrong_and_foreign_keys(server, sign, method):
    wrong = server.client(sign=sign, method=method, secret_key="x" * 32)
    refused("AuthFailure.SignatureFailure", wrong, "GetGroupList")
    foreign = server.client(sign=sign, method=method, secret_id="AKID" + "z" * 32)
    refused("AuthFailure.SecretIdNotFound", foreign, "GetGroupList")
    assert call(server.client(sign=sign, method=method), "GetGroupList").GroupNum >= 0


@pytest.mark.parametrize("sign", ["TC3-HMAC-SHA256", "HmacSHA256"])
@pytest.mark.parametrize("shift,code", [(-301, "AuthFailure.SignatureExpire"), (302, "AuthFailure.SignatureExpire"), (-290, None), (290, None)])
def test_the_clock(server, monkeypatch, sign, shift, code):
    now = time.time
    monkeypatch.setattr(abstract_client.time, "time", lambda: now() + shift)
    if code is None:
        call(server.client(sign=sign), "GetGroupList")
    else:
        refused(code, server.client(sign=sign), "GetGroupList")


def test_a_disabled_key_is_unknown(server):
    import subprocess

    import mien

    made = json.loads(subprocess.run(mien.command("key", "create", "--json", data=server.data), check=True, capture_output=True, text=True).stdout)
    client = server.client(secret_id=made["secret_id"], secret_key=made["secret_key"])
    call(client, "GetGroupList")
    subprocess.run(mien.command("key", "disable", made["secret_id"], data=server.data), check=True, capture_output=True)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            call(client, "GetGroupList")
        except Exception as refusal:
            assert refusal.get_code() == "AuthFailure.SecretIdNotFound"
            return
    pytest.fail("the disabled key still works")


def post(server, headers, body=b"{}"):
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/", body, headers)
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200 and answer.headers["Content-Type"] == "application/json"
        return json.load(answer)["Response"]["Error"]["Code"]


def test_no_signature_at_all(server):
    now = str(int(time.time()))
    common = {"Content-Type": "application/json", "X-TC-Action": "GetGroupList", "X-TC-Version": "2020-03-03", "X-TC-Timestamp": now}
    assert post(server, common | {"Authorization": "SKIP"}) == "AuthFailure.InvalidAuthorization"
    assert post(server, common | {"Authorization": "TC3-HMAC-SHA256 nonsense"}) == "AuthFailure.InvalidAuthorization"
    assert post(server, common) == "MissingParameter"
