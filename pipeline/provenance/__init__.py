"""Where every published number comes from, and how that is proved after the microdata are gone."""
