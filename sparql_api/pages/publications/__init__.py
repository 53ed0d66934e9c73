"""What the observatory publishes of its fiches: publications, training modules, their cartridges for Moodle."""
