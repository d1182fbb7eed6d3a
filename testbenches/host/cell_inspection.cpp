#include "testbenches/host/cell_inspection.h"

#include "foundation/atomic_file.h"
#include "testbenches/host/csv_number.h"

namespace kirchhoff::testbenches {

CellInspection::CellInspection(const std::filesystem::path& folder, std::vector<CellQuantity> quantities)
    : quantities_(std::move(quantities)),
      histograms_path_(folder / "histograms.csv"),
      summary_path_(folder / "summary.csv"),
      histograms_("epoch,layer,quantity,bin_low,bin_high,count\n"),
      summary_("epoch,layer,quantity,cells,mean,sd,min,max,share_at_low,share_at_high\n") {}

void CellInspection::add_epoch(int epoch, ChipDriver& driver, const model::Mapping& mapping,
                               std::size_t tile_columns) {
  for (std::size_t layer = 0; layer < mapping.layers.size(); ++layer) {
    for (const CellQuantity& quantity : quantities_) {
      std::vector<float> values;
      for (const model::TileAssignment& tile : mapping.tiles) {
        if (tile.layer == layer) {
          const auto cells = driver.peek_tile(tile, tile_columns, quantity.plane);
          values.insert(values.end(), cells.begin(), cells.end());
        }
      }
      add(epoch, layer, quantity, values);
    }
  }
  write();
}

void CellInspection::add(int epoch, std::size_t layer, const CellQuantity& quantity,
                         std::span<const float> values) {
  const std::string key = std::to_string(epoch) + ',' + std::to_string(layer) + ',' + quantity.name + ',';

  Histogram histogram{quantity.range, quantity.bins};
  histogram.add(values);
  const auto row = [&](const std::string& low, const std::string& high, std::uint64_t count) {
    histograms_ += key + low + ',' + high + ',' + std::to_string(count) + '\n';
  };
  const auto edge = [&](std::size_t bin) { return csv_number(histogram.edge(bin)); };
  row("-inf", edge(0), histogram.below());
  for (std::size_t bin = 0; bin < histogram.bins(); ++bin) {
    row(edge(bin), edge(bin + 1), histogram.count(bin));
  }
  row(edge(histogram.bins()), "inf", histogram.above());

  const CellSummary summary = summarise(values, quantity.range);
  summary_ += key + std::to_string(summary.cells);
  for (const double value : {summary.mean, summary.sd, summary.min, summary.max}) {
    summary_ += ',' + csv_number(value);
  }
  summary_ += ',' + (quantity.low_limit ? csv_number(summary.share_at_low) : std::string{});
  summary_ += ',' + (quantity.high_limit ? csv_number(summary.share_at_high) : std::string{}) + '\n';
}

void CellInspection::write() const {
  foundation::write_file_atomically(histograms_path_, histograms_);
  foundation::write_file_atomically(summary_path_, summary_);
}

}  // namespace kirchhoff::testbenches
