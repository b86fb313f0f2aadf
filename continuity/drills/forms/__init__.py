"""Forms of drills, one module for each subject."""
