"""The sample before fieldwork: how large, where, which segments, and what it will be able to say."""
