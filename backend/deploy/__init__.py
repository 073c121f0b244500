"""The deployment: from this source tree to everything tenants share; run again, it changes nothing.

Only adapters touch the cloud; what to touch it with is decided here.
"""
