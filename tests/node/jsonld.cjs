// Reads documents by jsonld.js: a list of {document, contexts, base} on standard input, the N-Quads of each as JSON.
// `contexts` holds what may be loaded, by its address: nothing is fetched.
const { text } = require('node:stream/consumers');
const jsonld = require('jsonld');

function read({ document, contexts, base }) {
  const documentLoader = async (address) => {
    if (!(address in contexts)) throw new Error(`not given: ${address}`);
    return { contextUrl: null, documentUrl: address, document: contexts[address] };
  };
  return jsonld.toRDF(document, { format: 'application/n-quads', documentLoader, base });
}

(async () => {
  const asked = JSON.parse(await text(process.stdin));
  process.stdout.write(JSON.stringify(await Promise.all(asked.map(read))));
})();
