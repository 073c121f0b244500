"""Temporary passwords."""

import string

from backend.aws.people import _KINDS, _password


def test_a_password_satisfies_the_pools_policy_and_is_never_the_same():
    passwords = {_password() for _ in range(200)}
    assert len(passwords) == 200
    for password in passwords:
        assert len(password) >= 12
        assert all(set(password) & set(kind) for kind in _KINDS)
        assert not set(password) & set(string.whitespace + "\"'\\")
