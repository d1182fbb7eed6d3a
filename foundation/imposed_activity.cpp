#include "foundation/imposed_activity.h"

#include <algorithm>
#include <array>
#include <limits>

#include "foundation/technology.h"
#include "foundation/toml_reader.h"

namespace kirchhoff::foundation {

namespace {

using T = Technology;
constexpr double no_limit = std::numeric_limits<double>::infinity();

struct ActivityKey {
  Quantity Technology::*member;
  double least;
  double most;
};

constexpr std::array keys{ActivityKey{&T::bits, 1, 64},          ActivityKey{&T::duty_x, 0, 1},
                          ActivityKey{&T::duty_d, 0, 1},         ActivityKey{&T::g_pcm_pair, 0, 1},
                          ActivityKey{&T::g_cap, 0, 1},          ActivityKey{&T::n_upd, 1, no_limit},
                          ActivityKey{&T::k_transfer, 1, 1e9},   ActivityKey{&T::n_clt, 0, no_limit},
                          ActivityKey{&T::n_set, 0, no_limit},   ActivityKey{&T::p_reset, 0, 1},
                          ActivityKey{&T::route_mm, 0, no_limit}};

const TechnologyField& field_of(Quantity Technology::*member) {
  const auto fields = technology_fields();
  return *std::find_if(fields.begin(), fields.end(),
                       [member](const TechnologyField& field) { return field.member == member; });
}

}  // namespace

const std::vector<std::string>& activity_keys() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    all.reserve(keys.size());
    for (const ActivityKey& key : keys) all.emplace_back(field_of(key.member).name);
    return all;
  }();
  return names;
}

void impose_activity(std::string_view text, const std::string& file_name, Technology& technology) {
  std::array<double, keys.size()> values{};
  ParameterTable table;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const TechnologyField& field = field_of(keys[i].member);
    const Quantity& assumed = technology.*keys[i].member;
    values[i] = std::clamp(assumed.base, keys[i].least, keys[i].most);
    table.real("activity." + std::string(field.name), values[i],
               field.unit == "1" ? "" : std::string(field.unit), keys[i].least, keys[i].most, assumed.mark,
               assumed.note);
  }
  read_toml(table, text, file_name);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const ParameterTable::Entry& entry = table.entries()[i];
    if (entry.origin.place.empty()) continue;
    Quantity& quantity = technology.*keys[i].member;
    quantity.low = quantity.base = quantity.high = values[i];
    quantity.mark = Mark::user;
    quantity.note = "imposed";
    quantity.place = entry.origin.place;
  }
}

}  // namespace kirchhoff::foundation
