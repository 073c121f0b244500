"""Responsible for the order of a deployment, and for saying what each part of it has changed."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from backend import cost_tags
from backend.aws.artefacts import Artefacts
from backend.aws.pipelines import Pipelines
from backend.context import Context
from backend.deploy import source
from backend.deploy.definition import filled
from backend.deploy.image_set import ImageSet
from backend.domain import naming
from backend.domain.algorithm import Algorithm
from backend.domain.change import Change
from backend.domain.plan import DEFAULT_PLANS
from backend.domain.tier import TIERS
from backend.settings import DEFAULT_PORTAL_URL

Say = Callable[[str], None]
_DEFINITIONS = {naming.PIPELINE: "build.json", naming.TUNED_PIPELINE: "build-tuned.json"}
_STEP_IMAGES = {"PreprocessImageUri": "preprocess", "EvaluateImageUri": "evaluate"}


def aloud(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def deploy(
    context: Context,
    *,
    portal_url: str | None = None,
    alarm_topic: str | None = None,
    cost_requests_a_day: int | None = None,
    say: Say = aloud,
) -> dict[str, str]:
    """Brings the account to what this source tree says; returns the shared stack's outputs.

    Without a portal URL, neither here nor in the settings, a deployed one stays; without a topic
    alarms tell of themselves as they did; without a number of requests Cost Explorer is asked as
    often as it was. Raises DeploymentFailed, with AWS's reasons, when a part cannot be made; the
    same call may then be made again and takes up where it ended.
    """
    made = context.stacks.bring(naming.ARTEFACTS_STACK, source.template("artefacts.yaml"), {})
    _tell(say, made, f"stack {naming.ARTEFACTS_STACK}")
    bucket = context.stacks.outputs(naming.ARTEFACTS_STACK)["ArtefactBucket"]
    images = ImageSet(context.session, source.containers(), bucket)
    images.begin()
    code = {"ArtefactBucket": bucket, "PackageKey": _keep_package(context, bucket, say)}
    parameters = {
        **code,
        "PortalUrl": portal_url or _chosen(context.settings.portal_url),
        "DeletionProtection": None,
    }
    made = context.stacks.bring(naming.STACK, source.template("shared.yaml"), parameters)
    _tell(say, made, f"stack {naming.STACK}")
    _bring(context, naming.WATCHING_STACK, {**code, "AlarmTopicArn": alarm_topic}, say)
    asked = None if cost_requests_a_day is None else str(cost_requests_a_day)
    more = {"CostRequestsADay": asked, "DeletionProtection": None}
    _bring(context, naming.COSTS_STACK, {**code, **more}, say)
    outputs = context.stacks.outputs(naming.STACK)
    built = images.finish()
    _tell(say, built, f"images {', '.join(images.names)} with tag {images.tag}")
    _bring_pipelines(context, outputs, images, say)
    _register_algorithms(context, images, say)
    _seed_tiers(context, say)
    _seed_plans(context, say)
    _ask_for_tags(context, say)
    return outputs


def _keep_package(context: Context, bucket: str, say: Say) -> str:
    package = source.functions()
    key = f"functions/{package.digest}.zip"
    made = Artefacts(context.session).keep(bucket, key, package.as_zip())
    _tell(say, made, f"package {key}")
    return key


def _bring(context: Context, stack: str, parameters: dict[str, str | None], say: Say) -> None:
    """A stack that stands beside the shared one, of the template that has its name."""
    template = source.template(f"{stack.removeprefix(f'{naming.PROJECT}-')}.yaml")
    made = context.stacks.bring(stack, template, parameters)
    _tell(say, made, f"stack {stack}")


def _chosen(portal_url: str) -> str | None:
    return None if portal_url == DEFAULT_PORTAL_URL else portal_url


def _bring_pipelines(context: Context, outputs: dict[str, str], images: ImageSet, say: Say) -> None:
    defaults = {parameter: images.uri(name) for parameter, name in _STEP_IMAGES.items()}
    for name, file in _DEFINITIONS.items():
        definition = filled(
            (source.PIPELINES / file).read_text(),
            record_build_arn=outputs["RecordBuildFunctionArn"],
            defaults=defaults,
        )
        role_arn = outputs["PipelineRoleArn"]
        made = Pipelines(context.session).bring(name, definition, role_arn=role_arn)
        _tell(say, made, f"pipeline {name}")


def _register_algorithms(context: Context, images: ImageSet, say: Say) -> None:
    for name in images.sources.named("algorithm.json"):
        document = json.loads(images.sources.files[f"{name}/algorithm.json"])
        algorithm = Algorithm.from_document(document, images.uri(name))
        change = context.algorithms.put(algorithm)
        _tell(say, change, f"algorithm {algorithm.algorithm}")
        if change is not Change.UNCHANGED:
            context.scheduling.settings_changed()


def _seed_tiers(context: Context, say: Say) -> None:
    for tier in TIERS:
        made = Change.CREATED if context.tiers.add(tier) else Change.UNCHANGED
        _tell(say, made, f"tier {tier.name}")


def _seed_plans(context: Context, say: Say) -> None:
    for plan in DEFAULT_PLANS:
        known = context.plans.read()
        made = Change.UNCHANGED
        if not known.history(plan.tier):
            context.plans.change(known, known.with_default(plan))
            made = Change.CREATED
        _tell(say, made, f"plan {plan.tier}")


def _ask_for_tags(context: Context, say: Say) -> None:
    """What AWS refuses here does not fail the deployment: each sync of costs asks again."""
    noted = cost_tags.ask(context, now=datetime.now(UTC))
    for tag in noted.tags:
        change = Change.UPDATED if tag.key in noted.asked else Change.UNCHANGED
        _tell(say, change, f"cost allocation tag {tag.key}: {tag.status.meaning}")
    if noted.refused:
        _tell(say, Change.UNCHANGED, f"cost allocation tags: {noted.refused}")


def _tell(say: Say, change: Change, what: str) -> None:
    say(f"{change}: {what}")
