#include "testbenches/compliance/compliance_session.h"

#include <numeric>
#include <utility>

namespace kirchhoff::testbenches {

std::string to_string(const Violation& violation) {
  return std::to_string(violation.time_ps) + " ps " + violation.socket + ": " +
         std::string{name_of(violation.rule)} + ": " + violation.text;
}

void ComplianceSession::report(Violation violation) {
  ++counts_[static_cast<std::size_t>(violation.rule)];
  if (violations_.size() < kept) {
    violations_.push_back(std::move(violation));
  }
}

std::uint64_t ComplianceSession::count() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::string ComplianceSession::text() const {
  std::string all;
  for (const auto& violation : violations_) {
    all += to_string(violation) + '\n';
  }
  const std::uint64_t more = count() - violations_.size();
  return more == 0 ? all : all + "and " + std::to_string(more) + " more\n";
}

bool ComplianceSession::send_on(const void* transaction) {
  auto& way = ways_[transaction];
  ++way.sockets;
  return !std::exchange(way.back, false);
}

void ComplianceSession::turn_back(const void* transaction) {
  if (const auto way = ways_.find(transaction); way != ways_.end()) {
    way->second.back = true;
  }
}

void ComplianceSession::over(const void* transaction) {
  if (const auto way = ways_.find(transaction); way != ways_.end() && --way->second.sockets == 0) {
    ways_.erase(way);
  }
}

}  // namespace kirchhoff::testbenches
