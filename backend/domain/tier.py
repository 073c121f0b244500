"""Responsible for what a tier allows, and the three tiers a new deployment begins with."""

from dataclasses import dataclass

from backend.domain.errors import Invalid

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class InstanceForSize:
    """The instance type for uploads of up to `max_bytes`."""

    max_bytes: int
    instance_type: str


@dataclass(frozen=True, slots=True)
class Tuning:
    """How many trial jobs one tuned build may run, in all and at once."""

    max_jobs: int
    max_parallel_jobs: int


@dataclass(frozen=True, slots=True)
class Tier:
    """What tenants of one tier share: a queue, builds at once, and limits for each build."""

    name: str
    max_concurrent_builds: int
    weight: int
    instances: tuple[InstanceForSize, ...]
    max_runtime_seconds: int
    tuning: Tuning | None = None

    @property
    def max_upload_bytes(self) -> int:
        return self.instances[-1].max_bytes

    def instance_type_for(self, size: int) -> str:
        """The smallest fitting instance type for `size` bytes; raises Invalid if too large."""
        for choice in self.instances:
            if size <= choice.max_bytes:
                return choice.instance_type
        raise Invalid(
            f"The file has {size / MIB:,.0f} MiB; tier {self.name!r} takes up to "
            f"{self.max_upload_bytes / MIB:,.0f} MiB. Upload a smaller file or ask for a larger "
            "tier."
        )


# S3 copies an object of at most 5 GiB in one request, and intake copies every upload.
TIERS: tuple[Tier, ...] = (
    Tier(
        name="basic",
        max_concurrent_builds=2,
        weight=1,
        instances=(InstanceForSize(100 * MIB, "ml.m5.large"),),
        max_runtime_seconds=3600,
    ),
    Tier(
        name="standard",
        max_concurrent_builds=4,
        weight=2,
        instances=(
            InstanceForSize(100 * MIB, "ml.m5.large"),
            InstanceForSize(GIB, "ml.m5.xlarge"),
        ),
        max_runtime_seconds=2 * 3600,
        tuning=Tuning(max_jobs=6, max_parallel_jobs=2),
    ),
    Tier(
        name="premium",
        max_concurrent_builds=8,
        weight=4,
        instances=(
            InstanceForSize(100 * MIB, "ml.m5.xlarge"),
            InstanceForSize(GIB, "ml.m5.2xlarge"),
            InstanceForSize(5 * GIB, "ml.m5.4xlarge"),
        ),
        max_runtime_seconds=6 * 3600,
        tuning=Tuning(max_jobs=12, max_parallel_jobs=4),
    ),
)
