"""Responsible for a deployment's packages in S3, each under the digest of its content."""

from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain.change import Change
from backend.domain.errors import NotFound


class Artefacts:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def keep(self, bucket: str, key: str, content: bytes) -> Change:
        """Stores what is not there yet; a key that names its content needs no second look."""
        s3 = self._session.client("s3")
        try:
            with translated(NoSuchKey=NotFound, **{"404": NotFound}):
                s3.head_object(Bucket=bucket, Key=key)
        except NotFound:
            s3.put_object(Bucket=bucket, Key=key, Body=content)
            return Change.CREATED
        return Change.UNCHANGED
