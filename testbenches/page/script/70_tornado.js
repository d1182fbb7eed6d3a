// Which parameters the efficiency hangs on, one at a time from the low to the high end of its range.

const TORNADO_ROWS = 12;
const LEAST_SWING = 1e-3;

function swing([low, high]) {
  return low > 0 && high > 0 ? Math.abs(Math.log(high / low)) : Math.abs(high - low);
}

function tornadoPlot(rows, base) {
  const bars = rows.flatMap((row) => [{ name: row.name, end: "low", value: row.at[0], label: row.tooltip[0] },
                                      { name: row.name, end: "high", value: row.at[1], label: row.tooltip[1] }]);
  const values = [base, ...bars.map((bar) => bar.value)].filter((value) => value > 0);
  return (width) => ({
    width, height: rows.length * 21 + 34,
    data: [{ name: "bars", values: bars }],
    scales: [
      { name: "y", type: "band", domain: { data: "bars", field: "name" }, range: "height", padding: 0.3 },
      { name: "x", type: "log", domain: [Math.min(...values) / 1.06, Math.max(...values) * 1.06], range: "width" },
      { name: "color", type: "ordinal", domain: ["low", "high"], range: ["var(--low)", "var(--high)"] },
    ],
    axes: [
      { orient: "left", scale: "y", domain: false, ticks: false, labelColor: "var(--ink)", labelPadding: 8 },
      { orient: "bottom", scale: "x", grid: true, domain: false, values: logTicks(values), format: "~g", labelOverlap: "greedy" },
    ],
    marks: [
      { type: "rect", from: { data: "bars" },
        encode: { enter: { x: { scale: "x", value: base }, x2: { scale: "x", field: "value" },
                           y: { scale: "y", field: "name" }, height: { scale: "y", band: 1 },
                           fill: { scale: "color", field: "end" }, tooltip: { field: "label" } } } },
      { type: "rule",
        encode: { enter: { x: { scale: "x", value: base }, y: { value: 0 }, y2: { field: { group: "height" } },
                           stroke: { value: "var(--ink)" } } } },
    ],
  });
}

/** Whether any parameters within their ranges have the published figures, in words and with the best point. */
function makeReach(report) {
  const reach = report.efficiency.what_would_it_take;
  if (!reach || !reach.statement) return null;
  const provenance = report.provenance || {};
  const point = (reach.exists && reach.nearest) || reach.best || {};
  const rows = Object.entries(point.parameters || {});
  const shown = (name, value) => scaled(value, provenance[name]?.unit || "", brief).join("\u202f").trim();
  const sentence = reach.statement.charAt(0).toUpperCase() + reach.statement.slice(1);
  return make("div", { id: "reach", style: "margin-top:2rem" },
    make("h3", {}, "What the published figures would take"), make("p", { class: "lead", style: "margin:0" }, `${sentence}.`),
    rows.length > 0 && make("details", {}, make("summary", {}, "The parameters of that point"),
      makeTable([{ title: "parameter", cell: ([name]) => name },
                 { title: "base", number: true, cell: ([name]) => shown(name, provenance[name]?.value) },
                 { title: "there", number: true, cell: ([name, value]) => shown(name, value) }], rows)));
}

function makeTornadoSection(report) {
  const entries = report.efficiency.tornado;
  if (!Array.isArray(entries) || entries.length === 0) return null;
  const provenance = report.provenance || {};
  const value = (entry, which) => {
    const known = provenance[entry.parameter] || provenance[`technology.${entry.parameter}`] || {};
    return si(entry[which], known.unit || entry.unit || "");
  };
  const figure = (title, metric, base) => {
    const rows = entries.filter((entry) => Array.isArray(entry[metric]) && swing(entry[metric]) > LEAST_SWING)
                     .map((entry) => ({ name: entry.parameter.replace(/^technology\./, ""), at: entry[metric],
                                        tooltip: [`${value(entry, "low_value")}: ${plain(entry[metric][0])}`,
                                                  `${value(entry, "high_value")}: ${plain(entry[metric][1])}`] }))
                     .sort((a, b) => swing(b.at) - swing(a.at)).slice(0, TORNADO_ROWS);
    if (rows.length === 0 || !(base > 0)) return null;
    return makeFigure({
      title, subtitle: `line: base value, ${plain(base)}`,
      description: `${title}, largest influence first: ` +
                   rows.map((row) => `${row.name} ${plain(row.at[0])} to ${plain(row.at[1])}`).join(", "),
      spec: tornadoPlot(rows, base),
      table: makeTable([{ title: "parameter", cell: (row) => row.name },
                        { title: "at low", number: true, cell: (row) => plain(row.at[0]) },
                        { title: "at high", number: true, cell: (row) => plain(row.at[1]) }], rows),
      width: 480,
    });
  };
  const achieved = report.efficiency.achieved;
  const table = makeTable([
    { title: "parameter", cell: (entry) => entry.parameter },
    { title: "low", number: true, cell: (entry) => value(entry, "low_value") },
    { title: "high", number: true, cell: (entry) => value(entry, "high_value") },
    { title: "TOP/s/W", number: true, cell: (entry) => (entry.tops_per_watt || []).map((v) => plain(v)).join(" / ") },
    { title: "TOP/s/mm²", number: true, cell: (entry) => (entry.tops_per_mm2 || []).map((v) => plain(v)).join(" / ") },
    { title: "pJ/op", number: true, cell: (entry) => (entry.pj_per_op || []).map((v) => plain(v)).join(" / ") },
  ], entries, { id: "tornado-table" });
  return makeSection("tornado", "What the numbers hang on",
    "Each parameter alone moved from the low to the high end of its range, all others at their base value.",
    makeKey([{ name: "at the low end", color: "var(--low)" }, { name: "at the high end", color: "var(--high)" }]),
    make("div", { class: "columns" }, figure("TOP/s/W", "tops_per_watt", achieved.tops_per_watt),
         figure("TOP/s/mm²", "tops_per_mm2", achieved.tops_per_mm2)),
    make("details", {}, make("summary", {}, `All ${entries.length} parameters as a table`), table),
    makeReach(report));
}
