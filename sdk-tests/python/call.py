"""Short forms for calls through the SDK."""

import json

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException


def call(client, action, **parameters):
    """Calls an action through the SDK's own request and response classes; gives the response object."""
    module = __import__(type(client).__module__.replace("iai_client", "models"), fromlist=["models"])
    request = getattr(module, f"{action}Request")()
    request.from_json_string(json.dumps(parameters))
    return getattr(client, action)(request)


def refused(code, client, action, **parameters):
    """The call must be refused with this code; gives the exception."""
    with pytest.raises(TencentCloudSDKException) as caught:
        call(client, action, **parameters)
    assert caught.value.get_code() == code, f"{action}: {caught.value}"
    assert caught.value.get_request_id(), f"{action}: no RequestId"
    assert caught.value.get_message(), f"{action}: no message"
    return caught.value
