"""What people read of a judgement: causes, and the forms of the report. Judges nothing."""
