"""Responsible for errors a person can act on: sentences that name the thing and the remedy."""


class BackendError(Exception):
    """The root of ours; anything else that flies is a bug and must look like one."""


class Invalid(BackendError):
    """What was given cannot be accepted as it is."""


class NotFound(BackendError):
    """What was named does not exist, or is not the caller's to see."""


class AlreadyExists(BackendError):
    """What was to be made is there already."""


class Forbidden(BackendError):
    """The caller may not do this."""


class Conflict(BackendError):
    """The thing has moved on since it was read: look again, then decide again."""


class Unavailable(BackendError):
    """The cloud did not answer in time or is throttling: the same call may be made again."""


class DeploymentFailed(BackendError):
    """The cloud refused, or undid, what a deployment asked for."""
