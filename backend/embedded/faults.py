"""Responsible for the ways a pipeline, a request or a job can be wrong; each is a sentence."""


class InvalidDefinition(ValueError):
    """A pipeline definition that cannot be run; says which part of it and why."""


class InvalidParameters(ValueError):
    """Parameters that do not fit what the definition declares; names the parameter."""


class InvalidRequest(ValueError):
    """A job's request that AWS would refuse; names the field."""


class Unresolvable(ValueError):
    """A reference that leads nowhere now that its step has run."""


class StepFailed(Exception):
    """A step that failed, in the words its owner reads."""


class RoleRefused(Exception):
    """A role that SageMaker may not act as, or that lacks a right; worded as AWS does."""


class JobFailed(Exception):
    """A job that failed; the text becomes its FailureReason."""


class Stopped(Exception):
    """The execution was asked to stop before this could begin."""


class NotExecuting(ValueError):
    """An execution in a state that does not allow what is asked."""


class TooManyExecutions(Exception):
    """The account's quota of concurrent executions is used up."""


class Closed(Exception):
    """The cloud is shutting down: nothing more is written."""
