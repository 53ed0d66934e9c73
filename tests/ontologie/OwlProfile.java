import java.io.File;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.profiles.OWL2DLProfile;
import org.semanticweb.owlapi.profiles.OWLProfileViolation;

/** Prints what keeps each file given from being in OWL 2 DL; nothing when all are. */
public class OwlProfile {
    public static void main(String[] files) throws Exception {
        for (String file : files) {
            var ontology = OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(new File(file));
            for (OWLProfileViolation violation : new OWL2DLProfile().checkOntology(ontology).getViolations()) {
                System.out.println(file + ": " + violation);
            }
        }
    }
}
