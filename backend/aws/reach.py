"""Responsible for telling a person at a terminal why AWS could not be reached or has refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

from backend.aws.translate import code_of, message_of
from backend.domain.errors import DeploymentFailed, Unavailable

_REMEDY = "set AWS_PROFILE, or AWS_DEFAULT_REGION and credentials"


@contextmanager
def reached() -> Iterator[None]:
    """Raises Unavailable or DeploymentFailed, as a sentence, for what boto3 raises without one."""
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError, ProfileNotFound, NoRegionError) as fault:
        raise Unavailable(f"{_clause(fault)}: {_REMEDY}.") from fault
    except EndpointConnectionError as fault:
        raise Unavailable(f"{_clause(fault)}: is it running, is this machine online?") from fault
    except ClientError as refusal:
        raise DeploymentFailed(
            f"AWS refused {refusal.operation_name}: {code_of(refusal)}: {message_of(refusal)}"
        ) from refusal


def _clause(fault: Exception) -> str:
    return str(fault).rstrip(".")
