"""Responsible for a model version: a package in the tenant's group of the model registry."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ApprovalStatus(StrEnum):
    """SageMaker's words."""

    PENDING = "PendingManualApproval"
    APPROVED = "Approved"
    REJECTED = "Rejected"


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One version; `build_id` names the build that made it, `model_data` its artefact's URI."""

    arn: str
    version: int
    status: ApprovalStatus
    created_at: datetime
    build_id: str
    algorithm: str
    model_data: str
    comment: str = ""
