"""Disclosure control: linked cells of a release, complementary suppression, rounding, and the audit of both."""
