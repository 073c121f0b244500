"""Responsible for what a step is performed with: its execution, its role, its resolved values."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from backend.domain.naming import split_s3_uri
from backend.embedded.access.role_session import RoleSession
from backend.embedded.definitions.definition import Definition, Step
from backend.embedded.definitions.expressions import Scope, resolved
from backend.embedded.executions.execution_record import Execution
from backend.embedded.faults import RoleRefused, StepFailed
from backend.embedded.jobs.job_host import JobHost
from backend.embedded.jobs.stop_signal import StopSignal


@dataclass(frozen=True, slots=True)
class StepAct:
    """One step's performance. `announce` tells at once what ListPipelineExecutionSteps shows."""

    step: Step
    definition: Definition
    execution: Execution
    host: JobHost
    stop: StopSignal
    announce: Callable[[Mapping[str, Any]], None]

    @property
    def region(self) -> str:
        return self.execution.region

    def role(self) -> RoleSession:
        """The pipeline's role; StepFailed when SageMaker may not act as it."""
        try:
            return self.host.sessions.assume(self.execution.role_arn, self.execution.arn)
        except RoleRefused as refusal:
            raise StepFailed(f"ClientError: {refusal}") from refusal

    def client(self, service: str) -> Any:
        return self.role().client(service, self.region)

    def resolve(self, value: Any) -> Any:
        return resolved(value, self._scope())

    def _scope(self) -> Scope:
        execution = self.execution
        return Scope(
            parameters=execution.parameters,
            facts={
                "PipelineArn": execution.pipeline_arn,
                "PipelineName": execution.pipeline_name,
                "PipelineExecutionArn": execution.arn,
                "PipelineExecutionId": execution.id,
                "StartDateTime": execution.started_at.isoformat(),
                "CurrentDateTime": execution.changed_at.isoformat(),
            },
            properties={step.name: step.properties for step in execution.steps},
            report_of=self._report,
            document_at=self._document,
        )

    def _report(self, step_name: str, file_name: str) -> Any:
        step = next(one for one in self.definition.every_step() if one.name == step_name)
        file = next(one for one in step.property_files if one["PropertyFileName"] == file_name)
        outputs = self.execution.step(step_name).properties["ProcessingOutputConfig"]["Outputs"]
        output = next(one for one in outputs if one["OutputName"] == file["OutputName"])
        return self._document(f"{output['S3Output']['S3Uri'].rstrip('/')}/{file['FilePath']}")

    def _document(self, uri: str) -> Any:
        bucket, key = split_s3_uri(uri)
        try:
            body = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
            return json.loads(body)
        except (ClientError, BotoCoreError) as refusal:
            raise StepFailed(f"ClientError: Cannot read {uri}: {refusal}") from refusal
        except ValueError as fault:
            raise StepFailed(f"ClientError: {uri} is not JSON: {fault}.") from fault
