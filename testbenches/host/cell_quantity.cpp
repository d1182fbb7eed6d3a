#include "testbenches/host/cell_quantity.h"

#include <algorithm>

namespace kirchhoff::testbenches {

namespace {

constexpr std::size_t conductance_bins = 100;
/// Even, so that zero is an edge; weights gather in a small part of their range.
constexpr std::size_t weight_bins = 400;

}  // namespace

std::vector<CellQuantity> cell_quantities(const tiles::SynapseParameters& synapse, tiles::Detail detail) {
  using interconnect::CellPlane;
  const auto& capacitor = synapse.capacitor;
  const double charge = !synapse.has_capacitor() ? 0
                                                 : std::max(capacitor.g_max_us - capacitor.g_ref_us,
                                                            capacitor.g_ref_us - capacitor.g_min_us);
  const double pair = synapse.has_pair() ? synapse.f_gain * synapse.pcm.g_max_us : 0;
  const double largest = (pair + charge) / synapse.kappa_us;
  std::vector<CellQuantity> quantities{
      {"weight", CellPlane::weight, {-largest, largest}, weight_bins, false, false}};
  if (detail == tiles::Detail::physics && synapse.has_pair()) {
    const CellRange pcm{0, synapse.pcm.g_max_us};
    quantities.push_back({"g_plus_us", CellPlane::g_plus_us, pcm, conductance_bins, false, true});
    quantities.push_back({"g_minus_us", CellPlane::g_minus_us, pcm, conductance_bins, false, true});
  }
  if (detail == tiles::Detail::physics && synapse.has_capacitor()) {
    quantities.push_back({"capacitor_us",
                          CellPlane::g_capacitor_us,
                          {capacitor.g_min_us, capacitor.g_max_us},
                          conductance_bins,
                          true,
                          true});
  }
  return quantities;
}

}  // namespace kirchhoff::testbenches
