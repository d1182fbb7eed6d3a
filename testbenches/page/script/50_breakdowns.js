// Where energy, time and area go.

function amount(value, unit) {
  return unit === "mm²" ? `${plain(value)}\u202fmm²` : si(value, unit);
}

function shareRows(values, unit) {
  const total = values.reduce((sum, [, value]) => sum + value, 0);
  return values.map(([name, value]) => {
    const share = total > 0 ? value / total : 0;
    return { key: name, name: words(name), value, share, label: `${amount(value, unit)} · ${percent(share)}` };
  });
}

function makeShareFigure({ title, subtitle, values, unit, of, color, sort = true }) {
  if (values.length === 0) return null;
  let rows = shareRows(values, unit);
  if (sort) rows = [...rows].sort((a, b) => b.value - a.value);
  const total = rows.reduce((sum, row) => sum + row.value, 0);
  const table = makeTable([
    { title: "", cell: (row) => row.name },
    { title: { J: "energy", s: "time", "mm²": "area, mm²" }[unit], number: true, cell: (row) => ({ text: unit === "mm²" ? plain(row.value) : si(row.value, unit),
                                                   key: of && `${of}.${row.key}` }) },
    { title: "share", number: true, cell: (row) => percent(row.share) },
  ], rows);
  const totalText = amount(total, unit);
  return makeFigure({
    title, subtitle: subtitle || totalText,
    description: `${title}, ${totalText}: ` + rows.map((row) => `${row.name} ${percent(row.share)}`).join(", "),
    spec: barPlot(rows, { color }), table,
  });
}

/** Bookings down, phases and layers across; nothing where the report does not have them. */
function makeBookingTable(energy) {
  const groups = [["phase", energy.bookings_by_phase_j], ["layer", energy.bookings_by_layer_j]]
                     .filter(([, parts]) => parts && Object.keys(parts).length > 0);
  if (groups.length === 0) return null;
  const columns = groups.flatMap(([group, parts]) => Object.entries(parts).map(([name, bookings]) => (
      { group: `by ${group}`, title: words(name), number: true,
        cell: (booking) => bookings[booking] === 0 ? MISSING : si(bookings[booking], "J") })));
  return make("details", {}, make("summary", {}, "Every booking by phase and layer"),
              makeTable([{ title: "", cell: words }, ...columns], Object.keys(energy.breakdown_j)));
}

function makeEnergySection(report) {
  const { energy, time, area } = report;
  const times = [["forward", "forward_s"], ["backward", "backward_s"], ["update", "update_s"],
                 ["transfer", "transfer_amortised_s"], ["network", "network_s"]]
                    .filter(([, key]) => isNumber(time[key])).map(([name, key]) => [name, time[key]]);
  return [
    makeSection("energy", "Energy",
      `${si(energy.per_example_j, "J")} for one training example, booked from what the run counted. Programming weights and `
          + `routes took ${si(energy.setup_j, "J")} once and is not in it.`,
      make("div", { class: "columns" },
           makeShareFigure({ title: "By booking", values: Object.entries(energy.breakdown_j), unit: "J",
                             of: "energy.breakdown_j" }),
           make("div", {},
                makeShareFigure({ title: "By phase", values: Object.entries(energy.by_phase_j), unit: "J",
                                  of: "energy.by_phase_j", sort: false }),
                make("div", { style: "height:1.75rem" }),
                makeShareFigure({ title: "By layer", values: Object.entries(energy.by_layer_j), unit: "J",
                                  of: "energy.by_layer_j", sort: false }))),
      makeBookingTable(energy)),
    makeSection("time", "Time and area",
      `An example takes ${si(time.per_example_s, "s")}; the chip measures ${plain(area.total_mm2)} mm².`,
      make("div", { class: "columns" },
           makeShareFigure({ title: "Time per example", values: times, unit: "s", color: "var(--low)", sort: false }),
           makeShareFigure({ title: "Area of the chip", values: Object.entries(area.breakdown_mm2), unit: "mm²",
                             of: "area.breakdown_mm2", color: "var(--good)" }))),
  ];
}
