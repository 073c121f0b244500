"""Responsible for a new build: a file straight to the tenant's bucket, with the choices on it."""

import pandas as pd
import streamlit as st

from backend import catalogue, expected_cost, upload
from backend.domain import naming
from backend.domain.principal import Role
from portal import auth, choosing, cost_words, notices, places, session, uploading
from portal import format as show
from portal.components.header import first_look, shared_columns
from portal.components.s3_uploader import s3_uploader
from portal.refusals import refusals_as_sentences

me = auth.require(Role.TENANT)
context, now = session.context(), session.now()
tier = catalogue.own_tier(context, me)
turn = st.session_state.setdefault("turn", uploading.Turn())

st.title("Upload")
st.caption(
    "One file makes one build. The first line names the columns; each row is one example. Your "
    f"tier takes files of up to {show.size(tier.max_upload_bytes)}."
)
told = s3_uploader(key=turn.key, max_bytes=tier.max_upload_bytes, sending=turn.sending)
after = uploading.settle(context, me, turn, told, now=now)
if after != turn:
    ended = after.sending is None
    st.session_state["turn"] = uploading.Turn(turn.number + 1) if ended else after
    if ended and after.sent:
        notices.tell(f"{', '.join(after.sent)} uploaded: the build starts by itself.")
        places.go(places.BUILDS)
    st.rerun()

earlier = {} if turn.sending else {one.key: one for one in upload.unfinished(context, me)}
if not told.chosen and not turn.sending:
    for one in earlier.values():
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{show.plain(one.key.removeprefix(naming.UPLOADS))}** was begun "
                f"{show.ago(one.begun_at, now=now)} and not finished. Choose the same file again "
                "to go on where it stopped."
            )
            if st.button("Discard", key=one.upload_id):
                upload.abort(context, me, key=one.key, upload_id=one.upload_id)
                st.rerun()

if told.chosen and not turn.sending:
    looks = [first_look(file.head) for file in told.chosen]
    again = earlier.get(naming.upload_key_of(told.chosen[0].name)) if len(looks) == 1 else None
    if again and st.button("Go on with the upload begun earlier", icon=":material/resume:"):
        st.session_state["turn"] = uploading.resume(
            context, me, turn, told.chosen[0], key=again.key, upload_id=again.upload_id, now=now
        )
        st.rerun()
    if looks[0].seems_headless:
        st.warning("The first line looks like data: it should name the columns.")
    st.markdown(f"**{show.plain(told.chosen[0].name)}** :gray[· its first rows]")
    st.dataframe(
        pd.DataFrame(looks[0].rows, columns=list(looks[0].columns)),
        hide_index=True,
        alt=f"The first rows of {told.chosen[0].name}",
    )
    chosen = choosing.choices(shared_columns(looks), catalogue.algorithms(context), tier)
    with refusals_as_sentences():
        sizes = [file.size for file in told.chosen]
        costs = expected_cost.before_builds(context, me, sizes=sizes, choices=chosen, now=now)
        st.markdown(cost_words.before_builds(costs, builds=len(sizes)))
    count = "the build" if len(looks) == 1 else f"{len(looks)} builds"
    if st.button(f"Upload and start {count}", type="primary", icon=":material/rocket_launch:"):
        st.session_state["turn"] = uploading.begin(context, me, turn, told.chosen, chosen, now=now)
        st.rerun()
