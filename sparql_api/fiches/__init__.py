"""The index of an edition's fiches: written at publication, searched and filtered while serving."""
