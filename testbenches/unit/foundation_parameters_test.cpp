#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "foundation/error.h"
#include "foundation/nearest_name.h"
#include "foundation/parameters.h"
#include "foundation/random.h"
#include "foundation/toml_reader.h"
#include "foundation/units.h"

namespace kirchhoff::foundation {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A room with one parameter of each kind.
struct Room {
  double tau_ms = 100;
  double gain = 3;
  double area_um2 = 6;
  std::int64_t steps = 500;
  bool inversion = true;
  std::string residual = "write";
  std::vector<std::int64_t> hidden{250, 125};
  std::string map;
  ParameterTable table;

  Room() {
    table.real("cell.tau", tau_ms, "ms", 0.01, 1e9, Mark::source, "some paper");
    table.real("cell.gain", gain, "", 0, infinity, Mark::assumed, "a guess");
    table.real("cell.area", area_um2, "um2", -infinity, infinity, Mark::assumed, "");
    table.integer("cell.steps", steps, 8, 100000, Mark::derived, "counted");
    table.flag("transfer.inversion", inversion, Mark::source, "Nature");
    table.choice("transfer.residual", residual, {"write", "discard"}, Mark::assumed, "");
    table.integers("network.hidden", hidden, 1, 4096, Mark::source, "paper");
    table.text("faults.map", map, Mark::assumed, "a file");
  }
};

std::string read_error(const std::string& text, const TomlReading& reading = {}) {
  Room room;
  try {
    read_toml(room.table, text, "my.toml", reading);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string set_error(const std::vector<std::string>& assignments) {
  Room room;
  try {
    set(room.table, assignments);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Units, ShiftBetweenUnitsOfOneDimension) {
  EXPECT_EQ(decimal_shift("ms", "s"), -3);
  EXPECT_EQ(decimal_shift("s", "ms"), 3);
  EXPECT_EQ(decimal_shift("us", "us"), 0);
  EXPECT_EQ(decimal_shift("\u00B5S", "uS"), 0);
  EXPECT_EQ(decimal_shift("mm2", "um2"), 6);
  EXPECT_EQ(decimal_shift("aF/um", "F/um"), -18);
  EXPECT_EQ(decimal_shift("F/m", "F/um"), -6);
  EXPECT_EQ(decimal_shift("fJ/bit/mm", "J/bit/mm"), -15);
  EXPECT_EQ(decimal_shift("GB/s", "byte/s"), 9);
  EXPECT_EQ(decimal_shift("cycle", "cycles"), 0);
  EXPECT_EQ(decimal_shift("%", ""), -2);
  EXPECT_EQ(decimal_shift("1", ""), 0);
  EXPECT_EQ(decimal_shift("s", "S"), std::nullopt);
  EXPECT_EQ(decimal_shift("m", "s"), std::nullopt);
  EXPECT_EQ(decimal_shift("um", "um2"), std::nullopt);
  EXPECT_EQ(decimal_shift("", "s"), std::nullopt);
  EXPECT_EQ(decimal_shift("J/bit", "J"), std::nullopt);
  EXPECT_EQ(decimal_shift("mbit", "bit"), std::nullopt) << "there is no thousandth of a bit";
}

TEST(Units, EngineersWriteThemSo) {
  EXPECT_EQ(quantity_text(0.1, "s"), "100 ms");
  EXPECT_EQ(quantity_text(2.4e-13, "J/bit/mm"), "240 fJ/bit/mm");
  EXPECT_EQ(quantity_text(1e9, "Hz"), "1 GHz");
  EXPECT_EQ(quantity_text(0, "s"), "0 s");
  EXPECT_EQ(quantity_text(-0.0015, "V"), "-1.5 mV");
  EXPECT_EQ(quantity_text(0.125, "uS"), "0.125 uS") << "a declared prefix is kept";
  EXPECT_EQ(quantity_text(0.001, "uS"), "1 nS");
  EXPECT_EQ(quantity_text(2.5e6, "um2"), "2.5 mm2");
  EXPECT_EQ(quantity_text(8000, "examples"), "8000 examples");
  EXPECT_EQ(quantity_text(1, "cycles"), "1 cycle");
  EXPECT_EQ(quantity_text(0.06, ""), "0.06");
  EXPECT_EQ(number_text(1e9), "1e9");
  EXPECT_EQ(number_text(148000), "148000");
}

TEST(Units, EveryTextReadsBackAsTheSameDouble) {
  const std::vector<std::string> units{"s", "ms", "uS", "um2", "F/um", "J/bit/mm", "byte/s", "cycles", ""};
  RandomSequence random(RandomStream(7, Purpose::data_set), 1);
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t bits = (static_cast<std::uint64_t>(random.word()) << 32U) | random.word();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value) || std::fabs(value) > 1e280 || std::fabs(value) < 1e-280) {
      continue;
    }
    const std::string& unit = units[random.below(static_cast<std::uint32_t>(units.size()))];
    const std::string text = quantity_text(value, unit);
    const QuantityText split = split_quantity(text);
    const auto shift = decimal_shift(split.unit, unit);
    ASSERT_TRUE(shift) << text;
    ASSERT_EQ(scaled_number(split.number, *shift), value) << text;
  }
}

TEST(Units, TextsThatAreNoNumbers) {
  for (const char* text : {"", "ms", "-", ".", "+ 5", "inf", "nan", "0x", "e5"}) {
    const auto split = split_quantity(text);
    EXPECT_TRUE(split.number.empty() || split.unit == "x") << text;
  }
  EXPECT_FALSE(scaled_number("1e999", 0));
  EXPECT_FALSE(scaled_number("1e99999999999999999999", 0));
  EXPECT_FALSE(scaled_number("1.2.3", 0));
  EXPECT_FALSE(scaled_number("", 0));
  EXPECT_EQ(scaled_number("1_000", 0), 1000);
  EXPECT_EQ(scaled_number("+5e-1", 0), 0.5);
}

TEST(NearestName, FindsMisspellings) {
  const std::vector<std::string> names{"synapse.decay_tau", "synapse.steps", "update.slots"};
  EXPECT_EQ(nearest_name("synapse.decay_tua", names), "synapse.decay_tau");
  EXPECT_EQ(nearest_name("Update.Slots", names), "update.slots");
  EXPECT_EQ(nearest_name("decay_tau", names), "synapse.decay_tau");
  EXPECT_EQ(nearest_name("slot", names), "update.slots");
  EXPECT_EQ(nearest_name("something.else", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name(std::string(100000, 'a'), names), "");
  EXPECT_EQ(did_you_mean("stps", names), "; did you mean 'synapse.steps'?");
}

TEST(NearestName, DistanceOfKnownPairs) {
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("tau", "tua"), 1) << "a swap is one edit";
  EXPECT_EQ(edit_distance("ca", "abc"), 3) << "optimal string alignment";
}

TEST(Parameters, ReadsEveryKind) {
  Room room;
  read_toml(room.table, R"(
    [cell]
    tau = "20 ms"
    gain = 4
    area = "0.002 mm2"
    steps = 1000
    [transfer]
    inversion = false
    residual = "discard"
    [network]
    hidden = [300, 100, 30]
    [faults]
    map = "my faults.csv"
  )",
            "my.toml");
  EXPECT_EQ(room.tau_ms, 20);
  EXPECT_EQ(room.gain, 4);
  EXPECT_EQ(room.area_um2, 2000);
  EXPECT_EQ(room.steps, 1000);
  EXPECT_FALSE(room.inversion);
  EXPECT_EQ(room.residual, "discard");
  EXPECT_EQ(room.hidden, (std::vector<std::int64_t>{300, 100, 30}));
  EXPECT_EQ(room.map, "my faults.csv");
}

