#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "foundation/energy_model.h"
#include "testbenches/unit/technology_of_node.h"
#include "traces/transaction_writer.h"

namespace {

using namespace kirchhoff;
using foundation::Activity;
using foundation::Duration;
using foundation::Phase;
using foundation::Transaction;
using testing::ElementsAre;
using traces::TransactionWriter;

class TransactionLog : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  /// Lines of the file without the first, which names the columns.
  std::vector<std::string> rows(TransactionWriter& writer) {
    writer.close();
    std::ifstream file{path_};
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
      lines.push_back(line);
    }
    EXPECT_FALSE(lines.empty());
    EXPECT_EQ(lines.at(0),
              "id,initiator,target,command,bytes,begin_s,end_s,energy_j,kind,phase,address,response");
    lines.erase(lines.begin());
    return lines;
  }
  static Transaction at(std::int64_t begin, std::int64_t end) {
    Transaction transaction;
    transaction.begin = Duration{begin};
    transaction.end = Duration{end};
    transaction.kind = "DONE";
    transaction.response = "OK";
    return transaction;
  }
  static std::string column(const std::string& row, int number) {
    std::istringstream fields{row};
    std::string field;
    for (int i = 0; i <= number; ++i) {
      std::getline(fields, field, ',');
    }
    return field;
  }

  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("kirchhoff_log_" + std::to_string(::getpid()) + ".csv");
  foundation::EnergyModel prices_{unit::technology_of_node("90nm"),
                                  {.rows = 131, .columns = 50, .link_mm = {}}};
};

TEST_F(TransactionLog, WritesEveryColumn) {
  TransactionWriter writer{path_, {}, prices_};
  const auto host = writer.party("host");
  const auto chip = writer.party("chip.host_interface");
  EXPECT_EQ(writer.party("host"), host);
  Transaction transaction = at(1'000'000'000'001, 2'500'000'000'020);
  transaction.initiator = host;
  transaction.target = chip;
  transaction.command = Transaction::Command::read;
  transaction.bytes = 4;
  transaction.kind = "REGISTER";
  transaction.address = 0x1010;
  writer.completed(transaction);
  transaction = at(3, 4);
  transaction.initiator = chip;
  transaction.target = host;
  transaction.phase = Phase::backward;
  transaction.response = "ADDRESS_ERROR";
  writer.completed(transaction);
  EXPECT_THAT(
      rows(writer),
      ElementsAre("1,chip.host_interface,host,WRITE,0,0.000000000003,0.000000000004,0,DONE,backward,,"
                  "ADDRESS_ERROR",
                  "2,host,chip.host_interface,READ,4,1.000000000001,2.500000000020,0,REGISTER,,0x1010,OK"));
}

TEST_F(TransactionLog, EnergyIsThatOfTheModel) {
  TransactionWriter writer{path_, {}, prices_};
  writer.party("a");
  Activity activity;
  activity.bit_hops = 3 * 1088;
  activity.router_flits = 4 * 9;
  activity.host_bits = 640;
  Transaction transaction = at(1, 2);
  transaction.bit_hops = 3 * 1088;
  transaction.router_flits = 4 * 9;
  transaction.host_bits = 640;
  writer.completed(transaction);
  writer.completed(transaction);  // the second time from what is known
  transaction.host_bits = 0;
  writer.completed(transaction);
  const auto lines = rows(writer);
  ASSERT_EQ(lines.size(), 3U);
  const double all = prices_.price(activity, Phase::forward).total();
  EXPECT_NEAR(std::stod(column(lines[0], 7)) / all, 1, 1e-8);
  EXPECT_EQ(column(lines[0], 7), column(lines[1], 7));
  activity.host_bits = 0;
  EXPECT_NEAR(std::stod(column(lines[2], 7)) / prices_.price(activity, Phase::update).total(), 1, 1e-8);
}

TEST_F(TransactionLog, RowsComeByTheirBegin) {
  TransactionWriter writer{path_, {}, prices_};
  writer.party("a");
  for (const std::int64_t begin : {50, 10, 30}) {
    writer.completed(at(begin, 60));
  }
  writer.settle(Duration{40});
  writer.completed(at(45, 46));
  std::vector<std::string> begins;
  for (const auto& row : rows(writer)) {
    begins.push_back(column(row, 0) + ":" + column(row, 5));
  }
  EXPECT_THAT(begins,
              ElementsAre("1:0.000000000010", "2:0.000000000030", "3:0.000000000045", "4:0.000000000050"));
}

TEST_F(TransactionLog, WindowTakesWhatOverlapsIt) {
  TransactionWriter writer{path_, {.begin = Duration{100}, .end = Duration{200}, .signals = {}}, prices_};
  writer.party("a");
  for (const std::int64_t begin : {10, 90, 150, 200, 201}) {
    writer.completed(at(begin, begin + 20));
  }
  EXPECT_TRUE(writer.wanted());
  writer.settle(Duration{300});
  EXPECT_FALSE(writer.wanted());
  std::vector<std::string> begins;
  for (const auto& row : rows(writer)) {
    begins.push_back(column(row, 5));
  }
  EXPECT_THAT(begins, ElementsAre("0.000000000090", "0.000000000150", "0.000000000200"));
}

TEST_F(TransactionLog, EndsWithItsExamples) {
  TransactionWriter writer{path_, {.examples = 1, .signals = {}}, prices_};
  EXPECT_TRUE(writer.wanted());
  writer.example_finished();
  EXPECT_FALSE(writer.wanted());
}

TEST_F(TransactionLog, WithoutCloseThereIsNoFile) {
  { TransactionWriter writer{path_, {}, prices_}; }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
