#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/parameters.h"
#include "foundation/random.h"

namespace kirchhoff::tiles {

/// Devices that do not work, by rate and by name (Ambrogio et al., Faraday Discuss. 213, 371 (2019)).
struct FaultParameters {
  double pcm_stuck_on = 0;    ///< fraction of PCM devices (two per cell), 0..1
  double pcm_stuck_off = 0;   ///< fraction of PCM devices; with pcm_stuck_on at most 1
  double capacitor_dead = 0;  ///< fraction of 3T1C cells, 0..1
  std::string map;            ///< CSV file of single faults, see FaultMap; empty: none
};

void declare(foundation::ParameterTable& table, FaultParameters& parameters);

enum class CellDevice : std::uint8_t { g_plus, g_minus, capacitor };

enum class FaultKind : std::uint8_t {
  stuck_on,   ///< PCM: conductance at g_max, whatever is written
  stuck_off,  ///< PCM: no conductance, whatever is written
  dead,       ///< capacitor: no step in either direction; charge stays where it is and decays
};

/// "g_plus", "stuck_on", ... as in the file.
std::string_view to_string(CellDevice device);
std::string_view to_string(FaultKind kind);

/// A device of a tile that does not work.
struct CellFault {
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  CellDevice device = CellDevice::g_plus;
  FaultKind kind = FaultKind::stuck_on;

  bool operator==(const CellFault&) const = default;
};

/// Which devices of a chip do not work.
///
/// Faults by rate are independent from device to device, drawn from the stream (seed, Purpose::faults, tile)
/// at the cell's number (row times columns + column): they depend on nothing else, and a higher rate keeps
/// the faults of a lower one (the kind may turn from stuck-off to stuck-on). Not modelled: faulty lines,
/// faults that cluster or come with age.
///
/// The map is a CSV file (see foundation::CsvTable) with the header `tile,row,column,device,fault`: whole
/// numbers from 0; device g_plus or g_minus with fault stuck_on or stuck_off, or device capacitor with fault
/// dead. A device is named once at most; what the map says of it takes the place of what was drawn.
class FaultMap {
 public:
  struct Shape {
    std::size_t tiles = 0;  ///< below 2^24
    std::size_t rows = 0;   ///< of a tile
    std::size_t columns = 0;
  };

  /// No fault anywhere.
  FaultMap() = default;
  /// Reads the map where the parameters name one. InputError: rates that add up to more than 1; a file that
  /// cannot be read; everything that is wrong in it, "file:line: ..." each.
  FaultMap(const FaultParameters& parameters, const Shape& shape, std::uint64_t seed);
  /// The same with the map's text instead of its file; `file_name` is for messages.
  FaultMap(const FaultParameters& parameters, const Shape& shape, std::uint64_t seed,
           std::string_view map_text, const std::string& file_name);

  /// False: no tile has a fault, nothing need be asked.
  [[nodiscard]] bool any() const { return by_rate_ || !named_.empty(); }
  /// The faults of a tile by row, column and device (g_plus, g_minus, capacitor), no device twice. Tiles
  /// beyond the shape: ModelError.
  [[nodiscard]] std::vector<CellFault> faults(std::size_t tile) const;

 private:
  struct Named {
    std::size_t tile;
    CellFault fault;
  };

  void read(std::string_view text, const std::string& file_name);
  void check_rates() const;
  void draw(std::size_t tile, std::vector<CellFault>& faults) const;

  FaultParameters parameters_;
  Shape shape_;
  std::uint64_t seed_ = 0;
  bool by_rate_ = false;
  std::vector<Named> named_;  ///< by tile, row, column, device
};

}  // namespace kirchhoff::tiles