TEST(Parameters, NumbersInOtherClothes) {
  Room room;
  set(room.table, std::vector<std::string>{"cell.steps=\"131\"", "cell.gain=6 %", "cell.tau=\"0.02 s\""});
  EXPECT_EQ(room.steps, 131);
  EXPECT_EQ(room.gain, 0.06);
  EXPECT_EQ(room.tau_ms, 20);
  set(room.table, "cell.steps=1e4");
  EXPECT_EQ(room.steps, 10000);
  set(room.table, "  cell.tau = 5e3us ");
  EXPECT_EQ(room.tau_ms, 5);
  set(room.table, "network.hidden=[]");
  EXPECT_TRUE(room.hidden.empty());
  set(room.table, "faults.map=broken/cells.csv");
  EXPECT_EQ(room.map, "broken/cells.csv");
  set(room.table, "faults.map=\"\"");
  EXPECT_TRUE(room.map.empty());
}

TEST(Parameters, ErrorsSayWhereWhatAndWhatWouldBeRight) {
  EXPECT_EQ(read_error("[cell]\ntua = \"20 ms\""),
            "my.toml:2: unknown key 'cell.tua'; did you mean 'cell.tau'?");
  EXPECT_EQ(read_error("tau = \"20 ms\""), "my.toml:1: unknown key 'tau'; did you mean 'cell.tau'?");
  EXPECT_EQ(read_error("[cells]\ntau = 3"), "my.toml:1: unknown section [cells]; did you mean [cell]?");
  EXPECT_EQ(read_error("cell = 3"), "my.toml:1: 'cell' is a section: write [cell] and its keys below");
  EXPECT_EQ(read_error("[cell]\ntau = 20"), "my.toml:2: cell.tau is 20, but needs a unit, e.g. \"100 ms\"");
  EXPECT_EQ(read_error("[cell]\ntau = \"20\""),
            "my.toml:2: cell.tau is \"20\", but needs a unit, e.g. \"100 ms\"");
  EXPECT_EQ(read_error("[cell]\ntau = \"20 V\""),
            "my.toml:2: cell.tau is \"20 V\", but is measured in ms, e.g. \"100 ms\"");
  EXPECT_EQ(read_error("[cell]\ntau = true"),
            "my.toml:2: cell.tau is true, but needs a number with a unit, e.g. \"100 ms\"");
  EXPECT_EQ(read_error("[cell]\ntau = \"1 us\""),
            "my.toml:2: cell.tau is 1 us, but must be within 0.01 ms .. 1 Ms");
  EXPECT_EQ(read_error("[cell]\ngain = \"3 V\""),
            "my.toml:2: cell.gain is \"3 V\", but is a number without unit, e.g. 3");
  EXPECT_EQ(read_error("[cell]\ngain = -1"), "my.toml:2: cell.gain is -1, but must be at least 0");
  EXPECT_EQ(read_error("[cell]\nsteps = 7"), "my.toml:2: cell.steps is 7, but must be within 8 .. 100000");
  EXPECT_EQ(read_error("[cell]\nsteps = 8.5"),
            "my.toml:2: cell.steps is 8.5, but needs a whole number, e.g. 500");
  EXPECT_EQ(read_error("[transfer]\ninversion = 1"),
            "my.toml:2: transfer.inversion is 1, but must be true or false");
  EXPECT_EQ(
      read_error("[transfer]\nresidual = \"wrte\""),
      "my.toml:2: transfer.residual is \"wrte\", but must be one of write, discard; did you mean 'write'?");
  EXPECT_EQ(read_error("[network]\nhidden = [1, 0]"),
            "my.toml:2: network.hidden[1] is 0, but must be within 1 .. 4096");
  EXPECT_EQ(read_error("[network]\nhidden = 5"),
            "my.toml:2: network.hidden is 5, but needs a list of whole numbers, e.g. [250, 125]");
  EXPECT_EQ(read_error("[faults]\nmap = 7"), "my.toml:2: faults.map is 7, but needs a text in quotes");
  EXPECT_EQ(
      read_error("[faults]\nmap = \"a\\nb\""),
      "my.toml:2: faults.map is \"a\\nb\", but must be one line of UTF-8 text without control characters");
  EXPECT_EQ(set_error({"faults.map=\xff"}),
            "--set: faults.map is \"\xff\", but must be one line of UTF-8 text without control characters");
  EXPECT_EQ(read_error("[cell]\nsteps = 1979-05-27"),
            "my.toml:2: cell.steps is a date or table, but needs a whole number, e.g. 500");
  EXPECT_EQ(read_error("'cell.steps' = 9\ncell.steps = 10"), "my.toml:2: cell.steps is given twice");
}

