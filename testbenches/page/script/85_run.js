// What the run says about itself: inference, checks, warnings, loss of supply, counts.

function makeChecksSection(report) {
  const checks = report.checks || [];
  const warnings = report.warnings || [];
  return makeSection("warnings", "Checks and warnings", null,
    make("ul", { class: "points", id: "warning-list" },
      checks.map((check) => make("li", { class: check.pass ? "pass" : "fail" },
        make("span", { class: `verdict ${check.pass ? "pass" : "fail"}` }, check.pass ? "pass" : "FAIL"),
        ` ${check.name}: ${plain(check.value)} (limit ${brief(check.limit)})`)),
      warnings.map((warning) => make("li", { class: "warning" }, warning))),
    checks.length + warnings.length === 0 && make("p", { class: "lead" }, "None."));
}

function makeInferenceSection(report) {
  const { inference } = report;
  if (!inference) return null;
  const rows = [
    ["accuracy", "test_percent", (value) => `${value.toFixed(2)} %`],
    ["examples", "examples", count],
    ["under way at a time", "in_flight", count],
    ["from one result to the next", "per_example_s", (value) => si(value, "s")],
    ["from input to result", "latency_s", (value) => si(value, "s")],
    ["energy per example", "per_example_j", (value) => si(value, "J")],
    ["energy per operation", "per_op_j", (value) => si(value, "J")],
    ["TOP/s", "tops", brief],
    ["TOP/s/W", "tops_per_watt", brief],
    ["TOP/s/mm²", "tops_per_mm2", brief],
  ];
  return makeSection("inference", "Inference on the chip",
    "The test set, classified by the chip itself once it has learnt; 2 operations per weight and example.",
    makeTable([
      { title: "", cell: ([name]) => name },
      { title: "", number: true, cell: ([, key, shown]) => ({ text: shown(inference[key]), key: `inference.${key}` }) },
    ], rows));
}

function makePowerSection(report) {
  const events = report.power_off || [];
  if (events.length === 0) return null;
  return makeSection("power", "Loss of supply", null,
    makeTable([
      { title: "after examples", cell: (event) => count(event.example) },
      { title: "", cell: (event) => words(event.when) },
      { title: "without supply", number: true, cell: (event) => si(event.duration_s, "s") },
      { title: "before", unit: "%", number: true, cell: (event) => event.test_percent_before.toFixed(2) },
      { title: "after", unit: "%", number: true, cell: (event) => event.test_percent_after.toFixed(2) },
      { title: "lost", unit: "points", number: true, cell: (event) => event.lost_points.toFixed(2) },
      { title: "restart", number: true, cell: (event) => si(event.setup_s, "s") },
    ], events));
}

function makeCountsSection(report) {
  const { counts, saturation } = report;
  const entries = Object.entries(counts);
  const third = Math.ceil(entries.length / 3);
  const columns = [0, 1, 2].map((index) => entries.slice(index * third, (index + 1) * third)).filter((part) => part.length);
  const cells = Array.isArray(saturation) && saturation.length > 0 && makeTable([
    { title: "cells at an end of their range", cell: (layer) => `layer ${saturation.indexOf(layer) + 1}` },
    { title: "cells", number: true, cell: (layer) => count(layer.cells) },
    { title: "capacitors", number: true, cell: (layer) => percent(layer.capacitors / layer.cells, 2) },
    { title: "weights", number: true, cell: (layer) => percent(layer.weights / layer.cells, 2) },
  ], saturation);
  return makeSection("counts", "Counted", "Of the whole training; every energy above follows from such counts.",
    make("div", { class: "columns three" }, columns.map((part) => makeTable([
      { title: "", cell: ([name]) => words(name) },
      { title: "", number: true, cell: ([name, value]) => ({ text: count(value), key: `counts.${name}` }) },
    ], part))),
    cells && make("div", { style: "margin-top:1.5rem" }, cells));
}
