"""What a command answers: lines for people, or one JSON object for another program."""
