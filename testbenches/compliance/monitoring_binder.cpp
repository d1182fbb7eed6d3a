#include "testbenches/compliance/monitoring_binder.h"

#include <algorithm>

#include "testbenches/compliance/external_checker.h"

namespace kirchhoff::testbenches {

MonitoringBinder::MonitoringBinder()
    : session_(std::make_unique<ComplianceSession>()), payloads_(std::make_shared<PayloadBook>(*session_)) {}

MonitoringBinder::~MonitoringBinder() = default;

void MonitoringBinder::bind(tlm::tlm_initiator_socket<>& initiator, tlm::tlm_target_socket<>& target) const {
  std::string name = initiator.name();
  std::replace(name.begin(), name.end(), '.', '_');
  auto& monitor = *monitors_.emplace_back(
      std::make_unique<ProtocolMonitor>(("monitor_" + name).c_str(), initiator.name(), *session_, payloads_));
  monitor.initiator_socket.bind(target);
  if (auto checker = bind_through_external_checker("checker_" + name, initiator, monitor.target_socket)) {
    external_.push_back(std::move(checker));
  }
}

void MonitoringBinder::finish() const {
  const std::uint64_t now = sc_core::sc_time_stamp().value();
  for (const auto& monitor : monitors_) {
    monitor->rules().finish(now);
  }
  payloads_->finish(now);
}

}  // namespace kirchhoff::testbenches
