// Numbers as people read them.

const PREFIXES = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "µ"], [1e-9, "n"],
                  [1e-12, "p"], [1e-15, "f"], [1e-18, "a"]];
const PREFIXED_UNITS = ["J", "s", "A", "V", "S", "F", "W", "Hz", "J/bit", "J/bit/mm", "F/um", "byte/s", "bit/s"];
const MISSING = "–";

function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** Three significant digits: 28.1, 0.0162, 1,230. */
function plain(value, digits = 3) {
  if (!isNumber(value)) return MISSING;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-5) return value.toExponential(digits - 1).replace("e+", "e");
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size) + 1e-12));
  return value.toLocaleString("en-US", { minimumFractionDigits: Math.min(decimals, 12),
                                         maximumFractionDigits: Math.min(decimals, 12) });
}

/** As plain, without zeros that only fill up: bounds, parameters. */
function brief(value, digits = 4) {
  if (!isNumber(value)) return MISSING;
  if (value !== 0 && (Math.abs(value) >= 1e15 || Math.abs(value) < 1e-5)) {
    return Number(value.toPrecision(digits)).toExponential().replace("e+", "e");
  }
  return value.toLocaleString("en-US", { maximumSignificantDigits: digits });
}

function unitText(unit) {
  if (!unit || unit === "1") return "";
  return unit.replace(/\bu(?=[mSAVsFJ])/g, "µ").replace(/ohm/g, "Ω").replace(/m2\b/g, "m²");
}

function prefixOf(value) {
  const size = Math.abs(value);
  return PREFIXES.find(([factor]) => size >= factor * 0.9995) || PREFIXES[PREFIXES.length - 1];
}

/** [number, unit with prefix] of a value in an SI unit; the prefix is that which fits `like`. */
function scaled(value, unit, write = plain, like = value) {
  if (!isNumber(value)) return [MISSING, ""];
  if (!PREFIXED_UNITS.includes(unit) || like === 0) return [write(value), unitText(unit)];
  const [factor, prefix] = prefixOf(like);
  return [write(value / factor), prefix + unitText(unit)];
}

function si(value, unit) {
  return scaled(value, unit).join("\u202f").trim();
}

function percent(share, decimals = 1) {
  return isNumber(share) ? `${(100 * share).toFixed(decimals)}\u202f%` : MISSING;
}

function count(value) {
  return isNumber(value) ? value.toLocaleString("en-US") : MISSING;
}

/** "26 ×", "0.44 ×" */
function times(ratio) {
  return isNumber(ratio) ? `${plain(ratio, 2)}\u202f×` : MISSING;
}

/** "array_read_forward" as words. */
function words(key) {
  return key.replace(/_/g, " ");
}
