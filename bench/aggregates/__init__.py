"""Questions with numbers, answered by their twins, beside what other stores answer by SPARQL."""