TEST(Parameters, NotANumberAndInfinityAreRefused) {
  for (const char* value : {"nan", "inf", "-inf", "+nan"}) {
    EXPECT_NE(read_error("[cell]\ngain = " + std::string(value)), "") << value;
    EXPECT_NE(set_error({"cell.area=" + std::string(value)}), "") << value;
  }
}

TEST(Parameters, AllProblemsAtOnceInOrderOfTheFile) {
  EXPECT_EQ(read_error("[transfer]\nresidual = 3\n[cell]\nsteps = 1\ntau = 7\ncolour = 1\n"),
            "my.toml:2: transfer.residual is 3, but must be one of write, discard\n"
            "my.toml:4: cell.steps is 1, but must be within 8 .. 100000\n"
            "my.toml:5: cell.tau is 7, but needs a unit, e.g. \"100 ms\"\n"
            "my.toml:6: unknown key 'cell.colour' (kirchhoff config lists all keys)");
}

TEST(Parameters, SyntaxErrorsNameLineAndColumn) {
  EXPECT_EQ(read_error("[cell]\nsteps 3\n").rfind("my.toml:2:7: not valid TOML: ", 0), 0U);
  EXPECT_EQ(read_error("[cell]\nsteps = 9\nsteps = 10\n").rfind("my.toml:3:", 0), 0U);
}

