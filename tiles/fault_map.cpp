#include "tiles/fault_map.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <tuple>

#include "foundation/csv_reader.h"
#include "foundation/error.h"
#include "foundation/nearest_name.h"
#include "foundation/problems.h"
#include "foundation/units.h"

namespace kirchhoff::tiles {

using foundation::InputError;
using foundation::Mark;

namespace {

/// Beyond this many, further problems of a file are only counted.
constexpr std::size_t most_problems = 20;

const std::vector<std::string> device_names{"g_plus", "g_minus", "capacitor"};
const std::vector<std::string> fault_names{"stuck_on", "stuck_off", "dead"};

std::tuple<std::uint32_t, std::uint32_t, CellDevice> place(const CellFault& fault) {
  return {fault.row, fault.column, fault.device};
}

bool comes_before(const CellFault& a, const CellFault& b) {
  return place(a) < place(b);
}

/// The column's value as an index into `names`; nothing, and a problem, for other words.
std::optional<std::size_t> word(const foundation::CsvTable& table, std::size_t row, std::string_view column,
                                const std::vector<std::string>& names, foundation::Problems& problems) {
  const std::string text(table.field(row, *table.column(column)));
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) {
    return static_cast<std::size_t>(found - names.begin());
  }
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ", ") + name;
  }
  problems.add(table.line(row), std::string(column) + " is '" + text + "', but must be one of " + list +
                                    foundation::did_you_mean(text, names));
  return std::nullopt;
}

/// A number below `count` of the things called `what`; nothing, and a problem, for anything else.
std::optional<std::size_t> index(const foundation::CsvTable& table, std::size_t row, std::string_view column,
                                 std::size_t count, const std::string& what, foundation::Problems& problems) {
  const std::string_view text = table.field(row, *table.column(column));
  const auto value = foundation::counting_number(text);
  const std::string range = "0 .. " + std::to_string(count - 1);
  if (!value) {
    problems.add(table.line(row), std::string(column) + " is '" + std::string(text) +
                                      "', but must be a whole number within " + range);
    return std::nullopt;
  }
  if (static_cast<std::uint64_t>(*value) >= count) {
    problems.add(table.line(row), std::string(column) + " is " + std::to_string(*value) + ", but " + what +
                                      " " + std::to_string(count) + " " + std::string(column) +
                                      (count == 1 ? "" : "s") + ": must be within " + range);
    return std::nullopt;
  }
  return static_cast<std::size_t>(*value);
}

}  // namespace

void declare(foundation::ParameterTable& table, FaultParameters& p) {
  const std::string study =
      "kinds: Ambrogio et al., Faraday Discuss. 213, 371 (2019); rate: no fault by default";
  table.real("faults.pcm_stuck_on", p.pcm_stuck_on, "", 0, 1, Mark::assumed,
             "fraction of PCM devices; " + study);
  table.real("faults.pcm_stuck_off", p.pcm_stuck_off, "", 0, 1, Mark::assumed,
             "fraction of PCM devices; " + study);
  table.real("faults.capacitor_dead", p.capacitor_dead, "", 0, 1, Mark::assumed,
             "fraction of 3T1C cells without a step; " + study);
  table.text("faults.map", p.map, Mark::assumed,
             "CSV file tile,row,column,device,fault of single faults; none by default");
}

std::string_view to_string(CellDevice device) {
  return device_names[static_cast<std::size_t>(device)];
}

std::string_view to_string(FaultKind kind) {
  return fault_names[static_cast<std::size_t>(kind)];
}

FaultMap::FaultMap(const FaultParameters& parameters, const Shape& shape, std::uint64_t seed)
    : FaultMap(parameters, shape, seed, {}, {}) {
  if (!parameters_.map.empty()) {
    read(foundation::read_text_file(parameters_.map), parameters_.map);
  }
}

FaultMap::FaultMap(const FaultParameters& parameters, const Shape& shape, std::uint64_t seed,
                   std::string_view map_text, const std::string& file_name)
    : parameters_(parameters),
      shape_(shape),
      seed_(seed),
      by_rate_(parameters.pcm_stuck_on > 0 || parameters.pcm_stuck_off > 0 || parameters.capacitor_dead > 0) {
  check_rates();
  if (shape.tiles == 0 || shape.rows == 0 || shape.columns == 0) {
    throw foundation::ModelError("a fault map needs a chip with at least one cell");
  }
  if (!file_name.empty()) {
    read(map_text, file_name);
  }
}

void FaultMap::check_rates() const {
  const auto check = [](const std::string& name, double rate) {
    if (!(rate >= 0 && rate <= 1)) {
      throw InputError(name + " is " + foundation::number_text(rate) + ", but must be within 0 .. 1");
    }
  };
  check("faults.pcm_stuck_on", parameters_.pcm_stuck_on);
  check("faults.pcm_stuck_off", parameters_.pcm_stuck_off);
  check("faults.capacitor_dead", parameters_.capacitor_dead);
  check("faults.pcm_stuck_on + faults.pcm_stuck_off", parameters_.pcm_stuck_on + parameters_.pcm_stuck_off);
}

