/* Answers questions in SQL in the browser: DuckDB in a worker, loaded when it is asked for, over the edition's database,
   of which it reads ranges. An answer is a CSV file that the engine writes in its own memory; the table is read off it. */
"use strict";

(() => {
  const form = document.getElementById("interroger");
  const area = document.getElementById("requete");
  const state = document.getElementById("etat");
  const [load, run, stop] = ["charger", "lancer", "arreter"].map((id) => document.getElementById(id));
  const answer = document.getElementById("reponse");
  const link = document.getElementById("csv");
  const words = form.dataset;
  const HTTP = 4;
  const RANGES = { reliableHeadRequests: true, allowFullHTTPReads: false, forceFullHTTPReads: false };
  const FILE = "reponse.csv";
  let engine = null;

  /* The worker: each message has a number, its answer says which it answers. */

  const started = () => {
    const worker = new Worker(words.worker);
    const waiting = new Map();
    let count = 0;
    worker.onmessage = ({ data }) => {
      const asked = waiting.get(data.requestId);
      if (!asked || data.type === "INSTANTIATE_PROGRESS") return;
      waiting.delete(data.requestId);
      if (data.type === "ERROR") asked.reject(new Error(data.data.message));
      else asked.resolve(data.data);
    };
    const end = (error) => {
      worker.terminate();
      for (const asked of waiting.values()) asked.reject(error);
      waiting.clear();
    };
    worker.onerror = (event) => end(new Error(event.message || words.failed));
    const ask = (type, data) =>
      new Promise((resolve, reject) => {
        count += 1;
        waiting.set(count, { resolve, reject });
        worker.postMessage({ messageId: count, type, data });
      });
    return { ask, end };
  };

  const opened = async () => {
    const found = started();
    engine = found;
    const { ask } = found;
    await ask("INSTANTIATE", [new URL(words.wasm, location.href).href, null]);
    await ask("OPEN", { path: ":memory:", maximumThreads: 1, filesystem: RANGES });
    await ask("REGISTER_FILE_URL", ["edition.duckdb", new URL(words.database, location.href).href, HTTP, false]);
    found.connection = await ask("CONNECT", null);
    const settings = [
      "ATTACH 'edition.duckdb' AS edition (READ_ONLY)",
      "USE edition",
      `SET memory_limit = '${words.memory}MiB'`,
      "SET autoinstall_known_extensions = false",
      "SET autoload_known_extensions = false",
    ];
    for (const text of settings) await ask("RUN_QUERY", [found.connection, text]);
    return found;
  };

  /* Lines and cells of CSV (RFC 4180). */
  const cells = (text) => {
    const rows = [];
    let row = [];
    for (const [, quoted, plain, after] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
      row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
      if (after === ",") continue;
      if (row.length > 1 || row[0] !== "" || after === "\n") rows.push(row);
      row = [];
      if (after === "") break;
    }
    return rows;
  };

  const line = (names, tag) => {
    const row = document.createElement("tr");
    for (const text of names) {
      const cell = Object.assign(document.createElement(tag), { textContent: text, dir: "auto" });
      if (tag === "th") cell.scope = "col";
      row.append(cell);
    }
    return row;
  };

  const show = (bytes) => {
    const [names, ...rows] = cells(new TextDecoder().decode(bytes));
    const head = document.createElement("thead");
    const body = document.createElement("tbody");
    const shown = rows.slice(0, Number(words.shown));
    head.append(line(names, "th"));
    body.append(...shown.map((row) => line(row, "td")));
    document.getElementById("table").replaceChildren(head, body);
    URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([bytes], { type: "text/csv" }));
    link.download = `edition-${words.edition}.csv`;
    answer.hidden = false;
    const cut = rows.length > shown.length || rows.length >= Number(words.most);
    return `${words.done} ${rows.length}.${cut ? ` ${words.cut}` : ""}`;
  };

  const say = (text) => { state.textContent = text; };

  const working = (busy) => {
    stop.hidden = !busy;
    load.disabled = run.disabled = busy;
  };

  const tried = async (what) => {
    working(true);
    try {
      say(await what());
    } catch (error) {
      say(error.stopped ? words.stopped : error.message || words.failed);
    }
    working(false);
  };

  const loading = async () => {
    say(words.loading);
    try {
      await opened();
    } catch (error) {
      engine?.end(error);
      engine = null;
      throw error;
    }
    load.hidden = true;
    run.hidden = false;
    return words.loaded;
  };

  const asking = async () => {
    if (!engine) await loading();
    const { ask, connection } = engine;
    say(words.running);
    const question = area.value.trim().replace(/;+$/, "");
    await ask("RUN_QUERY", [connection, `COPY (SELECT * FROM (\n${question}\n) LIMIT ${words.most}) TO '${FILE}' (FORMAT csv, HEADER)`]);
    const bytes = await ask("COPY_FILE_TO_BUFFER", FILE);
    await ask("DROP_FILE", FILE);
    return show(bytes);
  };

  load.addEventListener("click", () => tried(loading).then(() => engine && run.focus()));
  stop.addEventListener("click", () => {
    const ended = engine;
    engine = null;
    ended?.end(Object.assign(new Error(), { stopped: true }));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (stop.hidden) tried(asking);
  });
  document.getElementById("questions").addEventListener("click", (event) => {
    const asked = event.target.closest("a[data-sql]");
    if (!asked || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    area.value = asked.dataset.sql;
    area.focus();
  });
  load.hidden = false;
})();