TEST(Parameters, SetProblems) {
  EXPECT_EQ(set_error({"cell.tua=20ms"}), "--set: unknown key 'cell.tua'; did you mean 'cell.tau'?");
  EXPECT_EQ(set_error({"cell.steps"}), "--set: 'cell.steps' is not of the form key=value");
  EXPECT_EQ(set_error({"cell.steps="}), "--set: 'cell.steps=' is not of the form key=value");
  EXPECT_EQ(set_error({"cell.steps=9", "cell.steps=9"}), "--set: cell.steps is given twice");
  EXPECT_EQ(set_error({"cell.steps=1", "cell.tau=5"}),
            "--set: cell.steps is 1, but must be within 8 .. 100000\n"
            "--set: cell.tau is 5, but needs a unit, e.g. \"100 ms\"");
}

TEST(Parameters, OneLinePerProblemWhateverTheTextHolds) {
  const std::string message = read_error("\"a\\nb\" = 3\n[cell]\nsteps = \"1\\n2\"\n");
  EXPECT_EQ(message,
            "my.toml:1: unknown key 'a\\nb' (kirchhoff config lists all keys)\n"
            "my.toml:3: cell.steps is \"1\\n2\", but needs a whole number, e.g. 500");
}

TEST(Parameters, OriginFollowsTheValue) {
  Room room;
  read_toml(room.table,
            "[cell]\nsteps = 500\ngain = 4\ntau = { value = \"5 ms\", mark = \"source\", note = \"mine\" }",
            "my.toml");
  EXPECT_EQ(room.table.find("cell.steps")->origin, (Origin{Mark::derived, "counted", "my.toml:2"}));
  EXPECT_EQ(room.table.find("cell.gain")->origin,
            (Origin{Mark::user, "instead of 3 (assumed: a guess)", "my.toml:3"}));
  EXPECT_EQ(room.table.find("cell.tau")->origin, (Origin{Mark::source, "mine", "my.toml:4"}));
  EXPECT_EQ(room.table.find("cell.area")->origin, (Origin{Mark::assumed, "", ""}));
}

TEST(Parameters, PresetsProposeAndUsersOverride) {
  Room room;
  read_toml(room.table, "[cell]\nsteps = { value = 131, mark = \"source\", note = \"preset\" }\ngain = 5\n",
            "presets/p.toml", {true, {}});
  EXPECT_EQ(room.table.find("cell.gain")->origin, (Origin{Mark::assumed, "a guess", "presets/p.toml:3"}));
  set(room.table, "cell.steps=64");
  EXPECT_EQ(room.table.find("cell.steps")->origin,
            (Origin{Mark::user, "instead of 131 (source: preset)", "--set"}));
  set(room.table, "cell.steps=131");
  EXPECT_EQ(room.table.find("cell.steps")->origin.mark, Mark::source) << "back to what the preset says";
  set(room.table, "faults.map=mine.csv");
  EXPECT_EQ(room.table.find("faults.map")->origin.note, "instead of nothing (assumed: a file)");
}

TEST(Parameters, AnnotatedValuesAreReadStrictly) {
  EXPECT_EQ(read_error("[cell]\nsteps = { value = 9, nots = \"x\" }"),
            "my.toml:2: cell.steps = { ... }: unknown key 'nots'; did you mean 'note'? (value, mark, note)");
  EXPECT_EQ(read_error("[cell]\nsteps = { value = 9, mark = \"sauce\" }"),
            "my.toml:2: cell.steps: mark is \"sauce\", but must be one of source, derived, assumed, user; "
            "did you mean 'source'?");
  EXPECT_EQ(read_error("[cell]\nsteps = { mark = \"user\" }"),
            "my.toml:2: cell.steps = { ... } lacks its value");
  EXPECT_EQ(read_error("[cell]\nsteps = { value = 9, note = 3 }"),
            "my.toml:2: cell.steps: note must be a text");
}

