"""What each role's code asks of AWS, one line a permission: (action, resource[, context])."""

from tests.unit.deploy.templates import ACCOUNT, REGION

BUCKET = f"arn:aws:s3:::mlaas-tenant-acme-{ACCOUNT}"
BUILD = f"{BUCKET}/builds/0123456789abcdef0123456789abcdef"
SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
IAM = f"arn:aws:iam::{ACCOUNT}:role"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/mlaas-upload-acme"
POOL = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/mlaas-people"
STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/mlaas/*"
TIERS = ("basic", "standard", "premium")
PIPELINES = ("mlaas-build", "mlaas-build-tuned")
IMAGES = ("preprocess", "evaluate", "xgboost", "linear")

Need = tuple[str, str] | tuple[str, str, dict[str, str]]


def table(name: str, *actions: str, index: str = "") -> list[Need]:
    path = f"mlaas-{name}/index/{index}" if index else f"mlaas-{name}"
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{path}"
    return [(f"dynamodb:{action}", arn) for action in actions]


def queue(name: str, *actions: str) -> list[Need]:
    return [(f"sqs:{action}", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}") for action in actions]


def dead_letters(*actions: str) -> list[Need]:
    return [need for tier in TIERS for need in queue(f"mlaas-{tier}-dead-letters", *actions)]


def call(function: str) -> Need:
    return "lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"


def log(group: str) -> list[Need]:
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:*"
    return [("logs:CreateLogStream", arn), ("logs:PutLogEvents", arn)]


def sagemaker(resource: str, *actions: str) -> list[Need]:
    return [(f"sagemaker:{action}", f"{SAGEMAKER}:{resource}") for action in actions]


def executions(*actions: str) -> list[Need]:
    return [
        need
        for pipeline in PIPELINES
        for need in sagemaker(f"pipeline/{pipeline}/execution/abc123", *actions)
    ]


def starts() -> list[Need]:
    return [
        need
        for pipeline in PIPELINES
        for need in sagemaker(
            f"pipeline/{pipeline}", "ListPipelineExecutions", "StartPipelineExecution"
        )
    ]


def ended_executions() -> list[Need]:
    """What is read of an execution that has ended: its steps, and their jobs' seconds."""
    return [
        *executions(
            "DescribePipelineExecution",
            "ListPipelineExecutionSteps",
            "ListPipelineParametersForExecution",
        ),
        *sagemaker("processing-job/pipelines-abc123-Preprocess-x1", "DescribeProcessingJob"),
        *sagemaker("training-job/pipelines-abc123-Train-x1", "DescribeTrainingJob"),
        *sagemaker("training-job/abc123-Tune-x1-001-0a1b2c3d", "DescribeTrainingJob"),
        *sagemaker(
            "hyper-parameter-tuning-job/abc123-Tune-x1",
            "DescribeHyperParameterTuningJob",
            "ListTrainingJobsForHyperParameterTuningJob",
        ),
    ]


def s3(resource: str, *actions: str) -> list[Need]:
    return [(f"s3:{action}", resource) for action in actions]


NEEDS: dict[str, list[Need]] = {
    "mlaas-intake": [
        # the event-source mappings poll as the function's role
        *(
            need
            for tier in TIERS
            for need in queue(
                f"mlaas-{tier}", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"
            )
        ),
        *dead_letters("GetQueueUrl", "SendMessage"),
        *table("tenants", "GetItem", "UpdateItem"),
        *table("tiers", "GetItem", "Scan"),
        *table("algorithms", "GetItem", "Scan"),
        *table("settings", "GetItem"),
        *table("slots", "Query"),
        *table("builds", "PutItem"),
        *table("builds", "Query", index="by-state"),
        # head, and the source of the copy
        *s3(f"{BUCKET}/uploads/churn.csv", "GetObjectVersion"),
        *s3(BUCKET, "ListBucket"),
        *s3(f"{BUILD}/input/churn.csv", "PutObject"),
        call("mlaas-dispatch"),
        *log("/aws/lambda/mlaas-intake"),
    ],
    "mlaas-dispatch": [
        *table("tiers", "Scan"),
        *table("algorithms", "GetItem", "Scan"),
        *table("settings", "GetItem"),
        *table("tenants", "BatchGetItem"),
        *table("slots", "Query", "PutItem", "UpdateItem", "DeleteItem"),
        *table("builds", "Query", index="waiting"),
        *table("builds", "GetItem", "UpdateItem"),
        *starts(),
        *executions("ListPipelineParametersForExecution", "StopPipelineExecution"),
        call("mlaas-dispatch"),
        *log("/aws/lambda/mlaas-dispatch"),
    ],
    "mlaas-sweep": [
        *table("tiers", "Scan"),
        *table("algorithms", "GetItem", "Scan"),
        *table("settings", "GetItem", "PutItem"),
        *table("tenants", "BatchGetItem", "UpdateItem"),
        *table("slots", "Query", "UpdateItem", "DeleteItem"),
        *table("builds", "Query", index="by-end"),
        *table("builds", "Query", index="by-state"),
        *table("builds", "Query", index="waiting"),
        *table("builds", "GetItem", "UpdateItem"),
        *starts(),
        *executions("StopPipelineExecution"),
        *ended_executions(),
        call("mlaas-dispatch"),
        *log("/aws/lambda/mlaas-sweep"),
    ],
    "mlaas-recorder": [
        *ended_executions(),
        *table("settings", "GetItem"),
        *table("builds", "GetItem", "UpdateItem"),
        *table("builds", "Query", index="by-end"),
        *table("tenants", "BatchGetItem", "UpdateItem"),
        *table("slots", "DeleteItem", "UpdateItem"),
        call("mlaas-dispatch"),
        *log("/aws/lambda/mlaas-recorder"),
    ],
    "mlaas-record-build": [
        *s3(f"{BUILD}/evaluation/evaluation.json", "GetObject"),
        *s3(f"{BUILD}/report/report.json", "GetObject"),
        *table("builds", "GetItem", "UpdateItem"),
        *log("/aws/lambda/mlaas-record-build"),
    ],
    "mlaas-schedule": [call("mlaas-dispatch"), call("mlaas-sweep")],
    "mlaas-metrics": [
        *table("tiers", "Scan"),
        *table("builds", "Query", index="by-state"),
        *table("builds", "Query", index="waiting"),
        *table("slots", "Query"),
        *dead_letters("GetQueueAttributes", "GetQueueUrl"),
        ("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "MLaaS"}),
        *log("/aws/lambda/mlaas-metrics"),
    ],
    "mlaas-metrics-schedule": [call("mlaas-metrics")],
    "mlaas-cost-sync": [
        ("ce:GetCostAndUsage", "*"),
        *table("tenants", "BatchGetItem", "Scan", "UpdateItem"),
        *table("builds", "Query", index="by-end"),
        *table("slots", "UpdateItem"),
        ("ce:ListCostAllocationTags", "*"),
        ("ce:UpdateCostAllocationTagsStatus", "*"),
        ("pricing:GetProducts", "*"),
        *table("tiers", "Scan"),
        *table("costs", "BatchWriteItem", "Query", "UpdateItem"),
        *table("costs", "Query", index="by-month"),
        *(
            (action, arn, {"dynamodb:LeadingKeys": row})
            for row in ("cost-sync", "cost-tags", "price-book")
            for action, arn in table("settings", "GetItem", "PutItem")
        ),
        *log("/aws/lambda/mlaas-cost-sync"),
    ],
    "mlaas-cost-sync-schedule": [call("mlaas-cost-sync")],
    "mlaas-pipeline": [
        *sagemaker(
            "processing-job/pipelines-abc123-Preprocess-x1",
            "AddTags",
            "CreateProcessingJob",
            "DescribeProcessingJob",
            "StopProcessingJob",
        ),
        *sagemaker(
            "training-job/pipelines-abc123-Train-x1",
            "AddTags",
            "CreateTrainingJob",
            "DescribeTrainingJob",
            "StopTrainingJob",
        ),
        *sagemaker(
            "hyper-parameter-tuning-job/abc123-Tune-x1",
            "AddTags",
            "CreateHyperParameterTuningJob",
            "DescribeHyperParameterTuningJob",
            "ListTrainingJobsForHyperParameterTuningJob",
            "StopHyperParameterTuningJob",
        ),
        *sagemaker("model-package-group/mlaas-acme", "CreateModelPackage"),
        *sagemaker("model-package/mlaas-acme/1", "CreateModelPackage"),
        *s3(f"{BUILD}/evaluation/evaluation.json", "GetObject"),
        call("mlaas-record-build"),
        (
            "iam:PassRole",
            f"{IAM}/mlaas-tenant-acme-execution",
            {"iam:PassedToService": "sagemaker.amazonaws.com"},
        ),
    ],
    "mlaas-images": [
        *s3(f"arn:aws:s3:::mlaas-artefacts-{ACCOUNT}/images/0123456789ab.zip", "GetObject"),
        *s3(f"arn:aws:s3:::mlaas-artefacts-{ACCOUNT}/images/0123456789ab.zip", "GetObjectVersion"),
        ("ecr:GetAuthorizationToken", "*"),
        *(
            (f"ecr:{action}", f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/mlaas/{image}")
            for image in IMAGES
            for action in (
                "BatchCheckLayerAvailability",
                "BatchGetImage",
                "CompleteLayerUpload",
                "DescribeImages",
                "InitiateLayerUpload",
                "PutImage",
                "UploadLayerPart",
            )
        ),
        *log("/aws/codebuild/mlaas-images"),
    ],
    "mlaas-portal": [
        ("sts:AssumeRole", f"{IAM}/mlaas-tenant-acme-access"),
        *table("tenants", "BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Scan", "UpdateItem"),
        *table("tiers", "GetItem", "Scan", "UpdateItem"),
        *table("settings", "GetItem", "UpdateItem"),
        *table("audit", "PutItem", "Query"),
        *table("algorithms", "GetItem", "Scan"),
        *table("builds", "BatchWriteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
        *table("builds", "Query", index="by-state"),
        *table("builds", "Query", index="waiting"),
        *table("slots", "Query", "UpdateItem"),
        call("mlaas-dispatch"),
        call("mlaas-sweep"),
        *(
            need
            for tier in TIERS
            for name in (f"mlaas-{tier}", f"mlaas-{tier}-dead-letters")
            for need in queue(name, "GetQueueAttributes", "GetQueueUrl")
        ),
        *dead_letters("ChangeMessageVisibility", "DeleteMessage", "ReceiveMessage"),
        *(need for tier in TIERS for need in queue(f"mlaas-{tier}", "SendMessage")),
        *executions("ListPipelineExecutionSteps", "StopPipelineExecution"),
        *table("builds", "Query", index="by-end"),
        *table("costs", "GetItem", "Query"),
        *table("costs", "Query", index="by-month"),
        *table("invoices", "GetItem", "Query"),
        *(
            (action, arn, {"dynamodb:EnclosingOperation": "TransactWriteItems"})
            for action, arn in table("invoices", "PutItem")
        ),
        *table("invoices", "Query", index="by-month"),
        call("mlaas-cost-sync"),
        ("cloudformation:DescribeStacks", STACK),
        *s3(
            BUCKET,
            "CreateBucket",
            "DeleteBucket",
            "GetBucketTagging",
            "ListBucketMultipartUploads",
            "ListBucketVersions",
            "PutBucketCORS",
            "PutBucketNotification",
            "PutBucketOwnershipControls",
            "PutBucketPolicy",
            "PutBucketPublicAccessBlock",
            "PutBucketTagging",
            "PutBucketVersioning",
            "PutEncryptionConfiguration",
            "PutLifecycleConfiguration",
            # a bucket that is born with tags
            "TagResource",
        ),
        *s3(
            f"{BUCKET}/uploads/churn.csv",
            "AbortMultipartUpload",
            # DeleteObjects asks for both
            "DeleteObject",
            "DeleteObjectVersion",
        ),
        *(
            (f"iam:{action}", f"{IAM}/mlaas-tenant-acme-{kind}")
            for kind in ("access", "execution")
            for action in (
                "CreateRole",
                "DeleteRole",
                "DeleteRolePolicy",
                "GetRole",
                "ListRolePolicies",
                "PutRolePolicy",
                "TagRole",
                "UpdateAssumeRolePolicy",
            )
        ),
        *(
            (f"events:{action}", RULE)
            for action in (
                "DeleteRule",
                "ListTagsForResource",
                "ListTargetsByRule",
                "PutRule",
                "PutTargets",
                "RemoveTargets",
                "TagResource",
            )
        ),
        *sagemaker(
            "model-package-group/mlaas-acme",
            "AddTags",
            "CreateModelPackageGroup",
            "DeleteModelPackageGroup",
            "DescribeModelPackageGroup",
            "ListModelPackages",
            "ListTags",
        ),
        *sagemaker("model-package/mlaas-acme/1", "DeleteModelPackage", "ListModelPackages"),
        *(
            (f"cognito-idp:{action}", POOL)
            for action in (
                "AdminCreateUser",
                "AdminDeleteUser",
                "AdminGetUser",
                "DescribeUserPoolClient",
                "ListUsers",
            )
        ),
    ],
}
