"""The stages of a study, and everything that touches a file, a clock, a process or a template."""
