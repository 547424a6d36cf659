"""What each audience of a study receives: a folder with its formats, a letter, checksums and a catalogue record."""
