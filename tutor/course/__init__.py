"""Floor 5: lessons, runs, drills, progress."""
