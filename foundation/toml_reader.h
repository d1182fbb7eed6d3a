#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/parameters.h"

namespace kirchhoff::foundation {

/// How a TOML file of parameters is read.
struct TomlReading {
  bool built_in = false;  ///< a preset that comes with Kirchhoff, see ParameterTable::Assignment
  std::vector<std::string> header_keys;  ///< top-level keys that are no parameters, see read_header()
};

/// Writes the values of a TOML text into the table.
///
/// A value is a plain number (steps = 500), a quantity with its unit as a string ("100 ms", "6 %"), true or
/// false, a word, a list, or a table { value = "100 ms", mark = "source", note = "..." } that says where it
/// comes from. Everything that is wrong is reported at once: InputError with one line per problem,
/// "file:line: ...", unknown keys with the nearest valid one. The table is then partly written: discard it.
void read_toml(ParameterTable& table, std::string_view text, const std::string& file_name,
               const TomlReading& reading = {});

struct HeaderValue {
  std::string text;
  std::string place;  ///< "file:line"
};

/// The top-level texts of these names; those not there are left out. One that is no text: InputError.
std::map<std::string, HeaderValue> read_header(std::string_view text, const std::string& file_name,
                                               std::span<const std::string> header_keys);

/// Writes values given as "key=value" on the command line: as in TOML, quotes not needed
/// (synapse.decay_tau=20ms, network.hidden=[250,125]). Problems as read_toml, with place "--set".
void set(ParameterTable& table, std::span<const std::string> assignments);
void set(ParameterTable& table, const std::string& assignment);

/// All values as TOML, grouped by section, each with its range, mark and note as a comment. Read into a
/// table with the same declarations it gives the identical values, marks and notes.
std::string effective_toml(const ParameterTable& table);

}  // namespace kirchhoff::foundation
