"""Responsible for what of the source tree travels: the functions' package, the images' sources."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BACKEND = Path(__file__).parents[1]
TEMPLATES = BACKEND.parent / "infra"
PIPELINES = BACKEND / "pipeline"
CONTAINERS = PIPELINES / "containers"

# Rooms no Lambda function enters. Functions need nothing but these files and their runtime's boto3.
_STAYS = frozenset({"embedded", "deploy", "pipeline"})
_BEGINNING_OF_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16


@dataclass(frozen=True, slots=True)
class Bundle:
    """Files by name; the same files make the same digest and, to the byte, the same archive."""

    files: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """64 hexadecimal digits that depend on names and contents alone."""
        whole = hashlib.sha256()
        for name in sorted(self.files):
            for part in (name.encode(), self.files[name]):
                whole.update(len(part).to_bytes(8))
                whole.update(part)
        return whole.hexdigest()

    def named(self, name: str) -> list[str]:
        """The folders that hold a file of this name."""
        suffix = f"/{name}"
        return [path.removesuffix(suffix) for path in sorted(self.files) if path.endswith(suffix)]

    def as_zip(self) -> bytes:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as bundle:
            for name in sorted(self.files):
                entry = zipfile.ZipInfo(name, _BEGINNING_OF_ZIP_TIME)
                entry.external_attr = _READABLE
                entry.create_system = 3  # Unix, wherever this runs: it decides how modes are read
                bundle.writestr(entry, self.files[name], zipfile.ZIP_DEFLATED, compresslevel=9)
        return archive.getvalue()


def functions() -> Bundle:
    """What the Lambda functions import: the backend without the rooms they never enter."""
    return Bundle(
        {
            f"{BACKEND.name}/{path.relative_to(BACKEND).as_posix()}": path.read_bytes()
            for path in sorted(BACKEND.rglob("*.py"))
            if path.relative_to(BACKEND).parts[0] not in _STAYS
        }
    )


def containers(root: Path = CONTAINERS) -> Bundle:
    """The images' sources, a folder for each image."""
    return Bundle(
        {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not _made_by_running(path.relative_to(root))
        }
    )


def template(name: str) -> str:
    return (TEMPLATES / name).read_text()


def _made_by_running(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)
