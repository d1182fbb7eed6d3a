// What the run reached, its efficiency with intervals, and both beside published figures and a GPU.

/** The rows of the comparison: the model's own, then what others state. */
function variants(report) {
  const efficiency = report.efficiency;
  const own = [["achieved", "This run"], ["peak", "Peak"], ["peak_with_transfer", "Peak + transfer"]];
  const others = [["published", "Published"], ["gpu_v100_fp16", "V100 FP16"]];
  const gpu = efficiency.gpu_v100_fp16;
  return [...own, ...others].filter(([key]) => efficiency[key]).map(([key, name]) => {
    const figures = efficiency[key];
    const perWatt = figures.tops_per_watt;
    const invert = (range) => range && [1 / range[1], 1 / range[0]];
    return {
      key, name,
      own: key in Object.fromEntries(own),
      perWatt, perWattRange: figures.tops_per_watt_5_95, perWattMedian: figures.tops_per_watt_median,
      perArea: figures.tops_per_mm2, perAreaRange: figures.tops_per_mm2_5_95, perAreaMedian: figures.tops_per_mm2_median,
      // 1 TOP/s/W is 1 op/pJ.
      perOp: figures.pj_per_op ?? 1 / perWatt,
      perOpMedian: figures.pj_per_op_median ?? (figures.tops_per_watt_median && 1 / figures.tops_per_watt_median),
      perOpRange: figures.pj_per_op_5_95 ?? invert(figures.tops_per_watt_5_95),
      lessEnergy: gpu && perWatt / gpu.tops_per_watt,
      moreArea: gpu && figures.tops_per_mm2 / gpu.tops_per_mm2,
    };
  });
}

function range(bounds) {
  return bounds ? `${plain(bounds[0], 2)} – ${plain(bounds[1], 2)}` : MISSING;
}

function comparedWithGpu(ratio, more, less) {
  if (!isNumber(ratio)) return null;
  return ratio >= 1 ? `${plain(ratio, 2)}\u202f× ${more} a V100` : `${plain(1 / ratio, 2)}\u202f× ${less} a V100`;
}

function makeFact(name, value, unit, key, ...lines) {
  return make("div", { class: "figure" }, make("dt", {}, name),
              make("dd", { class: "value" }, make("span", { "data-key": key }, value), unit && make("small", {}, unit)),
              lines.filter(Boolean).map((line) => make("dd", {}, line)));
}

function accuracyLines(accuracy) {
  const { software_test_percent: software, linear_test_percent: linear } = accuracy;
  if (!isNumber(software)) return ["no software reference"];
  return [["float32 ", make("span", { "data-key": "accuracy.software_test_percent" }, software.toFixed(2)),
           `\u202f%, gap ${(software - accuracy.test_percent).toFixed(2)} points`],
          isNumber(linear) && `linear classifier ${linear.toFixed(2)}\u202f%`];
}

function makeHeadline(report) {
  const { accuracy, energy, time } = report;
  const [run] = variants(report);
  const published = report.efficiency.published || {};
  const interval = (bounds) => bounds && `5–95 %: ${range(bounds)}`;
  return make("dl", { class: "figures" },
    makeFact(`Test accuracy on ${accuracy.dataset}`, accuracy.test_percent.toFixed(2), "%", "accuracy.test_percent",
             ...accuracyLines(accuracy)),
    makeFact("Energy per operation", plain(run.perOp), "pJ", "headline.pj_per_op", interval(run.perOpRange),
             comparedWithGpu(run.lessEnergy, "less than", "more than"),
             `one example: ${si(energy.per_example_j, "J")} in ${si(time.per_example_s, "s")}`),
    makeFact("Operations per energy", plain(run.perWatt), "TOP/s/W", "efficiency.achieved.tops_per_watt",
             interval(run.perWattRange), comparedWithGpu(run.lessEnergy, "more than", "less than"),
             published.tops_per_watt && `published: ${plain(published.tops_per_watt)}`),
    makeFact("Throughput per area", plain(run.perArea), "TOP/s/mm²", "efficiency.achieved.tops_per_mm2",
             interval(run.perAreaRange), comparedWithGpu(run.moreArea, "more than", "less than"),
             published.tops_per_mm2 && `published: ${plain(published.tops_per_mm2)}`));
}

