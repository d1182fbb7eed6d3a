// Test error, epoch by epoch, beside float32 software that saw the same examples in the same order.

function learningPlot(points, linear) {
  // Far above the curves it would only flatten them; the key has its number.
  const most = Math.max(...points.map((point) => point.error));
  const linearShown = isNumber(linear) && linear < 2.5 * most;
  return (width) => ({
    width, height: 270,
    data: [{ name: "points", values: points }, { name: "linear", values: linearShown ? [{ error: linear }] : [] }],
    scales: [
      { name: "x", type: "linear", domain: { data: "points", field: "epoch" }, range: "width", nice: false, zero: false,
        padding: 14 },
      { name: "y", type: "linear", domain: [0, linearShown ? Math.max(most, linear) : most], range: "height",
        zero: true, nice: true },
      { name: "color", type: "ordinal", domain: ["chip", "software"], range: ["var(--chip)", "var(--other)"] },
      { name: "dash", type: "ordinal", domain: ["chip", "software"], range: [[1, 0], [5, 4]] },
    ],
    axes: [
      { orient: "left", scale: "y", grid: true, domain: false, ticks: false, title: "test error, %", tickCount: 6 },
      { orient: "bottom", scale: "x", title: "epoch", format: "d",
        values: [...new Set(points.map((point) => point.epoch))], labelOverlap: "parity" },
    ],
    marks: [
      { type: "rule", from: { data: "linear" }, clip: true,
        encode: { enter: { x: { value: 0 }, x2: { field: { group: "width" } }, y: { scale: "y", field: "error" },
                           strokeDash: { value: [1, 3] }, stroke: { value: "var(--muted)" } } } },
      { type: "group", from: { facet: { name: "series", data: "points", groupby: "name" } },
        marks: [
          { type: "line", from: { data: "series" },
            encode: { enter: { x: { scale: "x", field: "epoch" }, y: { scale: "y", field: "error" },
                               stroke: { scale: "color", field: "name" }, strokeWidth: { value: 2 },
                               strokeDash: { scale: "dash", field: "name" } } } },
          { type: "symbol", from: { data: "series" },
            encode: { enter: { x: { scale: "x", field: "epoch" }, y: { scale: "y", field: "error" }, size: { value: 42 },
                               fill: { scale: "color", field: "name" }, stroke: { value: "var(--paper)" },
                               tooltip: { field: "label" } } } },
        ] },
    ],
  });
}

function makeLearningSection(report) {
  const { accuracy } = report;
  const epochs = accuracy.per_epoch;
  if (epochs.length === 0) return null;
  const error = (value) => isNumber(value) ? 100 - value : null;
  const points = epochs.flatMap((epoch) => [
    { name: "software", epoch: epoch.epoch, error: error(epoch.software_test_percent) },
    { name: "chip", epoch: epoch.epoch, error: error(epoch.test_percent) },
  ]).filter((point) => point.error !== null)
    .map((point) => ({ ...point, label: `${point.name}, epoch ${point.epoch}: ${point.error.toFixed(2)} %` }));
  const linear = error(accuracy.linear_test_percent);
  const table = makeTable([
    { title: "epoch", cell: (row) => String(row.epoch) },
    { title: "chip", unit: "%", number: true, cell: (row) => row.test_percent.toFixed(2) },
    { title: "software", unit: "%", number: true, cell: (row) => row.software_test_percent?.toFixed(2) ?? MISSING },
    { title: "simulated", number: true, cell: (row) => si(row.simulated_s, "s") },
  ], epochs, { id: "epochs" });
  return makeSection("learning", "Learning",
    `${count(accuracy.train_examples)} training examples of ${accuracy.dataset}, ${count(accuracy.epochs)} `
        + `epoch${accuracy.epochs === 1 ? "" : "s"}, tested on ${count(accuracy.test_examples)}. The float32 reference begins `
        + "with the same weights and sees the same examples in the same order.",
    make("div", { class: "columns uneven" },
      makeFigure({
        title: "Test error",
        description: "Test error by epoch. " + epochs.map((epoch) => `Epoch ${epoch.epoch}: chip ` +
                     `${error(epoch.test_percent).toFixed(2)} percent, software ` +
                     `${error(epoch.software_test_percent)?.toFixed(2) ?? "unknown"} percent`).join(". "),
        key: [{ name: "chip", color: "var(--chip)", line: "line" },
              { name: "float32 software", color: "var(--other)", line: "line dashed" },
              ...(isNumber(linear) ? [{ name: `linear classifier ${linear.toFixed(2)} %`, color: "var(--muted)",
                                        line: "line dotted" }] : [])],
        spec: learningPlot(points, linear),
        table: makeTable([{ title: "epoch", cell: (row) => String(row.epoch) },
                          { title: "chip, error %", number: true, cell: (row) => error(row.test_percent).toFixed(2) },
                          { title: "software, error %", number: true,
                            cell: (row) => error(row.software_test_percent)?.toFixed(2) ?? MISSING }], epochs),
        width: 600,
      }),
      table));
}
