#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "testbenches/system/program_runner.h"
#include "testbenches/system/scratch_folder.h"

namespace {

namespace fs = std::filesystem;
using kirchhoff::testbenches::content;
using kirchhoff::testbenches::ProgramOutcome;
using kirchhoff::testbenches::run_program;
using kirchhoff::testbenches::ScratchFolder;

/// The program behind ./kirchhoff explore and config, run as a user runs it, in a folder of its own.
class CommandLine : public testing::Test {
 protected:
  ProgramOutcome run(const std::vector<std::string>& arguments) {
    return run_program(KIRCHHOFF_PROGRAM, arguments, folder_);
  }

  /// Exit code 2, one line on stderr that holds all of these, no results.
  void expect_refusal(const std::vector<std::string>& arguments, const std::vector<std::string>& parts,
                      std::size_t lines = 1) {
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << outcome.out << outcome.err;
    EXPECT_EQ(static_cast<std::size_t>(std::count(outcome.err.begin(), outcome.err.end(), '\n')), lines)
        << outcome.err;
    for (const auto& part : parts) {
      EXPECT_NE(outcome.err.find(part), std::string::npos) << "'" << part << "' is not in: " << outcome.err;
    }
    EXPECT_FALSE(fs::exists(folder_ / "run" / "report.json"));
    EXPECT_TRUE(no_temporaries());
  }
  std::vector<std::string> explore(std::vector<std::string> more) {
    std::vector<std::string> all{"explore", "--epochs", "1", "--out", out()};
    const auto sized = [&](const char* option) {
      return std::find(more.begin(), more.end(), option) != more.end();
    };
    if (!sized("--train") && !sized("--dataset")) {
      all.insert(all.end(), {"--train", "60", "--test", "20"});
    }
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  [[nodiscard]] std::string out() const { return (folder_ / "run").string(); }
  [[nodiscard]] bool no_temporaries() const {
    return std::none_of(
        fs::recursive_directory_iterator(folder_), fs::recursive_directory_iterator{},
        [](const auto& entry) { return entry.path().string().find(".tmp-") != std::string::npos; });
  }
  std::string file(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream{folder_ / name} << text;
    return (folder_ / name).string();
  }
  /// An IDX file: magic with dimensions, big-endian sizes, bytes.
  void idx(const std::string& name, const std::vector<std::uint32_t>& sizes, std::size_t bytes) {
    std::string text{'\0', '\0', '\x08', static_cast<char>(sizes.size())};
    for (const auto size : sizes) {
      for (int shift = 24; shift >= 0; shift -= 8) {
        text += static_cast<char>(size >> shift);
      }
    }
    text += std::string(bytes, '\x01');
    file(name, text);
  }
  /// A good little data set of 5 training and 3 test images, labels all 1.
  std::string data_set() {
    idx("data/train-images-idx3-ubyte", {5, 28, 28}, 5 * 784);
    idx("data/train-labels-idx1-ubyte", {5}, 5);
    idx("data/t10k-images-idx3-ubyte", {3, 28, 28}, 3 * 784);
    idx("data/t10k-labels-idx1-ubyte", {3}, 3);
    return (folder_ / "data").string();
  }

  const ScratchFolder scratch_;
  const fs::path& folder_ = scratch_.path();
};

TEST_F(CommandLine, HelpNamesOptionsAndExitCodes) {
  const auto outcome = run({"explore", "--help"});
  EXPECT_EQ(outcome.code, 0);
  for (const char* part : {"--dataset", "--set", "--trace", "--transactions", "--trace-window", "--inspect",
                           "--synapse", "Exit codes"}) {
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
  }
}

TEST_F(CommandLine, RefusesBadConfigurations) {
  expect_refusal(explore({"209kk"}), {"209kk", "did you mean '209k'"});
  expect_refusal(explore({"--set", "capacitor.decay_tua=20ms"}),
                 {"capacitor.decay_tua", "capacitor.decay_tau"});
  expect_refusal(explore({"--set", "capacitor.steps=many"}), {"capacitor.steps", "many"});
  expect_refusal(explore({"--set", "adc.bits=99"}), {"adc.bits", "99", "3"});
  expect_refusal(explore({"--set", "chip.tile_rows=0"}), {"chip.tile_rows", "0"});
  expect_refusal(explore({"--set", "capacitor.decay_tau=20"}), {"capacitor.decay_tau", "unit"});
  expect_refusal(explore({"--technology", "15nm"}), {"15nm", "14nm"});
  expect_refusal(explore({"--quite"}), {"--quite", "--quiet"});
  expect_refusal(explore({"--train", "-3"}), {"--train", "-3"});
  expect_refusal(explore({"--detail", "exact"}), {"exact", "physics"});
  expect_refusal(explore({"--style", "att"}), {"att", "lt"});
  expect_refusal(explore({"--set", "mesh.reduction=routers", "--set", "mesh.transport=circuit"}),
                 {"mesh.reduction = ", "routers", "mesh.transport = ", "circuit"});
  expect_refusal(explore({"--set", "mesh.reduction=router"}), {"mesh.reduction", "router", "collector"});
  const auto preset = file("my.toml", "base = \"209k\"\n[capacitor]\nstepz = 3\n");
  expect_refusal(explore({preset}), {"my.toml:3", "stepz", "capacitor.steps"});
}

TEST_F(CommandLine, SeveralProblemsAreReportedAtOnce) {
  const auto preset =
      file("my.toml", "base = \"209k\"\n[capacitor]\nstepz = 3\ndecay_tau = \"1 uS\"\n[adc]\nbits = 1\n");
  expect_refusal(explore({preset}), {"my.toml:3", "my.toml:4", "my.toml:6"}, 3);
}

TEST_F(CommandLine, RefusesNetworksThatDoNotFit) {
  expect_refusal(explore({"--set", "network.image_hidden=[1000]"}),
                 {"528-1000-10", "needs 108 tiles", "has 32"});
}

const std::vector<std::string> kMeshFaults{"--set", R"(mesh.disabled_tiles=["0,2", "1,3", "2,0"])", "--set",
                                           R"(mesh.disabled_links=["0,0-0,1", "1,4-2,4"])"};

TEST_F(CommandLine, SparesStandInForDisabledTilesAndTheMapSaysHow) {
  std::vector<std::string> arguments{"209k-spare"};
  arguments.insert(arguments.end(), kMeshFaults.begin(), kMeshFaults.end());
  EXPECT_EQ(run(explore(arguments)).code, 0);
  const auto map = nlohmann::json::parse(content(folder_ / "run" / "map.json"));
  EXPECT_EQ(map["schema"], "kirchhoff.map/1");
  EXPECT_EQ(map["disabled_links"], nlohmann::json::parse("[[0, 1], [12, 20]]"));
  int used = 0;
  for (const auto& tile : map["tiles"]) {
    used += tile["layer"] > 0 ? 1 : 0;
    const int node = tile["node"];
    EXPECT_EQ(tile["disabled"], node == 2 || node == 11 || node == 16) << node;
    EXPECT_FALSE(tile["disabled"] && tile["layer"] > 0) << node;
  }
  EXPECT_EQ(used, 32);
  EXPECT_EQ(map["tiles"].size(), 40U);
  std::uint64_t flit_hops = 0;
  for (const auto& route : map["routes"]) {
    flit_hops += route["flits"].get<std::uint64_t>() * route["hops"].get<std::uint64_t>();
    for (const auto& link : route["links"]) {
      EXPECT_FALSE(link == nlohmann::json::parse("[0, 1]") || link == nlohmann::json::parse("[20, 12]"));
    }
  }
  EXPECT_EQ(map["flit_hops"], flit_hops);
  const auto report = nlohmann::json::parse(content(folder_ / "run" / "report.json"));
  EXPECT_EQ(report["map"]["flit_hops"], flit_hops);
}

TEST_F(CommandLine, RefusesTheSameFaultsWithoutSpares) {
  std::vector<std::string> arguments{"209k"};
  arguments.insert(arguments.end(), kMeshFaults.begin(), kMeshFaults.end());
  expect_refusal(explore(arguments), {"needs 32 tiles of 131 x 50 cells, the chip has 29 (and 3 disabled"});
}

TEST_F(CommandLine, RefusesFaultsThatTheMeshCannotHave) {
  expect_refusal(explore({"--set", "mesh.disabled_tiles=4,0"}),
                 {"mesh.disabled_tiles: \"4,0\" is not in the mesh"});
  expect_refusal(explore({"--set", "mesh.disabled_tiles=four"}), {"needs row,column, e.g. \"2,3\""});
  expect_refusal(explore({"--set", "mesh.disabled_links=0,0-1,1"}), {"joins no neighbours"});
  expect_refusal(explore({"--set", R"(mesh.disabled_links=["0,0-0,1", "0,1"])"}), {"[1] is \"0,1\""});
  expect_refusal(explore({"--set", "mesh.dead_routers=0,0"}), {"is where host and sequencer enter the mesh"});
  expect_refusal(explore({"--set", "mesh.dead_routers=7"}), {"mesh.dead_routers"});
}

TEST_F(CommandLine, RefusesSynapsesThatTheNetworkHasNot) {
  expect_refusal(explore({"--synapse", "3,0,0"}), {"3,0,0", "layers of 528-250-125-10 are 0 to 2"});
  expect_refusal(explore({"--synapse", "0,529,0"}), {"0,529,0", "rows of layer 0 are 0 to 528", "bias"});
  expect_refusal(explore({"--synapse", "0,1,2", "--synapse", "2,125,10"}),
                 {"2,125,10", "columns of layer 2 are 0 to 9"});
  for (const char* text :
       {"0,1", "0,1,2,3", "0,1,2,", "a,b,c", "0, 1, 2", "0,-1,2", "-1,0,0", "", "0,99999999999999999999,0"}) {
    expect_refusal(explore({"--synapse", text}), {"--synapse", text, "LAYER,ROW,COLUMN"});
  }
  EXPECT_FALSE(fs::exists(folder_ / "run"));
}

TEST_F(CommandLine, RefusesBadData) {
  expect_refusal(explore({"--dataset", (folder_ / "nowhere").string()}), {"nowhere"});
  const auto data = data_set();
  fs::remove(folder_ / "data/t10k-labels-idx1-ubyte");
  expect_refusal(explore({"--dataset", data}), {"t10k-labels"});
  data_set();
  file("data/train-images-idx3-ubyte", "this is no IDX file");
  expect_refusal(explore({"--dataset", data}), {"train-images-idx3-ubyte"});
  data_set();
  idx("data/train-images-idx3-ubyte", {5, 28, 28}, 5 * 784 - 10);
  expect_refusal(explore({"--dataset", data}), {"train-images-idx3-ubyte"});
  data_set();
  idx("data/train-labels-idx1-ubyte", {4}, 4);
  expect_refusal(explore({"--dataset", data}), {"train-labels-idx1-ubyte", "4", "5"});
  data_set();
  expect_refusal(explore({"--dataset", data, "--train", "6", "--test", "1"}), {"6", "5"});
}

TEST_F(CommandLine, RefusesOutputItCannotWrite) {
  file("run", "a file where the folder should be");
  const auto outcome = run(explore({}));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find((folder_ / "run").string()), std::string::npos) << outcome.err;
}

TEST_F(CommandLine, FullDiskKeepsWhatIsComputedAndLeavesNothingHalfWritten) {
  // A limit on file size stands in for a full disk: report.json does not fit, the summary is still shown.
  const rlimit small{4096, 4096};
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit limited = before;
  limited.rlim_cur = small.rlim_cur;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limited), 0);
  const auto outcome = run(explore({}));
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("report.json"), std::string::npos) << outcome.err;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  EXPECT_NE(outcome.out.find("Kirchhoff"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "run" / "report.json"));
  EXPECT_TRUE(no_temporaries());
}

