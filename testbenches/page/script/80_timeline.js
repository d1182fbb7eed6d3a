// What the parts of the chip did during one training example.

/** What a tile does, in the order of the key; what others do is grey, with its name in the bar. */
const OPERATIONS = { read: ["forward read", "var(--op-read)"], convert: ["conversion", "var(--op-convert)"],
                     transposed: ["transposed read", "var(--op-transposed)"], update: ["update", "var(--op-update)"],
                     transfer: ["transfer", "var(--op-transfer)"], other: ["other", "var(--op-other)"] };
const PHASES = { forward: "forward pass", output: "softmax", backward: "backward pass and update" };
const MOST_TRACKS = 80;

/** Tracks in the order of the data: sequencer, DMA, then the tiles layer by layer. */
function tracksOf(report) {
  const uses = report.chip.by_tile || [];
  const place = (part) => part.match(/^tile_(\d+)_(\d+)$/);
  return report.timeline.tracks.map((track) => {
    const found = place(track.part);
    const layer = found ? (uses[found[1] * report.chip.mesh_columns + Number(found[2])]?.layer ?? 0) : 0;
    return { ...track, layer, tile: Boolean(found),
             name: found ? `${layer > 0 ? `L${layer}  ` : ""}tile ${found[1]},${found[2]}`
                         : track.part === "dma" ? "DMA" : track.part };
  }).filter((track) => track.spans.length > 0)
    .sort((a, b) => (a.tile - b.tile) || (b.part === "sequencer") - (a.part === "sequencer") || a.layer - b.layer);
}

function timelinePlot(spans, names, duration) {
  const [, unit] = scaled(duration, "s");
  const factor = PREFIXES.find(([, prefix]) => prefix + "s" === unit)[0];
  const step = names.length > 40 ? 9 : 13;
  return (width) => ({
    width, height: names.length * step + 40,
    data: [{ name: "spans", values: spans.map((span) => ({ ...span, begin: span.begin_s / factor, end: span.end_s / factor,
                label: `${span.name}: ${span.operation}, ${si(span.begin_s, "s")} to ${si(span.end_s, "s")}` })) }],
    scales: [
      { name: "y", type: "band", domain: names, range: "height", padding: 0.18 },
      { name: "x", type: "linear", domain: [0, duration / factor], range: "width" },
      { name: "color", type: "ordinal", domain: Object.keys(OPERATIONS),
        range: Object.values(OPERATIONS).map(([, color]) => color) },
    ],
    axes: [
      { orient: "left", scale: "y", domain: false, ticks: false, labelFontSize: step > 9 ? 11 : 8, labelPadding: 8,
        labelOverlap: false },
      { orient: "bottom", scale: "x", grid: true, domain: false, title: `since the start of the forward pass, ${unit}`,
        tickCount: 8 },
    ],
    marks: [
      { type: "rect", from: { data: "spans" },
        encode: { enter: { x: { scale: "x", field: "begin" }, x2: { scale: "x", field: "end" },
                           y: { scale: "y", field: "name" }, height: { scale: "y", band: 1 },
                           fill: { scale: "color", field: "kind" }, tooltip: { field: "label" } } } },
      { type: "text", from: { data: "spans" },
        encode: { enter: { x: { scale: "x", signal: "(datum.begin + datum.end) / 2" },
                           y: { scale: "y", field: "name", band: 0.5 }, align: { value: "center" },
                           baseline: { value: "middle" }, fontSize: { value: step - 3 }, fill: { value: "var(--paper)" },
                           text: { field: "caption" },
                           opacity: { signal: `(datum.end - datum.begin) * ${(width * factor) / duration} > 90 ? 1 : 0` } } } },
    ],
  });
}

function makeTimelineSection(report) {
  const { timeline } = report;
  if (!timeline || !Array.isArray(timeline.tracks) || timeline.tracks.length === 0) return null;
  const all = tracksOf(report);
  const tracks = all.slice(0, MOST_TRACKS);
  const spans = tracks.flatMap((track) => track.spans.map((span) => {
    const kind = track.tile && Object.hasOwn(OPERATIONS, span.what) ? span.what : "other";
    const phase = Object.hasOwn(PHASES, span.what) ? PHASES[span.what] : span.what;
    return { ...span, name: track.name, kind, operation: kind === "other" ? phase : OPERATIONS[kind][0],
             caption: track.tile ? "" : phase };
  }));
  const used = new Set(tracks.filter((track) => track.tile).flatMap((track) => track.spans.map((span) => span.what)));
  const tiles = all.filter((track) => track.tile);
  const busy = (track, what) => track.spans.filter((span) => !what || span.what === what)
                                     .reduce((sum, span) => sum + span.end_s - span.begin_s, 0);
  const mean = tiles.reduce((sum, track) => sum + busy(track), 0) / Math.max(1, tiles.length) / timeline.duration_s;
  const table = makeTable([
    { title: "part", cell: (track) => track.name },
    ...["read", "convert", "transposed", "update"].map((what) => (
        { title: OPERATIONS[what][0], number: true, cell: (track) => si(busy(track, what), "s") })),
    { title: "busy", number: true, cell: (track) => percent(busy(track) / timeline.duration_s) },
  ], tiles, { id: "timeline-table" });
  return makeSection("timeline", "One example in time",
    `Example ${count(timeline.example)} took ${si(timeline.duration_s, "s")}. A tile in use is busy for ${percent(mean)} of it on `
        + "average: layers wait for each other, and packets travel in between.",
    makeFigure({
      title: "Sequencer, DMA and tiles",
      subtitle: all.length > tracks.length ? `the first ${tracks.length} of ${all.length} parts` : null,
      description: `Timeline of one example over ${si(timeline.duration_s, "s")}: forward reads run through the layers one after `
                   + "the other, then transposed reads in the opposite order, each followed by its update.",
      key: Object.entries(OPERATIONS).filter(([kind]) => used.has(kind)).map(([, [name, color]]) => ({ name, color })),
      spec: timelinePlot(spans, tracks.map((track) => track.name), timeline.duration_s),
      table, width: 1000,
    }));
}
