"""Responsible for pipeline definitions at SageMaker."""

import json
from typing import Any

from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.change import Change
from backend.domain.errors import DeploymentFailed


class Pipelines:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _sagemaker(self) -> Any:
        return self._session.client("sagemaker")

    def bring(self, name: str, definition: str, *, role_arn: str) -> Change:
        """Creates the pipeline, or updates it if its definition or its role is another."""
        if not self._exists(name):
            with translated(ValidationException=DeploymentFailed):
                self._sagemaker.create_pipeline(
                    PipelineName=name,
                    PipelineDefinition=definition,
                    RoleArn=role_arn,
                    Tags=[{"Key": naming.PROJECT_TAG, "Value": naming.PROJECT}],
                )
            return Change.CREATED
        known = self._sagemaker.describe_pipeline(PipelineName=name)
        same = json.loads(known["PipelineDefinition"]) == json.loads(definition)
        if same and known["RoleArn"] == role_arn:
            return Change.UNCHANGED
        with translated(ValidationException=DeploymentFailed):
            self._sagemaker.update_pipeline(
                PipelineName=name, PipelineDefinition=definition, RoleArn=role_arn
            )
        return Change.UPDATED

    def _exists(self, name: str) -> bool:
        pages = self._sagemaker.get_paginator("list_pipelines").paginate(PipelineNamePrefix=name)
        return any(
            pipeline["PipelineName"] == name
            for page in pages
            for pipeline in page["PipelineSummaries"]
        )
