"""The feeds of fiches (Atom): all of them, or those of a territory, a level, a subject, a principle."""
