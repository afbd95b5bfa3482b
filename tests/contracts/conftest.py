"""Hypothesis: the same 100 examples in every run; `HYPOTHESIS_PROFILE=long` draws 500 new ones."""

import os

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "quick", max_examples=100, derandomize=True, deadline=None, suppress_health_check=SLOW
)
settings.register_profile("long", max_examples=500, deadline=None, database=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
