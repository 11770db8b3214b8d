"""Simulated Macs and Windows PCs: they read what Iru delivers, enrol by real SCEP, and their users sign in to Okta."""

from __future__ import annotations

from sandbox.computers.fleet import seed
from sandbox.computers.simulation import tick

__all__ = ["seed", "tick"]
