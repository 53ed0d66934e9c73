import java.io.File;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.OWLClass;

/** Prints, for each class that a file uses, its IRI and how many individuals are said to be of it. */
public class OwlLoad {
    public static void main(String[] files) throws Exception {
        var ontology = OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(new File(files[0]));
        for (OWLClass kind : ontology.getClassesInSignature()) {
            System.out.println(kind.getIRI() + " " + ontology.getClassAssertionAxioms(kind).size());
        }
    }
}
