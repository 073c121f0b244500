"""Responsible for a job's log: its group and stream in CloudWatch Logs, under SageMaker's names."""

import time

from ministack.core.responses import request_scope
from ministack.services import cloudwatch_logs

from backend.embedded.jobs.job import Job, JobKind
from backend.embedded.jobs.line_batches import Lines

_GROUPS = {
    JobKind.PROCESSING: "/aws/sagemaker/ProcessingJobs",
    JobKind.TRAINING: "/aws/sagemaker/TrainingJobs",
}


class JobLog:
    """Written in process: on AWS it is the service that writes, so no caller's key is at hand."""

    def __init__(self, job: Job) -> None:
        self._region, self._account = job.arn.split(":")[3:5]
        self._stream = {
            "logGroupName": _GROUPS[job.kind],
            "logStreamName": f"{job.name}/algo-1-{int(time.time())}",
        }
        with request_scope(self._account, self._region):
            # What exists already answers with an error, which is as good.
            cloudwatch_logs._create_log_group({"logGroupName": _GROUPS[job.kind]})
            cloudwatch_logs._create_log_stream(self._stream)

    def write(self, lines: Lines) -> None:
        events = [{"timestamp": at, "message": line} for at, line in lines]
        with request_scope(self._account, self._region):
            cloudwatch_logs._put_log_events({**self._stream, "logEvents": events})
