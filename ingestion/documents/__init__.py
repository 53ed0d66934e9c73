"""From a record to a document: plain JSON whose keys are terms of the context, each value with its place."""
