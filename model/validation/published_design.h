#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/efficiency.h"
#include "foundation/technology.h"
#include "foundation/tile_geometry.h"

namespace kirchhoff::model {

/// A result that a publication states: `low` .. `high` where it gives a range or rounds, else one number.
struct PublishedValue {
  std::string quantity;  ///< one of design_quantities()
  double value = 0;      ///< in the quantity's unit
  double low = 0;
  double high = 0;
  std::string note;
  std::string outside;  ///< where it lies outside the model's interval: why, as far as that is known
};

/// A design that others published: its shape, its parameters with their ranges, and what it is said to reach.
///
/// Parameters that the file does not give are those of a technology file, with their ranges. Results are
/// computed from these alone; none is fitted to a published result.
struct PublishedDesign {
  std::string name;
  std::string title;
  std::string publication;
  std::string counts;  ///< which operations the publication counts, for people
  foundation::OpConvention convention = foundation::OpConvention::training;
  foundation::TileGeometry tile;
  std::int64_t tiles = 1;
  int routers_per_tile = 0;
  std::vector<std::string> choices;   ///< assumptions that are no parameter
  std::vector<std::string> given;     ///< names of the parameters that the file gives
  foundation::Technology technology;  ///< those, and the rest of the base technology
  std::vector<PublishedValue> published;
};

/// What can be compared, and the unit of the file ("TOP/s/W", "J").
struct DesignQuantity {
  std::string_view name;
  std::string_view unit;
  std::string_view label;  ///< short, for people
};
const std::vector<DesignQuantity>& design_quantities();

/// A design of ours by its name, or a TOML file by its path:
///
///   name, title, publication, counts    texts
///   technology                          the technology file for what is not given here
///   convention                          "training" or "forward", see OpConvention
///   rows, columns                       of the array; tiles (1), routers_per_tile (0)
///   choices                             texts: what was assumed beside parameters
///   [published.QUANTITY]                value, or low and high as well; note; outside
///   [parameters.NAME]                   as in a technology file
///
/// Throws InputError with one line per problem.
PublishedDesign load_design(const std::string& name_or_file);

/// Those that come with Kirchhoff, in alphabetical order.
std::vector<std::string> design_names();

/// The same from the text of a file.
PublishedDesign parse_design(std::string_view text, const std::string& file_name);

}  // namespace kirchhoff::model