TEST_F(CommandLine, PageThatCannotBeWrittenCostsNothingElse) {
  fs::create_directories(folder_ / "run" / "report.html");
  const auto outcome = run(explore({}));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err,
            "kirchhoff: cannot write '" + (folder_ / "run" / "report.html").string() + "': Is a directory\n");
  EXPECT_TRUE(nlohmann::json::accept(content(folder_ / "run" / "report.json")));
  EXPECT_TRUE(fs::exists(folder_ / "run" / "config.toml"));
  EXPECT_TRUE(no_temporaries());
}

/// The report without what depends on the machine.
nlohmann::json report_without_wall_clock(const fs::path& folder) {
  auto report = nlohmann::json::parse(content(folder / "report.json"));
  for (const char* key : {"wall_s", "examples_per_wall_s", "name"}) {
    EXPECT_TRUE(report["run"].contains(key)) << key;
    report["run"].erase(key);
  }
  return report;
}

TEST_F(CommandLine, SameSeedSameReportWithAndWithoutTrace) {
  const auto explore_into = [&](const std::string& name, std::vector<std::string> more) {
    std::vector<std::string> arguments{"explore", "--train",
                                       "600",     "--test",
                                       "200",     "--epochs",
                                       "2",       "--quiet",
                                       "--out",   (folder_ / name).string(),
                                       "--set",   "training.transfer_interval=500"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto outcome = run(arguments);
    // So short a run may miss its own check; it must not fail otherwise.
    EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.err;
    return report_without_wall_clock(folder_ / name);
  };
  const auto first = explore_into("first", {});
  EXPECT_EQ(explore_into("again", {}), first);
  EXPECT_EQ(explore_into("traced", {"--trace"}), first);
  EXPECT_TRUE(fs::exists(folder_ / "traced" / "trace.vcd"));
  EXPECT_EQ(explore_into("recorded", {"--transactions", "--trace", "--trace-signals", "chip.tile_0_0.*",
                                      "--trace-window", "1ms,40ms"}),
            first);
  EXPECT_TRUE(fs::exists(folder_ / "recorded" / "transactions.csv"));
  EXPECT_NE(explore_into("seed", {"--seed", "2"}), first);
  // No result depends on how far the sequencer may run ahead of the kernel.
  auto quantum = explore_into("quantum", {"--set", "chip.quantum=1us"});
  auto reference = first;
  quantum.erase("provenance");
  reference.erase("provenance");
  EXPECT_EQ(quantum, reference);
}

TEST_F(CommandLine, EveryPresetLearns) {
  for (const char* preset :
       {"209k", "209k-spare", "tile512", "pcm-only", "aihwkit-capacitor", "rpu", "prototype"}) {
    const auto outcome = run({"explore", preset, "--train", "2000", "--test", "1000", "--epochs", "2",
                              "--quiet", "--set", "network.image_hidden=[]", "--out", out()});
    EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.err;
    const auto report = nlohmann::json::parse(content(folder_ / "run" / "report.json"));
    EXPECT_GE(report["accuracy"]["test_percent"].get<double>(), 55.0) << preset << ": chance is 10 %";
    EXPECT_EQ(report["saturation"][0]["cells"], 529 * 10);
    const bool trains_pcm = std::string{preset} == "pcm-only";
    EXPECT_EQ(report["counts"]["set_pulses"].get<double>() > 0, trains_pcm)
        << preset << ": before its first transfer only an update can SET";
  }
}

TEST_F(CommandLine, FitOfADeviceCurveSaysHowGoodItIs) {
  const auto outcome =
      run({"explore", "--train", "20", "--test", "20", "--epochs", "1", "--out", out(), "--set",
           "capacitor.device_curve=" KIRCHHOFF_PRESETS "/devices/example-3t1c.csv"});
  EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.err;
  EXPECT_THAT(outcome.out,
              testing::ContainsRegex("Capacitor: fit to example-3t1c.csv, rms error [0-9.]+ % of the range"));
}

TEST_F(CommandLine, WiresThatTakeMuchAreWarnedOf) {
  const auto warned = [&](const std::vector<std::string>& what) {
    std::vector<std::string> arguments{"explore"};
    arguments.insert(arguments.end(), what.begin(), what.end());
    arguments.insert(arguments.end(), {"--train", "20", "--test", "20", "--epochs", "1", "--out", out()});
    const auto outcome = run(arguments);
    EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.err;
    const auto report = nlohmann::json::parse(content(folder_ / "run" / "report.json"));
    return report["warnings"].dump().find("wires: they take") != std::string::npos;
  };
  EXPECT_TRUE(warned({"tile512", "--technology", "14nm"}));
  EXPECT_FALSE(warned({"209k"}));
  EXPECT_FALSE(warned({"tile512", "--technology", "14nm", "--set", "wires.resistance=0"}));
}

TEST_F(CommandLine, SaturatedWeightsAreWarnedOf) {
  const auto warnings = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"explore",
                                       "--train",
                                       "2000",
                                       "--test",
                                       "100",
                                       "--epochs",
                                       "2",
                                       "--set",
                                       "network.image_hidden=[]",
                                       "--set",
                                       "training.transfer_interval=500",
                                       "--out",
                                       out()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto outcome = run(arguments);
    EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.err;
    const auto report = nlohmann::json::parse(content(folder_ / "run" / "report.json"));
    std::string all;
    for (const auto& warning : report["warnings"]) {
      all += warning.get<std::string>() + "\n";
    }
    EXPECT_EQ(outcome.out.find("beyond the range of the PCM pairs") != std::string::npos,
              all.find("beyond the range of the PCM pairs") != std::string::npos);
    return all;
  };
  EXPECT_EQ(warnings({}).find("saturation"), std::string::npos);
  // A tenth of the range per unit of weight, and a rate that does not come down.
  EXPECT_NE(warnings({"--set", "synapse.kappa=200uS", "--set", "training.learning_rate_decay=1", "--set",
                      "training.image_learning_rate=0.3"})
                .find("layer 1's weights were beyond the range of the PCM pairs at the last transfer"),
            std::string::npos);
}

