"""Change between rounds of a survey, and trend inside the window that one round asks about."""
