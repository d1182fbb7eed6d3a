#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "foundation/state_fields.h"
#include "model/network/mapping.h"
#include "testbenches/host/cell_quantity.h"
#include "testbenches/host/chip_driver.h"

namespace kirchhoff::testbenches {

/// Histograms and summaries of all cells, layer by layer, epoch by epoch, as CSV.
///
/// histograms.csv: epoch,layer,quantity,bin_low,bin_high,count: every bin, empty ones included, between a row
/// from -inf and one to inf. summary.csv: epoch,layer,quantity,cells,mean,sd,min,max,share_at_low,
/// share_at_high; a share is left empty where no device stops. Both are whole after every epoch.
class CellInspection {
 public:
  CellInspection(const std::filesystem::path& folder, std::vector<CellQuantity> quantities);

  /// Reads every cell by debug transport and adds an epoch to the files; 0 is the start.
  void add_epoch(int epoch, ChipDriver& driver, const model::Mapping& mapping, std::size_t tile_columns);

  /// The cells of one layer and quantity.
  void add(int epoch, std::size_t layer, const CellQuantity& quantity, std::span<const float> values);
  /// Throws InputError where a file cannot be written.
  void write() const;

  [[nodiscard]] const std::filesystem::path& histograms_path() const { return histograms_path_; }
  [[nodiscard]] const std::filesystem::path& summary_path() const { return summary_path_; }

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.histograms_, self.summary_);
  }

  std::vector<CellQuantity> quantities_;
  std::filesystem::path histograms_path_;
  std::filesystem::path summary_path_;
  std::string histograms_;
  std::string summary_;
};

}  // namespace kirchhoff::testbenches
