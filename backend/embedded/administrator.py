"""Responsible for the first key: made in process, since no key works over HTTP before it exists."""

import configparser
import json
import os
import re
from pathlib import Path

from ministack.services import iam

from backend.embedded.place import HOST, REGION, endpoint_url

PROFILE = "default"
_USER = "admin"
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


async def ensure(profile: Path, port: int) -> None:
    """Afterwards `profile` is an AWS credentials file, readable by its owner only, that works."""
    if await _is_valid(profile):
        return
    await _call("CreateUser")
    await _call("PutUserPolicy", PolicyName="everything", PolicyDocument=json.dumps(_POLICY))
    for known in re.findall("<AccessKeyId>([^<]+)<", await _call("ListAccessKeys")):
        await _call("DeleteAccessKey", AccessKeyId=known)
    answer = await _call("CreateAccessKey")
    _write(
        profile, port, key=_field(answer, "AccessKeyId"), secret=_field(answer, "SecretAccessKey")
    )


async def _is_valid(profile: Path) -> bool:
    """False also for a key of a state that was lost."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(profile)
    if not parser.has_section(PROFILE):
        return False
    known = re.findall("<AccessKeyId>([^<]+)<", await _call("ListAccessKeys"))
    return parser.get(PROFILE, "aws_access_key_id", fallback="") in known


async def _call(action: str, **fields: str) -> str:
    request = {"Action": action, "UserName": _USER, **fields}
    parameters = {name: [value] for name, value in request.items()}
    _, _, body = await iam.handle_request("POST", "/", {"host": HOST}, b"", parameters)
    return body.decode() if isinstance(body, bytes) else str(body)


def _field(answer: str, name: str) -> str:
    found = re.search(f"<{name}>([^<]+)<", answer)
    if found is None:
        raise RuntimeError(f"IAM made no {name}: {answer}")
    return found[1]


def _write(profile: Path, port: int, *, key: str, secret: str) -> None:
    text = (
        f"[{PROFILE}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
        f"endpoint_url = {endpoint_url(port)}\nregion = {REGION}\n"
    )
    descriptor = os.open(profile, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text)
