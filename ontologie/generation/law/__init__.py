"""Instruments and what rests on them: principles, dates, rules, evidence rules, grids."""
