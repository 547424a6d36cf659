"""What was asked, of whom and under which design: dictionary, study, microdata and sampling."""
