#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/literal.h"
#include "foundation/mark.h"

namespace kirchhoff::foundation {

/// Where a value comes from.
struct Origin {
  Mark mark = Mark::assumed;
  std::string note;   ///< publication or reason
  std::string place;  ///< "file:line", "--set", or empty for the built-in default

  bool operator==(const Origin&) const = default;
};

/// The list of everything that can be configured: key, unit, range, default and source of each value.
///
/// A room declares the members of its plain parameter struct here (the struct's initial values are the
/// defaults); presets, user files and --set then write into them through the table. Keys are
/// "group.name" (letters, digits, _ and -). A value with a unit must carry it ("100 ms"); it is converted
/// to the declared unit. The targets must outlive the table and stay where they are.
class ParameterTable {
 public:
  enum class Kind : std::uint8_t { real, integer, flag, choice, integers, text, texts };

  struct Entry {
    std::string key;
    Kind kind = Kind::real;
    std::string unit;  ///< "" where there is none
    double low = 0;    ///< range, in the declared unit; unused for choices, flags and texts
    double high = 0;
    std::vector<std::string> choices;
    Origin origin;
    std::function<std::string()> value;  ///< current value as text in the declared unit, without unit
    std::string default_value;           ///< as value(), when it was declared
    Origin default_origin;               ///< as it was declared

    /// The current value for people and for TOML: with unit and SI prefix, exact ("100 ms", "[250, 125]").
    [[nodiscard]] std::string text() const;
    /// The range for people: "1 ms .. 10 s", "logistic | relu", empty for a flag or text.
    [[nodiscard]] std::string range() const;
  };

  /// How a value is written.
  struct Assignment {
    std::string place;  ///< see Origin::place
    /// True for the presets that come with Kirchhoff: their values count as defaults, not as the user's.
    bool built_in = false;
    std::optional<Mark> mark;         ///< where the writer states it
    std::optional<std::string> note;  ///< where the writer states it
  };

  ParameterTable() = default;
  ParameterTable(const ParameterTable&) = delete;
  ParameterTable& operator=(const ParameterTable&) = delete;
  ParameterTable(ParameterTable&&) = default;
  ParameterTable& operator=(ParameterTable&&) = default;
  ~ParameterTable() = default;

  // Declarations. A key declared twice or a default outside its range is a ModelError.

  /// `target` holds the value in `unit`; an empty unit is a pure number. An infinite bound is no bound.
  void real(std::string key, double& target, const std::string& unit, double low, double high, Mark mark,
            std::string note);
  void integer(std::string key, std::int64_t& target, std::int64_t low, std::int64_t high, Mark mark,
               std::string note);
  void flag(std::string key, bool& target, Mark mark, std::string note);
  void choice(std::string key, std::string& target, std::vector<std::string> choices, Mark mark,
              std::string note);
  /// A list of integers, each within [low, high]; may be empty.
  void integers(std::string key, std::vector<std::int64_t>& target, std::int64_t low, std::int64_t high,
                Mark mark, std::string note);
  /// Any line of UTF-8 text without control characters, e.g. the name of a file; may be empty.
  void text(std::string key, std::string& target, Mark mark, std::string note);
  /// A list of such lines; may be empty, and one line alone is a list of one. `check` throws InputError where
  /// an item is not what it should be: "but ...".
  void texts(std::string key, std::vector<std::string>& target, std::function<void(const std::string&)> check,
             Mark mark, std::string note);

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  /// Null where there is no such key.
  [[nodiscard]] const Entry* find(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> keys() const;
  /// The message for a key that is not there.
  [[nodiscard]] std::string unknown_key(std::string_view key) const;

  /// Writes one value. Throws InputError with the key and what is wrong with the value, without place; the
  /// target is then as before. A value equal to the default keeps the default's mark and note; another one
  /// is marked as the user's unless `how` states otherwise.
  void assign(std::string_view key, const Literal& literal, const Assignment& how);

  /// The origin that a value would get from `how`, were it written over the declared default.
  [[nodiscard]] static Origin origin_over_default(const Entry& entry, const Assignment& how);

 private:
  using Write = std::function<void(const Literal&)>;  ///< throws InputError

  /// What the program itself proposes: the declared default, or what a built-in preset made of it.
  struct Proposal {
    std::string value;
    std::string text;
    Origin origin;
  };

  void declare(Entry entry, Write write);
  static Origin origin_over(const Proposal& proposal, const std::string& value, const Assignment& how);

  std::vector<Entry> entries_;
  std::vector<Write> writes_;
  std::vector<Proposal> proposals_;
};

}  // namespace kirchhoff::foundation
