// Puts the page together.

function makeHead(report) {
  const { run, chip, accuracy } = report;
  const checks = report.checks || [];
  const passed = checks.every((check) => check.pass);
  const technology = run.technology.split("/").pop();
  return make("header", {},
    make("p", { class: "brand" }, "Kirchhoff – analog-memory training chip, modelled"),
    make("h1", {}, `${run.preset}: ${chip.network} on ${accuracy.dataset}`),
    make("p", { class: "facts" },
      checks.length > 0 && [make("span", { id: "verdict", class: `verdict ${passed ? "pass" : "fail"}` },
                                 passed ? "PASS" : "FAIL"), " · "],
      [`${chip.mesh_rows} × ${chip.mesh_columns} tiles of ${chip.rows} × ${chip.columns} cells`,
       `${count(chip.synapses_mapped)} synapses`, technology, run.style === "at" ? "approximately timed" : "loosely timed",
       `${run.detail} detail`, `seed ${run.seed}`, `${count(run.examples)} examples trained`].join(" · ")));
}

function makeNavigation(sections, warnings) {
  return make("nav", { "aria-label": "Sections" }, sections.map((section) =>
      make("a", { href: `#${section.id}` }, section.querySelector("h2").textContent +
           (section.id === "warnings" && warnings > 0 ? ` (${warnings})` : ""))));
}

function makeFoot(report) {
  const { run } = report;
  return make("footer", {},
    `${run.name} · Kirchhoff ${run.git_version} · ${report.schema} · simulated ${si(run.simulated_s, "s")} in `
        + `${si(run.wall_s, "s")} of wall time. The whole of report.json is in this file.`,
    window.vega && ` Plots: Vega ${window.vega.version || ""}`.trimEnd() + ", University of Washington Interactive Data Lab.");
}

const report = JSON.parse(document.getElementById("report").textContent);
document.title = `${report.run.name} – Kirchhoff`;
const sections = [
  makeComparison(report), makeLearningSection(report), ...makeEnergySection(report), makeFloorPlanSection(report),
  makeTimelineSection(report), makeInferenceSection(report), makeTornadoSection(report), makeChecksSection(report), makePowerSection(report),
  makeCountsSection(report), makeParametersSection(report),
].filter(Boolean);
document.getElementById("page").append(
  makeHead(report), makeHeadline(report),
  ...(window.vega ? [] : [make("p", { class: "notice", id: "no-plots" },
                               "Built without Vega (Debian package libjs-vega): tables instead of plots.")]),
  makeNavigation(sections, (report.warnings || []).length), ...sections, makeFoot(report));

if (window.vega) {
  drawPlots().then(() => {
    document.documentElement.dataset.ready = Math.round(performance.now());
  }, (failure) => {
    window.dispatchEvent(new ErrorEvent("error", { message: `plots: ${failure.message}` }));
    console.error(failure);
  });
} else {
  document.documentElement.dataset.ready = Math.round(performance.now());
}
