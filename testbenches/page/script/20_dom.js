// Elements; text goes in as text only, so that no name can become markup.

const SVG = "http:" + "//www.w3.org/2000/svg";  // a name, not an address

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
  }
  for (const child of children.flat(3)) {
    if (child !== undefined && child !== null && child !== false) element.append(child);
  }
  return element;
}

function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function makeSvg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** A line above the columns' own titles, where columns next to each other have the same `group`. */
function makeGroupRow(columns) {
  const groups = [];
  for (const { group = "" } of columns) {
    const last = groups[groups.length - 1];
    if (last && last.group === group) last.span += 1;
    else groups.push({ group, span: 1 });
  }
  return groups.some(({ group }) => group) &&
         make("tr", { class: "groups" }, groups.map(({ group, span }) =>
             make(group ? "th" : "td", { colspan: span, scope: group && "colgroup" }, make("span", {}, group))));
}

/**
 * columns: [{title, group, unit, number, class, cell(row) -> text or {text, key}}]. A key names the value of report.json that
 * the cell shows.
 */
function makeTable(columns, rows, { caption, rowClass, id } = {}) {
  const head = columns.map((column) =>
      make("th", { scope: "col", class: column.number && "number" }, column.title,
           column.unit && [" ", make("small", {}, column.unit)]));
  const body = rows.map((row) => make("tr", { class: rowClass && rowClass(row) }, columns.map((column, index) => {
    let cell = column.cell(row);
    if (cell === null || typeof cell !== "object") cell = { text: cell };
    const classes = [column.number && "number", column.class].filter(Boolean).join(" ");
    return make(index === 0 ? "th" : "td",
                { class: classes || null, scope: index === 0 && "row", "data-key": cell.key }, cell.text);
  })));
  return make("div", { class: "scroll" },
              make("table", { id }, caption && make("caption", {}, caption), make("thead", {}, makeGroupRow(columns), make("tr", {}, head)),
                   make("tbody", {}, body)));
}

function makeSection(id, title, lead, ...children) {
  return make("section", { id }, make("h2", {}, title), lead && make("p", { class: "lead" }, lead), children);
}

function makeKey(entries) {
  return make("ul", { class: "key" }, entries.map(({ name, color, line }) =>
      make("li", {}, make("i", { class: line || null, style: line ? `border-color:${color}` : `background:${color}` }),
           name)));
}
