"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const make = (tag, text, name) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (name) element.className = name;
  return element;
};
const three = (value) => value.toFixed(3);

for (const [name, value] of Object.entries(data.facts)) {
  const pair = make("div");
  pair.append(make("dt", name), make("dd", value));
  document.getElementById("facts").append(pair);
}

for (const card of data.cards) {
  const box = make("div", undefined, "card");
  box.append(make("span", card.label), make("b", three(card.value)));
  box.append(make("small", `${three(card.low)}–${three(card.high)}, n = ${card.n}${card.lower ? ", lower is better" : ""}`));
  document.getElementById("cards").append(box);
}

for (const [id, spec] of Object.entries(data.charts)) {
  vegaEmbed(document.getElementById(id), spec, { renderer: "svg", actions: false });
}

if (Object.keys(data.ablation).length) {
  const section = document.getElementById("ablation");
  const names = ["recall@1", "recall@5", "recall@20", "mrr", "ndcg@10", "rank@1", "hit@1", "right"];
  const table = section.querySelector("table");
  const head = make("tr");
  head.append(make("th", "stages"), ...names.map((name) => make("th", name)));
  table.append(head);
  for (const [stages, scores] of Object.entries(data.ablation)) {
    const row = make("tr");
    row.append(make("th", stages === "full" ? "with reader" : stages));
    row.append(...names.map((name) => make("td", name in scores ? three(scores[name]) : "")));
    table.append(row);
  }
  section.hidden = false;
}

const part = (title, ...children) => {
  const section = make("section");
  section.append(make("h3", title), ...children);
  return section;
};
const sentences = (list) => {
  const ol = make("ol");
  for (const [number, score, right] of list) {
    const [text, article] = data.sentences[number];
    const li = make("li", text, right ? "right" : "");
    li.append(make("small", `${three(score)} · ${article}${right ? " · gold" : ""}`));
    ol.append(li);
  }
  return ol;
};
const body = (row) => {
  const box = make("div", undefined, "body");
  box.append(part("Gold", make("p", row.gold || "none: not answerable"), ...row.evidence.map((text) => make("p", text))));
  const answer = row.status === "answered" ? row.answers.join(", ") || "(no short answer)" : "refused";
  box.append(part("Answer", make("p", `${answer} · confidence ${three(row.confidence)}`), sentences(row.cited)));
  if (row.faults.length) box.append(part("Faults", ...row.faults.map((text) => make("p", text, "fault"))));
  box.append(part("Candidates, as the reader ranked them", sentences(row.candidates)));
  box.append(part("Decision", make("p", row.decision)));
  if (row.note) box.append(part("Note", make("p", row.note)));
  box.append(make("small", `${row.id} · ${row.split}`));
  return box;
};

const results = {
  right: (row) => row.right,
  wrong: (row) => !row.right,
  short: (row) => row.right && row.short !== null && row.short < 1,
  refused: (row) => row.status !== "answered",
  faults: (row) => row.faults.length > 0,
};
const items = data.rows.map((row) => {
  const details = make("details");
  const summary = make("summary");
  const question = make("span");
  if (row.history.length) question.append(make("span", `${row.history.join(" → ")} → `, "history"));
  question.append(row.question);
  const [sign, meaning] = !row.right ? ["✗", "wrong"] : results.short(row) ? ["◐", "right sentence, wrong short answer"] : ["✓", "right"];
  const mark = make("span", sign, row.right ? "mark right" : "mark");
  mark.title = meaning;
  const given = row.status === "answered" ? row.answers.join(", ") || data.sentences[row.cited[0][0]][0] : "refused";
  summary.append(mark, question, make("span", given, "given"), make("span", row.type, "type"), make("span", row.confidence.toFixed(2), "sure"));
  details.append(summary);
  details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) details.append(body(row)); });
  const text = [row.id, ...row.history, row.question, row.gold, ...row.answers, ...row.cited.map(([number]) => data.sentences[number][0])].join("\n").toLowerCase();
  return { row, details, text };
});
document.getElementById("rows").append(...items.map((item) => item.details));

const form = document.getElementById("filters");
for (const name of ["type", "split"]) {
  const values = [...new Set(data.rows.map((row) => row[name]))];
  form.elements[name].append(...values.map((value) => new Option(value, value)));
}
const filter = () => {
  const { text, type, split, result } = Object.fromEntries(new FormData(form));
  let shown = 0;
  for (const item of items) {
    const fits = item.text.includes(text.trim().toLowerCase()) && (!type || item.row.type === type) && (!split || item.row.split === split) && (!result || results[result](item.row));
    item.details.hidden = !fits;
    shown += fits;
  }
  form.querySelector("output").textContent = `${shown} of ${items.length}`;
};
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
filter();
