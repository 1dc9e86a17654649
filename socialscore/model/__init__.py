"""What the parts of socialscore hand to each other: frozen, and pure data."""