TEST(Parameters, HeaderKeysAreNoParameters) {
  const std::vector<std::string> header{"title", "technology"};
  EXPECT_EQ(read_error("title = \"x\"\n[cell]\nsteps = 9", {false, header}), "");
  EXPECT_EQ(read_error("tilte = \"x\"", {false, header}),
            "my.toml:1: unknown key 'tilte'; did you mean 'title'?");
  const auto values = read_header("title = \"x\"\n", "my.toml", header);
  EXPECT_EQ(values.at("title").text, "x");
  EXPECT_EQ(values.at("title").place, "my.toml:1");
  EXPECT_EQ(values.count("technology"), 0U);
  EXPECT_THROW(read_header("title = 3", "my.toml", header), InputError);
}

TEST(Parameters, DeclarationsAreChecked) {
  double value = 2;
  std::string word = "x";
  std::int64_t number = 5;
  ParameterTable table;
  table.real("a.b", value, "", 0, 3, Mark::assumed, "");
  EXPECT_THROW(table.real("a.b", value, "", 0, 3, Mark::assumed, ""), ModelError);
  EXPECT_THROW(table.real("a.c", value, "", 0, 1, Mark::assumed, ""), ModelError);
  EXPECT_THROW(table.real("no_group", value, "", 0, 3, Mark::assumed, ""), ModelError);
  EXPECT_THROW(table.real("a.with space", value, "", 0, 3, Mark::assumed, ""), ModelError);
  EXPECT_THROW(table.choice("a.d", word, {"y", "z"}, Mark::assumed, ""), ModelError);
  EXPECT_THROW(table.integer("a.e", number, 6, 9, Mark::assumed, ""), ModelError);
  word = "two\nlines";
  EXPECT_THROW(table.text("a.f", word, Mark::assumed, ""), ModelError);
  EXPECT_EQ(table.entries().size(), 1U);
}

TEST(Parameters, RangesForPeople) {
  Room room;
  EXPECT_EQ(room.table.find("cell.tau")->range(), "0.01 ms .. 1 Ms");
  EXPECT_EQ(room.table.find("cell.gain")->range(), "at least 0");
  EXPECT_EQ(room.table.find("cell.area")->range(), "any number");
  EXPECT_EQ(room.table.find("transfer.residual")->range(), "write | discard");
  EXPECT_EQ(room.table.find("transfer.inversion")->range(), "");
  EXPECT_EQ(room.table.find("network.hidden")->range(), "each 1 .. 4096");
  EXPECT_EQ(room.table.find("faults.map")->range(), "");
}

TEST(Parameters, EffectiveConfigurationReadsBackIdentically) {
  RandomSequence random(RandomStream(11, Purpose::data_set), 2);
  for (int round = 0; round < 300; ++round) {
    Room room;
    room.gain = std::fabs(random.normal()) * 1e3;
    room.tau_ms = 0.01 + random.uniform() * 1e6;
    room.area_um2 = random.normal() * (random.below(2) == 0 ? 1e-9 : 1e12);
    room.steps = 8 + random.below(90000);
    room.inversion = random.below(2) == 0;
    room.residual = random.below(2) == 0 ? "write" : "discard";
    room.hidden.assign(random.below(5), 1 + random.below(4096));
    for (std::uint32_t i = random.below(9); i > 0; --i) {
      room.map +=
          std::string(1, static_cast<char>(0x20 + random.below(0x5f)));  // quotes and backslashes, too
    }
    const std::string text = effective_toml(room.table);
    Room again;
    read_toml(again.table, text, "config.toml");
    ASSERT_EQ(again.gain, room.gain) << text;
    ASSERT_EQ(again.tau_ms, room.tau_ms) << text;
    ASSERT_EQ(again.area_um2, room.area_um2) << text;
    ASSERT_EQ(again.steps, room.steps);
    ASSERT_EQ(again.inversion, room.inversion);
    ASSERT_EQ(again.residual, room.residual);
    ASSERT_EQ(again.hidden, room.hidden);
    ASSERT_EQ(again.map, room.map) << text;
  }
}

TEST(Parameters, EffectiveConfigurationKeepsMarksAndNotes) {
  Room room;
  read_toml(
      room.table,
      "[cell]\nsteps = { value = 131, mark = \"source\", note = \"with \\\"quotes\\\" \\\\ and\\ttab\" }\n"
      "gain = 5\n",
      "presets/p.toml", {true, {}});
  set(room.table, "cell.tau=20ms");
  const std::string text = effective_toml(room.table);
  Room again;
  read_toml(again.table, text, "config.toml");
  for (std::size_t i = 0; i < room.table.entries().size(); ++i) {
    const auto& before = room.table.entries()[i];
    const auto& after = again.table.entries()[i];
    EXPECT_EQ(after.value(), before.value()) << before.key;
    EXPECT_EQ(after.origin.mark, before.origin.mark) << before.key;
    EXPECT_EQ(after.origin.note, before.origin.note) << before.key;
  }
  EXPECT_EQ(effective_toml(again.table), text);
}

