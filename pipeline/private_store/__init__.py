"""Files with microdata: readable by their owner alone, and sealed with a key where the office wants it."""
