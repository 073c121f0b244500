"""Responsible for moto's SageMaker: asked in this process, as if over HTTP."""

from moto.core.request import Request
from moto.sagemaker.responses import SageMakerResponse

from backend.embedded.answers import JSON_TYPE, UNKNOWN_OPERATION, Answer, refused


def answer(operation: str, body: bytes, region: str) -> Answer:
    """moto's answer, or a refusal that names what moto does not know."""
    host = f"api.sagemaker.{region}.amazonaws.com"
    scope = f"moto/20000101/{region}/sagemaker/aws4_request"  # moto takes the region from it
    headers = {
        "host": host,
        "x-amz-target": f"SageMaker.{operation}",
        "content-type": JSON_TYPE,
        "authorization": f"AWS4-HMAC-SHA256 Credential={scope}",
    }
    request = Request.from_primitives("POST", f"https://{host}/", headers, body)
    try:
        status, _, text = SageMakerResponse.dispatch(request, f"https://{host}/", request.headers)
    except NotImplementedError:
        return refused(
            UNKNOWN_OPERATION, f"The embedded cloud does not serve sagemaker:{operation}."
        )
    content = text.encode() if isinstance(text, str) else text
    return status, {"Content-Type": JSON_TYPE}, content
