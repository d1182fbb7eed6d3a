#pragma once

#include <memory>
#include <optional>
#include <systemc>
#include <tlm>
#include <vector>

#include "foundation/energy_model.h"
#include "foundation/services.h"
#include "foundation/state_reader.h"
#include "foundation/state_writer.h"
#include "interconnect/mesh.h"
#include "interconnect/socket_binder.h"
#include "model/chip/chip_description.h"
#include "model/chip/chip_management.h"
#include "model/chip/host_interface_module.h"
#include "model/chip/sequencer_module.h"
#include "periphery/shared_trains.h"
#include "tiles/tile.h"

namespace kirchhoff::model {

/// The chip: host interface, sequencer, router mesh and tiles (after Ambrogio et al., Nature 558, 60 (2018)).
///
/// Seen from outside: one target socket (registers, address_map.h), one initiator socket (DMA into host
/// memory), one level interrupt. Nothing is wired for one network: the host programs routes, roles and flows.
class Chip : public sc_core::sc_module, private ChipManagement {
 public:
  tlm::tlm_target_socket<> host;
  tlm::tlm_initiator_socket<> memory;
  sc_core::sc_out<bool> interrupt;

  /// Throws ModelError unless the kernel runs at a resolution of 1 ps. Every socket pair of the chip is bound
  /// by `binder`.
  Chip(const sc_core::sc_module_name& name, const ChipDescription& description,
       const foundation::Services& services,
       const interconnect::SocketBinder& binder = interconnect::SocketBinder{});

  [[nodiscard]] const tiles::Tile& tile(interconnect::NodeId node) const { return *tiles_[node]; }
  [[nodiscard]] std::uint64_t out_of_order_reservations() const { return mesh_.out_of_order(); }

  /// The whole state but for what has been traced, in sections, while the chip is at rest (RestListener) or
  /// idle. What seed and description decide is not kept.
  void save(foundation::StateWriter& writer) const;
  /// Into a chip made alike that has done nothing yet; the kernel's time must be that of the state, from
  /// which the chip goes on by itself. Throws InputError where the state is of another chip.
  void restore(foundation::StateReader& reader);

  /// The supply fails while the chip is idle: registers, tables and charge are lost, PCM stays as it is.
  /// Until power_up() every access gets an error.
  void power_down();
  /// As after power-on; drift went on meanwhile.
  void power_up();

 private:
  template <typename Self, typename Step>
  static void each_section(Self& self, const Step& step);

  // ChipManagement
  [[nodiscard]] std::uint64_t count(ChipCounter counter, foundation::Duration at) const override;
  [[nodiscard]] bool busy() const override { return sequencer_.busy(); }
  [[nodiscard]] bool resetting() const override { return sequencer_.is_stopping(); }
  [[nodiscard]] std::uint32_t outstanding() const override { return sequencer_.outstanding(); }
  void set_running(bool on) override { sequencer_.set_running(on); }
  void abort() override { sequencer_.abort(); }
  void soft_reset() override;
  [[nodiscard]] double energy_j() const;

  foundation::Services services_;
  std::optional<foundation::EnergyModel> energy_;
  foundation::Duration cycle_;
  interconnect::PacketPool packets_;  ///< first: the others use it to the end
  foundation::Duration power_off_at_{0};
  periphery::SharedTrains trains_;
  tiles::TileScratch scratch_;
  HostInterface host_interface_;
  Sequencer sequencer_;
  interconnect::Mesh mesh_;
  std::vector<std::unique_ptr<tiles::Tile>> tiles_;
};

}  // namespace kirchhoff::model
