#pragma once

#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "interconnect/socket_binder.h"
#include "testbenches/compliance/compliance_session.h"
#include "testbenches/compliance/payload_watch.h"
#include "testbenches/compliance/protocol_monitor_module.h"

namespace kirchhoff::testbenches {

/// Puts a ProtocolMonitor between the sockets of every pair, and beside it the external checker where there
/// is one: initiator, external checker, monitor, target. Must outlive what it binds.
class MonitoringBinder final : public interconnect::SocketBinder {
 public:
  MonitoringBinder();
  ~MonitoringBinder() override;

  void bind(tlm::tlm_initiator_socket<>& initiator, tlm::tlm_target_socket<>& target) const override;

  void finish() const override;

  [[nodiscard]] const ComplianceSession& session() const { return *session_; }
  [[nodiscard]] std::size_t pairs() const { return monitors_.size(); }
  [[nodiscard]] std::size_t external_checkers() const { return external_.size(); }
  [[nodiscard]] ProtocolMonitor& monitor(std::size_t pair) { return *monitors_[pair]; }

 private:
  std::unique_ptr<ComplianceSession> session_;
  std::shared_ptr<PayloadBook> payloads_;
  mutable std::vector<std::unique_ptr<ProtocolMonitor>> monitors_;
  mutable std::vector<std::unique_ptr<sc_core::sc_module>> external_;
};

}  // namespace kirchhoff::testbenches
