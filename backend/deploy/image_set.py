"""Responsible for the images of one source tree: their names, their tag, and that they exist."""

from backend.aws.artefacts import Artefacts
from backend.aws.images import Images
from backend.aws.session import AwsSession
from backend.deploy.source import Bundle
from backend.domain import naming
from backend.domain.change import Change

_TAG_LENGTH = 12


class ImageSet:
    """Begun early and finished late: CodeBuild works while the shared stack is made."""

    def __init__(self, session: AwsSession, sources: Bundle, bucket: str) -> None:
        self.sources = sources
        self._session = session
        self._bucket = bucket
        self._images = Images(session)
        self._building: str | None = None

    @property
    def tag(self) -> str:
        return self.sources.digest[:_TAG_LENGTH]

    @property
    def names(self) -> list[str]:
        return self.sources.named("Dockerfile")

    def uri(self, name: str) -> str:
        return naming.image_uri(name, self.tag, self._session.account, self._session.region)

    def begin(self) -> None:
        """Starts building if the registry lacks an image of these sources."""
        key = f"images/{self.tag}.zip"
        Artefacts(self._session).keep(self._bucket, key, self.sources.as_zip())
        if not all(self._images.holds(name, self.tag) for name in self.names):
            self._building = self._images.build(self._bucket, key, tag=self.tag)

    def finish(self) -> Change:
        """Waits for what was begun; raises DeploymentFailed if an image could not be built."""
        if self._building is None:
            return Change.UNCHANGED
        self._images.wait(self._building)
        return Change.CREATED
