"""Responsible for drawing one tenant: its state, what is made for it, what became of that."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from backend.domain.removal import Removal
from backend.domain.tenant import Tenant, TenantStatus
from portal import format as show
from portal import session, tables, words
from portal.copyable import copyable


def headline(tenant: Tenant, *, now: datetime) -> None:
    since = show.when(tenant.created_at, session.zone(), now=now)
    paused = f" &nbsp; {words.PAUSED.badge}" if tenant.paused else ""
    st.title(show.plain(tenant.name))
    st.markdown(
        f"{words.TENANT[tenant.status].badge}{paused} &nbsp; "
        f":gray[{tenant.tier} tier · since {since}]"
    )
    if tenant.status is TenantStatus.ONBOARDING:
        reason = tenant.failure or "The onboarding was interrupted."
        st.error(show.plain(reason), title="Half made")
    elif tenant.failure:
        st.error(show.plain(tenant.failure))


def removals(found: Sequence[Removal]) -> None:
    st.subheader("What was removed, and what was not")
    st.dataframe(
        tables.removals(found), hide_index=True, height="content", alt="What became of each thing"
    )


def made_of(tenant: Tenant) -> None:
    st.subheader("Made for this tenant")
    copyable(
        {
            "Id": tenant.tenant_id,
            "First user": tenant.first_user,
            "Bucket": tenant.bucket,
            "Model group": tenant.model_group,
            "Access role": tenant.access_role_arn,
            "Execution role": tenant.execution_role_arn,
        }
    )
