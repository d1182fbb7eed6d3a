// Every parameter with its range and where its value comes from.

const MARKS = { source: "from a publication", derived: "derived from publications", assumed: "an assumption",
                user: "set by the user" };

function parameterRow([name, entry]) {
  const like = isNumber(entry.value) && entry.value !== 0 ? entry.value : undefined;
  const number = (value) => scaled(value, entry.unit, brief, like).join("\u202f").trim();
  const value = typeof entry.value === "number" ? number(entry.value) : String(entry.value) || MISSING;
  const bound = (limit) => isNumber(limit) ? (typeof entry.value === "boolean" ? MISSING : number(limit)) : MISSING;
  const row = make("tr", {},
    make("th", { scope: "row" }, name),
    make("td", { class: "number", "data-key": `provenance.${name}` }, value),
    make("td", { class: "number" }, bound(entry.low)), make("td", { class: "number" }, bound(entry.high)),
    make("td", {}, make("span", { class: `mark ${Object.hasOwn(MARKS, entry.mark) ? entry.mark : ""}`, title: MARKS[entry.mark] },
                        entry.mark)),
    make("td", { class: "text" }, entry.note), make("td", { class: "place" }, entry.place));
  return { row, mark: entry.mark, text: [name, value, entry.mark, entry.note, entry.place].join(" ").toLowerCase() };
}

function makeParametersSection(report) {
  const rows = Object.entries(report.provenance || {}).map(parameterRow);
  if (rows.length === 0) return null;
  const marks = [...new Set(rows.map((row) => row.mark))];
  const search = make("input", { type: "search", placeholder: "Search: name, note, publication", "aria-label": "Search parameters" });
  const choice = make("select", { "aria-label": "Mark" }, make("option", { value: "" }, "every mark"),
                      marks.map((mark) => make("option", { value: mark },
                          `${mark} (${rows.filter((row) => row.mark === mark).length})`)));
  const shown = make("output", { id: "parameters-shown" });
  const filter = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let visible = 0;
    for (const { row, mark, text } of rows) {
      const fits = (!choice.value || mark === choice.value) && wanted.every((word) => text.includes(word));
      row.hidden = !fits;
      visible += fits ? 1 : 0;
    }
    shown.textContent = `${visible} of ${rows.length} parameters`;
  };
  search.addEventListener("input", filter);
  choice.addEventListener("input", filter);
  filter();
  const head = [["Parameter", ""], ["Value", "number"], ["Low", "number"], ["High", "number"], ["Mark", ""],
                ["Note and source", ""], ["Set in", ""]];
  return makeSection("parameters-section", "Parameters",
    "Every value of the configuration and of the technology, with the range it may lie in, how sure it is, and its source. "
        + "Ranges of technology values enter the intervals above; those of the configuration are what it accepts.",
    make("div", { class: "tools" }, search, choice, shown),
    make("div", { class: "scroll" },
         make("table", { id: "parameters" },
              make("thead", {}, make("tr", {}, head.map(([title, name]) => make("th", { scope: "col", class: name || null }, title)))),
              make("tbody", {}, rows.map(({ row }) => row)))));
}
