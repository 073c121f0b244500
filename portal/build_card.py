"""Responsible for drawing one build: how far it is, what came of it, what it was made from."""

from datetime import datetime

import streamlit as st

from backend.domain.build import Build, BuildState, BuildStep
from backend.domain.explanation import Explanation
from portal import charts, places, session, tables, words
from portal import format as show
from portal.copyable import copyable


def headline(build: Build, *, now: datetime) -> None:
    asked = show.when(build.requested_at, session.zone(), now=now)
    tuned = " · tuned" if build.choices.tuned else ""
    st.title(show.plain(build.upload.file_name))
    st.markdown(
        f"{words.look_of(build).badge} &nbsp; :gray[asked for {asked} · "
        f"{show.size(build.upload.size)} · {build.choices.algorithm}{tuned}]"
    )


def related(build: Build, again: Build | None) -> None:
    """Links to the build this one tries again, and to the one that tries this one again."""
    if build.retry_of:
        st.page_link(
            places.BUILD.page(),
            label="It tries an earlier build again: see that one",
            icon=":material/undo:",
            query_params={"id": build.retry_of},
        )
    if again is not None:
        st.page_link(
            places.BUILD.page(),
            label=f"It was tried again and is {words.look_of(again).word.lower()}: see that one",
            icon=":material/redo:",
            query_params={"id": again.build_id},
        )


def outcome(build: Build, told: Explanation | None, *, now: datetime) -> None:
    """The end in words, or the wait for the start, and the figures known so far."""
    _in_words(build, told, now=now)
    waited = (build.started_at or build.ended_at or now) - build.requested_at
    figures = {"Waited": show.duration(waited)}
    if build.started_at:
        figures["Took" if build.ended_at else "Running for"] = tables.took(build, now=now)
    if build.metered:
        figures["Estimated cost"] = show.money(build.metered.amount)
    if build.result:
        figures["Rows read"] = show.number(build.result.rows_read)
    with st.grid(4, gap="small", min_column_width=150):
        for label, figure in figures.items():
            st.metric(label, figure, border=True, height="stretch")
        if build.result:
            skill = show.share(build.result.skill)
            st.metric(
                "Better than the baseline", skill, help=words.SKILL, border=True, height="stretch"
            )


def steps(build: Build, *, now: datetime) -> None:
    """What has been done and, while the build is alive, what is still to come."""
    if not build.steps and build.state is not BuildState.EXECUTING:
        return
    st.subheader("Steps")
    told, drawn = st.columns([3, 2], gap="large")
    with told:
        for step in build.steps:
            st.markdown(_told(step, now=now))
        if not build.state.is_final:
            begun = {step.name for step in build.steps}
            for name in words.expected_steps(tuned=build.choices.tuned):
                if name not in begun:
                    st.markdown(f":gray[{words.TO_COME.icon} {name} · {words.STEP_MEANING[name]}]")
    if build.steps:
        drawn.plotly_chart(
            charts.step_times(build.steps, session.palette(), now=now),
            key="step-times",
            config={"displayModeBar": False},
            alt="When each step of the build ran",
        )


def evidence(build: Build) -> None:
    """Figures against the baseline, and what the build noticed in the file."""
    if build.result is None:
        return
    st.subheader("On rows it has never seen")
    figures, drawn = st.columns([3, 2], gap="large")
    with figures:
        st.table(tables.metrics(build.result), border="horizontal", hide_index=True)
        st.caption(
            f"Target {show.plain(build.result.target)} · {build.result.objective} · "
            f"{show.counted(build.result.test_rows, 'test row')} · "
            f"{show.counted(build.result.rows_dropped, 'row')} left out"
        )
    drawn.plotly_chart(
        charts.against_baseline(build.result, words.METRIC, session.palette()),
        key="against-baseline",
        config={"displayModeBar": False},
        alt="The model's figures beside the baseline's",
    )
    if build.result.warnings:
        st.subheader("Noticed in the file")
        st.markdown("\n".join(f"- {show.plain(warning)}" for warning in build.result.warnings))


def particulars(build: Build) -> None:
    with st.expander("Particulars", icon=":material/fingerprint:"):
        copyable(
            {
                "Build": build.build_id,
                "Instance": build.instance_type,
                "File": f"s3://{build.upload.bucket}/{build.upload.key}",
                "File version": build.upload.version_id,
                "Execution": build.execution_arn,
                "Model version": build.result.model_package_arn if build.result else "",
                "Hyperparameters": build.choices.parameters,
            }
        )


def _in_words(build: Build, told: Explanation | None, *, now: datetime) -> None:
    if told is not None:
        st.info(show.plain(words.standing(told, now=now)), icon=":material/hourglass_top:")
    elif words.look_of(build) is words.STOPPING:
        st.warning("It has been asked to stop, and is Stopped once SageMaker says so.")
    elif build.state is BuildState.STOPPED:
        st.warning(show.plain(build.reason or build.why_stopped))
    elif build.reason:
        st.error(show.plain(build.reason), title=f"{words.BUILD[build.state].word}: here is why")


def _told(step: BuildStep, *, now: datetime) -> str:
    look = words.STEP.get(step.status, words.STEP["Executing"])
    span = show.duration((step.ended_at or now) - step.started_at) if step.started_at else ""
    meaning = words.STEP_MEANING.get(step.name, "")
    return f":{look.colour}[{look.icon}] **{step.name}** · {span}  \n:gray[{meaning}]"
