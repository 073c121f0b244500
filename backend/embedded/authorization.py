"""Responsible for authorization: closes what ministack leaves open."""

from ministack.core import iam_actions, iam_evaluator
from ministack.services import sts


def install() -> None:
    iam_evaluator.is_root_access_key = sts.is_root_access_key = lambda key: False
    iam_actions.SERVICE_TO_IAM_NAMESPACE.update({"sagemaker": "sagemaker", "ce": "ce"})
