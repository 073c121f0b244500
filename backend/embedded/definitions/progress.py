"""Responsible for whose turn it is: which steps may begin, given how far an execution came."""

from collections.abc import Collection, Iterator, Mapping

from backend.embedded.definitions.definition import Definition, Step


def ready_steps(
    definition: Definition,
    *,
    begun: Collection[str],
    succeeded: Collection[str],
    branches: Mapping[str, bool],
) -> list[Step]:
    """The steps that wait for nothing any more, in the definition's order.

    `branches` holds each evaluated Condition step and whether it held.
    """
    done = set(succeeded)
    return [
        step
        for step in _reachable(definition, branches)
        if step.name not in begun and step.needs <= done
    ]


def _reachable(definition: Definition, branches: Mapping[str, bool]) -> Iterator[Step]:
    for step in definition.steps:
        yield step
        if step.name in branches:
            yield from step.if_steps if branches[step.name] else step.else_steps
