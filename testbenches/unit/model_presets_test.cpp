#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "foundation/error.h"
#include "model/chip/chip_description.h"
#include "model/presets/configuration.h"
#include "model/presets/embedded_files.h"

namespace kirchhoff::model {
namespace {

namespace fs = std::filesystem;
using foundation::InputError;
using foundation::Mark;

class PresetFiles : public testing::Test {
 protected:
  PresetFiles() : folder_(fs::temp_directory_path() / ("kirchhoff-presets-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~PresetFiles() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  PresetFiles(const PresetFiles&) = delete;
  PresetFiles& operator=(const PresetFiles&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    const fs::path path = folder_ / name;
    std::ofstream(path) << text;
    return path.string();
  }

 private:
  fs::path folder_;
};

std::string error_of(const std::string& preset, const std::vector<std::string>& sets = {},
                     const std::string& technology = "") {
  try {
    load_configuration(preset, sets, technology);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Presets, AreTheChipsOfTheirNames) {
  struct Expected {
    const char* name;
    std::int64_t mesh_rows, mesh_columns, tile_rows, tile_columns, spare;
  };
  for (const Expected& expected :
       {Expected{"209k", 4, 8, 131, 50, 0}, Expected{"209k-spare", 5, 8, 131, 50, 8},
        Expected{"tile512", 2, 3, 512, 512, 0}}) {
    const auto configuration = load_configuration(expected.name);
    EXPECT_EQ(configuration->preset, expected.name);
    EXPECT_FALSE(configuration->title.empty());
    EXPECT_EQ(configuration->technology.name, "90nm");
    EXPECT_EQ(configuration->chip.mesh_rows, expected.mesh_rows) << expected.name;
    EXPECT_EQ(configuration->chip.mesh_columns, expected.mesh_columns) << expected.name;
    EXPECT_EQ(configuration->chip.tile_rows, expected.tile_rows) << expected.name;
    EXPECT_EQ(configuration->chip.tile_columns, expected.tile_columns) << expected.name;
    EXPECT_EQ(configuration->chip.spare_tiles, expected.spare) << expected.name;
  }
}

TEST(Presets, EveryFileOfOursIsReadAndEveryOfItsValuesHasASource) {
  EXPECT_EQ(names_of(embedded_presets()),
            (std::vector<std::string>{"209k", "209k-spare", "aihwkit-capacitor", "pcm-only", "prototype",
                                      "rpu", "tile512"}));
  EXPECT_EQ(names_of(embedded_technologies()), (std::vector<std::string>{"14nm", "45nm", "90nm"}));
  for (const EmbeddedFile& preset : embedded_presets()) {
    const auto configuration = load_configuration(std::string(preset.name));
    for (const auto& entry : configuration->table.entries()) {
      EXPECT_NE(entry.origin.mark, Mark::user) << entry.key;
      if (!entry.origin.place.empty()) {
        // A preset may be based on another of ours.
        EXPECT_EQ(entry.origin.place.rfind("presets/", 0), 0U) << entry.origin.place;
        EXPECT_FALSE(entry.origin.note.empty()) << entry.key;
      }
    }
  }
  for (const std::string& name : names_of(embedded_technologies())) {
    const foundation::Technology technology = load_technology(name);
    EXPECT_EQ(technology.name, name);
    for (const foundation::TechnologyField& field : foundation::technology_fields()) {
      EXPECT_FALSE((technology.*field.member).note.empty()) << name << " " << field.name;
      EXPECT_FALSE((technology.*field.member).meaning.empty()) << name << " " << field.name;
    }
  }
}

TEST(Presets, OtherSynapsesAreWhatTheirPublicationsSay) {
  const auto pairs = load_configuration("pcm-only");
  EXPECT_EQ(pairs->synapse.kind, "pcm_pair");
  EXPECT_EQ(pairs->synapse.f_gain, 1);
  const auto capacitor = load_configuration("aihwkit-capacitor");
  EXPECT_EQ(capacitor->synapse.kind, "capacitor");
  const auto& c = capacitor->synapse.capacitor;
  EXPECT_NEAR(c.dg_us() / capacitor->synapse.kappa_us, 0.005, 1e-12) << "dw_min";
  EXPECT_NEAR((c.g_max_us - c.g_ref_us) / capacitor->synapse.kappa_us, 1, 1e-12) << "w_max";
  EXPECT_EQ(c.range_spread, 0.07);
  const auto rpu = load_configuration("rpu");
  EXPECT_NEAR(rpu->synapse.capacitor.dg_us() / rpu->synapse.kappa_us, 0.001, 1e-12) << "dw_min";
  EXPECT_NEAR((rpu->synapse.capacitor.g_max_us - rpu->synapse.capacitor.g_ref_us) / rpu->synapse.kappa_us,
              0.6, 1e-12);
  EXPECT_EQ(rpu->synapse.capacitor.range_spread, 0.3);
  EXPECT_EQ(rpu->periphery.update_slots, 10);
  for (const auto* configuration : {capacitor.get(), rpu.get()}) {
    EXPECT_EQ(configuration->network.transfer_interval, 0);
    EXPECT_EQ(configuration->chip.mesh_columns, 8);
  }
}

TEST(Presets, WhatAKindOfSynapseDoesNotHaveIsRefused) {
  EXPECT_EQ(
      error_of("209k", {"synapse.kind=pcm_pairs"}),
      "--set: synapse.kind is \"pcm_pairs\", but must be one of hybrid, pcm_pair, capacitor; did you mean "
      "'pcm_pair'?");
  EXPECT_EQ(
      error_of("pcm-only", {"capacitor.mismatch=0.2", "transfer.polarity_inversion=false"}),
      "--set: capacitor.mismatch has no effect with synapse.kind = pcm_pair, whose cells have no capacitor; "
      "leave it out\n"
      "--set: transfer.polarity_inversion has no effect with synapse.kind = pcm_pair, whose cells have no "
      "capacitor; leave it out");
  EXPECT_EQ(
      error_of("rpu", {"pcm.drift=0"}),
      "--set: pcm.drift has no effect with synapse.kind = capacitor, whose cells have no PCM; leave it out");
  EXPECT_NE(error_of("209k", {"synapse.kind=capacitor"}).find("training.transfer_interval must be 0"),
            std::string::npos);
  EXPECT_EQ(error_of("209k", {"synapse.kind=capacitor", "training.transfer_interval=0"}), "");
  EXPECT_EQ(error_of("pcm-only", {"pcm.drift=0", "transfer.tolerance=0.1uS"}), "");
}

TEST(Presets, TimeStretchMakesEveryPhaseSlower) {
  const auto plain = load_configuration("209k");
  const auto slow = load_configuration("209k", std::vector<std::string>{"chip.time_stretch=10"});
  const auto fast_chip = describe_chip(*plain, tiles::Detail::physics);
  const auto slow_chip = describe_chip(*slow, tiles::Detail::physics);
  EXPECT_EQ(slow_chip.tile.timing.read(), 10 * fast_chip.tile.timing.read());
  EXPECT_EQ(slow_chip.tile.timing.update(31), 10 * fast_chip.tile.timing.update(31));
  EXPECT_EQ(slow_chip.tile.timing.pcm_pulse, 10 * fast_chip.tile.timing.pcm_pulse);
  EXPECT_EQ(slow_chip.link.cycle, 10 * fast_chip.link.cycle);
  EXPECT_EQ(slow_chip.sequencer.softmax_class, 10 * fast_chip.sequencer.softmax_class);
  EXPECT_EQ(slow_chip.sequencer.update, 10 * fast_chip.sequencer.update);
  EXPECT_EQ(slow_chip.host.dma_latency, 10 * fast_chip.host.dma_latency);
  EXPECT_DOUBLE_EQ(slow_chip.host.dma_bytes_per_second, fast_chip.host.dma_bytes_per_second / 10);
  EXPECT_EQ(slow->technology.e_adc.base, plain->technology.e_adc.base);
}

TEST(Presets, ConvertersOfTheConfigurationMakeTheTimesOfTheChip) {
  const auto timing = [](const std::vector<std::string>& sets) {
    return describe_chip(*load_configuration("209k", sets), tiles::Detail::physics).tile.timing;
  };
  const tiles::TileTiming plain = timing({});
  EXPECT_EQ(plain.integrate, foundation::Duration{128000});
  EXPECT_EQ(plain.convert, foundation::Duration{207000});
  EXPECT_EQ(timing({"adc.bits=11"}).convert, plain.convert) << "function mapping";
  EXPECT_EQ(timing({"adc.columns_per_converter=4"}).convert, 4 * plain.convert);
  EXPECT_EQ(timing({"adc.columns_per_converter=4"}).read(), plain.integrate + 4 * plain.convert);
  EXPECT_EQ(timing({"adc.columns_per_converter=4"}).transposed(true),
            2 * (plain.integrate + 4 * plain.convert));
  EXPECT_EQ(timing({"adc.model=ramp"}).convert, 2 * plain.convert) << "9 bits";
  EXPECT_EQ(timing({"adc.model=ramp", "adc.bits=7"}).convert, plain.convert / 2);
  EXPECT_EQ(timing({"adc.model=ramp", "chip.time_stretch=10"}).convert, 20 * plain.convert);
  EXPECT_NE(error_of("209k", {"adc.columns_per_converter=3"})
                .find("adc.columns_per_converter must be 1, 2, 4 or 8, but adc.columns_per_converter = 3"),
            std::string::npos);
  EXPECT_NE(error_of("209k", {"adc.columns_per_converter=2", "adc.model=cco"}).find("cannot be shared"),
            std::string::npos);
  EXPECT_NE(error_of("209k", {"adc.model=flash"}), "");
}

TEST(Presets, UpdatesOfPairsTakeThePulseOfAPcm) {
  const auto configuration = load_configuration("pcm-only");
  const auto chip = describe_chip(*configuration, tiles::Detail::physics);
  EXPECT_EQ(chip.sequencer.update, chip.tile.timing.pcm_pulse * configuration->periphery.update_slots);
}

TEST(Presets, TechnologyFilesAgreeWithTheDesignTable) {
  const char* shared = std::getenv("KIRCHHOFF_SHARED");
  std::ifstream file(fs::path(shared == nullptr ? "../shared" : shared) / "design/technology.json");
  if (!file) {
    GTEST_SKIP() << "the design table is not on this machine";
  }
  const auto table = nlohmann::json::parse(file);
  for (const auto& [node, parameters] : table.at("nodes").items()) {
    const foundation::Technology technology = load_technology(node);
    auto expected = table.at("common");
    expected.update(parameters);
    std::size_t found = 0;
    for (const foundation::TechnologyField& field : foundation::technology_fields()) {
      const auto row = expected.find(std::string(field.name));
      if (row == expected.end()) {
        continue;  // added since
      }
      ++found;
      const foundation::Quantity& quantity = technology.*field.member;
      EXPECT_EQ(quantity.low, row->at("low").get<double>()) << node << " " << field.name;
      EXPECT_EQ(quantity.base, row->at("base").get<double>()) << node << " " << field.name;
      EXPECT_EQ(quantity.high, row->at("high").get<double>()) << node << " " << field.name;
      EXPECT_EQ(quantity.unit, row->at("unit").get<std::string>()) << node << " " << field.name;
      EXPECT_EQ(to_string(quantity.mark), row->at("mark").get<std::string>()) << node << " " << field.name;
    }
    EXPECT_EQ(found, expected.size()) << "every parameter of the design table has a member";
  }
}

TEST(Presets, UnknownNamesAreAnsweredWithTheNearest) {
  EXPECT_EQ(error_of("209kk"),
            "unknown preset '209kk'; did you mean '209k'? (presets: 209k, 209k-spare, aihwkit-capacitor, "
            "pcm-only, prototype, rpu, tile512; or a path to a .toml file)");
  EXPECT_EQ(error_of("large"),
            "unknown preset 'large' (presets: 209k, 209k-spare, aihwkit-capacitor, pcm-only, prototype, rpu, "
            "tile512; or a "
            "path to a .toml file)");
  EXPECT_EQ(
      error_of("209k", {}, "90mn"),
      "unknown technology '90mn'; did you mean '90nm'? (technologies: 14nm, 45nm, 90nm; or a path to a .toml "
      "file)");
  EXPECT_EQ(error_of("there/is/none.toml"), "cannot read 'there/is/none.toml': No such file or directory");
  EXPECT_EQ(error_of("/"), "cannot read '/': it is a folder");
}

TEST(Presets, SetAndTechnologyOverride) {
  const std::vector<std::string> sets{"chip.tile_rows=64", "capacitor.decay_tau=20ms"};
  const auto configuration = load_configuration("209k", sets, "14nm");
  EXPECT_EQ(configuration->chip.tile_rows, 64);
  EXPECT_EQ(configuration->synapse.capacitor.decay_tau_ms, 20);
  EXPECT_EQ(configuration->technology.name, "14nm");
  EXPECT_EQ(configuration->table.find("chip.tile_rows")->origin.mark, Mark::user);
}

TEST(Presets, ProblemsOfAllInputsAtOnce) {
  EXPECT_EQ(error_of("209k", {"chip.tile_rows=0", "chip.tile_row=5"}, "7nm"),
            "--set: chip.tile_rows is 0, but must be within 2 .. 4096\n"
            "--set: unknown key 'chip.tile_row'; did you mean 'chip.tile_rows'?\n"
            "unknown technology '7nm' (technologies: 14nm, 45nm, 90nm; or a path to a .toml "
            "file)");
}

TEST(Presets, ContradictionsNameTheValuesAndWhereTheyWereSet) {
  EXPECT_EQ(
      error_of("209k", {"capacitor.g_ref=3uS"}),
      "capacitor.g_ref must lie between g_min and g_max, but capacitor.g_min = 4 uS, capacitor.g_ref = 3 uS "
      "(--set), capacitor.g_max = 20 uS");
  EXPECT_NE(error_of("209k", {"chip.spare_tiles=32"}), "");
  EXPECT_EQ(error_of("209k", {"chip.spare_tiles=31"}), "");
  EXPECT_NE(error_of("209k", {"trace.row=131"}), "");
  EXPECT_EQ(error_of("209k", {"adc.inl=49"}), "");
  EXPECT_EQ(
      error_of("209k", {"adc.inl=49", "adc.bits=8"}),
      "adc.inl must be at most (2^(adc.bits - 1) - 1) / 5.2 LSB, or converters step back, but adc.inl = "
      "49 (--set), adc.bits = 8 (--set)");
}

TEST_F(PresetFiles, BuildOnPresetsAndOnOneAnother) {
  write("first.toml", "base = \"209k\"\n[chip]\ntile_rows = 100\n");
  const auto configuration =
      load_configuration(write("second.toml",
                               "base = \"first.toml\"\ntitle = \"mine\"\ntechnology = \"45nm\"\n"
                               "[update]\nslots = 31\n"));
  EXPECT_EQ(configuration->chip.tile_rows, 100);
  EXPECT_EQ(configuration->chip.tile_columns, 50);
  EXPECT_EQ(configuration->periphery.update_slots, 31);
  EXPECT_EQ(configuration->title, "mine");
  EXPECT_EQ(configuration->technology.name, "45nm");
}

TEST_F(PresetFiles, NameThePlaceOfAWrongReference) {
  const std::string base = write("base.toml", "\nbase = \"209kk\"\n");
  EXPECT_EQ(error_of(base).rfind(base + ":2: unknown preset '209kk'; did you mean '209k'?", 0), 0U)
      << error_of(base);
  const std::string technology = write("technology.toml", "technology = \"90mm\"\n");
  EXPECT_EQ(error_of(technology).rfind(technology + ":1: unknown technology '90mm'; did you mean '90nm'?", 0),
            0U);
  const std::string loop = write("loop.toml", "base = \"loop.toml\"\n");
  EXPECT_EQ(error_of(loop), loop + ": is its own base");
}

TEST_F(PresetFiles, MayBringTheirOwnTechnology) {
  std::string text(find_file(embedded_technologies(), "90nm")->text);
  const std::string from = "name = \"90nm\"";
  write("mine.toml", text.replace(text.find(from), from.size(), "name = \"mine\""));
  const std::string preset = write("preset.toml", "base = \"209k\"\ntechnology = \"mine.toml\"\n");
  const auto configuration = load_configuration(preset);
  EXPECT_EQ(configuration->technology.name, "mine");
  // The effective configuration finds it again from any folder.
  const auto again = load_configuration(write("config.toml", effective_toml(*configuration)));
  EXPECT_EQ(again->technology.name, "mine");
}

TEST_F(PresetFiles, EffectiveConfigurationOfEveryPresetIsReadBack) {
  for (const EmbeddedFile& preset : embedded_presets()) {
    const auto configuration =
        load_configuration(std::string(preset.name), std::vector<std::string>{"chip.time_stretch=3"});
    const std::string text = effective_toml(*configuration);
    const auto again = load_configuration(write("config.toml", text));
    EXPECT_EQ(effective_toml(*again), text) << preset.name;
    EXPECT_EQ(again->technology.t_int.base, configuration->technology.t_int.base);
  }
}

TEST_F(PresetFiles, EffectiveConfigurationGivesTheSameRun) {
  const std::vector<std::string> sets{"capacitor.mismatch=0.1234567890123", "network.image_hidden=[]",
                                      "transfer.polarity_inversion=false"};
  const auto configuration = load_configuration("tile512", sets, "14nm");
  const std::string text = effective_toml(*configuration);
  const auto again = load_configuration(write("config.toml", text));
  EXPECT_EQ(effective_toml(*again), text);
  EXPECT_EQ(again->synapse.capacitor.mismatch, configuration->synapse.capacitor.mismatch);
  EXPECT_EQ(again->technology.name, "14nm");
  for (std::size_t i = 0; i < configuration->table.entries().size(); ++i) {
    EXPECT_EQ(again->table.entries()[i].value(), configuration->table.entries()[i].value());
    EXPECT_EQ(again->table.entries()[i].origin.mark, configuration->table.entries()[i].origin.mark);
  }
}

}  // namespace
}  // namespace kirchhoff::model
