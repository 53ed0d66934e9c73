"""Kills with a real SIGKILL whoever changes a state, at named points or at random moments, and judges what is left."""
