// The mesh as it lies on the chip: what of each tile is used, and what it spends.

const LAYER_COLORS = 5;

function layerColor(layer) {
  return layer > 0 ? `var(--layer-${((layer - 1) % LAYER_COLORS) + 1})` : "var(--rule)";
}

/** Tiles as report.json has them, with their place; reports of older versions know energies only. */
function tilesOf(report) {
  const { chip, energy } = report;
  return energy.by_tile_j.map((joules, index) => ({
    index, joules,
    row: Math.floor(index / chip.mesh_columns), column: index % chip.mesh_columns,
    layer: 0, rows_used: 0, columns_used: 0, utilisation: null, ...(chip.by_tile || [])[index],
  }));
}

/** What broke or must not be used, as a set of "node" and of "from-to" in both directions. */
function faultsOf(report) {
  const map = report.map || {};
  return {
    tiles: new Set((map.tiles || []).filter((tile) => tile.disabled).map((tile) => tile.node)),
    links: new Set((map.disabled_links || []).flatMap(([from, to]) => [`${from}-${to}`, `${to}-${from}`])),
  };
}

function tileName(tile) {
  return `tile ${tile.row},${tile.column}`;
}

/** One drawing of the mesh; paint(tile, box) gives what is in a tile's box. */
function drawMesh(report, tiles, paint, paintLink) {
  const { chip } = report;
  const faults = faultsOf(report);
  const width = 560;
  const pitch = width / chip.mesh_columns;
  const gap = Math.min(12, 0.18 * pitch);
  const box = pitch - gap;
  const height = box * Math.max(0.5, Math.min(1.5, chip.rows / chip.columns));
  const rowPitch = height + gap;
  const svg = makeSvg("svg", { viewBox: `0 0 ${width} ${(rowPitch * chip.mesh_rows).toFixed(1)}`, "aria-hidden": "true" });
  const left = (tile) => tile.column * pitch + gap / 2;
  const top = (tile) => tile.row * rowPitch + gap / 2;
  for (const tile of tiles) {  // links of the mesh
    const x = left(tile) + box / 2;
    const y = top(tile) + height / 2;
    const link = (x2, y2, to) => {
      if (faults.links.has(`${tile.index}-${to}`)) {
        return makeSvg("g", { class: "disabled-link" },
          makeSvg("line", { x1: x, y1: y, x2, y2, stroke: "var(--bad)", "stroke-width": 2, "stroke-dasharray": "3 3" }),
          makeSvg("text", { x: (x + x2) / 2, y: (y + y2) / 2, "text-anchor": "middle", "dominant-baseline": "central",
                            "font-size": 12, "font-weight": 700, fill: "var(--bad)" }, "×"),
          makeSvg("title", {}, `link ${placeOf(report, tile.index)} to ${placeOf(report, to)}: disabled`));
      }
      return (paintLink && paintLink({ x, y, x2, y2, from: tile.index, to }))
        || makeSvg("line", { x1: x, y1: y, x2, y2, stroke: "var(--muted)", "stroke-width": 1.5, "stroke-opacity": 0.55 });
    };
    if (tile.column + 1 < chip.mesh_columns) svg.append(link(x + pitch, y, tile.index + 1));
    if (tile.row + 1 < chip.mesh_rows) svg.append(link(x, y + rowPitch, tile.index + chip.mesh_columns));
  }
  for (const tile of tiles) {
    svg.append(makeSvg("g", { class: "tile", transform: `translate(${left(tile).toFixed(2)} ${top(tile).toFixed(2)})` },
                       makeSvg("rect", { width: box, height, fill: "var(--paper)", stroke: "var(--rule)", rx: 2 }),
                       paint(tile, { width: box, height }),
                       faults.tiles.has(tile.index) && drawDisabled({ width: box, height })));
  }
  return svg;
}

function drawDisabled({ width, height }) {
  const stroke = { stroke: "var(--bad)", "stroke-width": 1.5, "stroke-opacity": 0.5 };
  return makeSvg("g", { class: "disabled-tile" },
    makeSvg("rect", { width, height, fill: "var(--bad)", "fill-opacity": 0.08, stroke: "var(--bad)", rx: 2 }),
    makeSvg("line", { x1: 0, y1: 0, x2: width, y2: height, ...stroke }),
    makeSvg("line", { x1: width, y1: 0, x2: 0, y2: height, ...stroke }),
    makeSvg("title", {}, "tile disabled"));
}

function placeOf(report, node) {
  return `${Math.floor(node / report.chip.mesh_columns)},${node % report.chip.mesh_columns}`;
}

