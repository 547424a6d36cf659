"""The explorer: every figure of a release in one page that needs no network, made from the protected rows only."""
