"""Responsible for what Cost Explorer refuses: each kind with AWS's code for it."""


class CostRefusal(ValueError):
    """The message is what the asker reads."""

    code = "ValidationException"


class BadQuestion(CostRefusal):
    """A question that can never be answered; says which part of it and why."""


class ForeignToken(CostRefusal):
    """A page token of another question."""

    code = "InvalidNextTokenException"


class NoFigures(CostRefusal):
    """A question that cannot be answered yet."""

    code = "DataUnavailableException"


class NotOptedIn(CostRefusal):
    """What an account pays for extra, and this one does not have."""

    code = "AccessDeniedException"
