"""Responsible for what a tier allows, and the three tiers a new deployment begins with."""

from dataclasses import dataclass

from backend.domain.errors import Invalid

MIB = 1 << 20
GIB = 1 << 30
# A tag stays a number of sixteen digits with these.
LEAST_WEIGHT, MOST_WEIGHT = 0.01, 100.0
MOST_BUILDS = 10_000  # at once: more than any account's service quota


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
    """What tenants of one tier share: a queue, builds at once, and limits for each build.

    `max_concurrent_builds` slots are the tier's own. It may borrow idle ones by its `weight`, up to
    `most_builds` at once, or as many as there are when that is None. `rank` is the tier's place
    among the tiers for good, 1 the highest.
    """

    name: str
    max_concurrent_builds: int
    weight: float
    instances: tuple[InstanceForSize, ...]
    max_runtime_seconds: int
    tuning: Tuning | None = None
    rank: int = 9
    most_builds: int | None = None
    paused: bool = False

    def checked(self) -> "Tier":
        """The tier itself; raises Invalid, with the remedy, for limits that make no sense."""
        if self.max_concurrent_builds < 1:
            raise Invalid(
                f"Tier {self.name!r} has {self.max_concurrent_builds} builds at once: give at "
                "least 1, or pause the tier."
            )
        if not LEAST_WEIGHT <= self.weight <= MOST_WEIGHT:
            raise Invalid(
                f"Tier {self.name!r} has weight {self.weight:g}: give {LEAST_WEIGHT:g} to "
                f"{MOST_WEIGHT:g}."
            )
        if self.most_builds is not None and self.most_builds < self.max_concurrent_builds:
            raise Invalid(
                f"Tier {self.name!r} may run {self.most_builds} builds with borrowed slots, fewer "
                f"than its own {self.max_concurrent_builds}: give as many at least."
            )
        return self

    @property
    def max_upload_bytes(self) -> int:
        return self.instances[-1].max_bytes

    def own_tuning(self) -> Tuning:
        """Raises Invalid, with the remedy, for a tier that has none."""
        if self.tuning is None:
            raise Invalid(
                f"Tier {self.name!r} has no tuning: build untuned or ask for a larger tier."
            )
        return self.tuning

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
        rank=3,
        max_concurrent_builds=2,
        weight=1,
        instances=(InstanceForSize(100 * MIB, "ml.m5.large"),),
        max_runtime_seconds=3600,
    ),
    Tier(
        name="standard",
        rank=2,
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
        rank=1,
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
