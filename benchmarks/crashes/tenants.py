"""Responsible for the ground that crashes are tried on: tables, queues, tenants and their uploads.

The queues have no dead letters: with so many crashes some message is taken in once too often.
"""

import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from backend.context import Context
from backend.deploy import source
from backend.domain import naming
from backend.domain.algorithm import Algorithm
from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tenant import Tenant, TenantStatus
from backend.domain.tier import TIERS, Tier
from benchmarks.crashes.history import Limits, Upload
from benchmarks.own_tables import tables

_FILE = b"a,b\n1,2\n"


@dataclass(frozen=True, slots=True)
class Player:
    """A tenant, its part of all uploads, and its cap."""

    tier: str
    share: float
    cap: int | None = None


PLAYERS: Mapping[str, Player] = {
    "noisy": Player("basic", 0.25),
    "quiet": Player("basic", 0.05, cap=1),
    "steady": Player("standard", 0.25),
    "capped": Player("standard", 0.15, cap=2),
    "gold": Player("premium", 0.2),
    "prime": Player("premium", 0.1),
}
# Premium may borrow whatever is idle, the others two slots each.
PLAYED: tuple[Tier, ...] = tuple(
    tier if tier.name == "premium" else replace(tier, most_builds=tier.max_concurrent_builds + 2)
    for tier in TIERS
)


def limits() -> Limits:
    return Limits(
        slots=SchedulingPolicy().checked(PLAYED).slots(PLAYED),
        tiers={tier.name: tier.most_builds for tier in PLAYED if tier.most_builds is not None},
        tenants={name: player.cap for name, player in PLAYERS.items() if player.cap is not None},
    )


def prepare(context: Context) -> None:
    """Makes the tables and queues, then registers tiers, algorithms and tenants with buckets."""
    dynamodb = context.session.client("dynamodb")
    for table in tables():
        dynamodb.create_table(**table)
    for tier in PLAYED:
        context.session.client("sqs").create_queue(QueueName=naming.queue_of(tier.name))
        context.tiers.add(tier)
    images = source.containers()
    for image in images.named("algorithm.json"):
        document = json.loads(images.files[f"{image}/algorithm.json"])
        context.algorithms.put(Algorithm.from_document(document, image))
    s3 = context.session.client("s3")
    versioned = {"Status": "Enabled"}
    for name, player in PLAYERS.items():
        tenant = _tenant(name, player, context.session.account)
        context.tenants.add(tenant)
        s3.create_bucket(Bucket=tenant.bucket)
        s3.put_bucket_versioning(Bucket=tenant.bucket, VersioningConfiguration=versioned)


def upload(context: Context, builds: int, duplicates: float, seed: str, record: Path) -> None:
    """Puts files and sends each one's message, some of them twice; the record has a line for each.

    The process that runs this is killed by nobody.
    """
    draw = random.Random(seed)  # noqa: S311 - chance keeps no secret
    s3, sqs = context.session.client("s3"), context.session.client("sqs")
    tenants = {tenant.tenant_id: tenant for tenant in context.tenants.all()}
    urls = {
        tier.name: sqs.get_queue_url(QueueName=naming.queue_of(tier.name))["QueueUrl"]
        for tier in PLAYED
    }
    shares = {name: player.share for name, player in PLAYERS.items()}
    key = naming.upload_key_of("data.csv")
    with record.open("w", buffering=1) as lines:
        for name in draw.choices(list(shares), list(shares.values()), k=builds):
            tenant = tenants[name]
            put = s3.put_object(Bucket=tenant.bucket, Key=key, Body=_FILE)
            body = _message(tenant, key, put["VersionId"])
            times = 2 if draw.random() < duplicates else 1
            for _ in range(times):
                sqs.send_message(QueueUrl=urls[tenant.tier], MessageBody=body)
            build_id = naming.build_id_of(tenant.bucket, key, put["VersionId"])
            lines.write(json.dumps(asdict(Upload(name, build_id)) | {"times": times}) + "\n")


def _tenant(name: str, player: Player, account: str) -> Tenant:
    return Tenant(
        tenant_id=name,
        name=name.title(),
        tier=player.tier,
        bucket=naming.bucket_of(name, account),
        access_role_arn=naming.role_arn(naming.access_role_of(name), account),
        execution_role_arn=naming.role_arn(naming.execution_role_of(name), account),
        model_group=naming.model_group_of(name),
        created_at=datetime.now(UTC),
        status=TenantStatus.ACTIVE,
        max_concurrent_builds=player.cap,
    )


def _message(tenant: Tenant, key: str, version_id: str) -> str:
    """As the tenant's rule makes it of S3's event."""
    return json.dumps(
        {
            "tenant_id": tenant.tenant_id,
            "bucket": tenant.bucket,
            "key": key,
            "version_id": version_id,
            "size": len(_FILE),
            "uploaded_at": datetime.now(UTC).isoformat(),
        }
    )