TEST_F(CommandLine, ASlowerChipForgetsMore) {
  const auto accuracy = [&](const std::string& stretch) {
    const auto outcome =
        run({"explore", "--train", "3000", "--test", "1000", "--epochs", "2", "--quiet", "--set",
             "network.image_hidden=[]", "--set", "capacitor.decay_tau=1ms", "--set",
             "training.transfer_interval=1000", "--set", "chip.time_stretch=" + stretch, "--out", out()});
    EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.err;
    return nlohmann::json::parse(content(folder_ / "run" / "report.json"));
  };
  const auto fast = accuracy("1");
  const auto slow = accuracy("10");
  // Transfers take as many rounds as what is left of the charge needs: the mean is not quite tenfold.
  EXPECT_NEAR(slow["time"]["forward_s"].get<double>(), 10 * fast["time"]["forward_s"].get<double>(), 1e-12);
  EXPECT_NEAR(slow["time"]["per_example_s"].get<double>() / fast["time"]["per_example_s"].get<double>(), 10,
              2);
  EXPECT_GE(fast["accuracy"]["test_percent"].get<double>() - slow["accuracy"]["test_percent"].get<double>(),
            5.0);
}

/// Rows of a CSV file without quotes, split at commas; the header is the first.
std::vector<std::vector<std::string>> csv(const fs::path& path) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines{content(path)};
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> row{""};
    for (const char c : line) {
      if (c == ',') {
        row.emplace_back();
      } else {
        row.back() += c;
      }
    }
    rows.push_back(row);
  }
  return rows;
}

