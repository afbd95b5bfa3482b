"""From a file to rows: lines are read, placed, written and rolled back for the dry run, written for good, undone."""