void FaultMap::read(std::string_view text, const std::string& file_name) {
  static const std::vector<std::string> columns{"tile", "row", "column", "device", "fault"};
  foundation::Problems problems(file_name, most_problems);
  const foundation::CsvTable table(text, columns, {}, problems);
  struct Entry {
    Named named;
    int line;
  };
  std::vector<Entry> entries;
  entries.reserve(table.rows());
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const auto tile = index(table, i, "tile", shape_.tiles, "the chip has", problems);
    const auto row = index(table, i, "row", shape_.rows, "a tile has", problems);
    const auto column = index(table, i, "column", shape_.columns, "a tile has", problems);
    const auto device = word(table, i, "device", device_names, problems);
    const auto fault = word(table, i, "fault", fault_names, problems);
    if (!device || !fault) {
      continue;
    }
    const auto kind = static_cast<FaultKind>(*fault);
    const bool capacitor = static_cast<CellDevice>(*device) == CellDevice::capacitor;
    if (capacitor != (kind == FaultKind::dead)) {
      problems.add(table.line(i), "fault of " + device_names[*device] + " is '" + fault_names[*fault] +
                                      "', but must be " + (capacitor ? "dead" : "stuck_on or stuck_off"));
    }
    if (tile && row && column) {
      entries.push_back({{*tile,
                          {static_cast<std::uint32_t>(*row), static_cast<std::uint32_t>(*column),
                           static_cast<CellDevice>(*device), kind}},
                         table.line(i)});
    }
  }
  const auto key = [](const Entry& e) {
    return std::tuple_cat(std::tuple(e.named.tile), place(e.named.fault));
  };
  std::stable_sort(entries.begin(), entries.end(),
                   [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
  std::size_t first = 0;
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (key(entries[i]) != key(entries[first])) {
      first = i;
      continue;
    }
    const CellFault& fault = entries[i].named.fault;
    problems.add(entries[i].line, "tile " + std::to_string(entries[i].named.tile) + ", row " +
                                      std::to_string(fault.row) + ", column " + std::to_string(fault.column) +
                                      ": " + std::string(to_string(fault.device)) +
                                      " is given twice, first in line " +
                                      std::to_string(entries[first].line));
  }
  problems.raise();
  named_.reserve(entries.size());
  for (const Entry& entry : entries) {
    named_.push_back(entry.named);
  }
}

void FaultMap::draw(std::size_t tile, std::vector<CellFault>& faults) const {
  const foundation::RandomStream stream{seed_, foundation::Purpose::faults, static_cast<std::uint32_t>(tile)};
  const double stuck = parameters_.pcm_stuck_on + parameters_.pcm_stuck_off;
  for (std::size_t row = 0; row < shape_.rows; ++row) {
    for (std::size_t column = 0; column < shape_.columns; ++column) {
      const auto words = stream.block(0, static_cast<std::uint32_t>(row * shape_.columns + column));
      const auto add = [&](CellDevice device, FaultKind kind) {
        faults.push_back({static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(column), device, kind});
      };
      for (const CellDevice device : {CellDevice::g_plus, CellDevice::g_minus}) {
        const double chance = foundation::uniform_open(words[static_cast<std::size_t>(device)]);
        if (chance < stuck) {
          add(device, chance < parameters_.pcm_stuck_on ? FaultKind::stuck_on : FaultKind::stuck_off);
        }
      }
      if (foundation::uniform_open(words[2]) < parameters_.capacitor_dead) {
        add(CellDevice::capacitor, FaultKind::dead);
      }
    }
  }
}

std::vector<CellFault> FaultMap::faults(std::size_t tile) const {
  if (tile >= shape_.tiles) {
    throw foundation::ModelError("fault map: tile " + std::to_string(tile) + " of " +
                                 std::to_string(shape_.tiles));
  }
  std::vector<CellFault> drawn;
  if (by_rate_) {
    draw(tile, drawn);
  }
  std::vector<CellFault> named;
  for (auto it = std::lower_bound(named_.begin(), named_.end(), tile,
                                  [](const Named&a, std::size_t t) { return a.tile < t; });
       it != named_.end() && it->tile == tile; ++it) {
    named.push_back(it->fault);
  }
  // Of equal devices the union takes those of its first range: what is named.
  std::vector<CellFault> faults;
  faults.reserve(drawn.size() + named.size());
  std::set_union(named.begin(), named.end(), drawn.begin(), drawn.end(), std::back_inserter(faults),
                 comes_before);
  return faults;
}

}  // namespace kirchhoff::tiles
