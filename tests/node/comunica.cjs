// Runs the jobs given as JSON on standard input with Comunica, and writes what each gave as JSON.
// A job: {query, sources, accept?}; `accept` stands in place of Comunica's own header.
// What it gave: {answer, requests}; the answer is a result document, or N-Quads where the query makes a graph.
const { text } = require('node:stream/consumers');
const { QueryEngine } = require('@comunica/query-sparql');

const engine = new QueryEngine();

async function run({ query, sources, accept }) {
  const requests = [];
  // What another job fetched is not known to this one.
  await engine.invalidateHttpCache();
  const result = await engine.query(query, {
    sources,
    fetch: async (address, options = {}) => {
      const headers = new Headers(options.headers);
      if (accept) headers.set('accept', accept);
      const response = await fetch(address, { ...options, headers });
      requests.push({
        method: options.method ?? 'GET',
        asked: String(address),
        found: response.url,
        type: response.headers.get('content-type'),
        edition: response.headers.get('observatoire-edition'),
      });
      return response;
    },
  });
  const format = result.resultType === 'quads' ? 'application/n-quads' : 'application/sparql-results+json';
  const { data } = await engine.resultToString(result, format);
  return { answer: await text(data), requests };
}

(async () => {
  const jobs = JSON.parse(await text(process.stdin));
  const done = {};
  for (const [name, job] of Object.entries(jobs)) {
    done[name] = await run(job).catch((error) => ({ error: String(error) }));
  }
  process.stdout.write(JSON.stringify(done));
})();
