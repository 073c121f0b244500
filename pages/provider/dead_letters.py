"""Responsible for a tier's dead letters: why each was given up, and what becomes of it."""

import streamlit as st

from backend import catalogue, dead_letters
from backend.domain.principal import Role
from portal import actions, auth, dead_letter_card, places, session
from portal import format as show
from portal.refusals import dialog

me = auth.require(Role.PROVIDER)
context, now = session.context(), session.now()
st.page_link(places.QUEUES.page(), label="All queues", icon=":material/arrow_back:")
st.title("Dead letters")
tier = st.query_params.get("queue") or catalogue.tiers(context)[0].name
letters = dead_letters.list_dead_letters(context, me, tier)


def redrive(chosen: list[str]) -> int:
    return dead_letters.redrive(context, me, tier, chosen, now=session.now())


def discard(chosen: list[str]) -> int:
    return dead_letters.discard(context, me, tier, chosen, now=session.now())


def told(of: list[str], done: int, what: str) -> str:
    """Somebody else may have dealt with some of the chosen messages meanwhile."""
    gone = len(of) - done
    rest = f" {show.counted(gone, 'other')} had been dealt with before." if gone else ""
    return f"{show.counted(done, 'message')} {what}.{rest}"


@dialog("Discard dead letters?")
def confirm(chosen: list[str]) -> None:
    st.warning(
        f"{show.counted(len(chosen), 'message')} of the {tier} tier will be gone for good. "
        "The uploaded files stay where they are; no build is made of them."
    )
    if actions.action(
        "Discard for good",
        lambda: discard(chosen),
        key="discard-confirmed",
        seen=chosen,
        told=lambda done: told(chosen, done, "discarded"),
        type="primary",
    ):
        st.rerun()


st.caption(
    f"Messages of the {tier} tier that intake could not make a build of. Mend the cause, then "
    "redrive: a message sent twice is still one build."
)
if not letters:
    st.success(f"The {tier} tier has no dead letters.")
    st.stop()
chosen = dead_letter_card.choice(letters, now=now)
with st.container(horizontal=True):
    actions.action(
        f"Redrive {len(chosen) or ''}",
        lambda: redrive(chosen),
        key="redrive",
        seen=chosen,
        told=lambda done: told(chosen, done, f"sent to the {tier} tier's queue again"),
        type="primary",
        icon=":material/replay:",
        disabled=not chosen,
    )
    if st.button(f"Discard {len(chosen) or ''}…", icon=":material/delete:", disabled=not chosen):
        confirm(chosen)