function tileText(text, { width, height }, fill = "var(--ink)", line = 0.5) {
  if (width < 34) return null;
  return makeSvg("text", { x: width / 2, y: height * line, "text-anchor": "middle", "dominant-baseline": "central",
                           "font-size": Math.min(13, 0.25 * width), fill }, text);
}

function makePlan(title, subtitle, description, svg, key) {
  return make("figure", {}, make("figcaption", {}, make("h3", {}, title), make("p", {}, subtitle)), key,
              make("div", { class: "plot", role: "img", "aria-label": description, "data-drawn": "true" }, svg));
}

function makeUsePlan(report, tiles) {
  const { chip } = report;
  const layers = [...new Set(tiles.map((tile) => tile.layer))].filter((layer) => layer > 0).sort((a, b) => a - b);
  const svg = drawMesh(report, tiles, (tile, box) => [
    makeSvg("rect", { width: (box.width * tile.columns_used) / chip.columns, height: (box.height * tile.rows_used) / chip.rows,
                      fill: layerColor(tile.layer), "fill-opacity": 0.3, rx: 2 }),
    tile.layer > 0 && makeSvg("rect", { width: 3, height: (box.height * tile.rows_used) / chip.rows,
                                        fill: layerColor(tile.layer) }),
    tileText(tile.layer > 0 ? `L${tile.layer}` : "", box, "var(--muted)", 0.3),
    tileText(tile.layer === 0 ? MISSING : isNumber(tile.utilisation) ? `${Math.round(100 * tile.utilisation)}%` : "", box, "var(--ink)", 0.56),
    makeSvg("title", {}, `${tileName(tile)}: ` + (tile.layer > 0 ? `layer ${tile.layer}, ${tile.rows_used} x ` +
            `${tile.columns_used} of ${chip.rows} x ${chip.columns} cells` : "unused")),
  ]);
  return makePlan("Use", "part of the rows and columns that holds weights; the shaded corner is to scale",
    `Mesh of ${chip.mesh_rows} by ${chip.mesh_columns} tiles. ` +
        layers.map((layer) => `Layer ${layer} on ${tiles.filter((tile) => tile.layer === layer).length} tiles`).join(", "),
    svg, makeKey(layers.map((layer) => ({ name: `layer ${layer}`, color: layerColor(layer) }))));
}

function makeEnergyPlan(report, tiles) {
  const most = Math.max(...tiles.map((tile) => tile.joules), 1e-30);
  const [, unit] = scaled(most, "J");
  const factor = PREFIXES.find(([, prefix]) => prefix + "J" === unit)[0];
  const svg = drawMesh(report, tiles, (tile, box) => {
    const share = tile.joules / most;
    return [
      makeSvg("rect", { width: box.width, height: box.height, fill: "var(--heat)", "fill-opacity": (0.04 + 0.66 * share).toFixed(3),
                        rx: 2 }),
      tileText(plain(tile.joules / factor), box),
      makeSvg("title", {}, `${tileName(tile)}: ${si(tile.joules, "J")} per example`),
    ];
  });
  const sum = tiles.reduce((total, tile) => total + tile.joules, 0);
  return makePlan("Energy", `${unit} per example, the router and links of a tile included`,
    `Energy per example of each tile, between ${si(Math.min(...tiles.map((tile) => tile.joules)), "J")} and ${si(most, "J")}`,
    svg, makeKey([{ name: `all tiles ${si(sum, "J")}`, color: "var(--heat)" }]));
}

/** Flits per example over each link in use, both directions: "from-to" of the lower node first -> number. */
function trafficOf(map) {
  const traffic = new Map();
  for (const route of map.routes) {
    // Packets that come together on their way to the sequencer share links: each takes its own path.
    const walks = route.destinations.length > 0 ? [route.links] : route.sources.map((source) => pathOf(route, source));
    for (const links of walks) {
      for (const [from, to] of links) {
        const key = `${Math.min(from, to)}-${Math.max(from, to)}`;
        traffic.set(key, (traffic.get(key) || 0) + route.flits * route.packets);
      }
    }
  }
  return traffic;
}

function pathOf(route, source) {
  const next = new Map(route.links.map((link) => [link[0], link]));
  const path = [];
  for (let at = source; next.has(at); at = next.get(at)[1]) path.push(next.get(at));
  return path;
}

