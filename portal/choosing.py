"""Responsible for the choices of a build as a form: target, algorithm, objective, fine print."""

import json
from collections.abc import Sequence

import streamlit as st

from backend.domain.algorithm import Algorithm, Hyperparameter
from backend.domain.choices import DEFAULT_ALGORITHM, Choices, Objective
from backend.domain.errors import Unavailable
from backend.domain.tier import Tier
from portal import words
from portal.components.header import proposed_target


def choices(columns: Sequence[str], algorithms: Sequence[Algorithm], tier: Tier) -> Choices:
    """Asks for everything a build may be told; a likely target is proposed.

    Raises Unavailable while no algorithm is registered.
    """
    if not algorithms:
        raise Unavailable("There is no algorithm to choose yet: ask your provider to deploy one.")
    with st.container(border=True):
        left, right = st.columns(2, gap="medium")
        with left:
            target = _target(columns)
        names = [algorithm.algorithm for algorithm in algorithms]
        algorithm = st.radio(
            "Algorithm",
            algorithms,
            index=names.index(DEFAULT_ALGORITHM) if DEFAULT_ALGORITHM in names else 0,
            format_func=lambda one: one.title,
            captions=[one.description for one in algorithms],
            key="algorithm",
        )
        objective = right.selectbox(
            "What is predicted",
            [Objective.AUTO, *(Objective(name) for name in algorithm.objectives)],
            format_func=words.OBJECTIVE.__getitem__,
            key=f"objective-{algorithm.algorithm}",
            help="The build recognises it from the target's values; say so if you know better.",
        )
        tuned = st.toggle(
            "Tune the hyperparameters",
            disabled=tier.tuning is None,
            help=_about_tuning(tier),
            key="tuned",
        )
        with st.expander("Advanced: hyperparameters", icon=":material/tune:"), st.grid(3):
            set_apart = {
                knob.name: value
                for knob in algorithm.hyperparameters
                if (value := _asked(knob, algorithm.algorithm)) is not None
            }
    return Choices(algorithm.algorithm, target, objective, tuned, json.dumps(set_apart))


def _target(columns: Sequence[str]) -> str:
    if columns:
        return st.selectbox(
            "Target column",
            columns,
            index=proposed_target(columns),
            key="target",
            help="The column to predict. Rows without a value in it are left out.",
        )
    return st.text_input(
        "Target column",
        placeholder="Empty means the last column",
        key="target-name",
        help="The column to predict, named as in the file's first line.",
    )


def _about_tuning(tier: Tier) -> str:
    if tier.tuning is None:
        return f"The {tier.name} tier does not include tuning: ask your provider for a larger one."
    return (
        f"Tries up to {tier.tuning.max_jobs} settings, {tier.tuning.max_parallel_jobs} at a time, "
        "and keeps the best. Takes longer and costs more."
    )


def _asked(knob: Hyperparameter, algorithm: str) -> object | None:
    """What was set, None where the default was left alone."""
    label, key = knob.name.replace("_", " ").capitalize(), f"{algorithm}-{knob.name}"
    value: object
    if knob.kind == "integer":
        value = st.number_input(
            label,
            min_value=int(knob.minimum) if knob.minimum else None,
            max_value=int(knob.maximum) if knob.maximum else None,
            value=int(knob.default),
            help=knob.description,
            key=key,
        )
        return None if value == int(knob.default) else value
    if knob.kind == "float":
        value = st.number_input(
            label,
            min_value=float(knob.minimum) if knob.minimum else None,
            max_value=float(knob.maximum) if knob.maximum else None,
            value=float(knob.default),
            format="%g",
            help=knob.description,
            key=key,
        )
        return None if value == float(knob.default) else value
    if knob.kind == "boolean":
        default = knob.default.lower() == "true"
        value = st.toggle(label, value=default, help=knob.description, key=key)
        return None if value == default else value
    value = st.text_input(label, value=knob.default, help=knob.description, key=key)
    return None if value == knob.default else value
