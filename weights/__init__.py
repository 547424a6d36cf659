"""From the draw to the final weight."""
