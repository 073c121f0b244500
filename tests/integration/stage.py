"""A stage for executions: roles, a bucket, small images, pipelines of a few lines."""

import functools
import io
import itertools
import json
import time
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import boto3
import pytest

from demo.cloud import OwnCloud, own_cloud
from tests.cloud import REGION, Cloud, speaking
from tests.integration.roles import ACCOUNT, allow, document

END_SECONDS = 60
TAG = "stage"
FINAL = ("Succeeded", "Failed", "Stopped")
CLUSTER = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
METRIC = {"Name": "validation:score", "Regex": "validation_score=([-+0-9.eE]+)"}
_PRELUDE = """\
    import json, os, pathlib, signal, sys, time
    root = pathlib.Path(os.environ["SAGEMAKER_BASE_DIR"])
"""
SCRIPTS = {
    "copy": """
        print("the environment holds", " ".join(sorted(os.environ)))
        told = json.loads((root / "config/processingjobconfig.json").read_text())
        inputs = [one["S3Input"]["LocalPath"] for one in told["ProcessingInputs"]]
        asked = told["ProcessingOutputConfig"]["Outputs"]
        outputs = [one["S3Output"]["LocalPath"] for one in asked]
        for folder in map(pathlib.Path, inputs):
            for file in sorted(folder.rglob("*")):
                print("got", file.relative_to(folder), file.is_file())
                for output in outputs:
                    if file.is_file():
                        (pathlib.Path(output) / file.name).write_bytes(file.read_bytes())
        """,
    "report": """
        report = json.loads(os.environ["REPORT"])
        (root / "processing/evaluation/evaluation.json").write_text(json.dumps(report))
        """,
    "fail": """
        (root / "output").mkdir(exist_ok=True)
        for name in ("failure", "message"):
            words = os.environ.get("WORDS", "") * int(os.environ.get("TIMES", "1"))
            (root / "output" / name).write_text(words)
        sys.exit(3)
        """,
    "silent": "sys.exit(4)",
    "nap": "time.sleep(60)",
    "killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "score": """
        given = json.loads((root / "input/config/hyperparameters.json").read_text())
        print("argument", sys.argv[1], "channels", sorted(os.listdir(root / "input/data")))
        (root / "model/given.json").write_text(json.dumps(given))
        (root / "output/data/notes.txt").write_text(os.environ["TRAINING_JOB_NAME"])
        print("validation_score=0.1")
        print("validation_score=%r" % (1 - abs(float(given.get("eta", "0.5")) - 0.3)))
        """,
    "sleep": """
        def rest(*_):
            (root / "model/rest.txt").write_text("rested")
            sys.exit(0)
        signal.signal(signal.SIGTERM, rest)
        print("asleep", flush=True)
        time.sleep(60)
        """,
    "stubborn": """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork():
            print("deaf", flush=True)
        time.sleep(60)
        """,
    "count": """
        print("begun %f" % time.time())
        time.sleep(0.5)
        print("ended %f" % time.time())
        """,
}
DOCKERFILE = """\
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1
COPY . /opt/program
ENTRYPOINT ["python3", "/opt/program/run.py"]
"""
_numbers = itertools.count(1)


def image(name: str) -> str:
    return f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mlaas/stage-{name}:{TAG}"


def get(path: str) -> dict[str, str]:
    return {"Get": path}


def joined(*parts: Any, on: str = "/") -> dict[str, Any]:
    return {"Std:Join": {"On": on, "Values": list(parts)}}


@dataclass(frozen=True, slots=True)
class Stage:
    """What a test plays on; every execution's data lies in `bucket`, jobs act as `job_role`."""

    session: boto3.Session
    bucket: str
    job_role: str
    pipeline_role: str
    group: str

    @property
    def sagemaker(self) -> Any:
        return self.session.client("sagemaker")

    def uri(self, *path: str) -> str:
        return "/".join([f"s3://{self.bucket}", *path])

    def processing(
        self,
        name: str,
        program: str = "copy",
        *,
        inputs: Mapping[str, Any] | None = None,
        outputs: Sequence[str] = ("copies",),
        **more: Any,
    ) -> dict[str, Any]:
        """A step whose outputs lie in a folder of the step's name."""
        step = {n: more.pop(n) for n in ("DependsOn", "PropertyFiles") if n in more}
        folder = "/opt/ml/processing"
        given = inputs if inputs is not None else {"input": self.uri("input", "data.csv")}
        arguments = {
            "RoleArn": self.job_role,
            "ProcessingResources": {"ClusterConfig": CLUSTER},
            "AppSpecification": {"ImageUri": image(program)},
            "ProcessingInputs": [
                {
                    "InputName": one,
                    "S3Input": {
                        "S3Uri": uri,
                        "LocalPath": f"{folder}/{one}",
                        "S3DataType": "S3Prefix",
                        "S3InputMode": "File",
                    },
                }
                for one, uri in given.items()
            ],
            "ProcessingOutputConfig": {
                "Outputs": [
                    {
                        "OutputName": one,
                        "S3Output": {
                            "S3Uri": self.uri(name, one),
                            "LocalPath": f"{folder}/{one}",
                            "S3UploadMode": "EndOfJob",
                        },
                    }
                    for one in outputs
                ]
            },
        }
        return {"Name": name, "Type": "Processing", "Arguments": arguments | more, **step}

    def training(self, name: str, program: str = "score", **more: Any) -> dict[str, Any]:
        step = {n: more.pop(n) for n in ("DependsOn",) if n in more}
        arguments = {**self.job(program), "HyperParameters": {"seed": "1"}, **more}
        return {"Name": name, "Type": "Training", "Arguments": arguments, **step}

    def job(self, program: str = "score") -> dict[str, Any]:
        """What a training step and a tuning job's definition have in common."""
        source = {
            "S3DataType": "S3Prefix",
            "S3Uri": self.uri("input", "data.csv"),
            "S3DataDistributionType": "FullyReplicated",
        }
        return {
            "RoleArn": self.job_role,
            "AlgorithmSpecification": {
                "TrainingImage": image(program),
                "TrainingInputMode": "File",
                "MetricDefinitions": [METRIC],
            },
            "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
            "OutputDataConfig": {"S3OutputPath": self.uri("models")},
            "ResourceConfig": CLUSTER,
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        }

    def pipeline(self, *steps: Any, role: str | None = None, **more: Any) -> str:
        """A new pipeline of these steps; returns its name."""
        name = f"stage-{next(_numbers)}-{uuid.uuid4().hex[:6]}"
        self.sagemaker.create_pipeline(
            PipelineName=name,
            PipelineDefinition=written(*steps, **more),
            RoleArn=role or self.pipeline_role,
            ClientRequestToken=uuid.uuid4().hex,
        )
        return name

    def start(self, pipeline: str, *, token: str | None = None, **parameters: str) -> str:
        started = self.sagemaker.start_pipeline_execution(
            PipelineName=pipeline,
            PipelineParameters=[{"Name": n, "Value": v} for n, v in parameters.items()],
            ClientRequestToken=token or uuid.uuid4().hex,
        )
        return str(started["PipelineExecutionArn"])

    def play(self, *steps: Any, role: str | None = None) -> dict[str, dict[str, Any]]:
        """Runs a new pipeline to its end; returns its steps by name."""
        arn = self.start(self.pipeline(*steps, role=role))
        self.ended(arn)
        return self.steps(arn)

    def ended(self, arn: str) -> dict[str, Any]:
        """The execution's description once it will not change any more."""
        limit = time.monotonic() + END_SECONDS
        while time.monotonic() < limit:
            described: dict[str, Any] = self.sagemaker.describe_pipeline_execution(
                PipelineExecutionArn=arn
            )
            if described["PipelineExecutionStatus"] in FINAL:
                return described
            time.sleep(0.02)
        raise AssertionError(f"{arn} has not ended in {END_SECONDS} s: {self.steps(arn)}")

    def steps(self, arn: str) -> dict[str, dict[str, Any]]:
        pages = self.sagemaker.get_paginator("list_pipeline_execution_steps")
        return {
            step["StepName"]: step
            for page in pages.paginate(PipelineExecutionArn=arn, SortOrder="Ascending")
            for step in page["PipelineExecutionSteps"]
        }

    def training_job(self, step: Mapping[str, Any]) -> dict[str, Any]:
        name = step["Metadata"]["TrainingJob"]["Arn"].rsplit("/", 1)[-1]
        return dict(self.sagemaker.describe_training_job(TrainingJobName=name))

    def processing_job(self, step: Mapping[str, Any]) -> dict[str, Any]:
        name = step["Metadata"]["ProcessingJob"]["Arn"].rsplit("/", 1)[-1]
        return dict(self.sagemaker.describe_processing_job(ProcessingJobName=name))

    def log_of(self, group: str, job_name: str) -> list[str]:
        """The lines of a job's only log stream so far."""
        logs = self.session.client("logs")
        try:
            streams = logs.describe_log_streams(
                logGroupName=group, logStreamNamePrefix=f"{job_name}/"
            )["logStreams"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [
            event["message"]
            for stream in streams
            for event in logs.get_log_events(
                logGroupName=group, logStreamName=stream["logStreamName"]
            )["events"]
        ]

    def keys(self, prefix: str) -> list[str]:
        listed = self.session.client("s3").list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [entry["Key"] for entry in listed.get("Contents", [])]


def written(*steps: Any, parameters: Sequence[Any] = ()) -> str:
    return json.dumps(
        {"Version": "2020-12-01", "Parameters": list(parameters), "Steps": list(steps)}
    )


def lambda_step(name: str, function_arn: str, **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": "Lambda", "FunctionArn": function_arn, "Arguments": {}, **more}


def fail_step(name: str, message: Any, **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": message}, **more}


def service_role(session: boto3.Session, name: str, *statements: Any, service: str) -> str:
    """The ARN of a new role that only an AWS service may assume, once it can be used."""
    iam = session.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))
    if statements:
        iam.put_role_policy(
            RoleName=name, PolicyName="rights", PolicyDocument=document(*statements)
        )
    return str(made["Role"]["Arn"])


@functools.cache
def stage_of(cloud: Cloud) -> Stage:
    """The stage of one cloud, set up by the first test that asks for it."""
    session = cloud.session()
    bucket = f"stage-{ACCOUNT}"
    session.client("s3").create_bucket(Bucket=bucket)
    session.client("s3").put_object(Bucket=bucket, Key="input/data.csv", Body=b"a,b\n1,2\n")
    session.client("sagemaker").create_model_package_group(ModelPackageGroupName="stage")
    build_images(session, bucket)
    job_role = service_role(
        session,
        "stage-job",
        allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{bucket}/*"),
        allow("s3:ListBucket", f"arn:aws:s3:::{bucket}"),
        allow(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "*"),
        service="sagemaker.amazonaws.com",
    )
    pipeline_role = service_role(
        session,
        "stage-pipeline",
        allow(["sagemaker:Create*", "sagemaker:Describe*", "sagemaker:AddTags"], "*"),
        allow("lambda:InvokeFunction", "*"),
        allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"),
        allow("iam:PassRole", job_role),
        service="sagemaker.amazonaws.com",
    )
    return Stage(session, bucket, job_role, pipeline_role, "stage")


def build_images(session: boto3.Session, bucket: str) -> None:
    """Every script as an image, made the way the deployment makes its own."""
    for name in SCRIPTS:
        session.client("ecr").create_repository(repositoryName=f"mlaas/stage-{name}")
    role = service_role(
        session, "stage-images", allow(["ecr:*", "s3:*"], "*"), service="codebuild.amazonaws.com"
    )
    session.client("s3").put_object(Bucket=bucket, Key="images.zip", Body=_archive())
    codebuild = session.client("codebuild")
    codebuild.create_project(
        name="stage-images",
        source={"type": "S3", "location": f"{bucket}/images.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "IMAGE_TAG", "value": TAG}],
        },
        serviceRole=role,
    )
    started = codebuild.start_build(projectName="stage-images")["build"]["id"]
    (build,) = codebuild.batch_get_builds(ids=[started])["builds"]
    assert build["buildStatus"] == "SUCCEEDED", build["phases"]


def _archive() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        for name, script in SCRIPTS.items():
            bundle.writestr(f"stage-{name}/Dockerfile", DOCKERFILE)
            bundle.writestr(f"stage-{name}/run.py", dedent(_PRELUDE) + dedent(script))
    return archive.getvalue()


@contextmanager
def own_stage(
    state: Path, *, jobs: int | None = None, **environment: str
) -> Iterator[tuple[OwnCloud, Stage]]:
    """A stage in a cloud of its own, started in this environment."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        with own_cloud(state, jobs=jobs) as own:
            for name, value in own.environment().items():
                patched.setenv(name, value)
            yield own, stage_of(speaking(own))