TEST_F(CommandLine, LookingIntoARunChangesNothing) {
  const auto explore_into = [&](const std::string& name, std::vector<std::string> more) {
    std::vector<std::string> arguments{"explore",
                                       "--train",
                                       "600",
                                       "--test",
                                       "100",
                                       "--epochs",
                                       "2",
                                       "--out",
                                       (folder_ / name).string(),
                                       "--set",
                                       "training.transfer_interval=500",
                                       "--set",
                                       "capacitor.decay_tau=20ms"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto outcome = run(arguments);
    EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.err;
    return outcome.out;
  };
  explore_into("plain", {});
  const auto shown = explore_into("watched", {"--inspect", "--synapse", "0,300,17", "--synapse", "2,125,9",
                                              "--synapse", "1,3,120", "--trace"});
  EXPECT_EQ(report_without_wall_clock(folder_ / "watched"), report_without_wall_clock(folder_ / "plain"));
  const auto inspect = folder_ / "watched" / "inspect";
  for (const char* name : {"histograms.csv", "summary.csv", "synapse_0_300_17.csv"}) {
    EXPECT_NE(shown.find((inspect / name).string()), std::string::npos) << name;
  }

  // Every cell is in a bin, at the start and after each epoch.
  std::map<std::string, std::uint64_t> cells;
  const auto histograms = csv(inspect / "histograms.csv");
  for (std::size_t i = 1; i < histograms.size(); ++i) {
    cells[histograms[i].at(0) + " " + histograms[i].at(1) + " " + histograms[i].at(2)] +=
        std::stoull(histograms[i].at(5));
  }
  EXPECT_EQ(cells.size(), 3U * 3 * 4);
  EXPECT_EQ(cells["0 0 weight"], 529U * 250);
  EXPECT_EQ(cells["2 2 capacitor_us"], 126U * 10);
  EXPECT_EQ(csv(inspect / "summary.csv").size(), 1 + 3U * 3 * 4);

  bool pulsed = false;
  for (const char* name : {"synapse_0_300_17.csv", "synapse_2_125_9.csv", "synapse_1_3_120.csv"}) {
    const auto life = csv(inspect / name);
    ASSERT_GT(life.size(), 5U) << name;
    ASSERT_EQ(life[0].size(), 10U);
    EXPECT_EQ(life[1].at(2), "program");
    std::map<std::string, int> events;
    for (std::size_t i = 1; i < life.size(); ++i) {
      ++events[life[i].at(2)];
      if (i == 1) {
        continue;
      }
      EXPECT_GE(life[i].at(0), life[i - 1].at(0)) << name << ':' << i + 1;
      for (const std::size_t pulses : {8U, 9U}) {
        EXPECT_GE(std::stoull(life[i].at(pulses)), std::stoull(life[i - 1].at(pulses)))
            << name << ':' << i + 1;
      }
      if (life[i].at(2) == "epoch") {  // read by debug transport: what the life says last
        EXPECT_TRUE(std::equal(life[i].begin() + 3, life[i].end(), life[i - 1].begin() + 3)) << name;
        EXPECT_EQ(std::stoull(life[i].at(1)), 600U * static_cast<unsigned>(events["epoch"]));
      } else if (life[i].at(2) == "transfer") {
        EXPECT_EQ(std::stoull(life[i].at(1)), 500U * static_cast<unsigned>(events["transfer"]));
      }
    }
    EXPECT_EQ(events["program"], 1);
    EXPECT_EQ(events["transfer"], 2);
    EXPECT_EQ(events["epoch"], 2);
    pulsed = pulsed || events["update"] > 50;
  }
  EXPECT_TRUE(pulsed);

  // The watched synapses beside the one of trace.tile, trace.row, trace.column.
  const auto vcd = content(folder_ / "watched" / "trace.vcd");
  std::size_t scopes = 0;
  for (std::size_t at = vcd.find("$scope module synapse_r"); at != std::string::npos;
       at = vcd.find("$scope module synapse_r", at + 1)) {
    ++scopes;
  }
  EXPECT_EQ(scopes, 4U);
  EXPECT_NE(vcd.find(" pulses_up [31:0] $end"), std::string::npos);
}

TEST_F(CommandLine, ValidatePrintsPublishedDesignsBesideTheModel) {
  const auto table = run({"validate"});
  EXPECT_EQ(table.code, 0) << table.err;
  const auto outcome = run({"validate", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["schema"], "kirchhoff.validation/1");
  EXPECT_GE(json["designs"].size(), 4U);
  for (const auto& design : json["designs"]) {
    EXPECT_NE(table.out.find(design["title"].get<std::string>()), std::string::npos);
    for (const auto& result : design["results"]) {
      const double model = result["model"];
      const double published = result["published"];
      EXPECT_NEAR(result["ratio"].get<double>(), model / published, 1e-9 * model / published);
      EXPECT_TRUE(result["inside"] || !result["why_outside"].get<std::string>().empty()) << result;
    }
    EXPECT_EQ(design["parameters"]["vdd"]["unit"], "V");
  }
  EXPECT_EQ(run({"validate", "--json"}).out, outcome.out) << "the same draws every time";
  EXPECT_EQ(run({"validate", "hermes-core", "--json"}).code, 0);

  expect_refusal({"validate", "hermes-cor"}, {"unknown design 'hermes-cor'; did you mean 'hermes-core'?"});
  expect_refusal({"validate", "--jsn"}, {"unknown option '--jsn'", "did you mean '--json'?"});
  expect_refusal({"validate", "none.toml"}, {"cannot read 'none.toml'"});
  expect_refusal({"validate", file("design.toml", "name = 3\n")}, {"name must be a text"}, 10);
}

TEST_F(CommandLine, OverlapMakesExamplesShorterAndSharedConvertersLonger) {
  const auto report = [&](const std::vector<std::string>& more) {
    const auto outcome = run(explore(more));
    EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.err;
    return nlohmann::json::parse(content(folder_ / "run" / "report.json"));
  };
  const auto plain = report({});
  const auto overlap = report({"--set", "adc.overlap=true"});
  const auto shared = report({"--set", "adc.columns_per_converter=2"});
  const auto forward = [](const nlohmann::json& json) { return json["time"]["forward_s"].get<double>(); };
  const auto backward = [](const nlohmann::json& json) { return json["time"]["backward_s"].get<double>(); };
  const auto booked = [](const nlohmann::json& json, const char* booking) {
    return json["energy"]["breakdown_j"][booking].get<double>();
  };
  // Three layers: two forward reads and one transposed one are followed by another, 128 ns sooner each.
  EXPECT_NEAR(forward(overlap), forward(plain) - 2 * 128e-9, 1e-12);
  EXPECT_NEAR(backward(overlap), backward(plain) - 128e-9, 1e-12);
  EXPECT_NEAR(booked(overlap, "integrator_bias"), booked(plain, "integrator_bias"), 1e-15);
  EXPECT_EQ(booked(overlap, "conversion"), booked(plain, "conversion"));
  // One conversion more in each of three forward and two transposed reads.
  EXPECT_NEAR(forward(shared), forward(plain) + 3 * 207e-9, 1e-12);
  EXPECT_NEAR(backward(shared), backward(plain) + 2 * 207e-9, 1e-12);
  EXPECT_LT(shared["area"]["breakdown_mm2"]["periphery"], plain["area"]["breakdown_mm2"]["periphery"]);
  EXPECT_EQ(booked(shared, "conversion"), booked(plain, "conversion"));
  EXPECT_GT(booked(plain, "host_bus"), 0);
  EXPECT_GT(booked(plain, "digital"), 0);
}

TEST_F(CommandLine, HasMonitorsOnEverySocketPair) {
  const auto counts = folder_ / "counts";
  ASSERT_EQ(setenv("KIRCHHOFF_MONITOR_COUNTS", counts.c_str(), 1), 0);
  const auto outcome = run(explore({}));
  EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.err;
  std::size_t pairs = 0;
  std::size_t calls = 0;
  std::ifstream{counts} >> pairs >> calls;
  EXPECT_EQ(pairs, 176U);       // 4 x 8 routers with their tiles, sequencer, host interface, host
  EXPECT_GT(calls, 60 * 130U);  // examples x packets
}

// Three layers: where the host bus is not in the way, results follow one another as fast as arrays are read.
TEST_F(CommandLine, InferenceOverlapsExamples) {
  const auto outcome = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"--infer", "--train", "400", "--test", "300"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = run(explore(arguments));
    EXPECT_TRUE(result.code == 0 || result.code == 1) << result.err;
    EXPECT_NE(result.out.find("Inference on the chip"), std::string::npos) << result.out;
    return nlohmann::json::parse(content(folder_ / "run" / "report.json"));
  };
  const auto alone = outcome({});
  const auto two = outcome({"--set", "chip.examples_in_flight=2"});
  const auto four = outcome({"--set", "chip.examples_in_flight=4"});
  const auto value = [](const nlohmann::json& json, const char* key) {
    return json["inference"][key].get<double>();
  };
  EXPECT_EQ(value(alone, "examples"), 300);
  EXPECT_NEAR(value(alone, "test_percent"), alone["accuracy"]["test_percent"].get<double>(), 3);
  constexpr double first_read_s = 332e-9;  // nothing overlaps with it: input and label, 530 bytes
  EXPECT_NEAR(value(alone, "per_example_s"), value(alone, "latency_s") + first_read_s / 300, 1e-11);
  EXPECT_NEAR(value(two, "per_example_s"), value(alone, "per_example_s") / 2, 5e-9);
  // Input, label and result: three accesses of 100 ns and 532 bytes at 4 Gbyte/s.
  EXPECT_NEAR(value(four, "per_example_s"), 433e-9, 5e-9);
  EXPECT_NEAR(value(four, "latency_s"), value(alone, "latency_s"), 0.05 * value(alone, "latency_s"));
  EXPECT_NEAR(value(four, "per_example_j"), value(alone, "per_example_j"),
              0.02 * value(alone, "per_example_j"));
  EXPECT_NEAR(value(four, "tops_per_mm2"), value(four, "tops") / four["area"]["total_mm2"].get<double>(),
              1e-12);
  EXPECT_GT(four["area"]["breakdown_mm2"]["digital"], alone["area"]["breakdown_mm2"]["digital"]);
  EXPECT_EQ(four["time"]["training_s"], alone["time"]["training_s"]);
  EXPECT_EQ(four["accuracy"]["test_percent"], alone["accuracy"]["test_percent"]);
}

double sum_of(const nlohmann::json& values) {
  double sum = 0;
  for (const auto& value : values) {
    sum += value.get<double>();
  }
  return sum;
}

TEST_F(CommandLine, BookingsAddUpAtEveryLevel) {
  const auto outcome =
      run(explore({"--train", "300", "--test", "50", "--set", "training.transfer_interval=100"}));
  EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.err;
  const auto energy = nlohmann::json::parse(content(folder_ / "run" / "report.json"))["energy"];
  const double chip = energy["per_example_j"];
  ASSERT_GT(chip, 0);
  EXPECT_NEAR(sum_of(energy["breakdown_j"]), chip, 1e-9 * chip);
  EXPECT_NEAR(sum_of(energy["by_phase_j"]), chip, 1e-9 * chip);
  EXPECT_NEAR(sum_of(energy["by_layer_j"]), chip, 1e-9 * chip);
  EXPECT_NEAR(sum_of(energy["by_tile_j"]) + energy["sequencer_j"].get<double>(), chip, 1e-9 * chip);
  EXPECT_GT(energy["by_phase_j"]["transfer"], 0) << "a run with transfers";

  // Of every phase, layer and tile the bookings are its total; of every booking the parts are the chip's.
  const auto expect_split = [&](const char* name, const nlohmann::json& parts, const nlohmann::json& totals,
                                const nlohmann::json& rest) {
    ASSERT_EQ(parts.size(), totals.size()) << name;
    std::map<std::string, double> by_booking;
    auto total = totals.begin();
    for (const auto& [part, bookings] : parts.items()) {
      EXPECT_NEAR(sum_of(bookings), total->get<double>(), 1e-9 * total->get<double>()) << name << ' ' << part;
      ++total;
      for (const auto& [booking, value] : bookings.items()) {
        by_booking[booking] += value.get<double>();
      }
    }
    for (const auto& [booking, value] : rest.items()) {
      by_booking[booking] += value.get<double>();
    }
    ASSERT_EQ(by_booking.size(), energy["breakdown_j"].size()) << name;
    for (const auto& [booking, value] : energy["breakdown_j"].items()) {
      EXPECT_NEAR(by_booking[booking], value.get<double>(), 1e-9 * value.get<double>())
          << name << ' ' << booking;
    }
  };
  const auto none = nlohmann::json::object();
  expect_split("phase", energy["bookings_by_phase_j"], energy["by_phase_j"], none);
  expect_split("layer", energy["bookings_by_layer_j"], energy["by_layer_j"], none);
  expect_split("tile", energy["bookings_by_tile_j"], energy["by_tile_j"],
               energy["bookings_by_layer_j"]["sequencer"]);
  EXPECT_EQ(energy["by_tile_j"].size(), 32U);
}

TEST_F(CommandLine, AnExploreSaysHowSureItsEfficiencyIs) {
  const auto outcome = run(explore({}));
  EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.err;
  const auto report = nlohmann::json::parse(content(folder_ / "run" / "report.json"));
  const auto& efficiency = report["efficiency"];
  EXPECT_GE(efficiency["uncertainty"]["draws"], 10000);
  const auto& achieved = efficiency["achieved"];
  for (const std::string figure : {"tops_per_watt", "tops_per_mm2", "pj_per_op"}) {
    const double low = achieved[figure + "_5_95"][0];
    const double median = achieved[figure + "_median"];
    const double high = achieved[figure + "_5_95"][1];
    EXPECT_LT(low, median) << figure;
    EXPECT_LT(median, high) << figure;
    EXPECT_GT(achieved[figure], 0) << figure;
  }
  EXPECT_NEAR(achieved["pj_per_op"].get<double>(), 1e12 * report["energy"]["per_op_j"].get<double>(),
              1e-9 * achieved["pj_per_op"].get<double>());
  EXPECT_GT(efficiency["tornado"].size(), 10U);
  for (const auto& bar : efficiency["tornado"]) {
    EXPECT_TRUE(report["provenance"].contains(bar["parameter"].get<std::string>())) << bar;
  }
  EXPECT_NE(outcome.out.find("What would it take?"), std::string::npos);
  EXPECT_FALSE(efficiency["what_would_it_take"]["statement"].get<std::string>().empty());
}

TEST_F(CommandLine, PeakAgreesWithTheClosedForm) {
  struct Expected {
    const char* node;
    double per_watt;
    double per_mm2;
    double per_watt_with_transfer;
    double per_mm2_with_transfer;
  };
  for (const Expected& expected :
       {Expected{"90nm", 18.15, 0.53, 16.08, 0.39}, Expected{"45nm", 28.62, 1.31, 25.94, 0.95},
        Expected{"14nm", 43.55, 3.20, 39.53, 2.32}}) {
    const auto outcome = run({"config", "tile512", "--peak", "--impose-activity", "closed-form",
                              "--technology", expected.node, "--json"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const auto json = nlohmann::json::parse(outcome.out);
    const auto near = [&](const char* group, const char* key, double value) {
      EXPECT_NEAR(json[group][key].get<double>() / value, 1, 0.01)
          << expected.node << ' ' << group << ' ' << key;
    };
    near("peak", "tops_per_watt", expected.per_watt);
    near("peak", "tops_per_mm2", expected.per_mm2);
    near("peak_with_transfer", "tops_per_watt", expected.per_watt_with_transfer);
    near("peak_with_transfer", "tops_per_mm2", expected.per_mm2_with_transfer);
    for (const char* group : {"peak", "peak_with_transfer"}) {
      const double total = json[group]["energy_per_example_j"];
      EXPECT_NEAR(sum_of(json[group]["breakdown_j"]), total, 1e-9 * total);
      EXPECT_LT(json[group]["tops_per_watt_5_95"][0], json[group]["tops_per_watt_5_95"][1]);
    }
    EXPECT_NEAR(json["time"]["forward_s"].get<double>(), 335e-9, 1e-12);
    EXPECT_NEAR(json["time"]["update_s"].get<double>(), 155e-9, 1e-12);
    EXPECT_GT(json["network_apart"]["area_mm2"], 0);
    EXPECT_GE(json["uncertainty"]["draws"], 10000);
    EXPECT_EQ(json["activity"]["duty_x"]["value"], 0.2);
  }
}

TEST_F(CommandLine, PeakTakesActivityFromAFile) {
  const auto tops = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"config", "tile512", "--peak", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return nlohmann::json::parse(outcome.out);
  };
  const auto closed = tops({"--impose-activity", "closed-form"});
  EXPECT_EQ(tops({"--impose-activity", "closed-form"}), closed) << "no draw depends on the process";
  const auto same = file("same.toml", "[activity]\nduty_x = 0.2\n");
  const auto busy = file("busy.toml", "[activity]\nduty_x = 0.35\ng_pcm_pair = \"10 uS\"\n");
  EXPECT_EQ(tops({"--impose-activity", same})["peak"]["tops_per_watt"], closed["peak"]["tops_per_watt"]);
  const auto measured = tops({"--impose-activity", busy});
  EXPECT_LT(measured["peak"]["tops_per_watt"], closed["peak"]["tops_per_watt"]);
  EXPECT_EQ(measured["peak"]["tops_per_mm2"], closed["peak"]["tops_per_mm2"]);
  EXPECT_EQ(measured["activity"]["duty_x"]["mark"], "user");
  EXPECT_NE(measured["activity"]["duty_x"]["place"].get<std::string>().find("busy.toml:2"),
            std::string::npos);
  for (const auto& bar : measured["tornado"]) {
    EXPECT_NE(bar["parameter"], "technology.duty_x") << "it is known";
  }
  // Without an imposed activity the chip's own slots, links and router count.
  const auto own = tops({"--set", "update.slots=63"});
  EXPECT_FALSE(own.contains("network_apart"));
  EXPECT_EQ(own["activity"]["n_upd"]["value"], 63);
  EXPECT_LT(own["peak"]["tops_per_mm2"], closed["peak"]["tops_per_mm2"]);
}

TEST_F(CommandLine, PeakShowsOneScreen) {
  const auto outcome = run({"config", "tile512", "--peak", "--impose-activity", "closed-form"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  for (const char* part : {"18.2", "16.0", "28.1", "conversion", "with transfer", "router, digital, apart",
                           "Leverage", "What would it take?"}) {
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part << "\n" << outcome.out;
  }
  std::istringstream lines{outcome.out};
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 100U) << line;
  }
}

TEST_F(CommandLine, PeakRefusesBadActivity) {
  const auto refuse = [&](const std::string& text, const std::vector<std::string>& parts) {
    expect_refusal({"config", "tile512", "--peak", "--impose-activity", file("activity.toml", text)}, parts);
  };
  refuse("[activity]\nduty_x = 1.5\n", {"activity.toml:2", "duty_x", "1.5", "0 .. 1"});
  refuse("[activity]\ng_cap = 12\n", {"activity.toml:2", "g_cap", "12", "unit"});
  refuse("[activity]\nduty_y = 0.1\n", {"activity.toml:2", "duty_y", "did you mean"});
  refuse("[activity]\nn_upd = \"often\"\n", {"activity.toml:2", "n_upd", "often"});
  refuse("[activity\n", {"activity.toml:1"});
  expect_refusal({"config", "--peak", "--impose-activity", "nowhere.toml"}, {"nowhere.toml", "closed-form"});
  expect_refusal({"config", "--peak", "--impose-activity", folder_.string()}, {"folder", "closed-form"});
  expect_refusal({"config", "--impose-activity", "closed-form"}, {"--impose-activity", "--peak"});
}

TEST_F(CommandLine, ReportHasEveryGroupAndTheConfigurationReadsBack) {
  const auto outcome = run(explore({"--trace", "--export-start", "--export-weights"}));
  EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.err;
  const auto report = nlohmann::json::parse(content(folder_ / "run" / "report.json"));
  EXPECT_EQ(report["schema"], "kirchhoff.report/1");
  for (const char* group : {"run", "chip", "accuracy", "time", "energy", "area", "efficiency", "counts",
                            "warnings", "provenance"}) {
    EXPECT_TRUE(report.contains(group)) << group;
  }
  double sum = 0;
  for (const auto& [booking, value] : report["energy"]["breakdown_j"].items()) {
    sum += value.get<double>();
  }
  const double total = report["energy"]["per_example_j"];
  EXPECT_NEAR(sum, total, 1e-9 * total);
  const auto& time = report["time"];
  EXPECT_NEAR(time["per_example_s"].get<double>(),
              time["forward_s"].get<double>() + time["backward_s"].get<double>() +
                  time["update_s"].get<double>() + time["transfer_amortised_s"].get<double>() +
                  time["network_s"].get<double>(),
              1e-9 * time["per_example_s"].get<double>());
  EXPECT_TRUE(fs::exists(folder_ / "run" / "initial_weights_2.npy"));
  EXPECT_TRUE(fs::exists(folder_ / "run" / "order_epoch_0.npy"));
  EXPECT_TRUE(fs::exists(folder_ / "run" / "final_weights_2.npy"));

  const auto again = run({"config", (folder_ / "run" / "config.toml").string(), "--json"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_TRUE(nlohmann::json::accept(again.out)) << again.out.substr(0, 200);
}

TEST_F(CommandLine, ConfigWritesTheRegisterHeader) {
  const fs::path header = folder_ / "kirchhoff_registers.h";
  const auto outcome = run({"config", "--register-header", header.string()});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  const std::string text = content(header);
  EXPECT_NE(text.find("#define KRCH_HOST_ERROR_CAUSE_OFFSET"), std::string::npos);
  EXPECT_NE(text.find("} krch_descriptor_t;"), std::string::npos);
  EXPECT_TRUE(no_temporaries());
  expect_refusal({"config", "--register-header", ""}, {"--register-header", "name of a file"});
  expect_refusal({"config", "--register-header", (folder_ / "no" / "where.h").string()}, {"where.h"});
  expect_refusal({"config", "--peak", "--register-header", header.string()}, {"--peak"});
  expect_refusal({"explore", "--register-header", header.string()}, {"--register-header"});
}

}  // namespace