/** Value and interval of each variant on a logarithmic axis. */
function intervalPlot(rows) {
  const values = rows.flatMap((row) => [row.value, ...(row.range || [])]);
  const shown = rows.map(({ name, own, value, range: bounds }) =>
      ({ name, own, value, low: bounds ? bounds[0] : value, high: bounds ? bounds[1] : value }));
  return (width) => ({
    width, height: rows.length * 26 + 34,
    data: [{ name: "rows", values: shown }],
    scales: [
      { name: "y", type: "band", domain: { data: "rows", field: "name" }, range: "height", padding: 0.2 },
      { name: "x", type: "log", domain: [Math.min(...values) / 1.3, Math.max(...values) * 1.3], range: "width" },
    ],
    axes: [
      { orient: "left", scale: "y", domain: false, ticks: false, labelColor: "var(--ink)", labelPadding: 8 },
      { orient: "bottom", scale: "x", grid: true, domain: false, values: logTicks(values), format: "~g" },
    ],
    marks: [
      { type: "rect", from: { data: "rows" },
        encode: { enter: { x: { scale: "x", field: "low" }, x2: { scale: "x", field: "high" },
                           yc: { scale: "y", field: "name", band: 0.5 }, height: { value: 7 },
                           cornerRadius: { value: 3.5 }, fill: { value: "var(--chip)" }, fillOpacity: { value: 0.32 } } } },
      { type: "symbol", from: { data: "rows" },
        encode: { enter: { x: { scale: "x", field: "value" }, y: { scale: "y", field: "name", band: 0.5 },
                           size: { value: 72 },
                           shape: [{ test: "datum.own", value: "circle" }, { value: "diamond" }],
                           fill: [{ test: "datum.own", value: "var(--chip)" }, { value: "var(--other)" }],
                           tooltip: { field: "value" } } } },
    ],
  });
}

function makeComparison(report) {
  const rows = variants(report);
  const columns = [
    { title: "", cell: (row) => row.name },
    { group: "TOP/s/W", title: "base", number: true, class: "value",
      cell: (row) => ({ text: plain(row.perWatt), key: `efficiency.${row.key}.tops_per_watt` }) },
    { group: "TOP/s/W", title: "5–95 %", number: true, cell: (row) => range(row.perWattRange) },
    { group: "TOP/s/mm²", title: "base", number: true, class: "value",
      cell: (row) => ({ text: plain(row.perArea), key: `efficiency.${row.key}.tops_per_mm2` }) },
    { group: "TOP/s/mm²", title: "5–95 %", number: true, cell: (row) => range(row.perAreaRange) },
    { group: "pJ/op", title: "base", number: true, class: "value", cell: (row) => plain(row.perOp) },
    { group: "pJ/op", title: "5–95 %", number: true, cell: (row) => range(row.perOpRange) },
    ...["gpu_v100_fp16", "published"].map((key) => rows.find((row) => row.key === key)).filter(Boolean).flatMap((to) => [
      { group: `against ${to.name}`, title: "ops per energy", number: true,
        cell: (row) => row === to ? "1" : times(row.perWatt / to.perWatt) },
      { group: `against ${to.name}`, title: "per area", number: true,
        cell: (row) => row === to ? "1" : times(row.perArea / to.perArea) },
    ]),
  ];
  const small = (title, value, bounds, median) => makeFigure({
    title,
    description: `${title}: ` + rows.map((row) => `${row.name} ${plain(row[value])}` +
        (row[bounds] ? ` (5 to 95 percent: ${range(row[bounds])})` : "")).join(", "),
    spec: intervalPlot(rows.map((row) => ({ name: row.name, own: row.own, value: row[value], range: row[bounds] }))),
    table: makeTable([columns[0], { title, number: true, cell: (row) => plain(row[value]) },
                      { title: "5–95 %", number: true, cell: (row) => range(row[bounds]) },
                      { title: "median", number: true, cell: (row) => plain(row[median]) }], rows),
    width: 320,
  });
  const { published, gpu_v100_fp16: gpu } = report.efficiency;
  return makeSection("efficiency", "Efficiency",
    "Dots are the base values; bands hold 90 % of the draws over the ranges of the technology's parameters, at what this run "
        + "counted. Published and GPU figures stand beside them; nothing is fitted to them.",
    make("div", { class: "columns three" }, small("TOP/s/W", "perWatt", "perWattRange", "perWattMedian"),
         small("TOP/s/mm²", "perArea", "perAreaRange", "perAreaMedian"), small("pJ per operation", "perOp", "perOpRange", "perOpMedian")),
    make("div", { style: "margin-top:1.75rem" },
         makeTable(columns, rows, { id: "comparison", rowClass: (row) => row.key === "achieved" ? "strong" :
                                                                        row.key === "published" ? "group" : null })),
    make("p", { class: "note" },
         "Peak: every array busy with all three passes. This run: what the mapped network did, with idle and partly used tiles, "
             + "network and transfer. ",
         published && `Published: ${published.source}. `, gpu && `V100: ${gpu.source}.`));
}
