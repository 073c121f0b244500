"""Responsible for: a press does the thing once, and a refusal leaves the page as it was."""

from typing import Any

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from backend.domain.errors import Conflict
    from portal import actions, notices

    state = st.session_state
    state.setdefault("done", [])
    state.setdefault("seen", "waiting")
    notices.show_pending()

    def do() -> None:
        if state.get("refuses"):
            raise Conflict("It has started already: stop it instead.")
        state["done"].append(state["seen"])

    actions.action("Go", do, key="go", seen=state["seen"], told="Gone.")
    st.text("the page goes on")


def page(**state: Any) -> AppTest:
    app = AppTest.from_function(_page)
    for name, value in state.items():
        app.session_state[name] = value
    return app.run()


def press(app: AppTest) -> AppTest:
    return app.button(key="go").click().run()


def test_a_press_does_it_and_says_so() -> None:
    app = press(page())
    assert app.session_state["done"] == ["waiting"]
    assert [toast.value for toast in app.toast] == ["Gone\\."]


def test_a_second_press_on_what_was_seen_does_nothing() -> None:
    app = press(press(page()))
    assert app.session_state["done"] == ["waiting"]


def test_what_has_changed_since_can_be_acted_on_again() -> None:
    app = press(page())
    app.session_state["seen"] = "running"
    press(app.run())
    app.session_state["seen"] = "waiting"
    press(app.run())
    assert app.session_state["done"] == ["waiting", "running", "waiting"]


def test_what_somebody_else_has_turned_back_can_be_acted_on_again() -> None:
    app = press(page())
    app.session_state["seen"] = "running"
    app.run()
    app.session_state["seen"] = "waiting"
    press(app.run())
    assert app.session_state["done"] == ["waiting", "waiting"]


def test_a_refusal_is_told_the_page_stands_and_it_can_be_tried_again() -> None:
    app = press(page(refuses=True))
    assert "has started already" in app.toast[0].value
    assert app.text[0].value == "the page goes on"
    assert not app.exception
    app.session_state["refuses"] = False
    assert press(app).session_state["done"] == ["waiting"]
