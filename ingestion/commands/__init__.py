"""The commands of the way in: ingest, review, publish, rebuild, export, and how they speak on a terminal."""
