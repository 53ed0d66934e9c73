/* Types queries in a kept editor (Yasqe) in the place of the form's text area. Answers are the form's own page, fetched
   and put below: without this script the form gives the same. */
"use strict";

(() => {
  const form = document.getElementById("interroger");
  const area = document.getElementById("requete");
  const answer = document.getElementById("reponse");
  const state = document.getElementById("etat");
  const stop = document.getElementById("arreter");
  const words = form.dataset;
  const kept = new URLSearchParams([...form.querySelectorAll("input[type=hidden]")].map((one) => [one.name, one.value]));
  let running = null;
  let checking = null;
  let terms = null;
  let marks = [];

  /* What completes: the terms of the edition, asked for once somebody types. */

  const known = () => {
    terms ??= fetch(`/sparql/terms?${kept}`).then((found) => (found.ok ? found.json() : null)).catch(() => null);
    return terms;
  };

  const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  /* The statement that the cursor is in, up to it: its subject, and what stands just before. */
  const before = (editor) => {
    const cursor = editor.getDoc().getCursor();
    const token = editor.getCompleteToken();
    const text = editor.getDoc().getRange({ line: 0, ch: 0 }, { line: cursor.line, ch: token.string.trim() ? token.start : cursor.ch });
    const said = text.replace(/"[^"\n]*"|'[^'\n]*'|#[^\n<>]*$/gm, " ").replace(/<[^<>\s]*>/g, (iri) => iri.replace(/[.;,{}]/g, "_"));
    const statement = said.split(/[{}]|\.(?=\s|$)/).pop();
    return { statement, last: statement.split(/;/).pop().trim().split(/\s+/).filter(Boolean) };
  };

  /* The class of a subject, where the query says it anywhere. */
  const classOf = (text, subject) => {
    const name = subject.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const found = new RegExp(`${name}\\s(?:[^.{}]|\\.(?=\\S))*?(?:\\ba|rdf:type)\\s+([^\\s;.,}]+)`).exec(text);
    return found && found[1];
  };

  const offered = (found, editor) => {
    const { statement, last } = before(editor);
    const continued = statement.includes(";") || last.length === 0;
    const place = statement.includes(";") ? last.length + 1 : last.length;
    const verb = last[last.length - 1];
    if (place === 0) return found.classes;
    if (place === 1) {
      const kind = classOf(editor.getValue(), statement.trim().split(/\s+/)[0]);
      const own = found.classes.find((one) => one.name === kind);
      const names = new Set(own ? own.properties : []);
      return own ? found.properties.filter((one) => names.has(one.name)) : found.properties;
    }
    return verb === "a" || verb === "rdf:type" ? found.classes : continued || place > 1 ? found.concepts : found.properties;
  };

  const labels = new Map();
  const completer = {
    name: "terms",
    bulk: false,
    autoShow: true,
    persistenceId: null,
    isValidCompletionPosition: (editor) => /^[^?$"'#\s(){}.;,]/.test(editor.getCompleteToken().string),
    get: async (editor, token) => {
      const found = await known();
      if (!found) return [];
      const typed = folded(token.string.trim().replace(/^</, ""));
      const fits = (one) => folded(one.name).includes(typed) || folded(one.label).includes(typed);
      const list = offered(found, editor).filter(fits).slice(0, 60);
      list.forEach((one) => labels.set(one.name, one.label));
      return list.map((one) => one.name);
    },
    postprocessHints: (editor, hints) =>
      hints.map((hint) => ({ ...hint, displayText: labels.get(hint.text) ? `${labels.get(hint.text)} · ${hint.text}` : hint.text })),
  };

  /* What is said of a query: its fault at its place, what it may have meant. */

  const mark = (editor, line, column) => {
    marks.forEach((one) => one.clear());
    marks = [];
    editor.getDoc().eachLine((one) => editor.getDoc().removeLineClass(one, "background", "fault-line"));
    if (!line) return;
    const from = { line: line - 1, ch: Math.max(0, column - 1) };
    const end = editor.getDoc().getLine(from.line)?.length ?? 0;
    editor.getDoc().addLineClass(from.line, "background", "fault-line");
    if (end > from.ch) marks.push(editor.getDoc().markText(from, { line: from.line, ch: end }, { className: "fault" }));
  };

  const say = (texts) => {
    state.replaceChildren(...texts.map((text) => Object.assign(document.createElement("span"), { className: "said", textContent: text })));
  };

  const check = async (editor) => {
    checking?.abort();
    checking = new AbortController();
    const asked = new URLSearchParams(kept);
    asked.set("query", editor.getValue());
    try {
      const found = await fetch(`/sparql/check?${asked}`, { signal: checking.signal });
      if (!found.ok || running) return;
      const { fault, hints } = await found.json();
      mark(editor, fault?.line, fault?.column);
      say(fault ? [...hints, fault.detail] : hints);
    } catch (error) {
      if (error.name !== "AbortError") say([]);
    }
  };

  /* Runs the form's page, and puts its answer below; leaving it aborts, which frees the worker. */

  const run = async (editor, address, push) => {
    running?.abort();
    checking?.abort();
    const mine = (running = new AbortController());
    stop.hidden = false;
    say([words.running]);
    try {
      const found = await fetch(address, { headers: { Accept: "text/html" }, signal: mine.signal });
      const page = new DOMParser().parseFromString(await found.text(), "text/html");
      const fresh = page.getElementById("reponse");
      if (!fresh) throw new Error(found.status);
      answer.replaceChildren(...fresh.childNodes);
      const place = page.getElementById("requete").dataset;
      mark(editor, Number(place.line), Number(place.column));
      if (push) history.pushState(null, "", address);
      say([found.ok ? words.done : ""]);
    } catch (error) {
      say([error.name === "AbortError" ? words.stopped : words.failed]);
    } finally {
      if (running === mine) {
        running = null;
        stop.hidden = true;
      }
    }
  };

  const start = () => {
    const holder = document.createElement("div");
    holder.className = "editor";
    area.before(holder);
    Yasqe.registerAutocompleter(completer, false);
    const editor = new Yasqe(holder, {
      value: area.value, persistenceId: null, createShareableLink: null, consumeShareLink: null, showQueryButton: false,
      resizeable: false, syntaxErrorCheck: false, autocompleters: ["terms"], screenReaderLabel: words.label, foldGutter: false,
      gutters: ["CodeMirror-linenumbers"], editorHeight: "auto", highlightSelectionMatches: false, viewportMargin: Infinity,
      extraKeys: { Tab: false, "Shift-Tab": false, "Ctrl-S": false, "Shift-Ctrl-F": false, "Ctrl-Enter": () => form.requestSubmit(), "Cmd-Enter": () => form.requestSubmit() },
    });
    area.hidden = true;
    form.querySelector("label[for=requete]").addEventListener("click", () => editor.focus());
    const keys = Object.assign(document.createElement("p"), { className: "meta", id: "touches", textContent: words.keys });
    holder.after(keys);
    editor.getInputField().setAttribute("aria-describedby", "touches etat");
    mark(editor, Number(area.dataset.line), Number(area.dataset.column));
    editor.on("autocompletionShown", (_, widget) => {
      widget.hints.setAttribute("aria-label", words.offers);
      widget.hints.removeAttribute("aria-expanded");
    });
    let waiting;
    editor.on("change", () => {
      area.value = editor.getValue();
      clearTimeout(waiting);
      waiting = setTimeout(check, 500, editor);
    });
    stop.addEventListener("click", () => running?.abort());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(waiting);
      run(editor, `${form.action}?${new URLSearchParams(new FormData(form))}`, true);
    });
    document.getElementById("questions").addEventListener("click", (event) => {
      const asked = event.target.closest("a");
      if (!asked || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      editor.setValue(new URL(asked.href).searchParams.get("query"));
      run(editor, asked.href, true);
      form.scrollIntoView();
      editor.focus();
    });
    window.addEventListener("popstate", () => location.reload());
  };

  if (window.Yasqe) start();
})();
