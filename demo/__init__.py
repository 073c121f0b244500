"""The demo: an embedded cloud, a deployment, three tenants with real data, and the portal."""
