"""What a sheet of a workbook says beside its values: merged, hidden and wrong cells, and how each value is shown."""