TEST(Parameters, MalformedTextNeverAborts) {
  const std::vector<std::string> malformed{"[\n",
                                           "[",
                                           "[[",
                                           "[]",
                                           "=",
                                           "a",
                                           "a=",
                                           "a.",
                                           ".a=1",
                                           "\"",
                                           "'''",
                                           "a=\"\\u12\"",
                                           "a=[",
                                           "a={",
                                           "a={b=",
                                           "[a.b",
                                           "\xff\xfe",
                                           std::string("\0", 1),
                                           "a=1e",
                                           "a=0x",
                                           "a=--1",
                                           "\xEF\xBB\xBF",
                                           "[cell]\nsteps={",
                                           "a=[[[[[[[[[[",
                                           std::string(100000, '['),
                                           "a=" + std::string(100000, '['),
                                           std::string(100000, 'a')};
  for (const std::string& text : malformed) {
    Room room;
    try {
      read_toml(room.table, text, "my.toml");
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).rfind("my.toml", 0), 0U);
    }
  }
}

TEST(Parameters, DamagedFilesNeverAbortAndNeverBreakTheRange) {
  Room whole;
  const std::string good = effective_toml(whole.table);
  const std::string alphabet = "[]{}=\"'.,#\n \\0159eE+-_xnft\x01\xff";
  RandomSequence random(RandomStream(13, Purpose::data_set), 3);
  int refused = 0;
  constexpr int rounds = 3000;
  for (int round = 0; round < rounds; ++round) {
    std::string text = good;
    for (std::uint32_t edits = 1 + random.below(4); edits > 0; --edits) {
      const std::size_t at = random.below(static_cast<std::uint32_t>(text.size()));
      const char letter = alphabet[random.below(static_cast<std::uint32_t>(alphabet.size()))];
      if (random.below(3) == 0) {
        text.erase(at, 1 + random.below(5));
      } else {
        text.insert(at, 1, letter);
      }
    }
    Room room;
    try {
      read_toml(room.table, text, "my.toml");
    } catch (const InputError&) {
      ++refused;
    }
    ASSERT_TRUE(room.steps >= 8 && room.steps <= 100000) << text;
    ASSERT_TRUE(room.gain >= 0 && std::isfinite(room.gain)) << text;
    ASSERT_TRUE(room.tau_ms >= 0.01 && room.tau_ms <= 1e9) << text;
  }
  EXPECT_GT(refused, rounds / 10);
  EXPECT_LT(refused, rounds) << "an edit within a comment changes nothing";
}

}  // namespace
TEST(Parameters, ListsOfTextsAreCheckedItemByItemAndReadBack) {
  std::vector<std::string> places;
  ParameterTable table;
  table.texts(
      "mesh.places", places,
      [](const std::string& text) {
        if (text.find(',') == std::string::npos) throw InputError("but needs a comma");
      },
      Mark::assumed, "where");
  read_toml(table, "[mesh]\nplaces = [\"0,1\", \"2,3\"]", "my.toml", {});
  EXPECT_EQ(places, (std::vector<std::string>{"0,1", "2,3"}));
  EXPECT_EQ(table.find("mesh.places")->text(), "[\"0,1\", \"2,3\"]");
  const std::string effective = effective_toml(table);
  set(table, "mesh.places=[]");
  EXPECT_TRUE(places.empty());
  read_toml(table, effective, "config.toml", {});
  EXPECT_EQ(places, (std::vector<std::string>{"0,1", "2,3"}));
  set(table, "mesh.places=4,5");  // one alone, and no quotes on a command line
  EXPECT_EQ(places, std::vector<std::string>{"4,5"});
  const auto error = [&](const std::string& text) -> std::string {
    try {
      read_toml(table, text, "my.toml", {});
    } catch (const InputError& problem) {
      return problem.what();
    }
    return "";
  };
  EXPECT_EQ(error("[mesh]\nplaces = [\"0,1\", \"2\"]"),
            "my.toml:2: mesh.places[1] is \"2\", but needs a comma");
  EXPECT_EQ(error("[mesh]\nplaces = 7"), "my.toml:2: mesh.places is 7, but needs a list of texts in quotes");
  EXPECT_EQ(places, std::vector<std::string>{"4,5"}) << "a refused value changes nothing";
}

}  // namespace kirchhoff::foundation
