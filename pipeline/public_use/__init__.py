"""Public-use files: hidden where rare, compared with what was published, written for everybody."""
