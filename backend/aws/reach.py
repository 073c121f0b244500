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


@contextmanager
def reached() -> Iterator[None]:
    """Raises Unavailable or DeploymentFailed, as a sentence, for what boto3 raises without one."""
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError, ProfileNotFound, NoRegionError) as fault:
        raise Unavailable(f"{fault} Set AWS_PROFILE, or AWS_REGION and credentials.") from fault
    except EndpointConnectionError as fault:
        raise Unavailable(f"{fault} Is it running, and is this machine online?") from fault
    except ClientError as refusal:
        raise DeploymentFailed(
            f"AWS refused {refusal.operation_name}: {code_of(refusal)}: {message_of(refusal)}"
        ) from refusal