/** Links as wide as what travels over them; the routes of the tile under the pointer stand out. */
function makeTrafficPlan(report, tiles) {
  const { map } = report;
  const traffic = trafficOf(map);
  const most = Math.max(...traffic.values(), 1);
  const lines = new Map();
  const svg = drawMesh(report, tiles, (tile, box) => [
    makeSvg("rect", { width: box.width, height: box.height, fill: layerColor(tile.layer),
                      "fill-opacity": tile.layer > 0 ? 0.18 : 0, rx: 2 }),
    tileText(tile.layer > 0 ? `L${tile.layer}` : "", box, "var(--muted)"),
    makeSvg("title", {}, tileRoutesText(report, tile)),
  ], ({ x, y, x2, y2, from, to }) => {
    const flits = traffic.get(`${from}-${to}`) || 0;
    const line = makeSvg("line", { x1: x, y1: y, x2, y2, stroke: "var(--heat)", "stroke-opacity": flits > 0 ? 0.8 : 0.15,
                                   "stroke-width": (1 + (9 * flits) / most).toFixed(2) });
    lines.set(`${from}-${to}`, line);
    return makeSvg("g", {}, line, makeSvg("title", {},
      `link ${placeOf(report, from)} to ${placeOf(report, to)}: ${count(flits)} flits per example, both directions`));
  });
  [...svg.querySelectorAll("g.tile")].forEach((drawn, index) => {
    drawn.addEventListener("pointerenter", () => {
      const on = new Set(routesOf(map, index).flatMap((route) => route.links)
        .map(([from, to]) => `${Math.min(from, to)}-${Math.max(from, to)}`));
      for (const [key, line] of lines) line.setAttribute("stroke", on.has(key) ? "var(--ink)" : "var(--heat)");
    });
    drawn.addEventListener("pointerleave", () => {
      for (const line of lines.values()) line.setAttribute("stroke", "var(--heat)");
    });
  });
  return makePlan("Traffic", "links as wide as the flits they carry per training example; point at a tile for its routes",
    `Traffic of the mesh: up to ${count(most)} flits per example over a link, ${count(map.flit_hops)} flits times links in all`,
    svg, makeKey([{ name: `${count(map.flit_hops)} flits × links per example, busiest link ${count(most)}`,
                    color: "var(--heat)" }]));
}

/** Routes that a tile sends on. */
function routesOf(map, node) {
  return map.routes.filter((route) => route.packets > 0 && route.sources.includes(node));
}

function tileRoutesText(report, tile) {
  const lines = routesOf(report.map, tile.index).map((route) => {
    const to = route.destinations.length === 0 ? "sequencer"
      : route.destinations.map((node) => placeOf(report, node)).join(" ");
    return `${route.kind.replace("_", " ")} to ${to}: ${count(route.bits)} bit`;
  });
  return [`${tileName(tile)}` + (lines.length > 0 ? " sends" : " sends nothing"), ...lines].join("\n");
}

function makeFloorPlanSection(report) {
  const { chip } = report;
  const tiles = tilesOf(report);
  if (tiles.length === 0 || tiles.length !== chip.mesh_rows * chip.mesh_columns) return null;
  const hasRoutes = report.map && report.map.routes.length > 0;
  const faults = faultsOf(report);
  const disabled = [faults.tiles.size > 0 && `${count(faults.tiles.size)} disabled tile${faults.tiles.size > 1 ? "s" : ""}`,
                    faults.links.size > 0 && `${count(faults.links.size / 2)} disabled link${faults.links.size > 2 ? "s" : ""}`]
    .filter(Boolean).join(", ");
  const table = makeTable([
    { title: "tile", unit: "row, column", cell: (tile) => `${tile.row}, ${tile.column}` },
    { title: "layer", number: true, cell: (tile) => tile.layer > 0 ? String(tile.layer) : MISSING },
    { title: "rows used", number: true, cell: (tile) => count(tile.rows_used) },
    { title: "columns used", number: true, cell: (tile) => count(tile.columns_used) },
    { title: "utilisation", number: true, cell: (tile) => percent(tile.utilisation) },
    { title: "energy per example", number: true,
      cell: (tile) => ({ text: si(tile.joules, "J"), key: `energy.by_tile_j.${tile.index}` }) },
  ], tiles, { id: "tiles" });
  return makeSection("floor-plan", "Floor plan",
    `${chip.mesh_rows} × ${chip.mesh_columns} tiles of ${chip.rows} × ${chip.columns} cells; ${count(chip.synapses_mapped)} `
        + `synapses in ${count(chip.cells)} cells (${percent(chip.utilisation)}), ${count(chip.tiles_used)} tiles in use` + (disabled ? `; ${disabled}.` : "."),
    make("div", { class: "columns" }, chip.by_tile && makeUsePlan(report, tiles), makeEnergyPlan(report, tiles),
         hasRoutes && makeTrafficPlan(report, tiles)),
    make("details", {}, make("summary", {}, "As a table"), table));
}
