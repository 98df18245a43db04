"""The tests mirror the rooms; the journeys walk through the running product."""
