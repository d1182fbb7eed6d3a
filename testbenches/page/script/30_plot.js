// Plots by Vega: colours are the page's own variables, so that light, dark and paper need no second drawing.

const FONT = getComputedStyle(document.body).fontFamily;
const drawings = [];

const PLOT_STYLE = {
  font: FONT,
  background: null,
  view: { stroke: null },
  style: { cell: { stroke: null } },
  axis: { labelColor: "var(--muted)", titleColor: "var(--muted)", labelFont: FONT, titleFont: FONT, labelFontSize: 12,
          titleFontSize: 12, titleFontWeight: 400, gridColor: "var(--grid)", tickColor: "var(--rule)",
          domainColor: "var(--rule)", tickSize: 4, labelPadding: 5, titlePadding: 8 },
  text: { font: FONT, fontSize: 12, fill: "var(--ink)" },
  rule: { stroke: "var(--muted)" },
};

/**
 * A figure: title, plot, and the same numbers as a table for those who cannot see it, or where the page was built without
 * Vega. `spec(width)` gives the plot for a place of that width.
 */
function makeFigure({ title, subtitle, description, spec, table, key, width = 480 }) {
  const place = make("div", { class: "plot", role: "img", "aria-label": description });
  const details = make("details", {}, make("summary", {}, "As a table"), table);
  const figure = make("figure", {}, make("figcaption", {}, make("h3", {}, title), subtitle && make("p", {}, subtitle)));
  if (window.vega) {
    figure.append(...[key && makeKey(key), place, details].filter(Boolean));
    drawings.push({ place, spec, width });
  } else {
    details.open = true;
    figure.append(details);
  }
  return figure;
}

function draw(place, plot) {
  const view = new vega.View(vega.parse({ autosize: { type: "fit", contains: "padding" }, padding: 0, ...plot }, PLOT_STYLE,
                                        { ast: true }),
                             { renderer: "svg", expr: vega.expressionInterpreter, hover: false });
  return view.initialize(place).runAsync().then(() => {
    place.querySelector("svg").setAttribute("aria-hidden", "true");
    place.dataset.drawn = "true";
    return view;
  });
}

/** Of a place on paper, in pixels: text keeps its size there, plots get narrower. */
function paperWidth(place) {
  const share = place.closest(".three") ? 0.31 : place.closest(".uneven") ? 0.56 : place.closest(".columns") ? 0.47 : 1;
  return 700 * share;
}

/** widthOf(place, width wanted) gives pixels. */
function drawAll(widthOf) {
  return Promise.all(drawings.map(async (drawing) => {
    const before = drawing.view;
    drawing.view = draw(drawing.place, drawing.spec(Math.round(widthOf(drawing.place, drawing.width))));
    await drawing.view;
    (await before)?.finalize();
  }));
}

/** Once the page is laid out; the widths of the places are known then. */
function drawPlots() {
  const onScreen = (place, width) => Math.max(280, Math.min(place.clientWidth || width, 1100));
  window.addEventListener("beforeprint", () => drawAll(paperWidth));
  window.addEventListener("afterprint", () => drawAll(onScreen));
  return drawAll(onScreen);
}

/** Ticks of a logarithmic axis over these values: powers of ten, and more between them where the range is small. */
function logTicks(values) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const factors = high / low > 30 ? [1] : high / low > 4 ? [1, 2, 5] : [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)) + 1; ++power) {
    ticks.push(...factors.map((factor) => Number(`${factor}e${power}`)));
  }
  return ticks.filter((tick) => tick >= low / 1.3 && tick <= high * 1.3);
}

/** Horizontal bars in the order given, with room for their labels; rows: [{name, value, label}]. */
function barPlot(rows, { color = "var(--chip)", step = 23 } = {}) {
  return (width) => ({
    width,
    height: rows.length * step + 2,
    data: [{ name: "rows", values: rows }],
    scales: [
      { name: "y", type: "band", domain: { data: "rows", field: "name" }, range: "height", padding: 0.28 },
      { name: "x", type: "linear", range: "width",
        domain: [0, (width < 420 ? 2 : 1.42) * Math.max(...rows.map((row) => row.value), 1e-30)] },
    ],
    axes: [{ orient: "left", scale: "y", domain: false, ticks: false, labelColor: "var(--ink)", labelPadding: 8,
             labelLimit: 190 }],
    marks: [
      { type: "rect", from: { data: "rows" },
        encode: { enter: { x: { scale: "x", value: 0 }, x2: { scale: "x", field: "value" },
                           y: { scale: "y", field: "name" }, height: { scale: "y", band: 1 },
                           fill: { value: color }, tooltip: { field: "label" } } } },
      { type: "text", from: { data: "rows" },
        encode: { enter: { x: { scale: "x", field: "value", offset: 6 }, y: { scale: "y", field: "name", band: 0.5 },
                           baseline: { value: "middle" }, text: { field: "label" }, fill: { value: "var(--muted)" } } } },
    ],
  });
}
